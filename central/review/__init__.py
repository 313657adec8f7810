"""Cases: the gates before a person sees one, its way from arrival to publication, and who may take which step."""
