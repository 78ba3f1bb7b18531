"""Cameras, vision nodes, violations and their review: the web side of video analytics."""
