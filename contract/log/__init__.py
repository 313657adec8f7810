"""The log's formats and proofs, as central writes them and anyone checks them: leaves and tree, checkpoints, cosignatures, time stamps."""
