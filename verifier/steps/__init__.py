"""The steps, by what they are about; each yields findings, and how many objects it has looked at."""
