"""A city's worth of invented rows, to measure on: ``flask demo scale``.

Rows are written in batches past the services, each batch in a transaction of its own with one
row in the audit trail. One enterprise has a long history: :data:`EVENTS` events in five years.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from types import SimpleNamespace
from typing import Any

from sqlalchemy import select, text

from supervision.account import service as accounts
from supervision.account.models import Account
from supervision.core import audit, clock, find
from supervision.core.actor import SYSTEM, Side
from supervision.core.db import db, transaction
from supervision.core.errors import InvalidInput
from supervision.core.find_models import SearchEntry
from supervision.core.numbering import Counter
from supervision.core.scope import unscoped, visible
from supervision.core.text import N_
from supervision.demo import people
from supervision.demo import scale_words as words
from supervision.demo.build import PROVINCES, finding_rows
from supervision.demo.bulk import Bulk
from supervision.enterprise.models import Enterprise, EnterpriseEvent, EventKind, Region, RollStatus
from supervision.enterprise.rules import RegionLevel, SizeClass
from supervision.enterprise.uscc import demo_uscc
from supervision.hazard.models import Hazard, HazardEvent
from supervision.hazard.rules import Category, Factor, Grade, InvalidReason, Source
from supervision.hazard.workflow import HazardState as S
from supervision.seeds import load_all

YEARS = 5
EVENTS = 3000
BATCH = 10_000
# Above those that the demonstration's own enterprises have.
FIRST_SERIAL = 10_000
_LEFT = ((S.REPORTED, 5), (S.GRADED, 5), (S.ASSIGNED, 10), (S.RECTIFYING, 40), (S.SUBMITTED, 20))
_ENDED = ((S.CLOSED, 900), (S.INVALID, 15), (S.TRANSFERRED, 5))
_ROLL = (
    (RollStatus.IN_PRODUCTION, 900),
    (RollStatus.SUSPENDED, 40),
    (RollStatus.CLOSED, 30),
    (RollStatus.MOVED, 15),
    (RollStatus.NOT_LOCATED, 15),
)
# How long an open ticket has been open at most; older ones are settled.
_OPEN_DAYS = 150

Tell = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Scaled:
    """What was written, and whose file has the long history."""

    enterprises: int
    hazards: int
    events: int
    busiest_id: int


def build(enterprises: int, hazards: int, tell: Tell, *, again: bool = False) -> Scaled:
    """Write them. Raises InvalidInput where enterprises are on the roll already (``again``: not)."""
    with transaction():
        if not again and _is_taken():
            raise InvalidInput(
                N_(
                    "There are enterprises in this database already; add --again to put more beside."
                )
            )
        load_all(provinces=PROVINCES)
        officers = _sign_ins()
        streets = _streets()
    roll = Roll(Random(f"{enterprises}"), streets, officers)
    _batches(roll.write, enterprises, "enterprises", tell)
    ledger = Ledger(Random(f"{hazards}"), roll.places)
    busy = EVENTS // 6 if hazards >= EVENTS else 0
    _batches(ledger.write, hazards - busy, "hazards", tell)
    with transaction():
        ledger.write_busy(busy, EVENTS - busy * 5)
        ledger.finish()
        roll.finish()
    _analyse()
    return Scaled(enterprises, hazards, ledger.written, roll.places[0][0])


def _is_taken() -> bool:
    return db.session.scalar(visible(Enterprise, SYSTEM, Enterprise.id).limit(1)) is not None


def _batches(write: Callable[[int], None], total: int, what: str, tell: Tell) -> None:
    for start in range(0, total, BATCH):
        count = min(BATCH, total - start)
        with transaction():
            write(count)
            subject = SimpleNamespace(__tablename__=what.removesuffix("s"), id=None)
            audit.record(SYSTEM, "demo.scale", subject, count=count, after=start)
        db.session.expunge_all()
        tell(what, start + count, total)


def _analyse() -> None:
    """Tell the planner what it deals with now, as the server of PostgreSQL would within a minute."""
    if db.engine.dialect.name == "postgresql":
        # Rows that all can see: an index alone then answers what stands in it.
        with db.engine.connect() as connection:
            outside = connection.execution_options(isolation_level="AUTOCOMMIT")
            outside.execute(text("VACUUM (ANALYZE)"))
        return
    with transaction():
        db.session.execute(text("ANALYZE"))


def _sign_ins() -> list[tuple[int, str]]:
    """The demonstration's officials, where they are not there yet; (id, region) of the officers."""
    known = dict(
        db.session.execute(
            unscoped(select(Account.username, Account.id), reason="who is there already")
        )
        .tuples()
        .all()
    )
    secret = accounts.hash_password(people.PASSWORD)
    found = []
    for person in (*people.OFFICIALS, *people.COLLEAGUES):
        if person.username not in known:
            known[person.username] = accounts.create_account(
                SYSTEM,
                username=person.username,
                name=person.name,
                role=person.role,
                password=people.PASSWORD,
                password_hash=secret,
                region_code=person.region,
                enterprise_ids=(),
            ).id
        if person.region:
            found.append((known[person.username], person.region))
    return found


def _streets() -> list[str]:
    stmt = select(Region.code).where(
        Region.level == RegionLevel.STREET, Region.code.startswith(people.CITY)
    )
    return sorted(db.session.scalars(stmt))


class Roll:
    """Enterprises with their entry in the search and the first event of their file."""

    def __init__(
        self, chance: Random, streets: Sequence[str], officers: Sequence[tuple[int, str]]
    ) -> None:
        self.chance, self.streets, self.officers = chance, streets, officers
        self.tables = Bulk(Enterprise), Bulk(EnterpriseEvent), Bulk(SearchEntry)
        self.places: list[tuple[int, str]] = []
        self.serials: dict[str, int] = {}
        self.now = clock.now().astimezone(UTC)
        self.trades = [trade[0] for trade in words.TRADES]
        self.codes = {trade: code for trade, code, _share in words.TRADES}
        self.shares = [share for _trade, _code, share in words.TRADES]

    def write(self, count: int) -> None:
        rolls, events, entries = self.tables
        rows = [self._row(rolls.take_id()) for _ in range(count)]
        rolls.write(rows)
        events.write(
            [
                {
                    "id": events.take_id(),
                    "enterprise_id": row["id"],
                    "at": row["created_at"],
                    "kind": EventKind.REGISTERED,
                    "actor_id": 0,
                    "actor_name": "system",
                }
                for row in rows
            ]
        )
        found = [SimpleNamespace(**row) for row in rows]
        entries.write(
            [find.entry(Enterprise.__search__, row, row.id, row.region_code) for row in found]
        )
        self.places += [(row["id"], row["region_code"]) for row in rows]

    def _row(self, ident: int) -> dict[str, Any]:
        chance = self.chance
        region = chance.choice(self.streets)
        trade = chance.choices(self.trades, self.shares)[0]
        name, short_name = words.enterprise_name(chance, trade)
        serial = self.serials[region[:6]] = self.serials.get(region[:6], FIRST_SERIAL - 1) + 1
        created = self.now - timedelta(seconds=chance.randint(0, YEARS * 365 * 86400))
        located = chance.random() < 0.93
        return {
            "id": ident,
            "uscc": demo_uscc(region[:6], serial),
            "name": name,
            "short_name": short_name,
            "region_code": region,
            "address": words.address(chance),
            "longitude": round(chance.uniform(118.6, 120.7), 6) if located else None,
            "latitude": round(chance.uniform(29.4, 30.5), 6) if located else None,
            "industry_code": self.codes[trade],
            **self._people(ident),
            **self._standing(region, created),
            "created_at": created,
        }

    def _people(self, ident: int) -> dict[str, Any]:
        names = ("legal_representative", "principal", "safety_manager")
        found: dict[str, Any] = {name: words.person(self.chance) for name in names}
        # 199 0000 ....: a range that no operator has given out to a person.
        found |= {f"{name}_phone": f"1990000{ident % 10000:04d}" for name in names}
        size = self.chance.choices(tuple(SizeClass), (1, 6, 43, 50))[0]
        most = {SizeClass.LARGE: 3000, SizeClass.MEDIUM: 900, SizeClass.SMALL: 250}
        headcount = self.chance.randint(2, most.get(size, 19))
        return {**found, "size_class": size, "headcount": headcount}

    def _standing(self, region: str, created: datetime) -> dict[str, Any]:
        status = self.chance.choices([s for s, _w in _ROLL], [w for _s, w in _ROLL])[0]
        mine = [ident for ident, own in self.officers if region.startswith(own)]
        officer = self.chance.choice(mine) if mine and self.chance.random() < 0.85 else None
        age = (self.now - created).total_seconds()
        return {
            "roll_status": status,
            "officer_id": officer,
            "is_key": self.chance.random() < 0.08,
            "supervising_unit": "应急管理局",
            "updated_at": created + timedelta(seconds=self.chance.random() * age),
        }

    def finish(self) -> None:
        for table in self.tables[:2]:
            table.finish()


class Ledger:
    """Tickets in every state over the years, with the first and the last step of each."""

    def __init__(self, chance: Random, places: Sequence[tuple[int, str]]) -> None:
        self.chance, self.places = chance, places
        self.tables = Bulk(Hazard), Bulk(HazardEvent), Bulk(SearchEntry)
        self.busy_events = Bulk(EnterpriseEvent)
        self.findings = finding_rows()
        self.now = clock.now().astimezone(UTC)
        self.written = 0
        self.serials = {
            (row.series, row.year): row.value for row in db.session.scalars(select(Counter))
        }

    def write(self, count: int) -> None:
        self._write([self._row(*self.chance.choice(self.places)) for _ in range(count)])

    def _write(self, rows: list[dict[str, Any]], *, whole: bool = False) -> None:
        hazards, events, entries = self.tables
        regions = dict(self.places) if whole else None
        hazards.write([{k: v for k, v in row.items() if k[0] != "_"} for row in rows])
        steps = [event for row in rows for event in self._events(row, whole=whole)]
        events.write(steps)
        self.written += len(steps)
        entries.write(
            [
                find.entry(
                    Hazard.__search__,
                    SimpleNamespace(id=row["id"], number=row["number"]),
                    row["enterprise_id"],
                    regions[row["enterprise_id"]] if regions else row["_region"],
                )
                for row in rows
            ]
        )

    def _row(self, enterprise_id: int, region: str, status: S | None = None) -> dict[str, Any]:
        chance = self.chance
        age = timedelta(seconds=chance.randint(0, YEARS * 365 * 86400))
        found_at = self.now - age
        states = _LEFT if age.days < _OPEN_DAYS and chance.random() < 0.9 else _ENDED
        status = status or chance.choices([s for s, _w in states], [w for _s, w in states])[0]
        finding = chance.choice(self.findings)
        row = {
            "id": self.tables[0].take_id(),
            "_region": region,
            "number": self._number(region, found_at.year),
            "enterprise_id": enterprise_id,
            "status": status,
            "raised_side": Side.REGULATOR if chance.random() < 0.4 else Side.ENTERPRISE,
            "source": Source.INSPECTION,
            "found_at": found_at,
            "place": chance.choice(words.PLACES_ON_SITE),
            "description": finding["description"],
            "factor": Factor(finding["factor"]),
            "category": Category(finding["category"]),
            "basis": finding["basis"],
            "reported_by_id": 0,
            "reported_by": "system",
        }
        return row | self._progress(status, found_at)

    def _progress(self, status: S, found_at: datetime) -> dict[str, Any]:
        """What the checks of the table ask for in each state."""
        found: dict[str, Any] = {}
        if status is S.INVALID:
            return {"invalid_reason": InvalidReason.DUPLICATE}
        if status is S.TRANSFERRED:
            return {"transferred_to": "消防救援大队"}
        if status is S.REPORTED:
            return found
        found["grade"] = Grade.MAJOR if self.chance.random() < 0.02 else Grade.GENERAL
        if status is S.GRADED:
            return found
        due = (found_at + timedelta(days=self.chance.randint(7, 90))).date()
        found |= {"responsible_person": words.person(self.chance), "due_on": due}
        found["first_due_on"] = due
        if status in {S.ASSIGNED, S.RECTIFYING}:
            return found
        span = (min(self.now, found_at + timedelta(days=60)) - found_at).total_seconds()
        submitted = found_at + timedelta(seconds=span * self.chance.random() * 0.8)
        found |= {"submitted_at": submitted, "submitted_on": submitted.date()}
        found |= {"rectified_by_id": 0, "rectified_by": "system", "rectification": "已整改"}
        if status is S.CLOSED:
            closed = submitted + (min(self.now, submitted + timedelta(days=9)) - submitted) / 2
            found |= {"closed_at": closed, "closed_on": closed.date(), "verified_by_id": -1}
        return found

    def _number(self, region: str, year: int) -> str:
        series = (f"hazard:{region[:6]}", year)
        self.serials[series] = self.serials.get(series, 0) + 1
        return f"YH-{region[:6]}-{year}-{self.serials[series]:05d}"

    def _events(self, row: dict[str, Any], *, whole: bool) -> Iterator[dict[str, Any]]:
        """The report and the closing; the steps between only where the history is to be long."""
        found_at, closed_at = row["found_at"], row.get("closed_at")
        yield self._event(row["id"], "report", found_at, S.REPORTED)
        if whole and closed_at:
            gap = (closed_at - found_at) / 5
            middle = (("grade", S.GRADED), ("assign", S.ASSIGNED), ("submit", S.SUBMITTED))
            for place, (action, state) in enumerate(middle, 1):
                yield self._event(row["id"], action, found_at + gap * place, state)
        if closed_at:
            yield self._event(row["id"], "verify", closed_at, S.CLOSED)

    def _event(self, hazard_id: int, action: str, at: datetime, to: S) -> dict[str, Any]:
        return {
            "id": self.tables[1].take_id(),
            "hazard_id": hazard_id,
            "action": action,
            "to_status": to,
            "at": at,
            "actor_id": 0,
            "actor_name": "system",
            "actor_side": Side.REGULATOR,
        }

    def write_busy(self, hazards: int, changes: int) -> None:
        """The first enterprise: closed tickets with every step, and changes of its file."""
        if not hazards:
            return
        enterprise_id, region = self.places[0]
        rows = [self._row(enterprise_id, region, S.CLOSED) for _ in range(hazards)]
        self._write(rows, whole=True)
        self.busy_events.write(
            [
                {
                    "id": self.busy_events.take_id(),
                    "enterprise_id": enterprise_id,
                    "at": self.now - timedelta(days=YEARS * 365 * n / changes, hours=1),
                    "kind": EventKind.CHANGED,
                    "actor_id": 0,
                    "actor_name": "system",
                    "fields": ["headcount"],
                }
                for n in range(changes)
            ]
        )
        self.written += changes

    def finish(self) -> None:
        """Numbers and ids go on where this ended."""
        known = {(row.series, row.year): row for row in db.session.scalars(select(Counter))}
        for (series, year), value in self.serials.items():
            if (row := known.get((series, year))) is not None:
                row.value = value
            else:
                db.session.add(Counter(series=series, year=year, value=value))
        db.session.flush()
        for table in (*self.tables[:2], self.busy_events):
            table.finish()
