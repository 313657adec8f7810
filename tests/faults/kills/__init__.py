"""Central killed amid its work, again and again: ``python -m tests.faults.kills --kills 100``."""
