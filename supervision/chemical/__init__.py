"""Chemicals and major hazard sources (GB 18218)."""
