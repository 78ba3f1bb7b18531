"""Rows in a given state, made by the services themselves."""
