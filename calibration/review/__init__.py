"""A fit looked at: whether the reference weights can be right, what the runs cover, what is left of each run, and how much hangs on it."""
