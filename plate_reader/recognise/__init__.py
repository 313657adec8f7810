"""From the picture of one plate to its text, offline: model, decoder under the plate grammar, confidence.

The way of a plate::

    crop → rectify → model (log-probabilities per step and character) → beam (n-best texts under the grammar) → vote → confidence
"""
