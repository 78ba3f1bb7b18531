"""The people's chapter of the dossier: staffing, certificates, people, trainings.

Numbers and names are masked as in every export, and scans are left out: they show both in full,
and a dossier asks nobody for a reason.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from supervision.core.actor import Actor
from supervision.core.dossier import Chapter, Section, pick, section_of
from supervision.core.export.columns import Column, Kind
from supervision.core.permissions import Permission
from supervision.people import exports, labels, panels, queries, training_queries
from supervision.people.models import PeopleRule

_Pair = tuple[PeopleRule, Mapping[str, Any]]

_RULES: tuple[Column[_Pair], ...] = (
    Column("rule", _l("Rule"), lambda pair: labels.rule_name(pair[0]), width=40),
    Column("required", _l("Staff needed"), lambda p: p[1]["required"], Kind.INTEGER, 10),
    Column("present", _l("There"), lambda p: p[1]["present"], Kind.INTEGER, 10),
    Column("missing", _l("What is missing"), lambda p: p[1]["missing"], Kind.INTEGER, 10),
)


def _sections(enterprise_id: int, actor: Actor) -> Sequence[Section]:
    found = panels.requirements(training_queries.standing_of(enterprise_id, actor))
    people = queries.list_people(
        actor, queries.PersonFilter(enterprise_id=enterprise_id, sort="name")
    )
    held = queries.list_certificates(actor, queries.CertificateFilter(enterprise_id=enterprise_id))
    sessions = training_queries.list_sessions(
        actor, training_queries.SessionFilter(enterprise_id=enterprise_id)
    )
    hours = training_queries.list_hours(
        actor, training_queries.HoursFilter(enterprise_id=enterprise_id, state="all")
    )
    return [
        Section(title=_("Staffing"), columns=_RULES, rows=found),
        section_of(people, _PEOPLE, title=_("People of enterprises")),
        section_of(held, _CERTIFICATES, title=_("Certificates held")),
        section_of(hours, _HOURS, title=_("Training hours")),
        section_of(sessions, _SESSIONS, title=_("Trainings")),
    ]


_PEOPLE = pick(exports.PEOPLE, "name", "id_number", "department", "posts", "since")
_CERTIFICATES = pick(exports.CERTIFICATES, "name", "kind", "number", "to", "review", "state")
_HOURS = pick(exports.HOURS, "name", "rule", "required", "had", "missing", "due")
_SESSIONS = pick(exports.SESSIONS, "title", "kind", "held", "hours", "content", "status")

CHAPTERS = (Chapter("people", _l("People and training"), Permission.PEOPLE_READ, 30, _sections),)
