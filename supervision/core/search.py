"""Searching in text columns, the same way on every page."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, or_


def contains(text: str, *columns: Any) -> ColumnElement[bool]:
    """One of ``columns`` holds ``text``, in any case; ``%`` and ``_`` are plain characters.

    ILIKE and not ``lower() LIKE lower()``, so that a trigram index on the column can serve it.
    """
    safe = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return or_(*(column.ilike(f"%{safe}%", escape="\\") for column in columns))
