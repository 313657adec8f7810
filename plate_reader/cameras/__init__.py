"""What each make of camera pushes, turned into plate reads. Pure: bytes in, reads and pictures out, no I/O and no clock."""
