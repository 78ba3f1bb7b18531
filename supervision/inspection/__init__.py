"""Inspections of enterprises: who may, approval and notice, items, signatures, the record."""
