"""Anqi: one enterprise, one file. The web side: slices on a small core."""
