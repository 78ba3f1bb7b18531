"""HTTP of vision nodes: their state, their tokens, and the messages that did not fit."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from supervision.account import service as accounts
from supervision.core import clock
from supervision.core.access import current_actor, requires
from supervision.core.db import db, transaction
from supervision.core.errors import InvalidInput
from supervision.core.permissions import Permission
from supervision.core.web.numbers import id_argument
from supervision.core.web.paging import page_number, paginate
from supervision.core.web.state import settings
from supervision.video import equipment, forms, groups, labels, leases, queries, weights

bp = Blueprint("node", __name__, url_prefix="/video/nodes")

CAMERAS_SHOWN = 200


@bp.get("/")
@requires(Permission.NODE_ADMIN)
def index() -> ResponseReturnValue:
    return _index_page(forms.NodeForm(formdata=None))


@bp.post("/")
@requires(Permission.NODE_ADMIN)
def create() -> ResponseReturnValue:
    """A new node comes with its first token, shown on the page that follows at once."""
    form = forms.NodeForm()
    if not form.validate_on_submit():
        return _index_page(form), 422
    with transaction():
        actor = current_actor()
        node = equipment.create_node(actor, name=form.name.data or "")
        _row, token = equipment.issue_token(node, actor, label=node.name)
        node_id = node.id
    return _detail_page(node_id, token=token), 201


def _index_page(form: forms.NodeForm) -> str:
    actor = current_actor()
    page = paginate(queries.list_nodes(actor), number=page_number())
    return render_template(
        "video/nodes.html",
        form=form,
        page=page,
        cameras=queries.camera_counts(actor, [node.id for node in page.items]),
        parked=queries.parked_count(actor),
        silent=settings().node_silent_seconds,
        labels=labels,
    )


@bp.get("/<int:node_id>")
@requires(Permission.NODE_ADMIN)
def detail(node_id: int) -> ResponseReturnValue:
    return _detail_page(node_id)


def _detail_page(
    node_id: int,
    *,
    form: forms.TokenForm | None = None,
    share: forms.ShareForm | None = None,
    token: str = "",
) -> str:
    """``token`` is shown this once: it goes into the page and nowhere else."""
    actor = current_actor()
    node = queries.get_node(node_id, actor)
    models = weights.model_lines([node])[node.id]
    cameras = queries.list_cameras(actor, node_id=node_id).limit(CAMERAS_SHOWN)
    return render_template(
        "video/node.html",
        node=node,
        cameras=db.session.scalars(cameras).unique().all(),
        tokens=queries.tokens_of(node, actor),
        models=models,
        registered=weights.registered(models),
        form=form or forms.TokenForm(formdata=None, label=node.name),
        share=share or forms.ShareForm(formdata=None, lease_s=round(node.lease_s) or None),
        holders=leases.holders(node, clock.now()) if node.lease_s else (),
        machines=groups.machines_of(node, actor, settings().node_silent_seconds),
        token=token,
        now=clock.now(),
        silent=settings().node_silent_seconds,
        web_url=request.url_root.rstrip("/"),
        labels=labels,
    )


@bp.post("/<int:node_id>/share")
@requires(Permission.NODE_ADMIN)
def share(node_id: int) -> ResponseReturnValue:
    """Whether several machines share the node's cameras, and for how long one has a camera."""
    form = forms.ShareForm()
    if not form.validate_on_submit():
        return _detail_page(node_id, share=form), 422
    try:
        with transaction():
            actor = current_actor()
            node = queries.get_node(node_id, actor)
            equipment.share(node, actor, form.lease_s.data or 0)
    except InvalidInput as error:
        form.add_error(error)
        return _detail_page(node_id, share=form), 422
    flash(_("Saved. The machines of this node follow within seconds."), "success")
    return redirect(url_for("node.detail", node_id=node_id))


@bp.post("/<int:node_id>/tokens")
@requires(Permission.NODE_ADMIN)
def new_token(node_id: int) -> ResponseReturnValue:
    form = forms.TokenForm()
    if not form.validate_on_submit():
        return _detail_page(node_id, form=form), 422
    try:
        with transaction():
            token = _issue(node_id, form)
    except InvalidInput as error:
        form.add_error(error)
        return _detail_page(node_id, form=form), 422
    return _detail_page(node_id, token=token), 201


def _issue(node_id: int, form: Any) -> str:
    actor = current_actor()
    node = queries.get_node(node_id, actor)
    last_day = form.expires_on.data
    _row, token = equipment.issue_token(
        node,
        actor,
        label=form.label.data or "",
        expires_at=clock.end_of(last_day) if last_day else None,
    )
    return token


@bp.post("/<int:node_id>/tokens/<int:token_id>/revoke")
@requires(Permission.NODE_ADMIN)
def revoke_token(node_id: int, token_id: int) -> ResponseReturnValue:
    with transaction():
        actor = current_actor()
        node = queries.get_node(node_id, actor)
        accounts.revoke_token(actor, queries.get_token(node, token_id, actor))
    flash(_("Token revoked. The node can no longer speak with it."), "success")
    return redirect(url_for("node.detail", node_id=node_id))


@bp.get("/parked")
@requires(Permission.NODE_ADMIN)
def parked() -> ResponseReturnValue:
    stmt = queries.list_parked(current_actor(), id_argument("node"))
    return render_template("video/parked.html", page=paginate(stmt, number=page_number()))
