"""The whole line on one machine: every program as a process of its own."""
