"""Measurements beside what was promised; each is a command that prints a table and a JSON line."""
