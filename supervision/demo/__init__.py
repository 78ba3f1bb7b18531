"""Demonstration: invented data, one command that runs everything, and a smoke test against it.

Everything here goes through the services, as a person would; nothing writes rows by itself.
"""
