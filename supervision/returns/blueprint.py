"""The blueprint that every file of addresses of this slice hangs on."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("returns", __name__, url_prefix="/returns")
