"""The plan as a table to print (FACTS 2.3) and as a workbook with its lines."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from supervision.account.models import Account
from supervision.core import clock
from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.export.columns import Column, Kind
from supervision.core.export.pdf import PdfDocument
from supervision.core.export.xlsx import XlsxBook
from supervision.core.i18n import format_day
from supervision.enterprise import queries as enterprises
from supervision.plan import figures, labels, queries
from supervision.plan.models import AnnualPlan, PlanItem, PlanTarget
from supervision.plan.queries import TargetFilter
from supervision.plan.workflow import PlanState

KINDS = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
MOST_LINES = 20_000


@dataclass(frozen=True, slots=True)
class Row:
    """An item with what its columns take from elsewhere."""

    item: PlanItem
    count: int
    region: str
    tally: figures.Tally


COLUMNS: tuple[Column[Row], ...] = (
    Column("position", _l("No."), lambda r: r.item.position, Kind.INTEGER, width=5),
    Column("matter", _l("Matter of the inspection"), lambda r: r.item.matter, width=16),
    Column("basis", _l("Basis of the inspection"), lambda r: r.item.basis, width=20),
    Column(
        "objects",
        _l("Enterprises and number, or total and share of the draw"),
        lambda r: labels.objects(r.item, r.count, r.region),
        width=20,
    ),
    Column("content", _l("Content of the inspection"), lambda r: r.item.content, width=24),
    Column(
        "method",
        _l("Way of inspecting"),
        lambda r: str(labels.METHOD_LABELS[r.item.method]),
        width=13,
    ),
    Column("frequency", _l("Frequency and cap"), lambda r: r.item.frequency, width=12),
    Column("months", _l("Schedule of the item"), lambda r: labels.months(r.item.months), width=12),
    Column("organizer", _l("Organizing body"), lambda r: r.item.organizer, width=14),
    Column("joint", _l("Joint"), lambda r: _("Yes") if r.item.is_joint else _("No"), width=7),
    Column("note", _l("Note"), lambda r: r.item.note, width=12),
)
PROGRESS: tuple[Column[Row], ...] = (
    *COLUMNS,
    Column("lines", _l("Lines"), lambda r: r.tally.total, Kind.INTEGER, width=8, total=True),
    Column("done", _l("Done"), lambda r: r.tally.done, Kind.INTEGER, width=8, total=True),
    Column("overdue", _l("Overdue"), lambda r: r.tally.overdue, Kind.INTEGER, width=8, total=True),
)


def _officer(account: Account | None) -> str:
    return account.name if account else ""


LINES: tuple[Column[PlanTarget], ...] = (
    Column("month", _l("Month"), lambda t: t.month, Kind.INTEGER, width=8),
    Column("item", _l("Item"), lambda t: t.item.matter, width=28),
    Column("enterprise", _l("Enterprise"), lambda t: t.enterprise.name, width=32),
    Column("uscc", _l("Unified social credit code"), lambda t: t.enterprise.uscc, width=22),
    Column("drawn", _l("Drawn"), lambda t: _("Yes") if t.draw_id else "", width=8),
    Column("first", _l("First officer"), lambda t: _officer(t.first_officer), width=12),
    Column("second", _l("Second officer"), lambda t: _officer(t.second_officer), width=12),
    Column(
        "state", _l("State"), lambda t: str(labels.TARGET_LABELS[figures.state_of(t)]), width=12
    ),
    Column(
        "inspection",
        _l("Inspection"),
        lambda t: t.inspection.number if t.inspection else "",
        width=24,
    ),
    Column("reason", _l("Why it was taken out"), lambda t: t.dropped_reason, width=24),
)


def _rows(plan: AnnualPlan, actor: Actor) -> list[Row]:
    counts = queries.target_counts(plan.id)
    regions = enterprises.region_names({i.region_code for i in plan.items if i.region_code})
    found = figures.of_plan(plan, actor)
    return [
        Row(i, counts.get(i.id, 0), regions.get(i.region_code, ""), found.items[i.id])
        for i in plan.items
    ]


def _lines(plan: AnnualPlan) -> list[str]:
    said = [
        _(
            "Version %(version)s · %(state)s",
            version=plan.version,
            state=labels.STATE_LABELS[plan.status],
        )
    ]
    if plan.published_on:
        said.append(_("Published on %(day)s", day=format_day(plan.published_on)))
    if plan.approved_by:
        said.append(_("Approved by %(name)s", name=plan.approved_by))
    return said


def paper(plan: AnnualPlan, actor: Actor) -> bytes:
    """The plan as an A4 table across, with the published columns."""
    document = PdfDocument(
        plan.title,
        issuer=plan.authority.name,
        provisional=plan.status not in {PlanState.PUBLISHED, PlanState.SUPERSEDED},
        wide=True,
    )
    document.title_block(plan.authority.name, _lines(plan))
    if plan.reason:
        document.note(_("Reason of the amendment: %(reason)s", reason=plan.reason))
    if plan.summary:
        document.paragraph(plan.summary)
    document.table(COLUMNS, _rows(plan, actor))
    return document.build()


def book(plan: AnnualPlan, actor: Actor) -> bytes:
    """Items with their progress, and every line that the actor may see."""
    made = XlsxBook(plan.title, author=plan.authority.name, stamp=clock.now())
    made.ledger(
        _("Items of the plan"), PROGRESS, _rows(plan, actor), title=plan.title, notes=_lines(plan)
    )
    stmt = queries.list_targets(plan, actor, TargetFilter()).limit(MOST_LINES)
    rows = db.session.scalars(stmt.execution_options(yield_per=500))
    made.ledger(_("Lines"), LINES, rows, title=_("Enterprises of the plan"))
    return made.save()
