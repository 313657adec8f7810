"""The station's own service: from sensor bytes to a signed record that has reached the central service."""
