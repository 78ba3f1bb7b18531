"""HTTP of inspections: the list and one of them, its steps, its papers, checklists."""

from __future__ import annotations

from supervision.inspection.views.blueprint import bp

__all__ = ["bp"]
