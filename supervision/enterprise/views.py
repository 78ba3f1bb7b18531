"""HTTP of the registry and of the file."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue

from supervision.core.access import current_actor, requires
from supervision.core.permissions import Permission
from supervision.enterprise import queries

bp = Blueprint("enterprise", __name__, url_prefix="/enterprises")


@bp.get("/")
@requires(Permission.ENTERPRISE_READ)
def index() -> ResponseReturnValue:
    return "todo"


@bp.get("/<int:enterprise_id>")
@requires(Permission.ENTERPRISE_READ)
def file(enterprise_id: int) -> ResponseReturnValue:
    return queries.get_enterprise(enterprise_id, current_actor()).name
