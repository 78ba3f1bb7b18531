"""Marking of translatable text in files that must not import Flask."""

from __future__ import annotations


def N_(message: str) -> str:  # noqa: N802 - the name that gettext tools look for
    """Mark ``message`` for the catalogue; it is translated where it is shown."""
    return message
