"""Who hears of codes that got worse: the enterprise of its own, its officer of all of theirs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from itertools import groupby

from sqlalchemy import update

from supervision.core import notices
from supervision.core.db import db
from supervision.core.notices import Audience
from supervision.core.scope import unscoped
from supervision.enterprise.models import Enterprise
from supervision.score import queries
from supervision.score.models import ScoreChange

# So many are told of by name; of more an officer hears in one notice.
BY_NAME = 3
_EVERYBODY = "the night tells of every enterprise"

Row = tuple[ScoreChange, Enterprise, int | None]


def tell(now: datetime, limit: int) -> int:
    """Tell of the next changes; returns how many.

    An officer's stand together, so that a city's first night is one notice for each officer and
    not one for each enterprise.
    """
    rows = queries.untold(limit)
    for change, enterprise, _officer in rows:
        # A first code is no news to the enterprise: it stands on its start page.
        if change.from_colour is not None:
            _name(change, enterprise, Audience.ENTERPRISE_PEOPLE)
    for _officer, group in groupby(rows, key=lambda row: row[2] or 0):
        _supervisors(list(group))
    if rows:
        told = [{"id": change.id, "told_at": now} for change, _enterprise, _officer in rows]
        db.session.execute(unscoped(update(ScoreChange), reason=_EVERYBODY), told)
    return len(rows)


def _supervisors(rows: Sequence[Row]) -> None:
    if len(rows) <= BY_NAME:
        for change, enterprise, _officer in rows:
            _name(change, enterprise, Audience.SUPERVISORS)
        return
    officer = rows[0][2]
    if officer is not None:
        _many(Audience.ACCOUNT, officer, len(rows))
        return
    # Those who supervise one enterprise of a street supervise all of it.
    many = Counter(enterprise.region_code for _change, enterprise, _officer in rows)
    for region, one in {e.region_code: e.id for _change, e, _officer in rows}.items():
        _many(Audience.SUPERVISORS, one, many[region])


def _name(change: ScoreChange, enterprise: Enterprise, audience: Audience) -> None:
    notices.queue(
        f"score.{change.to_colour}",
        audience,
        enterprise.id,
        link=f"/scores/enterprises/{enterprise.id}",
        name=enterprise.display_name,
        total="—" if change.total is None else change.total,
    )


def _many(audience: Audience, audience_id: int, count: int) -> None:
    notices.queue("score.worse", audience, audience_id, link="/scores/?sort=worst", count=count)
