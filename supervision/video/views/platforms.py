"""HTTP of GB/T 28181 platforms: their state, their trees, and channels that become cameras."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from supervision.core.access import current_actor, requires
from supervision.core.db import db, transaction
from supervision.core.errors import Conflict, InvalidInput
from supervision.core.i18n import message_of
from supervision.core.permissions import Permission
from supervision.core.web.forms import check_seen
from supervision.core.web.numbers import LARGEST_ID
from supervision.core.web.paging import first_rows, page_number, paginate
from supervision.core.web.state import settings
from supervision.enterprise import queries as enterprises
from supervision.enterprise.ended import open_file
from supervision.enterprise.queries import EnterpriseFilter
from supervision.video import platform_forms as words
from supervision.video import platform_queries, platforms, queries
from supervision.video.platform_forms import AssignForm, ChannelFilterForm, PlatformForm
from supervision.video.platform_models import PlatformTask, VideoPlatform
from supervision.video.platform_queries import Counted
from supervision.video.platforms import PlatformSpec

bp = Blueprint("platform", __name__, url_prefix="/video/platforms")
PER_PAGE = 50
FOUND = 12


@bp.get("/")
@requires(Permission.NODE_ADMIN)
def index() -> ResponseReturnValue:
    actor = current_actor()
    page = paginate(platform_queries.list_platforms(actor), number=page_number())
    return render_template(
        "video/platforms.html",
        page=page,
        counts=platform_queries.counts(actor, page.items),
        nothing=Counted(),
        words=words,
    )


@bp.get("/new")
@requires(Permission.NODE_ADMIN)
def new() -> ResponseReturnValue:
    return _form_page(_form(node_id=0))


@bp.post("/new")
@requires(Permission.NODE_ADMIN)
def create() -> ResponseReturnValue:
    """Its tree is imported at once: that is what it was added for."""
    form = _form()
    if not form.validate_on_submit():
        return _form_page(form), 422
    try:
        with transaction():
            actor = current_actor()
            platform = platforms.create(actor, _spec(form), settings().stream_hosts)
            platforms.ask(platform, actor, PlatformTask.IMPORT)
            platform_id = platform.id
    except InvalidInput as error:
        form.add_error(error)
        return _form_page(form), 422
    flash(_("Platform added. Its device tree is imported next."), "success")
    return redirect(url_for("platform.detail", platform_id=platform_id))


@bp.get("/<int:platform_id>")
@requires(Permission.NODE_ADMIN)
def detail(platform_id: int) -> ResponseReturnValue:
    actor = current_actor()
    platform = platform_queries.get_platform(platform_id, actor)
    form = ChannelFilterForm(request.args)
    form.validate()
    wanted = form.wanted()
    stmt = platform_queries.list_channels(actor, platform, wanted)
    page = paginate(stmt, number=page_number(), per_page=PER_PAGE)
    return render_template(
        "video/platform.html",
        platform=platform,
        form=form,
        wanted=wanted,
        page=page,
        counted=platform_queries.counts(actor, [platform]).get(platform.id, Counted()),
        regions=enterprises.region_names({one.region_code for one in page.items}),
        words=words,
        progress=_progress(platform),
    )


@bp.get("/<int:platform_id>/state")
@requires(Permission.NODE_ADMIN)
def state(platform_id: int) -> ResponseReturnValue:
    """How far the job is, for the page that waits."""
    platform = platform_queries.get_platform(platform_id, current_actor())
    label, text = _progress(platform)
    return jsonify(over=platform.task is None, label=label, text=text, percent=_percent(platform))


@bp.get("/<int:platform_id>/edit")
@requires(Permission.NODE_ADMIN)
def edit(platform_id: int) -> ResponseReturnValue:
    platform = platform_queries.get_platform(platform_id, current_actor())
    form = _form(
        name=platform.name,
        base_url=platform.base_url,
        node_id=platform.node_id or 0,
        row_version=platform.row_version,
    )
    return _form_page(form, platform)


@bp.post("/<int:platform_id>/edit")
@requires(Permission.NODE_ADMIN)
def change(platform_id: int) -> ResponseReturnValue:
    form = _form()
    if not form.validate_on_submit():
        return _form_page(form, _platform(platform_id)), 422
    try:
        with transaction():
            platform = _platform(platform_id)
            check_seen(form, platform.row_version)
            platforms.change(platform, current_actor(), _spec(form), settings().stream_hosts)
    except InvalidInput as error:
        form.add_error(error)
        return _form_page(form, _platform(platform_id)), 422
    flash(_("Platform changed."), "success")
    return redirect(url_for("platform.detail", platform_id=platform_id))


@bp.post("/<int:platform_id>/remove")
@requires(Permission.NODE_ADMIN)
def remove(platform_id: int) -> ResponseReturnValue:
    try:
        with transaction():
            platforms.remove(_platform(platform_id), current_actor())
    except Conflict as error:
        flash(message_of(error), "error")
        return redirect(url_for("platform.detail", platform_id=platform_id))
    flash(_("Platform removed, and its tree with it."), "success")
    return redirect(url_for("platform.index"))


@bp.post("/<int:platform_id>/check")
@requires(Permission.NODE_ADMIN)
def check(platform_id: int) -> ResponseReturnValue:
    return _ask(platform_id, PlatformTask.CHECK)


@bp.post("/<int:platform_id>/import")
@requires(Permission.NODE_ADMIN)
def bring_in(platform_id: int) -> ResponseReturnValue:
    return _ask(platform_id, PlatformTask.IMPORT)


def _ask(platform_id: int, task: PlatformTask) -> ResponseReturnValue:
    with transaction():
        platforms.ask(_platform(platform_id), current_actor(), task)
    return redirect(url_for("platform.detail", platform_id=platform_id))


@bp.get("/<int:platform_id>/assign")
@requires(Permission.NODE_ADMIN)
def choose(platform_id: int) -> ResponseReturnValue:
    """The ticked channels, and the enterprise that they go to."""
    platform = _platform(platform_id)
    form = _assign_form(formdata=None, node_id=platform.node_id or 0)
    return _assign_page(platform, form, _ticked(request.args))


@bp.post("/<int:platform_id>/assign")
@requires(Permission.NODE_ADMIN)
def assign(platform_id: int) -> ResponseReturnValue:
    form, ids = _assign_form(), _ticked(request.form)
    if not form.validate_on_submit():
        return _assign_page(_platform(platform_id), form, ids), 422
    try:
        with transaction():
            actor = current_actor()
            platform = _platform(platform_id)
            chosen = platform_queries.chosen(actor, platform, ids)
            enterprise = open_file(form.enterprise.data, actor)
            node = queries.get_node(form.node_id.data, actor) if form.node_id.data else None
            hosts = settings().stream_hosts
            made = platforms.assign(platform, actor, chosen, enterprise, node, hosts=hosts)
    except InvalidInput as error:
        form.add_error(error)
        return _assign_page(_platform(platform_id), form, ids), 422
    told = ngettext("%(num)s camera added.", "%(num)s cameras added.", len(made))
    flash(told + " " + _("Set zones and rules on each of them."), "success")
    return redirect(url_for("camera.index", enterprise=form.enterprise.data))


def _platform(platform_id: int) -> VideoPlatform:
    return platform_queries.get_platform(platform_id, current_actor())


def _ticked(given: Any) -> list[int]:
    ids = (one for one in given.getlist("id", type=int) if 0 < one <= LARGEST_ID)
    # One more than may be: the verb says how many are too many.
    return list(dict.fromkeys(ids))[: platforms.MOST_CHOSEN + 1]


def _nodes() -> list[tuple[int, str]]:
    nodes = db.session.scalars(queries.list_nodes(current_actor()).limit(500)).all()
    return [(0, _("None yet")), *((node.id, node.name) for node in nodes)]


def _form(**values: Any) -> PlatformForm:
    form = PlatformForm(**values)
    form.node_id.choices = _nodes()
    return form


def _assign_form(**values: Any) -> AssignForm:
    form = AssignForm(**values)
    form.node_id.choices = _nodes()
    return form


def _spec(form: PlatformForm) -> PlatformSpec:
    node_id = form.node_id.data
    return PlatformSpec(
        name=form.name.data or "",
        base_url=form.base_url.data or "",
        api_key=form.api_key.data or "",
        drop_key=form.drop_key.data,
        node=queries.get_node(node_id, current_actor()) if node_id else None,
    )


def _form_page(form: PlatformForm, platform: VideoPlatform | None = None) -> str:
    return render_template(
        "video/platform_form.html", form=form, platform=platform, hosts=settings().stream_hosts
    )


def _assign_page(platform: VideoPlatform, form: AssignForm, ids: list[int]) -> str:
    actor = current_actor()
    channels = platform_queries.chosen(actor, platform, ids)
    text = (request.values.get("text") or "").strip()[:80]
    region = "" if text else _shared_region(channels)
    wanted = EnterpriseFilter(text=text, region=region)
    found = first_rows(enterprises.list_enterprises(actor, wanted), FOUND)
    codes = {one.region_code for one in found} | {region}
    return render_template(
        "video/platform_assign.html",
        platform=platform,
        form=form,
        channels=channels,
        text=text,
        region=region,
        found=found,
        most=FOUND,
        regions=enterprises.region_names(codes - {""}),
    )


def _shared_region(channels: Any) -> str:
    """The division in which all of them lie by their codes; "" where they lie in several."""
    found = {one.region_code for one in channels}
    return found.pop() if len(found) == 1 else ""


def _progress(platform: VideoPlatform) -> tuple[str, str]:
    """A headline, and how far it is or what it waits for."""
    if platform.task is None:
        return "", ""
    label = str(words.TASK_LABELS[platform.task])
    if platform.problem:
        problem = words.PROBLEM_LABELS.get(platform.problem, platform.problem)
        return label, _("%(problem)s It is tried again.", problem=problem)
    if platform.cursor is None:
        return label, _("It begins within half a minute.")
    count = int(platform.counts.get("channels", 0))
    return label, ngettext("%(num)s channel so far", "%(num)s channels so far", count)


def _percent(platform: VideoPlatform) -> int:
    """Of what it had before; nobody knows how many it has now."""
    counted = platform_queries.counts(current_actor(), [platform]).get(platform.id, Counted())
    done = int(platform.counts.get("channels", 0)) if platform.cursor else 0
    return min(95, 100 * done // max(counted.all, 1)) if done else 5
