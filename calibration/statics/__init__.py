"""Static checks of a load sensor: zero and its drift, dead weights, shunt; each figure with its limit and a verdict in words.

What is measured, the formulas and where the limits come from: docs/calibration.md, "Static checks".
"""
