"""Vehicle classes as data tables, and how well a measured vehicle fits each row."""
