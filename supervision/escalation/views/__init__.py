"""HTTP of time limits: the list of clocks, the ladder, its log."""

from __future__ import annotations

from supervision.escalation.views import ladder, lists
from supervision.escalation.views.blueprint import bp

__all__ = ["bp", "ladder", "lists"]
