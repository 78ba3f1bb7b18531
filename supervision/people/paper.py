"""A person's record of training and certificates as a paper, for whoever has to show it."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from supervision.core import clock
from supervision.core.export.columns import Column, Kind
from supervision.core.export.pdf import PdfDocument
from supervision.core.i18n import format_day, format_instant
from supervision.people import labels
from supervision.people.models import Person, PersonCertificate
from supervision.people.training_models import TrainingAttendance, TrainingBalance

TRAININGS: tuple[Column[TrainingAttendance], ...] = (
    Column("held", _l("Day"), lambda a: a.session.held_on, Kind.DAY, 10),
    Column("title", _l("Subject of the training"), lambda a: a.session.title, width=26),
    Column("kind", _l("Kind"), lambda a: str(labels.TRAINING_LABELS[a.session.kind]), width=18),
    Column("hours", _l("Hours of training"), lambda a: a.session.hours, Kind.DECIMAL, 7),
    Column(
        "result",
        _l("Result of the training"),
        lambda a: str(labels.RESULT_LABELS[a.result]),
        width=9,
    ),
    Column("score", _l("Marks"), lambda a: a.score, Kind.DECIMAL, 7),
)
YEARS: tuple[Column[TrainingBalance], ...] = (
    Column("year", _l("Year"), lambda b: str(b.year), width=8),
    Column("rule", _l("Rule"), lambda b: labels.rule_name(b.rule), width=34),
    Column("required", _l("Hours needed"), lambda b: b.required, Kind.DECIMAL, 10),
    Column("had", _l("Hours had"), lambda b: b.had, Kind.DECIMAL, 10),
    Column("missing", _l("Hours missing"), lambda b: b.missing, Kind.DECIMAL, 10),
)
HELD: tuple[Column[PersonCertificate], ...] = (
    Column("kind", _l("Kind of certificate"), lambda c: labels.rule_name(c.kind), width=26),
    Column("number", _l("Number of the certificate"), lambda c: c.number_masked, width=20),
    Column("from", _l("Valid from"), lambda c: c.valid_from, Kind.DAY, 11),
    Column("to", _l("Valid until"), lambda c: c.valid_to, Kind.DAY, 11),
    Column("review", _l("Review due by"), lambda c: c.review_on, Kind.DAY, 11),
)


def training_record(
    person: Person,
    name: str,
    attended: Sequence[TrainingAttendance],
    years: Sequence[TrainingBalance],
) -> BytesIO:
    """``name`` as the reader may know it. Numbers are masked. Raises FontMissingError."""
    document = PdfDocument(_("Record of training"), issuer=person.enterprise.name)
    document.title_block(
        f"{name} · {person.id_masked}",
        [
            person.enterprise.name,
            _("As of %(at)s", at=format_instant(clock.now())),
        ],
    )
    document.facts(
        [
            (_("Department of the person"), person.department or "—", Kind.TEXT),
            (_("Employed since"), format_day(person.employed_from), Kind.TEXT),
            (
                _("Posts"),
                ", ".join(labels.rule_name(p.kind) for p in person.current_posts) or "—",
                Kind.TEXT,
            ),
        ]
    )
    document.heading(_("Hours by year"))
    document.table(YEARS, years)
    document.heading(_("Trainings attended"))
    document.table(TRAININGS, attended)
    document.heading(_("Certificates held"))
    document.table(HELD, [c for c in person.certificates if c.ended_on is None])
    document.note(
        _("Hours count where the training was passed and its archive is on record (art. 28).")
    )
    return BytesIO(document.build())
