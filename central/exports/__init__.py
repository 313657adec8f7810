"""Exports of the vehicle list as files: asked for on a page, made in the background in bounded memory, deleted on schedule."""
