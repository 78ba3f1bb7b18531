"""The blueprint that the parts hang their endpoints on."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("risk", __name__, url_prefix="/risks")
