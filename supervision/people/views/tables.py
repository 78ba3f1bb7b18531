"""The versioned tables behind this slice: read by all who read people, changed as new versions."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from supervision.core import clock
from supervision.core.access import current_actor, requires
from supervision.core.db import transaction
from supervision.core.permissions import Permission
from supervision.core.statutory import Certainty
from supervision.core.web.forms import given
from supervision.core.web.paging import page_number, paginate
from supervision.people import labels, panels, ruletables, training_forms
from supervision.people.models import PeopleRule
from supervision.people.ruletables import Head
from supervision.people.tables import FIELDS, RuleTable
from supervision.people.views import parts
from supervision.people.views.blueprint import bp

_TABLE = "<any(post, certificate, hours, sector, staffing):table>"


@bp.get(f"/tables/{_TABLE}")
@requires(Permission.PEOPLE_READ)
def rule_list(table: str) -> ResponseReturnValue:
    """A table as it holds today and will hold; with ``times=all`` also as it held."""
    kind = RuleTable(table)
    form = training_forms.RuleFilterForm(request.args)
    form.validate()
    stmt = ruletables.list_rules(
        kind, form.text.data or "", day=clock.today(), all_versions=form.times.data == "all"
    )
    return render_template(
        "people/rules.html",
        table=kind,
        form=form,
        page=paginate(stmt, number=page_number()),
        fields=list(FIELDS[kind]),
        names=_names(kind),
        labels=labels,
        today=clock.today(),
        active=1 if form.times.data else 0,
    )


def _names(kind: RuleTable) -> dict[str, str]:
    """Names of the codes that a row's values may hold."""
    if kind is not RuleTable.STAFFING:
        return {}
    return panels.sector_names() | dict(parts.choices(RuleTable.POST))


@bp.get("/tables/rules/<int:rule_id>")
@requires(Permission.PEOPLE_READ)
def rule(rule_id: int) -> ResponseReturnValue:
    """One version with its source, and the other versions of its row."""
    found = ruletables.get(rule_id)
    may_edit = current_actor().may(Permission.FILE_TABLES_EDIT)
    return render_template(
        "people/rule.html",
        rule=found,
        versions=ruletables.versions(found),
        fields=list(FIELDS[found.kind]),
        names=_names(found.kind),
        can_follow=may_edit and found.effective_to is None,
        can_discard=may_edit and found.effective_from > clock.today(),
        labels=labels,
        today=clock.today(),
    )


@bp.get(f"/tables/{_TABLE}/new")
@requires(Permission.FILE_TABLES_EDIT)
def new_rule(table: str) -> ResponseReturnValue:
    form = training_forms.RULE_FORMS[RuleTable(table)](
        formdata=None,
        effective_from=clock.today() + timedelta(days=1),
        certainty=Certainty.MEDIUM,
        high_risk="0",
    )
    return _form_page(form, RuleTable(table), None)


@bp.post(f"/tables/{_TABLE}/new")
@requires(Permission.FILE_TABLES_EDIT)
def create_rule(table: str) -> ResponseReturnValue:
    kind = RuleTable(table)
    form = training_forms.RULE_FORMS[kind]()
    return parts.save(
        form,
        lambda: (
            ruletables.create(current_actor(), kind, form.code.data or "", _head(form, kind)).id
        ),
        lambda f: _form_page(f, kind, None),
        _("The row is saved; it holds from its first day."),
        lambda made: url_for("people.rule", rule_id=made),
    )


@bp.get("/tables/rules/<int:rule_id>/version")
@requires(Permission.FILE_TABLES_EDIT)
def new_rule_version(rule_id: int) -> ResponseReturnValue:
    """The next version, filled in with the present one."""
    base = ruletables.get(rule_id)
    tomorrow = clock.today() + timedelta(days=1)
    values: dict[str, Any] = {
        name: " ".join(value)
        if isinstance(value, list)
        else str(int(value))
        if isinstance(value, bool)
        else value
        for name, value in base.values.items()
    }
    form = training_forms.RULE_FORMS[base.kind](formdata=None, obj=base, **values)
    form.effective_from.data = max(tomorrow, base.effective_from + timedelta(days=1))
    form.note.data = ""
    return _form_page(form, base.kind, base)


@bp.post("/tables/rules/<int:rule_id>/version")
@requires(Permission.FILE_TABLES_EDIT)
def create_rule_version(rule_id: int) -> ResponseReturnValue:
    kind = ruletables.get(rule_id).kind
    form = training_forms.RULE_FORMS[kind]()
    return parts.save(
        form,
        lambda: (
            ruletables.new_version(ruletables.get(rule_id), current_actor(), _head(form, kind)).id
        ),
        lambda f: _form_page(f, kind, ruletables.get(rule_id)),
        _("The version is saved; it holds from its first day."),
        lambda made: url_for("people.rule", rule_id=made),
    )


@bp.post("/tables/rules/<int:rule_id>/discard")
@requires(Permission.FILE_TABLES_EDIT)
def discard_rule(rule_id: int) -> ResponseReturnValue:
    with transaction():
        found = ruletables.get(rule_id)
        table = found.kind
        ruletables.discard(found, current_actor())
    flash(_("The version is given up."), "success")
    return redirect(url_for("people.rule_list", table=table.value))


def _head(form: training_forms.RuleForm, kind: RuleTable) -> Head:
    return Head(
        name=form.name.data or "",
        name_en=form.name_en.data or "",
        effective_from=given(form.effective_from.data),
        source=form.source.data or "",
        certainty=Certainty(form.certainty.data),
        note=form.note.data or "",
        values=form.values(kind),
    )


def _form_page(form: Any, kind: RuleTable, base: PeopleRule | None) -> str:
    return render_template(
        "people/rule_form.html",
        form=form,
        table=kind,
        base=base,
        fields=list(FIELDS[kind]),
        labels=labels,
    )
