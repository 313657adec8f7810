"""What two programs must agree on, and nothing else.

Units, the station file, samples, captures, axle crossings, vehicles, plate reads, limits and their evaluation, verdicts, records,
canonical form, signatures, the chain, receipts, topics and faults. No I/O, no clock, no import of any other package of this project.

Entry test: a thing belongs here only if two top-level packages must get the same answer from it.
"""
