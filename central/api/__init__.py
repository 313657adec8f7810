"""The API that other systems read: the same evidence as the pages, as typed JSON behind the same login."""
