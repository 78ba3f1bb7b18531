"""A score made ready for its page: groups of lines with links, changes, the chart's rays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from supervision.core.actor import Actor
from supervision.score import labels, lines, links, queries
from supervision.score.models import Score
from supervision.score.rules import Change, Group, axes, changes


@dataclass(frozen=True, slots=True)
class ShownLine:
    """A line with its title, why, records (kind, text, address) and the list behind it."""

    code: str
    group: Group
    title: str
    points: str
    of: str
    is_lost: bool
    vetoes: bool
    why: str
    records: Sequence[tuple[str, str, str | None]]
    more: int
    list_url: str | None


@dataclass(frozen=True, slots=True)
class Shown:
    """What the page of a score shows besides its row."""

    groups: Mapping[Group, Sequence[ShownLine]]
    before: Score | None
    changes: Sequence[Change]
    titles: Mapping[str, str]
    rays: Sequence[tuple[str, int]]
    history: Sequence[Score]


def shown(score: Score, actor: Actor) -> Shown:
    before = queries.before(score, actor)
    tables = {score.table_id} | ({before.table_id} if before else set())
    known = queries.titles(tables)
    titles = {code: labels.title_of(line, code) for code, line in known.items()}
    records = links.resolved(score.lines, actor)
    groups: dict[Group, list[ShownLine]] = {group: [] for group in Group}
    for line in score.lines:
        source = known[line["code"]].source if line["code"] in known else ""
        groups[Group(line["group"])].append(
            _line(
                line,
                titles,
                records[line["code"]],
                links.list_url(source, score.enterprise_id, actor),
            )
        )
    return Shown(
        groups,
        before,
        changes(before.points, score.points) if before is not None else (),
        titles,
        [
            (str(labels.AXIS_LABELS[axis]), percent)
            for axis, percent in axes(map(lines.point_of, score.lines)).items()
        ],
        queries.history(score.enterprise_id, actor, score.month),
    )


def _line(
    line: Mapping[str, Any], titles: Mapping[str, str], records: Sequence[Any], url: str | None
) -> ShownLine:
    return ShownLine(
        code=line["code"],
        group=Group(line["group"]),
        title=titles.get(line["code"], line["code"]),
        points=line["points"],
        of=line["of"],
        is_lost=float(line["lost"]) > 0,
        vetoes=line["vetoes"],
        why=labels.why_of(line),
        records=records,
        more=line["more"],
        list_url=url,
    )
