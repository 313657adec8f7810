"""Simulated static scales: a platform whose load settles, behind the protocols of its makers' indicators."""
