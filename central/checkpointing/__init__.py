"""Signing the log on schedule, and asking a witness and a time stamp authority to vouch for it."""
