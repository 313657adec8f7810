"""What central keeps: signed records verbatim, blobs by hash, quarantine, stations with their keys, accounts."""
