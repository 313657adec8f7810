"""Weighing a kept capture again by the station's own software, and what that gives beside the signed record."""
