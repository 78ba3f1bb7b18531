"""The slice's one blueprint."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("escalation", __name__, url_prefix="/clocks")
