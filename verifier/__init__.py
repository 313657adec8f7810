"""`wim-verify`: checks an evidence bundle offline, with the contract alone: no server, no database, nothing of station or central."""
