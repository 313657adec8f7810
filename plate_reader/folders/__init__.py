"""Folders into which cameras put pictures: what a name says, when a file is whole, and how it is taken."""
