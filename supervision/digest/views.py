"""HTTP of digests: the list, and one."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from supervision.core.access import current_actor, requires
from supervision.core.permissions import Permission
from supervision.core.web.paging import page_number, paginate
from supervision.digest import labels, queries
from supervision.digest.rules import SpanKind
from supervision.enterprise import queries as enterprises

bp = Blueprint("digest", __name__, url_prefix="/digests")

# So many spans are drawn beside one.
PAST = 14


@bp.get("/")
@requires(Permission.VIDEO_READ)
def index() -> ResponseReturnValue:
    actor = current_actor()
    kind = request.args.get("kind", "")
    wanted = queries.DigestFilter(
        SpanKind(kind) if kind in set(SpanKind) else None, "enterprises" in request.args
    )
    page = paginate(queries.list_digests(actor, wanted), number=page_number())
    return render_template(
        "digest/index.html",
        page=page,
        wanted=wanted,
        regions=enterprises.region_names({row.region_code for row in page.items}),
        is_regulator=actor.is_regulator,
        labels=labels,
    )


@bp.get("/<int:digest_id>")
@requires(Permission.VIDEO_READ)
def detail(digest_id: int) -> ResponseReturnValue:
    digest = queries.get_digest(digest_id, current_actor())
    return render_template(
        "digest/detail.html",
        digest=digest,
        before=queries.before(digest, current_actor(), PAST),
        regions=enterprises.region_names({digest.region_code}),
        labels=labels,
    )
