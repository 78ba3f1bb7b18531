"""Lists as Excel: the same query and columns as the screen. Personal data are masked in all of them.

Only :func:`people_in_full` holds numbers in full, and only for whoever gave a reason for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import ScalarResult, Select

from supervision.core import clock
from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.export.columns import Column, Kind
from supervision.core.export.xlsx import XlsxBook
from supervision.core.validity import Validity, standing
from supervision.people import identity, labels, queries, training_queries
from supervision.people.models import Person, PersonCertificate
from supervision.people.rules import shown_name
from supervision.people.training_models import (
    StaffingStanding,
    TrainingBalance,
    TrainingSession,
)

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CHUNK = 500
# A list in full is read by a person who answers for it.
FULL_LIMIT = 2_000


def _posts(person: Person) -> str:
    return ", ".join(labels.rule_name(post.kind) for post in person.current_posts)


def _person_columns(*, in_full: bool) -> tuple[Column[Person], ...]:
    def number(person: Person) -> str:
        return identity.opened(person.id_cipher) if in_full else person.id_masked

    def phone(person: Person) -> str:
        return identity.opened(person.phone_cipher) if in_full else person.phone_masked

    return (
        Column("name", _l("Name of the person"), lambda p: shown_name(p.name, in_full=in_full)),
        Column("enterprise", _l("Enterprise"), lambda p: p.enterprise.name, width=30),
        Column("id_number", _l("Identity number"), number, width=22),
        Column("phone", _l("Telephone"), phone, width=16),
        Column("born", _l("Year of birth"), lambda p: p.birth_year, Kind.INTEGER, 10),
        Column("department", _l("Department of the person"), lambda p: p.department, width=20),
        Column("posts", _l("Posts"), _posts, width=30),
        Column("since", _l("Employed since"), lambda p: p.employed_from, Kind.DAY, width=12),
        Column("until", _l("Left on"), lambda p: p.employed_to, Kind.DAY, width=12),
    )


PEOPLE = _person_columns(in_full=False)


def people_table(stmt: Select[Any]) -> tuple[Sequence[Column[Person]], Iterable[Person]]:
    """The masked columns, and the rows of a filtered list streamed."""
    return PEOPLE, _rows(stmt)


def people_in_full(rows: Iterable[Person]) -> BytesIO:
    """The workbook of :func:`people_rows` with names and numbers in full."""
    title = _("People of enterprises")
    book = XlsxBook(title, author=_("Anqi"), stamp=clock.now())
    book.ledger(title, _person_columns(in_full=True), rows, title=title)
    return BytesIO(book.save())


def people_rows(actor: Actor, wanted: queries.PersonFilter) -> Sequence[Person]:
    """At most :data:`FULL_LIMIT` people of the list."""
    return queries.first(queries.list_people(actor, wanted), FULL_LIMIT)


def _standing(certificate: PersonCertificate) -> str:
    if certificate.ended_on is not None and certificate.ended_on <= clock.today():
        return str(labels.CERTIFICATE_STATUS_LABELS[certificate.status])
    state = standing(Validity(certificate.valid_from, certificate.next_on), clock.today())
    return str(labels.STANDING_LABELS[state])


CERTIFICATES: tuple[Column[PersonCertificate], ...] = (
    Column("name", _l("Name of the person"), lambda c: shown_name(c.person.name, in_full=False)),
    Column("enterprise", _l("Enterprise"), lambda c: c.enterprise.name, width=30),
    Column("kind", _l("Kind of certificate"), lambda c: labels.rule_name(c.kind), width=26),
    Column("number", _l("Number of the certificate"), lambda c: c.number_masked, width=22),
    Column("issuer", _l("Issued by"), lambda c: c.issuer, width=24),
    Column("from", _l("Valid from"), lambda c: c.valid_from, Kind.DAY, width=12),
    Column("to", _l("Valid until"), lambda c: c.valid_to, Kind.DAY, width=12),
    Column("review", _l("Review due by"), lambda c: c.review_on, Kind.DAY, width=12),
    Column("state", _l("State"), _standing, width=14),
)


def certificate_table(
    stmt: Select[Any],
) -> tuple[Sequence[Column[PersonCertificate]], Iterable[PersonCertificate]]:
    return CERTIFICATES, _rows(stmt)


SESSIONS: tuple[Column[TrainingSession], ...] = (
    Column("title", _l("Subject of the training"), lambda s: s.title, width=36),
    Column("enterprise", _l("Enterprise"), lambda s: s.enterprise.name, width=30),
    Column("kind", _l("Kind of training"), lambda s: str(labels.TRAINING_LABELS[s.kind])),
    Column("held", _l("Held at"), lambda s: s.held_at, Kind.INSTANT, width=17),
    Column("hours", _l("Hours of training"), lambda s: s.hours, Kind.DECIMAL, 8),
    Column("content", _l("Content"), lambda s: s.content, width=44),
    Column("place", _l("Place"), lambda s: s.place, width=20),
    Column("trainer", _l("Trainer"), lambda s: s.trainer, width=16),
    Column("status", _l("State"), lambda s: str(labels.SESSION_LABELS[s.status]), width=12),
)


def session_table(
    stmt: Select[Any], actor: Actor
) -> tuple[Sequence[Column[TrainingSession]], Iterable[TrainingSession]]:
    """Trainings with how many took part, counted for as many at a time as are read at a time."""
    counts: dict[int, int] = {}
    there: Column[TrainingSession] = Column(
        "people", _l("Participants"), lambda s: counts.get(s.id, 0), Kind.INTEGER, 10
    )

    def rows() -> Iterator[TrainingSession]:
        for part in _rows(stmt).partitions(CHUNK):
            counts.clear()
            counts.update(training_queries.participants([s.id for s in part], actor))
            yield from part

    return (*SESSIONS[:5], there, *SESSIONS[5:]), rows()


HOURS: tuple[Column[TrainingBalance], ...] = (
    Column("name", _l("Name of the person"), lambda b: shown_name(b.person.name, in_full=False)),
    Column("enterprise", _l("Enterprise"), lambda b: b.enterprise.name, width=30),
    Column("department", _l("Department of the person"), lambda b: b.person.department, width=20),
    Column("rule", _l("Rule"), lambda b: labels.rule_name(b.rule), width=30),
    Column("year", _l("Year"), lambda b: str(b.year), width=8),
    Column("required", _l("Hours needed"), lambda b: b.required, Kind.DECIMAL, 10),
    Column("had", _l("Hours had"), lambda b: b.had, Kind.DECIMAL, 10),
    Column("missing", _l("Hours missing"), lambda b: b.missing, Kind.DECIMAL, 10),
    Column("due", _l("Due by"), lambda b: b.due_on, Kind.DAY, width=12),
)


def hours_table(
    stmt: Select[Any],
) -> tuple[Sequence[Column[TrainingBalance]], Iterable[TrainingBalance]]:
    return HOURS, _rows(stmt)


def staffing_table(
    stmt: Select[Any], sector_names: dict[str, str], gap_text: Any
) -> tuple[Sequence[Column[StaffingStanding]], Iterable[StaffingStanding]]:
    """``gap_text(standing)``: the gaps in words."""
    columns: tuple[Column[StaffingStanding], ...] = (
        Column("enterprise", _l("Enterprise"), lambda s: s.enterprise.name, width=34),
        Column("uscc", _l("Unified social credit code"), lambda s: s.enterprise.uscc, width=22),
        Column("sector", _l("Sector"), lambda s: sector_names.get(s.sector, s.sector), width=18),
        Column("headcount", _l("Headcount"), lambda s: s.headcount, Kind.INTEGER, 10),
        Column("people", _l("People on file"), lambda s: s.people, Kind.INTEGER, 10),
        Column("gaps", _l("Gaps"), lambda s: s.gaps, Kind.INTEGER, 8),
        Column("what", _l("What is missing"), gap_text, width=60),
        Column("late", _l("People late with their hours"), lambda s: s.late_people, Kind.INTEGER),
    )
    return columns, _rows(stmt)


def _rows(stmt: Select[Any]) -> ScalarResult[Any]:
    """Streamed from the query."""
    return db.session.scalars(stmt.execution_options(yield_per=CHUNK))
