"""Licences of the demonstration: one of every colour, from expired to fresh."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache, partial
from pathlib import Path

from PIL import Image, ImageDraw

from supervision.core import attachments, clock
from supervision.core.actor import SYSTEM, Actor
from supervision.core.attachments import Attachment
from supervision.core.db import db
from supervision.core.tables import read_table
from supervision.core.workdays import add_months
from supervision.demo.office import Event
from supervision.demo.stage import Stage
from supervision.demo.story import working_hours
from supervision.licence import queries, rules, service, steps
from supervision.licence.models import Licence
from supervision.licence.rules import Means, Origin
from supervision.licence.service import Paper, Succession
from supervision.licence.steps import Decision

DATA = Path(__file__).parent / "data"
TERM = 36
OPEN_ENDED_SINCE = timedelta(days=2200)
ENTERED, VERIFIED, ACTED = timedelta(days=1), timedelta(days=3), timedelta(days=9)


@dataclass
class Licences:
    """Plays the rows of the table; ``made`` are the ids of what was entered, by row."""

    stage: Stage
    now: datetime
    made: dict[int, int] = field(default_factory=dict)

    def events(self, start: datetime) -> list[Event]:
        """Entered by the enterprise, verified, and what came of it; ended where its day passed."""
        found: list[Event] = []
        for number, row in enumerate(read_table(DATA / "licences.tsv")):
            at = start + timedelta(minutes=7 * number)
            found += [
                (working_hours(at + ENTERED), partial(self._enter, number, row)),
                (working_hours(at + VERIFIED), partial(self._judge, number, row)),
            ]
            late = working_hours(self.now - ACTED + timedelta(minutes=7 * number))
            found.append((late, partial(self._act, number, row)))
        return [event for event in found if event[0] < self.now]

    def _enter(self, number: int, row: Mapping[str, str]) -> None:
        place = int(row["place"]) - 1
        actor = self.stage.person(place, "safety")
        paper = self._paper(actor, row, self._end(row))
        made = service.record(self.stage.enterprises[place], actor, paper)
        db.session.flush()
        self.made[number] = made.id

    def _end(self, row: Mapping[str, str]) -> date | None:
        if not row["end"]:
            return None
        return clock.day_of(self.now) + timedelta(days=int(row["end"]))

    def _paper(self, actor: Actor, row: Mapping[str, str], end: date | None) -> Paper:
        begin = clock.day_of(self.now - OPEN_ENDED_SINCE)
        if end is not None:
            begin = add_months(end + timedelta(days=1), -TERM)
        return Paper(
            type_code=row["type"],
            number=row["number"].format(y=begin.year),
            issuing_authority=row["issuer"],
            issued_on=min(begin, clock.today()),
            valid_from=begin,
            valid_to=end,
            with_storage=row["storage"] == "1" if row["storage"] else None,
            items=rules.read_scope(row["items"].replace(";", "\n")),
            scans=[scan(actor)],
        )

    def _judge(self, number: int, row: Mapping[str, str]) -> None:
        licence, officer = self._licence(number), self._officer(row)
        if row["state"] == "returned":
            service.send_back(licence, officer, reason=row["note"])
        elif row["state"] != "draft":
            service.verify(licence, officer, means=Means.SCAN)

    def _act(self, number: int, row: Mapping[str, str]) -> None:
        verbs: dict[str, Callable[[int, Mapping[str, str]], None]] = {
            "applied": self._apply,
            "suspended": self._suspend,
            "surrendered": self._surrender,
            "renewed": self._renew,
        }
        if row["state"] in verbs:
            verbs[row["state"]](number, row)
        licence = self._licence(number)
        if licence.is_live and licence.valid_to and licence.valid_to < clock.today():
            service.expire(licence)

    def _apply(self, number: int, row: Mapping[str, str]) -> None:
        person = self.stage.person(int(row["place"]) - 1, "safety")
        day = clock.today() - timedelta(days=20)
        steps.apply(self._licence(number), person, applied_on=day, note=row["note"])

    def _suspend(self, number: int, row: Mapping[str, str]) -> None:
        decided = self._decision(number, "许可暂扣", row)
        steps.suspend(self._licence(number), self._officer(row), decided)

    def _surrender(self, number: int, row: Mapping[str, str]) -> None:
        decided = self._decision(number, "许可注销", row)
        steps.surrender(self._licence(number), self._officer(row), decided)

    def _decision(self, number: int, kind: str, row: Mapping[str, str]) -> Decision:
        text = f"杭应急{kind}〔{clock.today().year}〕{number}号"
        return Decision(text, clock.today(), row["note"])

    def _renew(self, number: int, row: Mapping[str, str]) -> None:
        licence = self._licence(number)
        actor = self.stage.person(int(row["place"]) - 1, "safety")
        steps.apply(licence, actor, applied_on=clock.today() - timedelta(days=80))
        assert licence.valid_to is not None
        begin = licence.valid_to + timedelta(days=1)
        end = add_months(begin, TERM) - timedelta(days=1)
        paper = self._paper(actor, row, end)
        made = service.succeed(Succession(Origin.RENEWAL, licence), actor, paper)
        db.session.flush()
        service.verify(
            queries.get_licence(made.id, SYSTEM), self._officer(row), means=Means.ORIGINAL
        )

    def _licence(self, number: int) -> Licence:
        db.session.flush()
        return queries.get_licence(self.made[number], SYSTEM)

    def _officer(self, row: Mapping[str, str]) -> Actor:
        return self.stage.pair(int(row["place"]) - 1)[0]


def scan(actor: Actor) -> Attachment:
    """A drawing in place of the scan of a licence."""
    return attachments.store_scan(actor, io.BytesIO(_drawn()), "licence.png", field="scans")


@lru_cache(maxsize=1)
def _drawn() -> bytes:
    """A frame, lines of writing and a round seal: plainly nobody's paper."""
    image = Image.new("RGB", (700, 500), "#fbf6e6")
    draw = ImageDraw.Draw(image)
    for inset, width in ((18, 6), (32, 2)):
        draw.rectangle((inset, inset, 700 - inset, 500 - inset), outline="#9c7a2e", width=width)
    draw.rectangle((210, 70, 490, 104), fill="#7a1f1f")
    for line in range(7):
        top = 150 + 36 * line
        draw.rectangle((90, top, 190, top + 10), fill="#5b5b5b")
        draw.rectangle((210, top, 590 - 37 * (line % 3), top + 10), fill="#b9b2a0")
    draw.ellipse((500, 350, 610, 460), outline="#c22626", width=6)
    out = io.BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()
