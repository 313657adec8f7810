"""Alembic migrations of the evidence database, run by `wim-central` at start."""
