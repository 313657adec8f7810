"""Tests of calibration/drift."""
