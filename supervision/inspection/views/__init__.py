"""HTTP of inspections: the list and its form, one of them, its steps, checklists."""

from __future__ import annotations

from supervision.inspection.views import checklist_pages, detail, steps, tasks
from supervision.inspection.views.blueprint import bp

__all__ = ["bp", "checklist_pages", "detail", "steps", "tasks"]
