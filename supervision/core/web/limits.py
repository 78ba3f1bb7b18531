"""Throttling by address. The lockout by account is in the database; this is the outer fence."""

from __future__ import annotations

from flask import current_app
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

limiter = Limiter(get_remote_address, storage_uri="memory://", strategy="fixed-window")


def sign_in_limit() -> str:
    """Attempts per address; a whole bureau may share one."""
    return str(current_app.config.get("ANQI_SIGN_IN_LIMIT", "60 per minute"))
