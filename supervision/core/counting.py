"""Counting by condition, many figures in one statement."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, case, func


def count_if(clause: Any) -> ColumnElement[int]:
    """How many rows of a statement meet ``clause``: 0, not NULL, where there are none."""
    return func.coalesce(func.sum(case((clause, 1), else_=0)), 0)
