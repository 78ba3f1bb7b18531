"""Leads a new enterprise through its first round."""
