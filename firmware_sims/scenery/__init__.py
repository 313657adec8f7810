"""What a camera sees of the road: vehicles drawn as boxes from their geometry, projected by a pinhole, under weather, night and dirt."""
