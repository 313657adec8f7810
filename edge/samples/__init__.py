"""Samples: assembly on one time base, memory of the raw signal, quality of the channels."""
