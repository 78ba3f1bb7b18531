"""The blueprint that the modules beside it add their addresses to."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("people", __name__, url_prefix="/people")
