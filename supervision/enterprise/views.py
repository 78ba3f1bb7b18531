"""HTTP of the registry and of the file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from supervision.core.access import current_actor, requires
from supervision.core.actor import Actor
from supervision.core.db import transaction
from supervision.core.errors import Conflict, InvalidInput, NotFound
from supervision.core.i18n import format_instant
from supervision.core.masking import masked_phone
from supervision.core.permissions import Permission
from supervision.core.slice import Directory, Panel
from supervision.enterprise import (
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
    officers = dict(directory().choices(actor))
    if enterprise is not None and enterprise.officer_id not in {None, *officers}:
        officers |= officer_names({enterprise.officer_id or 0})
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
        return officer_names({value}).get(value, "—") if value else "—"
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
    return overview(enterprise_id)


def overview(
    enterprise_id: int,
    form: forms.RevealForm | None = None,
    numbers: Mapping[str, str] | None = None,
) -> str:
    """``numbers``: telephones in full, for one look; ``form``: the reason that did not do."""
    actor = current_actor()
    enterprise = queries.get_enterprise(enterprise_id, actor)
    sources = [m.timeline for m in slices() if m.timeline is not None]
    before_it = lineage.predecessors(enterprise_id, actor)
    before = _before()
    return _file_page(
        "enterprise/overview.html",
        enterprise,
        "overview",
        reveal_form=form or _reveal_form(actor),
        reveal_failed=form is not None,
        numbers=numbers or {},
        mask=masked_phone,
        story=tell(lineage.with_predecessors(sources, before_it), enterprise_id, actor, before),
        before=before,
        officer=officer_names({enterprise.officer_id or 0}).get(enterprise.officer_id or 0, ""),
        park=relation_queries.park_names({enterprise.park_id or 0}).get(
            enterprise.park_id or 0, ""
        ),
    )


def _reveal_form(actor: Actor) -> forms.RevealForm | None:
    return forms.RevealForm(formdata=None) if actor.may(Permission.PEOPLE_PERSONAL) else None


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


def directory() -> Directory:
    found = [m.officers for m in slices() if m.officers is not None]
    return found[0] if found else Directory(lambda _actor: [], lambda _ids: {})


def officer_names(ids: set[int]) -> dict[int, str]:
    """Names of officers by account."""
    names: Mapping[int, str] = directory().names(ids) if ids else {}
    return dict(names)
