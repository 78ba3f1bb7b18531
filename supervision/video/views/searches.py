"""HTTP of searches for ONVIF cameras in a node's network."""

from __future__ import annotations

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from supervision.core.access import current_actor, requires
from supervision.core.actor import Actor
from supervision.core.db import db, transaction
from supervision.core.errors import Conflict, InvalidInput
from supervision.core.i18n import format_instant, message_of
from supervision.core.permissions import Permission
from supervision.core.web.paging import page_number, paginate
from supervision.core.web.state import settings
from supervision.enterprise.ended import open_file
from supervision.video import queries, search_forms, searches
from supervision.video import search_labels as labels
from supervision.video.job_models import JobState
from supervision.video.rules import NodeState
from supervision.video.search_models import CameraSearch

bp = Blueprint("camera_search", __name__, url_prefix="/video/searches")

WAIT_S = 5


@bp.get("/")
@requires(Permission.CAMERA_EDIT)
def index() -> ResponseReturnValue:
    page = paginate(searches.list_searches(current_actor()), number=page_number())
    return render_template("video/searches.html", page=page, labels=labels, JobState=JobState)


@bp.get("/new/<int:enterprise_id>")
@requires(Permission.CAMERA_EDIT)
def new(enterprise_id: int) -> ResponseReturnValue:
    return _new_page(enterprise_id, _form(seconds=WAIT_S))


@bp.post("/new/<int:enterprise_id>")
@requires(Permission.CAMERA_EDIT)
def start(enterprise_id: int) -> ResponseReturnValue:
    actor = current_actor()
    form = _form()
    if not form.validate_on_submit():
        return _new_page(enterprise_id, form), 422
    try:
        with transaction():
            node = queries.get_node(form.node_id.data, actor)
            wanted = searches.Wanted(
                node,
                form.host_list,
                float(form.seconds.data or WAIT_S),
                form.user.data or "",
                form.password.data or "",
            )
            search = searches.start(open_file(enterprise_id, actor), actor, wanted)
    except InvalidInput as error:
        form.add_error(error)
        return _new_page(enterprise_id, form), 422
    return redirect(url_for("camera_search.detail", search_id=search.id))


def _form(**values: object) -> search_forms.SearchForm:
    form = search_forms.SearchForm(**values)
    nodes = db.session.scalars(queries.list_nodes(current_actor()).limit(500)).all()
    form.node_id.choices = [(node.id, node.name) for node in nodes]
    return form


def _new_page(enterprise_id: int, form: search_forms.SearchForm) -> str:
    return render_template(
        "video/search_new.html",
        form=form,
        enterprise=open_file(enterprise_id, current_actor()),
        hosts=settings().stream_hosts,
    )


@bp.get("/<int:search_id>")
@requires(Permission.CAMERA_EDIT)
def detail(search_id: int) -> ResponseReturnValue:
    return _page(search_id, search_forms.AddForm(formdata=None))


@bp.get("/<int:search_id>/state")
@requires(Permission.CAMERA_EDIT)
def state(search_id: int) -> ResponseReturnValue:
    """How far it is, for the page that waits."""
    search = searches.get_search(search_id, current_actor())
    label, text = _progress(search)
    response = jsonify(over=search.is_over, label=label, text=text, percent=50)
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.post("/<int:search_id>/add")
@requires(Permission.CAMERA_EDIT)
def add(search_id: int) -> ResponseReturnValue:
    """All that was ticked, or none. 409 where one of them has become a camera since."""
    actor = current_actor()
    form = search_forms.AddForm()
    if not form.validate_on_submit():
        return _page(search_id, form), 422
    try:
        with transaction():
            made = _add(search_id, form, actor)
    except searches.CameraRefused as error:
        form.form_errors.append(f"{error.camera}: {message_of(error)}")
        return _page(search_id, form), 422
    except (InvalidInput, Conflict) as error:
        form.form_errors.append(message_of(error))
        return _page(search_id, form), error.http_status
    flash(ngettext("One camera added.", "%(num)s cameras added.", made), "success")
    return redirect(url_for("camera_search.detail", search_id=search_id))


def _add(search_id: int, form: search_forms.AddForm, actor: Actor) -> int:
    search = searches.get_search(search_id, actor, for_update=True)
    open_file(search.enterprise_id, actor)
    chosen = search_forms.choices_of(request.form, search.cameras)
    return len(
        searches.add(search, actor, chosen, login=form.login, stream_hosts=settings().stream_hosts)
    )


def _page(search_id: int, form: search_forms.AddForm) -> str:
    actor = current_actor()
    search = searches.get_search(search_id, actor)
    label, text = _progress(search)
    return render_template(
        "video/search.html",
        search=search,
        form=form,
        label=label,
        text=text,
        taken=searches.known_streams(search, actor),
        typed=request.form,
        labels=labels,
        JobState=JobState,
    )


def _progress(search: CameraSearch) -> tuple[str, str]:
    """A headline, and what it waits for."""
    node = search.node
    if not search.is_over and node.state(settings().node_silent_seconds) is not NodeState.ONLINE:
        since = format_instant(node.last_seen_at) or "—"
        return _("Waiting for the vision node"), _(
            "Node %(name)s has been silent since %(since)s; it looks when it is back.",
            name=node.name,
            since=since,
        )
    return _("The node looks for cameras"), _("That takes half a minute, with many cameras longer.")
