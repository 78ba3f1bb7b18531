"""The explanation of an identification on paper: every term, as an inspector checks it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from supervision.chemical import labels
from supervision.chemical.explain import Reckoning, kept, plain
from supervision.chemical.models import ChemicalIdentification, ChemicalUnit, HazardStandard
from supervision.chemical.rules import Grade, Rule, Table
from supervision.core import clock
from supervision.core.export.columns import Column, Kind
from supervision.core.export.pdf import PdfDocument
from supervision.core.i18n import format_day

Term = dict[str, Any]


def row_name(term: Term, what: str) -> str:
    """The row that gave ``what`` ("critical" or "beta"): "Table 1, no. 12"."""
    table = labels.TABLE_SHORT[Table(term[f"{what}_table"])]
    if term[f"{what}_symbol"]:
        return f"{table}, {term[f'{what}_symbol']}"
    named: str = _("%(table)s, no. %(number)s", table=table, number=term[f"{what}_position"])
    return named


COLUMNS: tuple[Column[Term], ...] = (
    Column("name", _l("Chemical"), lambda t: f"{t['name']}\n{t['cas']}".strip(), width=22),
    Column("q", _l("q (t)"), lambda t: t["tonnes"], width=9),
    Column("critical", _l("Q (t)"), lambda t: t["critical"], width=8),
    Column("from", _l("Q from"), lambda t: row_name(t, "critical"), width=15),
    Column("ratio", _l("q/Q"), lambda t: t["ratio"], width=10),
    Column("beta", _l("β"), lambda t: t["beta"], width=6),
    Column("beta_from", _l("β from"), lambda t: row_name(t, "beta"), width=15),
    Column("weighted", _l("β·q/Q"), lambda t: t["weighted"], width=10),
    Column("rule", _l("Why this Q"), lambda t: str(labels.RULE_LABELS[Rule(t["rule"])]), width=24),
)


def of_now(unit: ChemicalUnit, standard: HazardStandard, reckoning: Reckoning) -> bytes:
    """What the ledger comes to today; marked as provisional."""
    lines = [_("Ledger as of %(day)s", day=format_day(clock.today()))]
    return _paper(unit.enterprise.name, unit.name, lines, standard, reckoning, provisional=True)


def of_then(found: ChemicalIdentification) -> bytes:
    """What was found and kept."""
    lines = [
        _("Identified on %(day)s by %(name)s", day=format_day(found.done_on), name=found.assessor)
    ]
    if found.organisation:
        lines.append(found.organisation)
    if found.due_on:
        lines.append(_("To be assessed anew by %(day)s", day=format_day(found.due_on)))
    return _paper(found.enterprise.name, found.unit_name, lines, found.standard, kept(found))


def _paper(
    enterprise: str,
    unit: str,
    lines: Sequence[str],
    standard: HazardStandard,
    reckoning: Reckoning,
    *,
    provisional: bool = False,
) -> bytes:
    paper = PdfDocument(
        _("Identification of a major hazard source"),
        issuer=enterprise,
        provisional=provisional,
        wide=True,
    )
    paper.title_block(f"{enterprise} · {unit}", lines)
    paper.figures(
        [
            (_("S = Σ q/Q"), plain(reckoning.s), Kind.TEXT),
            (_("R = α · Σ β·q/Q"), _figure(reckoning.r), Kind.TEXT),
            (_("α"), _figure(reckoning.alpha), Kind.TEXT),
            (_("Result"), _grade(reckoning), Kind.TEXT),
        ]
    )
    paper.table(COLUMNS, reckoning.terms)
    for line in steps(reckoning):
        paper.paragraph(line)
    paper.note(
        _(
            "By %(code)s, edition in force from %(day)s (%(source)s). q is the design maximum, not"
            " the stock. Figures are cut off after four digits, decided upon exactly.",
            code=standard.code,
            day=format_day(standard.effective_from),
            source=standard.source,
        )
    )
    return paper.build()


def steps(reckoning: Reckoning) -> list[str]:
    """The reckoning in sentences, one a line."""
    if not reckoning.is_major:
        return [
            _(
                "S = %(s)s is below 1: not a major hazard source, so no R and no grade.",
                s=plain(reckoning.s),
            )
        ]
    return [
        _("S = %(s)s reaches 1: a major hazard source.", s=plain(reckoning.s)),
        _(
            "%(people)s people are permanently within 500 m outside the boundary: α = %(alpha)s"
            " (Table 5).",
            people=reckoning.exposed,
            alpha=_figure(reckoning.alpha),
        ),
        _(
            "R = %(alpha)s × %(sum)s = %(r)s: %(grade)s (Table 6).",
            alpha=_figure(reckoning.alpha),
            sum=_figure(reckoning.weighted),
            r=_figure(reckoning.r),
            grade=_grade(reckoning),
        ),
    ]


def _figure(figure: Decimal | None) -> str:
    return plain(figure) or "—"


def _grade(reckoning: Reckoning) -> str:
    if reckoning.grade is None:
        return str(_("Not a major hazard source"))
    return str(labels.GRADE_LABELS[Grade(reckoning.grade)])
