"""Sums over the passages, kept as they come: what one passage counts (`passage`), changes (`tally`), making them anew (`rebuild`)."""
