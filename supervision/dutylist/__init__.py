"""Duty lists: who does what, how and how often, and whether it was done."""
