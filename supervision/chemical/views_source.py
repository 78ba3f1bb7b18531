"""HTTP of units as GB 18218 sees them: the explanation, identification, the file of a source."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select

from supervision.chemical import exports, filing, forms, labels, papers, queries, service
from supervision.chemical.blueprint import bp
from supervision.chemical.explain import Reckoning, kept, plain, reckon
from supervision.chemical.models import ChemicalSource, ChemicalUnit, HazardStandard
from supervision.chemical.rules import Grade
from supervision.chemical.standards import standard_on
from supervision.chemical.views_ledger import save, show_version
from supervision.chemical.workflow import SOURCE_WORKFLOW
from supervision.core import clock
from supervision.core.access import current_actor, requires
from supervision.core.actor import Actor
from supervision.core.errors import InvalidInput
from supervision.core.export.lists import ListExport
from supervision.core.i18n import message_of
from supervision.core.permissions import Permission
from supervision.core.web.exporting import answer
from supervision.core.web.forms import Form, check_seen, given
from supervision.core.web.numbers import id_argument
from supervision.core.web.paging import page_number, paginate
from supervision.enterprise import queries as enterprises

PDF = "application/pdf"


@bp.get("/")
@requires(Permission.CHEMICAL_READ)
def index() -> ResponseReturnValue:
    """Major hazard sources; the people of one enterprise land on their ledger."""
    actor = current_actor()
    if not actor.is_regulator and len(actor.enterprise_ids) == 1:
        own = next(iter(actor.enterprise_ids))
        return redirect(url_for("chemical.ledger", enterprise_id=own))
    form, wanted = _filter(actor)
    page = paginate(queries.list_sources(actor, wanted), number=page_number())
    return render_template(
        "chemical/index.html",
        form=form,
        page=page,
        counts=queries.source_counts(actor),
        regions=enterprises.region_path_names({s.enterprise.region_code for s in page.items}),
        labels=labels,
        plain=plain,
        today=clock.today(),
        active=sum(1 for name in ("group", "grade", "region") if form[name].data),
    )


def _listed() -> Select[Any]:
    actor = current_actor()
    return queries.list_sources(actor, _filter(actor)[1])


SOURCES = ListExport(
    "chemical.index",
    _l("Major hazard sources"),
    Permission.CHEMICAL_READ,
    _listed,
    exports.source_table,
)


@bp.get("/export.xlsx")
@requires(Permission.CHEMICAL_READ)
def export() -> ResponseReturnValue:
    """The filtered list as Excel."""
    return answer(SOURCES)


def _filter(actor: Actor) -> tuple[forms.FilterForm, queries.SourceFilter]:
    form = forms.FilterForm(request.args)
    form.region.choices = [("", "—"), *enterprises.region_choices(actor)]
    form.validate()
    grade, group = form.grade.data, form.group.data
    return form, queries.SourceFilter(
        text=form.text.data or "",
        group=group if group in queries.GROUPS else "",
        grade=Grade(grade) if grade in set(Grade) else None,
        region=form.region.data if (form.region.data or "").isdecimal() else "",
        enterprise_id=id_argument("enterprise"),
        sort=form.sort.data or "grade",
    )


@bp.get("/units/<int:unit_id>")
@requires(Permission.CHEMICAL_READ)
def unit(unit_id: int) -> ResponseReturnValue:
    """What the unit holds, every term of S and R as they stand now, and what was found before."""
    return _unit_page(unit_id, None)


def _unit_page(unit_id: int, form: forms.IdentifyForm | None) -> str:
    actor = current_actor()
    found = queries.get_unit(unit_id, actor)
    standard, reckoning, problem = _now(found)
    if form is None:
        form = forms.IdentifyForm(
            formdata=None, done_on=clock.today(), assessor=actor.name, reason=""
        )
    show_version(form, found)
    return render_template(
        "chemical/unit.html",
        unit=found,
        standard=standard,
        reckoning=reckoning,
        problem=problem,
        form=form,
        events=queries.events_of_unit(unit_id, actor),
        labels=labels,
        plain=plain,
        today=clock.today(),
    )


def _now(found: ChemicalUnit) -> tuple[HazardStandard, Reckoning | None, str]:
    """What holds today, or why it cannot be reckoned."""
    standard = standard_on(clock.today())
    try:
        return standard, reckon(standard.tables(), found)[1], ""
    except InvalidInput as error:
        return standard, None, message_of(error)


@bp.get("/units/<int:unit_id>/explanation.pdf")
@requires(Permission.CHEMICAL_READ)
def explanation(unit_id: int) -> ResponseReturnValue:
    """The reckoning of today on paper, marked as provisional."""
    found = queries.get_unit(unit_id, current_actor())
    standard, reckoning, problem = _now(found)
    if reckoning is None:
        flash(problem, "danger")
        return redirect(url_for("chemical.unit", unit_id=unit_id))
    made = papers.of_now(found, standard, reckoning)
    return send_file(io.BytesIO(made), mimetype=PDF, download_name=f"{found.name}.pdf")


@bp.post("/units/<int:unit_id>/identify")
@requires(Permission.CHEMICAL_EDIT)
def identify(unit_id: int) -> ResponseReturnValue:
    actor, form = current_actor(), forms.IdentifyForm()
    queries.get_unit(unit_id, actor)

    def act() -> str:
        found = queries.get_unit(unit_id, actor)
        check_seen(form, found.row_version)
        made = service.identify(
            found,
            actor,
            service.Assessment(
                done_on=given(form.done_on.data),
                assessor=form.assessor.data or "",
                organisation=form.organisation.data or "",
                reason=form.reason.data or "",
            ),
        )
        return url_for("chemical.identification", identification_id=made.id)

    return save(form, act, lambda: _unit_page(unit_id, form), _("The identification is kept."))


@bp.get("/identifications/<int:identification_id>")
@requires(Permission.CHEMICAL_READ)
def identification(identification_id: int) -> ResponseReturnValue:
    """What was found on a day, every term as it stood."""
    found = queries.get_identification(identification_id, current_actor())
    return render_template(
        "chemical/identification.html",
        found=found,
        reckoning=kept(found),
        labels=labels,
        plain=plain,
    )


@bp.get("/identifications/<int:identification_id>/paper.pdf")
@requires(Permission.CHEMICAL_READ)
def identification_paper(identification_id: int) -> ResponseReturnValue:
    found = queries.get_identification(identification_id, current_actor())
    name = f"{found.unit_name}-{found.done_on.isoformat()}.pdf"
    return send_file(io.BytesIO(papers.of_then(found)), mimetype=PDF, download_name=name)


@bp.get("/sources/<int:source_id>")
@requires(Permission.CHEMICAL_READ)
def source(source_id: int) -> ResponseReturnValue:
    """The file at the bureau: standing, filing, identifications, history, next steps."""
    return _source_page(source_id, {})


def _source_page(source_id: int, returned: dict[str, Form]) -> str:
    """``returned``: a form that came back with errors, under the name of its step."""
    actor = current_actor()
    found = queries.get_source(source_id, actor)
    today = clock.today()
    steps: dict[str, Form] = {
        "submit": forms.StepForm(formdata=None),
        "file": forms.FileForm(formdata=None, filed_on=today),
        "send_back": forms.ReasonForm(formdata=None),
        "request_cancel": forms.ReasonForm(formdata=None),
        "cancel": forms.ReasonForm(formdata=None),
        "keep": forms.ReasonForm(formdata=None),
    }
    offered = SOURCE_WORKFLOW.names(found, actor)
    shown = {name: form for name, form in (steps | returned).items() if name in offered}
    for name, form in shown.items():
        show_version(form.mark(name), found)
    return render_template(
        "chemical/source.html",
        source=found,
        forms=shown,
        returned=next(iter(returned.values()), None),
        events=queries.events_of_unit(found.unit_id, actor),
        labels=labels,
        plain=plain,
        today=today,
    )


def _step(
    source_id: int, name: str, form: Form, verb: Callable[..., None], done: str
) -> ResponseReturnValue:
    """One step of a file; the form's fields are the verb's arguments."""
    actor = current_actor()
    queries.get_source(source_id, actor)

    def act() -> str:
        found: ChemicalSource = queries.get_source(source_id, actor)
        check_seen(form, found.row_version)
        verb(found, actor, **_arguments(form))
        return url_for("chemical.source", source_id=source_id)

    return save(form, act, lambda: _source_page(source_id, {name: form}), done)


def _arguments(form: Form) -> dict[str, Any]:
    left_out = {"csrf_token", "row_version"}
    return {f.short_name: f.data for f in form if f.short_name not in left_out}


@bp.post("/sources/<int:source_id>/submit")
@requires(Permission.CHEMICAL_EDIT)
def submit(source_id: int) -> ResponseReturnValue:
    done = _("Submitted for filing.")
    return _step(source_id, "submit", forms.StepForm(), filing.submit, done)


@bp.post("/sources/<int:source_id>/file")
@requires(Permission.CHEMICAL_DECIDE)
def file(source_id: int) -> ResponseReturnValue:
    done = _("The major hazard source is on file.")
    return _step(source_id, "file", forms.FileForm(), filing.file, done)


@bp.post("/sources/<int:source_id>/send-back")
@requires(Permission.CHEMICAL_DECIDE)
def send_back(source_id: int) -> ResponseReturnValue:
    done = _("The filing was sent back.")
    return _step(source_id, "send_back", forms.ReasonForm(), filing.send_back, done)


@bp.post("/sources/<int:source_id>/request-cancel")
@requires(Permission.CHEMICAL_EDIT)
def request_cancel(source_id: int) -> ResponseReturnValue:
    done = _("The cancellation is asked for.")
    return _step(source_id, "request_cancel", forms.ReasonForm(), filing.request_cancel, done)


@bp.post("/sources/<int:source_id>/cancel")
@requires(Permission.CHEMICAL_DECIDE)
def cancel(source_id: int) -> ResponseReturnValue:
    done = _("The filing is cancelled.")
    return _step(source_id, "cancel", forms.ReasonForm(), filing.cancel, done)


@bp.post("/sources/<int:source_id>/keep")
@requires(Permission.CHEMICAL_DECIDE)
def keep(source_id: int) -> ResponseReturnValue:
    done = _("It stays on file.")
    return _step(source_id, "keep", forms.ReasonForm(), filing.keep, done)
