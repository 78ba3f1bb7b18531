"""Fill an empty database with half a year of invented work, by calling the services.

One transaction: it is all there or nothing is. The clock is frozen at each step's own instant,
so that history, audit trail, notices and statistics are as if it had happened.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cached_property, partial
from pathlib import Path

from sqlalchemy import func

from supervision.account import service as accounts
from supervision.account.models import Account
from supervision.core import clock
from supervision.core.actor import SYSTEM, Actor
from supervision.core.db import db, transaction
from supervision.core.errors import InvalidInput
from supervision.core.scope import visible
from supervision.core.tables import read_table
from supervision.core.text import N_
from supervision.demo import (
    learning_canary,
    people,
    self_commitment,
    self_dutylist,
    self_returns,
    self_score,
    self_selfcheck,
    story,
)
from supervision.demo.file_chemicals import Chemicals
from supervision.demo.file_documents import Papers
from supervision.demo.file_licences import Licences
from supervision.demo.file_lists import Lists
from supervision.demo.file_people import Staff
from supervision.demo.file_risks import Risks
from supervision.demo.file_roll import Roll
from supervision.demo.loop import Loop
from supervision.demo.office import Event
from supervision.demo.people import SignIn
from supervision.demo.play import Play
from supervision.demo.stage import Stage
from supervision.enterprise import service as registry
from supervision.enterprise.models import Enterprise, RollStatus
from supervision.enterprise.rules import SizeClass
from supervision.enterprise.uscc import demo_uscc
from supervision.hazard.models import Hazard
from supervision.seeds import load_all

DATA = Path(__file__).parent / "data"
PROVINCES = frozenset({"33"})
FIRST_SERIAL = 1001
HISTORY = timedelta(days=story.DAYS + 20)

ROLL_CHANGED = timedelta(days=12)

# Place in the table -> where it stands on the roll today, and why.
ROLL: Mapping[int, tuple[RollStatus, str]] = {
    11: (RollStatus.SUSPENDED, "企业申报停产检修三个月"),
    28: (RollStatus.NOT_LOCATED, "现场核查未发现生产经营活动，电话无法接通"),
    10: (RollStatus.CLOSED, "企业已办理注销登记"),
}


@dataclass(frozen=True, slots=True)
class Built:
    """What was written; ``is_new`` False: it was all there already."""

    is_new: bool
    enterprises: int = 0
    people: int = 0
    hazards: int = 0


def build(now: datetime | None = None) -> Built:
    """Build unless it was built. Raises InvalidInput on an installation that is somebody's own."""
    now = now or clock.now()
    if is_built():
        return Built(is_new=False)
    with transaction():
        if db.session.scalar(visible(Enterprise, SYSTEM, Enterprise.id).limit(1)) is not None:
            raise InvalidInput(
                N_("This database has enterprises of its own. Give the demonstration another one.")
            )
        load_all(provinces=PROVINCES)
        built = _Builder(now).run()
    db.session.expunge_all()
    return built


def is_built() -> bool:
    """Whether the first enterprise of the demonstration is there."""
    rows = enterprise_rows()
    code = demo_uscc(rows[0]["region_code"][:6], FIRST_SERIAL)
    found = db.session.scalar(
        visible(Enterprise, SYSTEM, Enterprise.id).where(Enterprise.uscc == code)
    )
    db.session.rollback()
    return found is not None


def enterprise_rows() -> list[dict[str, str]]:
    return read_table(DATA / "enterprises.tsv")


def finding_rows() -> list[dict[str, str]]:
    return read_table(DATA / "findings.tsv")


class _Builder:
    """The steps in order; keeps what later steps need from earlier ones."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.start = now - HISTORY
        self.rows = enterprise_rows()
        self.enterprises: list[Enterprise] = []
        self.actors: dict[str, Actor] = {}

    @cached_property
    def password_hash(self) -> str:
        """Hashed once: forty-odd argon2 runs would take longer than everything else."""
        return accounts.hash_password(people.PASSWORD)

    def run(self) -> Built:
        with clock.frozen(story.working_hours(self.start)):
            everybody = (*people.OFFICIALS, *people.COLLEAGUES)
            officials = {p.username: self._sign_in(p) for p in everybody}
            self.enterprises = [
                self._register(i, row, officials) for i, row in enumerate(self.rows)
            ]
            for index, row in enumerate(self.rows):
                for person in people.enterprise_people(
                    index, row["principal"], row["safety_manager"]
                ):
                    self._sign_in(person)
            stage = Stage(self.enterprises, self.actors)
            loop = Loop(stage, self.now)
            loop.found()
        start = story.working_hours(self.start)
        self._play(
            [
                *self._tickets(),
                *self._roll(),
                *loop.events(start),
                *Chemicals(stage, self.now).events(start),
                *Papers(stage, self.now).events(start),
                *Licences(stage, self.now).events(start),
                *Risks(stage, self.now).events(start),
                *Staff(stage, self.now).events(start),
                *Roll(stage, self.now).events(start),
                *Lists(stage, self.now).events(start),
                *self_commitment.events(stage, start, self.now),
                *self_dutylist.events(stage, start, self.now),
                *self_returns.events(stage, start, self.now),
                *self_selfcheck.events(stage, start, self.now),
                *self_score.events(stage, start, self.now),
                *learning_canary.events(stage, start, self.now),
            ]
        )
        counted = visible(Hazard, SYSTEM, func.count(Hazard.id))
        return Built(True, len(self.enterprises), len(self.actors), db.session.scalar(counted) or 0)

    def _sign_in(self, person: SignIn) -> Account:
        place = person.enterprise
        account = accounts.create_account(
            SYSTEM,
            username=person.username,
            name=person.name,
            role=person.role,
            password=people.PASSWORD,
            password_hash=self.password_hash,
            region_code=person.region,
            enterprise_ids=() if place is None else (self.enterprises[place].id,),
        )
        db.session.flush()
        self.actors[person.username] = accounts.to_actor(account)
        return account

    def _register(
        self, index: int, row: Mapping[str, str], officials: Mapping[str, Account]
    ) -> Enterprise:
        in_district = row["region_code"].startswith(people.DISTRICT)
        officer = officials["inspector" if in_district else "inspector2"]
        copied = ("name", "short_name", "region_code", "address", "industry_code")
        persons = ("legal_representative", "principal", "safety_manager")
        # 199 0000 ....: a range that no operator has given out to a person.
        phones = {f"{who}_phone": f"1990000{index:02d}{n:02d}" for n, who in enumerate(persons, 1)}
        return registry.register(
            SYSTEM,
            {
                **{name: row[name] for name in (*copied, *persons)},
                **phones,
                "uscc": demo_uscc(row["region_code"][:6], FIRST_SERIAL + index),
                "size_class": SizeClass(row["size_class"]),
                "headcount": int(row["headcount"]),
                "longitude": Decimal(row["longitude"]),
                "latitude": Decimal(row["latitude"]),
                "is_key": row["is_key"] == "1",
                "officer_id": officer.id,
                "supervising_unit": "余杭区应急管理局" if in_district else "临平区应急管理局",
            },
        )

    def _officer(self, index: int) -> Actor:
        in_district = self.rows[index]["region_code"].startswith(people.DISTRICT)
        return self.actors["inspector" if in_district else "inspector2"]

    def _tickets(self) -> list[Event]:
        """Every step of every ticket."""
        rows = finding_rows()
        plans = story.make_plans(
            self.now,
            [story.Finding(row["category"], bool(row["criterion"])) for row in rows],
            [index for index in range(len(self.enterprises)) if index not in ROLL],
        )
        play = Play(self.enterprises, rows, self.actors, officer_of=self._officer)
        return [
            (step.at, partial(play.step, number, plan, step))
            for number, plan in enumerate(plans)
            for step in plan.steps
        ]

    def _roll(self) -> list[Event]:
        return [(story.working_hours(self.now - ROLL_CHANGED), self._change_roll)]

    def _change_roll(self) -> None:
        for index, (status, reason) in ROLL.items():
            registry.set_roll_status(
                self.enterprises[index], self._officer(index), status, reason=reason
            )

    @staticmethod
    def _play(events: Sequence[Event]) -> None:
        """Everything by time, so that numbers and the trail grow as they would."""
        for at, play in sorted(events, key=lambda event: event[0]):
            with clock.frozen(at):
                play()
