"""How the video review went, told after every shift and every day."""
