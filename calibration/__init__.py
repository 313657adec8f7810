"""What a technician does to a scale, and the proof that it was done."""
