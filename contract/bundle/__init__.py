"""The evidence bundle of a case, as central writes it and `wim-verify` reads it: one file, in one form (`docs/bundle.md`)."""
