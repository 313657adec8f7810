"""Simulated field devices: a second implementation of the protocols, written from docs/protocols and importing nothing of ours."""
