"""The witness: a program of its own, best run by somebody else on another machine, that cosigns a log only while it merely grows."""
