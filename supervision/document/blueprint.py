"""The blueprints of this slice, to which its modules of views add their addresses."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("document", __name__, url_prefix="/documents")
# Of its own, so that the menu tells the list from the dossiers.
dossiers = Blueprint("dossier", __name__, url_prefix="/dossiers")
