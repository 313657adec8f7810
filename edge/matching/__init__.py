"""Plate reads and weighed vehicles brought together: by camera, place and time, and never on a guess."""
