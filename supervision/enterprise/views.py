"""HTTP of the registry and of the file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from supervision.core import clock
from supervision.core.access import current_actor, requires
from supervision.core.actor import Actor
from supervision.core.db import transaction
from supervision.core.errors import Conflict, Forbidden, InvalidInput, NotFound
from supervision.core.i18n import format_instant
from supervision.core.permissions import Permission
from supervision.core.slice import Directory, Panel
from supervision.core.web.paging import page_number, paginate
from supervision.enterprise import (
    exports,
    forms,
    labels,
    lineage,
    queries,
    relation_queries,
    rules,
    service,
)
from supervision.enterprise.models import Enterprise, RollStatus
from supervision.enterprise.timeline import tell
from supervision.slices import slices

bp = Blueprint("enterprise", __name__, url_prefix="/enterprises")


@dataclass(frozen=True, slots=True)
class Pick:
    """Another slice's page that begins with choosing an enterprise."""

    title: Any
    endpoint: str
    permission: Permission


PICKS = {
    "report": Pick(_l("Report a hazard"), "hazard.report", Permission.HAZARD_REPORT),
    "inspection": Pick(_l("New inspection"), "inspection.new", Permission.INSPECTION_MAKE),
    "licence": Pick(_l("Enter a licence"), "licence.new", Permission.LICENCE_EDIT),
    "camera": Pick(_l("Add a camera"), "camera.new", Permission.CAMERA_EDIT),
}


@bp.get("/")
@requires(Permission.ENTERPRISE_READ)
def index() -> ResponseReturnValue:
    """The roll; an enterprise's own people land on their file."""
    actor = current_actor()
    picking = _pick(actor)
    if not actor.is_regulator and len(actor.enterprise_ids) == 1:
        endpoint = picking.endpoint if picking else "enterprise.file"
        return redirect(url_for(endpoint, enterprise_id=next(iter(actor.enterprise_ids))))
    form, wanted = _filter()
    page = paginate(queries.list_enterprises(actor, wanted), number=page_number())
    return render_template(
        "enterprise/index.html",
        form=form,
        page=page,
        labels=labels,
        mask=rules.mask_phone,
        regions=queries.region_path_names(
            {e.region_code for e in page.items},
            below=actor.regions[0] if len(actor.regions) == 1 else "",
        ),
        officers=_officer_names({e.officer_id for e in page.items if e.officer_id}),
        active=_active(form),
        pick=request.args.get("pick", "") if picking else "",
        picking=picking,
    )


def _pick(actor: Actor) -> Pick | None:
    found = PICKS.get(request.args.get("pick", ""))
    if found is not None and not actor.may(found.permission):
        raise Forbidden
    return found


@bp.get("/export.xlsx")
@requires(Permission.ENTERPRISE_READ)
def export() -> ResponseReturnValue:
    """The filtered roll as Excel."""
    actor = current_actor()
    _form, wanted = _filter()
    book = exports.roll_book(actor, wanted, _officer_names)
    name = f"{_('Enterprises')}-{clock.today().isoformat()}.xlsx"
    return send_file(book, mimetype=exports.XLSX, as_attachment=True, download_name=name)


def _filter() -> tuple[forms.FilterForm, queries.EnterpriseFilter]:
    form = forms.FilterForm(request.args)
    form.region.choices = [("", "—"), *queries.region_choices(current_actor())]
    form.validate()
    size, status, key = form.size_class.data, form.roll_status.data, form.key.data
    industry = form.industry.data or ""
    return form, queries.EnterpriseFilter(
        text=form.text.data or "",
        region=form.region.data if (form.region.data or "").isdecimal() else "",
        industry=industry if industry in labels.SECTION_LABELS else "",
        size_class=rules.SizeClass(size) if size in set(rules.SizeClass) else None,
        roll_status=RollStatus(status) if status in set(RollStatus) else None,
        is_key=key == "1" if key in labels.KEY_LABELS else None,
        sort=form.sort.data or "name",
    )


def _active(form: forms.FilterForm) -> int:
    names = ("region", "industry", "size_class", "roll_status", "key")
    return sum(1 for name in names if form[name].data)


@bp.get("/regions.json")
@requires(Permission.ENTERPRISE_READ)
def regions() -> ResponseReturnValue:
    """The divisions below ``?parent=``, for the cascade of selects."""
    parent = request.args.get("parent", "")
    if not parent.isdecimal():
        raise NotFound
    return {"choices": queries.region_children(current_actor(), parent)}


@bp.get("/new")
@requires(Permission.ENTERPRISE_CREATE)
def new() -> ResponseReturnValue:
    form = forms.EnterpriseForm(formdata=None)
    _offer(form, None)
    return _form_page(form, None)


@bp.post("/new")
@requires(Permission.ENTERPRISE_CREATE)
def create() -> ResponseReturnValue:
    form = forms.EnterpriseForm()

    def act() -> Enterprise:
        return service.register(current_actor(), form.values())

    return _save(form, None, act, _("The enterprise is on the roll."))


@bp.get("/<int:enterprise_id>/edit")
@requires(Permission.ENTERPRISE_EDIT)
def edit(enterprise_id: int) -> ResponseReturnValue:
    enterprise = queries.get_enterprise(enterprise_id, current_actor())
    form = forms.EnterpriseForm(formdata=None, obj=enterprise)
    form.start_region(enterprise.region_code)
    _offer(form, enterprise)
    return _form_page(form, enterprise)


@bp.post("/<int:enterprise_id>/edit")
@requires(Permission.ENTERPRISE_EDIT)
def change(enterprise_id: int) -> ResponseReturnValue:
    actor = current_actor()
    form = forms.EnterpriseForm()
    enterprise = queries.get_enterprise(enterprise_id, actor)

    def act() -> Enterprise:
        found = queries.get_enterprise(enterprise_id, actor)
        service.change(found, actor, form.values(), expected_version=_version(form))
        return found

    return _save(form, enterprise, act, _("The file is saved."))


def _save(
    form: forms.EnterpriseForm,
    enterprise: Enterprise | None,
    act: Callable[[], Enterprise],
    done: str,
) -> ResponseReturnValue:
    """Create or change; "narrow" only fills in the next level of divisions."""
    _offer(form, enterprise)
    if "narrow" in request.form:
        return _form_page(form, enterprise)
    if not form.validate_on_submit():
        return _form_page(form, enterprise), 422
    try:
        with transaction():
            saved_id = act().id
    except InvalidInput as error:
        form.add_error(error)
        return _form_page(form, enterprise), 422
    except Conflict:
        return _stale_page(form, enterprise), 409
    flash(done, "success")
    return redirect(url_for("enterprise.file", enterprise_id=saved_id))


def _offer(form: forms.EnterpriseForm, enterprise: Enterprise | None) -> None:
    """The divisions and officers that may be chosen; one who was chosen before stays."""
    actor = current_actor()
    form.narrow(actor)
    officers = dict(_directory().choices(actor))
    if enterprise is not None and enterprise.officer_id not in {None, *officers}:
        officers |= _officer_names({enterprise.officer_id or 0})
    form.officer_id.choices = [("", "—"), *((str(i), name) for i, name in officers.items())]
    kept = enterprise.park_id if enterprise is not None else None
    form.park_id.choices = [("", "—"), *relation_queries.park_choices(actor, kept)]


def _form_page(form: forms.EnterpriseForm, enterprise: Enterprise | None) -> str:
    return render_template(
        "enterprise/form.html",
        form=form,
        enterprise=enterprise,
        divisions=rules.industry_divisions(),
    )


def _stale_page(form: forms.EnterpriseForm, enterprise: Enterprise | None) -> str:
    """Somebody saved the file first: keep what was typed, say what stands there now."""
    if enterprise is None:
        raise Conflict
    present = queries.get_enterprise(enterprise.id, current_actor())
    last = queries.last_change(present.id, current_actor())
    if last is not None:
        form.form_errors.append(
            _(
                "%(who)s saved this file at %(at)s, after you opened it, so nothing of yours was"
                " saved. What you typed is still here; the fields that differ say what stands in"
                " the file now. Save again to put yours in.",
                who=last.actor_name,
                at=format_instant(last.at),
            )
        )
    for name, mine in form.values().items():
        theirs = getattr(present, name)
        if mine != theirs and name in form:
            text: str = _("In the file now: %(value)s", value=_shown(name, theirs))
            form[name].errors = [*form[name].errors, text]
    form.row_version.data = str(present.row_version)
    return _form_page(form, present)


def _shown(name: str, value: Any) -> str:
    if name == "officer_id":
        return _officer_names({value}).get(value, "—") if value else "—"
    if name == "park_id":
        return relation_queries.park_names({value}).get(value, "—") if value else "—"
    if name == "size_class":
        return str(labels.SIZE_LABELS[value])
    if isinstance(value, bool):
        return str(_("Yes") if value else _("No"))
    return "—" if value in {None, ""} else f"{value}"


@bp.get("/<int:enterprise_id>/roll-status")
@requires(Permission.ENTERPRISE_EDIT)
def roll_status(enterprise_id: int) -> ResponseReturnValue:
    enterprise = queries.get_enterprise(enterprise_id, current_actor())
    form = forms.RollStatusForm(formdata=None, row_version=enterprise.row_version)
    return _status_page(form, enterprise)


@bp.post("/<int:enterprise_id>/roll-status")
@requires(Permission.ENTERPRISE_EDIT)
def set_roll_status(enterprise_id: int) -> ResponseReturnValue:
    actor = current_actor()
    form = forms.RollStatusForm()
    enterprise = queries.get_enterprise(enterprise_id, actor)
    if not form.validate_on_submit():
        return _status_page(form, enterprise), 422
    try:
        with transaction():
            service.set_roll_status(
                queries.get_enterprise(enterprise_id, actor),
                actor,
                RollStatus(form.roll_status.data),
                reason=form.reason.data or "",
                expected_version=_version(form),
            )
    except InvalidInput as error:
        form.add_error(error)
        return _status_page(form, queries.get_enterprise(enterprise_id, actor)), 422
    flash(_("The status on the roll is changed."), "success")
    return redirect(url_for("enterprise.file", enterprise_id=enterprise_id))


def _status_page(form: forms.RollStatusForm, enterprise: Enterprise) -> str:
    return render_template(
        "enterprise/roll_status.html", form=form, enterprise=enterprise, labels=labels
    )


def _version(form: Any) -> int:
    """What the editor had before them; nonsense is as stale as anything."""
    raw = str(form.row_version.data or "")
    return int(raw) if raw.isdecimal() else -1


@bp.get("/<int:enterprise_id>")
@requires(Permission.ENTERPRISE_READ)
def file(enterprise_id: int) -> ResponseReturnValue:
    """The file's first tab: facts, people, and one timeline of all that happened."""
    actor = current_actor()
    enterprise = queries.get_enterprise(enterprise_id, actor)
    sources = [m.timeline for m in slices() if m.timeline is not None]
    before_it = lineage.predecessors(enterprise_id, actor)
    before = _before()
    return _file_page(
        "enterprise/overview.html",
        enterprise,
        "overview",
        story=tell(lineage.with_predecessors(sources, before_it), enterprise_id, actor, before),
        before=before,
        officer=_officer_names({enterprise.officer_id or 0}).get(enterprise.officer_id or 0, ""),
        park=relation_queries.park_names({enterprise.park_id or 0}).get(
            enterprise.park_id or 0, ""
        ),
    )


@bp.get("/<int:enterprise_id>/tabs/<string:key>")
@requires(Permission.ENTERPRISE_READ)
def tab(enterprise_id: int, key: str) -> ResponseReturnValue:
    """A tab of another slice."""
    actor = current_actor()
    enterprise = queries.get_enterprise(enterprise_id, actor)
    for panel in _panels(actor):
        if panel.key == key:
            shown = panel.render(enterprise_id, actor)
            return _file_page("enterprise/tab.html", enterprise, key, panel=panel, shown=shown)
    raise NotFound


def _file_page(template: str, enterprise: Enterprise, active: str, **context: Any) -> str:
    code = enterprise.region_code
    return render_template(
        template,
        enterprise=enterprise,
        active=active,
        panels=_panels(current_actor()),
        region=queries.region_path_names({code})[code],
        labels=labels,
        **context,
    )


def _panels(actor: Actor) -> list[Panel]:
    found = [p for m in slices() for p in m.panels if actor.may(p.permission)]
    return sorted(found, key=lambda p: p.order)


def _before() -> datetime | None:
    """``?before=``, forgiving: nonsense is the newest page."""
    try:
        instant = datetime.fromisoformat(request.args.get("before", ""))
        return instant.astimezone(UTC) if instant.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None


def _directory() -> Directory:
    found = [m.officers for m in slices() if m.officers is not None]
    return found[0] if found else Directory(lambda _actor: [], lambda _ids: {})


def _officer_names(ids: set[int]) -> dict[int, str]:
    names: Mapping[int, str] = _directory().names(ids) if ids else {}
    return dict(names)
