"""Safety codes of a month, for those who count them: rows, one enterprise's lines, counts by SQL.

A month that has ended is frozen on the first night after it; until then its code is as last
reckoned.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Select

from supervision.core.actor import Actor
from supervision.core.counting import count_if
from supervision.core.db import db
from supervision.core.scope import visible
from supervision.enterprise.models import Enterprise, narrowed
from supervision.score import labels, queries
from supervision.score.models import Score
from supervision.score.rules import Colour

_CHUNK = 500


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """An enterprise's code; ``colour`` None where nothing could be measured."""

    id: int
    enterprise: str
    uscc: str
    colour: Colour | None
    total: Decimal | None
    change: Decimal | None
    is_vetoed: bool


@dataclass(frozen=True, slots=True)
class ScoreLine:
    """What one indicator came to, in words where it says why."""

    group: str
    title: str
    points: Decimal
    of: Decimal
    lost: Decimal
    why: str


def score_rows(
    actor: Actor, month: date, *, enterprise_id: int | None = None, region: str = ""
) -> Iterator[ScoreRow]:
    """The codes of the month that begins on ``month``, worst first; streamed."""
    columns = (
        Score.id,
        Enterprise.name,
        Enterprise.uscc,
        Score.colour,
        Score.total,
        Score.change,
        Score.is_vetoed,
    )
    stmt = _scores(actor, month, *columns)
    stmt = narrowed(stmt, Score.enterprise_id, enterprise_id=enterprise_id, region=region)
    stmt = stmt.order_by(Score.rank, Score.total, Enterprise.name, Score.enterprise_id)
    for row in db.session.execute(stmt.execution_options(yield_per=_CHUNK)):
        yield ScoreRow(*row)


def score_lines(actor: Actor, month: date, *, enterprise_id: int) -> Sequence[ScoreLine]:
    """What one enterprise's code of the month is made of, in the order of the table."""
    score = queries.score_of(enterprise_id, actor, month)
    if score is None:
        return []
    known = queries.titles({score.table_id})
    return [
        ScoreLine(
            group=line["group"],
            title=labels.title_of(known.get(line["code"]), line["code"]),
            points=Decimal(line["points"]),
            of=Decimal(line["of"]),
            lost=Decimal(line["lost"]),
            why=labels.why_of(line),
        )
        for line in score.lines
    ]


def score_counts(
    actor: Actor, month: date, *, enterprise_id: int | None = None, region: str = ""
) -> dict[str, int]:
    """How many codes of each colour, without one, and by veto; counted without the rows."""
    parts: dict[str, Any] = {f"scores_{c.value}": Score.colour == c for c in Colour}
    parts |= {"scores_none": Score.colour.is_(None), "scores_vetoed": Score.is_vetoed}
    stmt = narrowed(
        _scores(actor, month, *(count_if(part) for part in parts.values())),
        Score.enterprise_id,
        enterprise_id=enterprise_id,
        region=region,
    )
    row = db.session.execute(stmt).one()
    return {name: int(value) for name, value in zip(parts, row, strict=True)}


def _scores(actor: Actor, month: date, *columns: Any) -> Select[Any]:
    return (
        visible(Score, actor, *columns)
        .join(Enterprise, Enterprise.id == Score.enterprise_id)
        .where(Score.month == month)
    )
