"""HTTP of the wall, of the health board and of the figures."""
