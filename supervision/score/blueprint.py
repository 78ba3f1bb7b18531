"""The blueprint of the safety code."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("score", __name__, url_prefix="/scores")
