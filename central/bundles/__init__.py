"""Evidence bundles: all that is held of one case in one file that `wim-verify` checks offline (`docs/bundle.md`)."""
