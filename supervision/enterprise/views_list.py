"""The roll as a list: filters, chosen columns, files of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select

from supervision.core.access import current_actor, requires
from supervision.core.actor import Actor
from supervision.core.errors import Forbidden
from supervision.core.export.columns import NUMERIC, Column, shown
from supervision.core.export.lists import FileKind, ListExport
from supervision.core.masking import masked_phone
from supervision.core.permissions import Permission
from supervision.core.web.exporting import answer
from supervision.core.web.paging import page_number
from supervision.enterprise import coverage, exports, forms, labels, preferences, queries, rules
from supervision.enterprise.models import Enterprise, RollStatus
from supervision.enterprise.request_labels import DAYS_LABELS
from supervision.enterprise.views import bp, officer_names
from supervision.slices import slices

LIST = "enterprise.roll"


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
    "search": Pick(_l("Look for cameras"), "camera_search.new", Permission.CAMERA_EDIT),
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
    if not request.args and (first := preferences.default_filter(actor, LIST)) is not None:
        return redirect(f"{url_for('enterprise.index')}?{first.query}")
    form, wanted = filters()
    page = queries.page_of_enterprises(actor, wanted, page_number())
    regions = queries.region_path_names(
        {e.region_code for e in page.items},
        below=actor.regions[0] if len(actor.regions) == 1 else "",
    )
    officers = officer_names({e.officer_id for e in page.items if e.officer_id})
    return render_template(
        "enterprise/index.html",
        form=form,
        page=page,
        labels=labels,
        mask=masked_phone,
        text_of=shown,
        numeric=NUMERIC,
        regions=regions,
        officers=officers,
        **_worded(page.items),
        columns=_headed(
            preferences.chosen(actor, LIST, exports.columns(regions, officers), exports.SHOWN)
        ),
        saved=preferences.filters(actor, LIST),
        query=query_string(),
        active=_active(form),
        pick=request.args.get("pick", "") if picking else "",
        picking=picking,
    )


def _headed(columns: Sequence[Column[Enterprise]]) -> list[Column[Enterprise]]:
    """The headings translated once, for they stand beside each cell on a phone."""
    return [replace(column, heading=str(column.heading)) for column in columns]


def _worded(rows: Sequence[Enterprise]) -> dict[str, dict[Any, str]]:
    """What stands in cells of many rows, translated once a page."""
    return {
        "industries": {
            code: labels.industry_name(code) for code in {e.industry_code for e in rows}
        },
        "sizes": {size: str(label) for size, label in labels.SIZE_LABELS.items()},
        "statuses": {status: str(label) for status, label in labels.STATUS_LABELS.items()},
    }


def _pick(actor: Actor) -> Pick | None:
    found = PICKS.get(request.args.get("pick", ""))
    if found is not None and not actor.may(found.permission):
        raise Forbidden
    return found


def query_string() -> str:
    """The filters of this address, without its page and without what is empty."""
    return preferences.tidy_query(request.query_string.decode())


def roll() -> Select[Any]:
    """The filtered roll of the running request."""
    return queries.list_enterprises(current_actor(), filters()[1])


def _table(stmt: Select[Any]) -> tuple[Sequence[Column[Enterprise]], Iterable[Enterprise]]:
    columns, rows = exports.roll_table(stmt, officer_names)
    return preferences.chosen(current_actor(), LIST, columns, ()), rows


ROLL = ListExport(
    LIST,
    _l("Enterprises on the roll"),
    Permission.ENTERPRISE_READ,
    roll,
    _table,
)


def _on_paper(stmt: Select[Any]) -> tuple[Sequence[Column[Enterprise]], Iterable[Enterprise]]:
    columns, rows = exports.roll_table(stmt, officer_names)
    return preferences.chosen(current_actor(), LIST, columns, exports.SHOWN), rows


PAPER = ListExport(
    "enterprise.paper",
    _l("Enterprises on the roll"),
    Permission.ENTERPRISE_READ,
    roll,
    _on_paper,
    (FileKind.PDF,),
)


@bp.get("/export.xlsx")
@requires(Permission.ENTERPRISE_READ)
def export() -> ResponseReturnValue:
    """The filtered roll as Excel, in the columns that one chose."""
    return answer(ROLL)


@bp.get("/export.pdf")
@requires(Permission.ENTERPRISE_READ)
def export_paper() -> ResponseReturnValue:
    """The filtered roll on paper, in the columns of the page."""
    return answer(PAPER, FileKind.PDF)


def filters() -> tuple[forms.FilterForm, queries.EnterpriseFilter]:
    """The filter form of this address, and what it narrows the roll to."""
    form = forms.FilterForm(request.args)
    form.region.choices = [("", "—"), *queries.region_choices(current_actor())]
    form.validate()
    size, status, key = form.size_class.data, form.roll_status.data, form.key.data
    industry, days = form.industry.data or "", request.args.get("days", "")
    return form, queries.EnterpriseFilter(
        text=form.text.data or "",
        region=form.region.data if (form.region.data or "").isdecimal() else "",
        industry=industry if industry in labels.SECTION_LABELS else "",
        size_class=rules.SizeClass(size) if size in set(rules.SizeClass) else None,
        roll_status=RollStatus(status) if status in set(RollStatus) else None,
        is_key=key == "1" if key in labels.KEY_LABELS else None,
        gap=form.gap.data or "",
        days=int(days) if days in DAYS_LABELS else coverage.DAYS,
        checked=tuple(m.checked_since for m in slices() if m.checked_since is not None),
        sort=form.sort.data or "name",
    )


def _active(form: forms.FilterForm) -> int:
    names = ("region", "industry", "size_class", "roll_status", "key", "gap")
    return sum(1 for name in names if form[name].data)
