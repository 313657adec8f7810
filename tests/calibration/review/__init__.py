"""Tests of calibration/review."""
