"""Weights that judge pictures: the registry, and which of them is the default of every node."""
