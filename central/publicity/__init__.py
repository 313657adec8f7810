"""What the public may know: stations with their certificates, decisions with masked plates, and everybody his own case."""
