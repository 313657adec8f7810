"""The evidence service: verifies, stores and shows what the stations have signed."""
