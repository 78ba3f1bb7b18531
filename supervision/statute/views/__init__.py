"""HTTP of rules: the book (``book``), changes by two persons, papers, holidays, calculator."""

from __future__ import annotations

from supervision.statute.views import book, calculator, changes, holidays, papers
from supervision.statute.views.blueprint import bp

__all__ = ["book", "bp", "calculator", "changes", "holidays", "papers"]
