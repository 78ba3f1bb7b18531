"""The blueprint that every file of addresses of this slice hangs on."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("commitment", __name__, url_prefix="/commitments")
