"""Authorities that issue papers of law, and the certificates of their officers."""
