"""The log: every record and every act is a leaf of one Merkle tree (RFC 9162), kept in the database and signed by checkpoints.

`leaves` enters and finds leaves, `tree` gives roots and proofs, `checkpoints` keeps what was signed, `check` compares it all.
"""
