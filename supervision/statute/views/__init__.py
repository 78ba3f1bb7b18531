"""HTTP of rules: the book (``book``), changes by two persons, holidays and the calculator."""

from __future__ import annotations

from supervision.statute.views import book, calculator, changes, holidays
from supervision.statute.views.blueprint import bp

__all__ = ["book", "bp", "calculator", "changes", "holidays"]
