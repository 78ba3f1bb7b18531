"""Rules of law: versions, their change by two persons, holidays, deadlines."""
