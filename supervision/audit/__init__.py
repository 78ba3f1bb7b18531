"""The audit trail on the screen, and the job that seals it. The rows: ``core/audit.py``."""
