"""The safety code's chapter of the dossier: the newest month point by point, the months, the facts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from supervision.core.actor import Actor
from supervision.core.dossier import Chapter, Evidence, Section
from supervision.core.export.columns import Column, Kind
from supervision.core.permissions import Permission
from supervision.score import labels, queries, showing
from supervision.score.models import Score, ScoreFact
from supervision.score.showing import ShownLine

_LINES: Sequence[Column[ShownLine]] = (
    Column("group", _l("Group of the indicator"), lambda x: str(labels.GROUP_LABELS[x.group])),
    Column("title", _l("Indicator"), lambda x: x.title, width=34),
    Column("points", _l("Points"), lambda x: _("Veto") if x.vetoes else x.points, width=10),
    Column("of", _l("Most points"), lambda x: x.of if x.of != "0" else "—", width=8),
    Column("why", _l("Why"), lambda x: x.why, width=28),
    Column(
        "records",
        _l("Records behind it"),
        lambda x: str(_(", ")).join(text or labels.KIND_LABELS[k] for k, text, _url in x.records),
        width=34,
    ),
)
_MONTHS: Sequence[Column[Score]] = (
    Column("month", _l("Month"), lambda x: f"{x.month:%Y-%m}", width=12),
    Column("code", _l("Safety code"), lambda x: labels.code_of(x.colour), width=12),
    Column("total", _l("Points"), lambda x: "" if x.total is None else str(x.total), width=10),
    Column("veto", _l("Veto"), lambda x: _("Yes") if x.is_vetoed else "", width=8),
    Column("state", _l("State"), lambda x: _("frozen") if x.frozen_at else _("running"), width=12),
)
_FACTS: Sequence[Column[ScoreFact]] = (
    Column("day", _l("On which day"), lambda x: x.happened_on, Kind.DAY, width=12),
    Column("kind", _l("What happened"), lambda x: str(labels.FACT_LABELS[x.kind]), width=24),
    Column("paper", _l("Number of the paper"), lambda x: x.paper_number, width=22),
    Column("reason", _l("What it says, and why it is recorded"), lambda x: x.reason, width=36),
    Column("void", _l("Void because"), lambda x: x.void_reason, width=24),
)


def _sections(enterprise_id: int, actor: Actor) -> Sequence[Section]:
    score = queries.score_of(enterprise_id, actor)
    found = []
    if score is not None:
        shown = showing.shown(score, actor)
        lines = [line for group in shown.groups.values() for line in group]
        found.append(
            Section(
                title=f"{score.month:%Y-%m}",
                facts=[
                    (_("Safety code"), labels.code_of(score.colour), Kind.TEXT),
                    (_("Points"), "" if score.total is None else str(score.total), Kind.TEXT),
                    (_("What it rests on"), score.table.source, Kind.TEXT),
                ],
                columns=_LINES,
                rows=lines,
                note=_(
                    "The safety code judges the enterprise: red, orange, yellow, green. It is not"
                    " the grade of a risk, whose four colours end in blue."
                ),
            )
        )
        found.append(
            Section(title=_("The last twelve months"), columns=_MONTHS, rows=shown.history)
        )
    facts = queries.facts_of(enterprise_id, actor)
    if facts:
        found.append(Section(title=_("Recorded facts"), columns=_FACTS, rows=facts))
    return found


def _files(enterprise_id: int, actor: Actor) -> Iterable[Evidence]:
    """The papers of recorded facts."""
    for fact in queries.facts_of(enterprise_id, actor):
        if fact.attachment is not None:
            name = fact.paper_number or f"{fact.happened_on:%Y-%m-%d}"
            yield Evidence(name, fact.attachment)


CHAPTERS = (Chapter("score", _l("Safety code"), Permission.SCORE_READ, 64, _sections, _files),)
