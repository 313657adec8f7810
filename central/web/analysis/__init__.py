"""The page of the analysis: what is chosen in the address (`choice`), its tables (`tables`), sentences and charts."""
