"""Tests of the simulated devices; decoders used here are written from docs/protocols/, not taken from the simulators."""
