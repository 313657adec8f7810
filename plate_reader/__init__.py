"""Reads plates, or takes the camera's reading, in a process of its own: it may crash without the weighing noticing."""
