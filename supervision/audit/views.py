"""HTTP of the audit trail: reading only."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from supervision.audit import labels, queries
from supervision.audit.forms import FilterForm
from supervision.core.access import current_actor, requires
from supervision.core.permissions import Permission
from supervision.core.web.numbers import LARGEST_LONG_ID

bp = Blueprint("audit", __name__, url_prefix="/audit")

_FIELDS = ("who", "action", "entity", "entity_id", "enterprise", "day_from", "day_to")


@bp.get("/")
@requires(Permission.AUDIT_READ)
def index() -> ResponseReturnValue:
    actor = current_actor()
    form = _form()
    slip = queries.read(actor, _filter(form))
    ids = {e.enterprise_id for e in slip.entries if e.enterprise_id}
    return render_template(
        "audit/index.html",
        form=form,
        active=sum(1 for name in _FIELDS if form[name].data),
        slip=slip,
        older_url=_url(before=slip.older) if slip.older else "",
        newest_url=_url() if "before" in request.args else "",
        enterprises=queries.enterprise_names(actor, ids),
        sealed=queries.sealed_ids(slip.entries),
        chain=queries.chain(actor),
        actions=labels.action_labels(),
        labels=labels,
    )


def _form() -> FilterForm:
    form = FilterForm(request.args)
    actions = sorted((str(text), code) for code, text in labels.action_labels().items())
    form.action.choices = [("", "—"), *((code, f"{text} ({code})") for text, code in actions)]
    form.entity.choices = [("", "—"), *labels.ENTITY_LABELS.items()]
    form.validate()
    return form


def _filter(form: FilterForm) -> queries.AuditFilter:
    return queries.AuditFilter(
        who=form.who.data or "",
        action=form.action.data or "",
        entity=form.entity.data or "",
        entity_id=_small(form.entity_id.data),
        enterprise=form.enterprise.data or "",
        day_from=form.day_from.data,
        day_to=form.day_to.data,
        before=_small(request.args.get("before", type=int)),
    )


def _small(number: int | None) -> int | None:
    """A number that both databases can hold as an id; PostgreSQL refuses larger ones."""
    return number if number is not None and 0 < number <= LARGEST_LONG_ID else None


def _url(**changes: Any) -> str:
    kept: dict[str, Any] = {k: v for k, v in request.args.items() if k in _FIELDS and v}
    return url_for("audit.index", **kept | changes)
