"""HTTP of risks: the list, a point and its steps, plans of the site, tables of scores."""

from __future__ import annotations

from supervision.risk.views import lists, plans, points, rule_tables, steps
from supervision.risk.views.blueprint import bp

__all__ = ["bp", "lists", "plans", "points", "rule_tables", "steps"]
