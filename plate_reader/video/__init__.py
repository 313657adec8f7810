"""Video of the lanes kept in memory for a minute, and clips and overview pictures cut out of it when the station asks.

Nothing is decoded or encoded: the camera's own JPEG pictures go into the clip byte for byte.
"""
