"""What the pages of the log and of the journal need beside their routes."""
