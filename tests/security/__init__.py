"""Attacks that must fail: access, rough input, leaks, races, crashes."""
