"""Our own reading of every picture, beside what the camera said: in a process of its own, never in the way of an acknowledgement."""
