"""Notices inside the application: one item per person, made from the outbox of notices."""
