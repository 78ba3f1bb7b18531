"""Papers of risk: the notice board, a notice card, and (in plan_paper) the four-colour plan."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from supervision.core import clock
from supervision.core.export.columns import Column, Kind
from supervision.core.export.pdf import PdfDocument
from supervision.enterprise.models import Enterprise
from supervision.risk import labels, tables
from supervision.risk.exports import accidents_text, controls_text
from supervision.risk.models import RiskPoint
from supervision.risk.plan_paper import plan_pdf
from supervision.risk.rules import ControlKind, RiskGrade
from supervision.risk.service import standing_controls


def _colour(grade: RiskGrade | None) -> str:
    """The grade with its colour in words: paper may be copied in grey."""
    if grade is None:
        return ""
    return f"{labels.GRADE_LABELS[grade]} · {labels.COLOUR_LABELS[grade]}"


def board_pdf(enterprise: Enterprise, points: Sequence[RiskPoint]) -> bytes:
    """The notice board of an enterprise, turned A4: every risk on file, the worst first."""
    names = tables.accident_names(clock.today())
    document = PdfDocument(
        _("Risk notice board"), issuer=enterprise.name, footer=enterprise.uscc, wide=True
    )
    document.title_block(enterprise.name, [_("As of %(day)s", day=clock.today().isoformat())])
    document.figures(
        [
            (
                _colour(grade),
                sum(1 for p in points if p.grade is grade),
                Kind.INTEGER,
            )
            for grade in RiskGrade
        ]
    )
    columns: tuple[Column[RiskPoint], ...] = (
        Column("number", _l("Number of the risk point"), lambda p: p.number, width=11),
        Column("name", _l("Risk point"), lambda p: f"{p.name}\n{p.place}", width=20),
        Column("grade", _l("Risk grade"), lambda p: _colour(p.grade), width=12),
        Column("factor", _l("Hazardous factor"), lambda p: p.factor, width=26),
        Column("accidents", _l("Accidents"), lambda p: accidents_text(p, names), width=14),
        Column("controls", _l("Controls"), controls_text, width=40),
        Column(
            "person",
            _l("Responsible"),
            lambda p: "\n".join(filter(None, (p.responsible_person, p.responsible_post))),
            width=12,
        ),
    )
    document.table(columns, points)
    return document.build()


def card_pdf(point: RiskPoint) -> bytes:
    """A card for the wall beside a risk: what can happen, what to do, whom to call."""
    names = tables.accident_names(clock.today())
    title = _("Risk notice card")
    document = PdfDocument(title, issuer=point.enterprise.name, footer=point.number)
    document.title_block(f"{point.name} · {point.place}", [point.enterprise.name])
    document.figures(
        [
            (_("Risk grade"), _colour(point.grade), Kind.TEXT),
            (_("Possible accidents"), accidents_text(point, names), Kind.TEXT),
        ],
        across=2,
    )
    level = point.control_level
    document.facts(
        [
            (_("Number of the risk point"), point.number, Kind.TEXT),
            (_("Hazardous factor"), point.factor, Kind.TEXT),
            (_("Level of control"), str(labels.LEVEL_LABELS[level]) if level else "", Kind.TEXT),
            (_("Person responsible"), point.responsible_person, Kind.TEXT),
            (_("Department or post"), point.responsible_post, Kind.TEXT),
            (_("Phone"), point.responsible_phone, Kind.TEXT),
            (_("Re-assess by"), point.next_review_on, Kind.DAY),
        ]
    )
    for kind in ControlKind:
        own = [c for c in standing_controls(point) if c.kind is kind]
        if not own:
            continue
        document.heading(str(labels.KIND_LABELS[kind]))
        for control in own:
            document.paragraph(f"· {control.text} ({control.responsible_post})")
    document.note(
        _("Made on %(day)s. Fire 119 · Medical emergency 120 · Police 110", day=clock.today())
    )
    return document.build()


__all__ = ["board_pdf", "card_pdf", "plan_pdf"]
