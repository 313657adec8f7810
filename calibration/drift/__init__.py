"""Whether a scale still weighs as it was calibrated, from its own traffic: `observe` vehicles into days, `judge` the days.

Nothing here changes a weight. What is found is told, and a new calibration with reference vehicles is proposed.
"""
