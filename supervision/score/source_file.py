"""Readings of the file: people, certificates, hours, licences, documents, risks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import and_, or_

from supervision.core.actor import SYSTEM
from supervision.core.db import db
from supervision.core.scope import visible
from supervision.document import kinds
from supervision.document.models import DocumentGap, EnterpriseDocument
from supervision.document.workflow import DocumentState
from supervision.enterprise.models import Enterprise
from supervision.licence import needs
from supervision.licence.models import Licence
from supervision.licence.workflow import LicenceState
from supervision.people.models import PeopleRule, Person, PersonCertificate, holding
from supervision.people.training_models import StaffingStanding, TrainingBalance
from supervision.people.workflow import CertificateState
from supervision.risk.models import RiskPoint
from supervision.risk.workflow import COUNTED
from supervision.score.rules import Reading, Record, Why, ratio
from supervision.score.source_view import View, owned, records_by, rows

Params = Mapping[str, Any]
Readings = Mapping[int, Reading]
LIABILITY_INSURANCE, STANDARDIZATION = "LIABILITY_INSURANCE", "STANDARDIZATION"
# So many records that are in order stand at a point by name; the list behind it has all.
MOST_GOOD = 3
NONE_HELD = Reading(Decimal(0), why=Why.NONE)


def posts_filled(view: View, _params: Params) -> Readings:
    """Principal and safety manager are named in the file."""
    stmt = visible(
        Enterprise, SYSTEM, Enterprise.id, Enterprise.principal, Enterprise.safety_manager
    ).where(Enterprise.id.in_(view.ids))
    return {
        row[0]: ratio(bool(row[1]) + bool(row[2]), 2, [Record("enterprise", row[0])])
        for row in rows(stmt)
    }


def assessments_valid(view: View, _params: Params) -> Readings:
    return _certificates(view, ("assessment", "engineer"))


def special_valid(view: View, _params: Params) -> Readings:
    return _certificates(view, ("special_operations",))


def _certificates(view: View, groups: tuple[str, ...]) -> Readings:
    """Certificates of those employed that hold on the day; replaced and revoked ones are others'."""
    model = PersonCertificate
    stmt = (
        owned(model, view, model.id, PeopleRule.name, holding(view.day).label("holds"))
        .join(Person, Person.id == model.person_id)
        .join(PeopleRule, PeopleRule.id == model.kind_id)
        .where(Person.employed_to.is_(None), model.group.in_(groups))
        .where(model.status == CertificateState.VALID, model.valid_from <= view.day)
        .order_by(model.id)
    )
    return shares((r[0], bool(r.holds), Record("certificate", r.id, r.name)) for r in rows(stmt))


def shares(found: Iterable[tuple[int, bool, Record]]) -> Readings:
    """``found``: (enterprise, whether it is in order, the record).

    Those that are not in order are named; where all are, the first of them that gave the points.
    """
    good: defaultdict[int, list[Record]] = defaultdict(list)
    bad: defaultdict[int, list[Record]] = defaultdict(list)
    for enterprise_id, is_good, record in found:
        (good if is_good else bad)[enterprise_id].append(record)
    return {
        one: ratio(
            len(good.get(one, ())),
            len(good.get(one, ())) + len(bad.get(one, ())),
            bad.get(one) or good.get(one, [])[:MOST_GOOD],
        )
        for one in {**good, **bad}
    }


def staffing_met(view: View, _params: Params) -> Readings:
    """The people that Work Safety Law art. 24 asks for, as they were last reckoned."""
    stmt = owned(StaffingStanding, view, StaffingStanding.gaps, StaffingStanding.results)
    return {
        row[0]: ratio(len(row.results) - row.gaps, len(row.results), ())
        for row in rows(stmt)
        if row.results
    }


def training_hours(view: View, _params: Params) -> Readings:
    """People whose hours of the year are reached, or not due yet."""
    model = TrainingBalance
    late = and_(model.missing > 0, model.due_on < view.day)
    stmt = (
        owned(model, view, model.person_id, late.label("late"))
        .join(Person, Person.id == model.person_id)
        .where(model.year == view.month.year, Person.employed_to.is_(None))
        .order_by(model.person_id)
    )
    return shares((r[0], not r.late, Record("person", r.person_id)) for r in rows(stmt))


def licences_valid(view: View, _params: Params) -> Readings:
    """Those that are needed and not there, and those that nothing followed: valid or not."""
    model, state = Licence, LicenceState
    stmt = (
        owned(model, view, model.id, model.number, model.status, model.valid_to)
        .where(model.status.in_([state.VALID, state.SUSPENDED, state.REVOKED, state.EXPIRED]))
        .where(model.valid_from <= view.day)
        .order_by(model.id)
    )
    found = [
        (
            r[0],
            r.status is state.VALID and (r.valid_to is None or r.valid_to >= view.day),
            Record("licence", r.id, r.number),
        )
        for r in rows(stmt)
    ]
    plants = visible(Enterprise, SYSTEM).where(Enterprise.id.in_(view.ids))
    lacking = needs.missing_types(SYSTEM, db.session.scalars(plants).all())
    found += [
        (one, False, Record("licence_missing", one, of_type.name))
        for one, missing in lacking.items()
        for of_type in missing
    ]
    return shares(found)


def documents_valid(view: View, params: Params) -> Readings:
    """Each kind that is missing or past its end takes a part; none is what everybody has to have."""
    gap = DocumentGap
    categories = set(params.get("categories", ()))
    names = {k.code: k.name for k in kinds.kinds_on(view.day) if k.category in categories}
    stmt = owned(gap, view, gap.kind_code).where(gap.kind_code.in_(names), gap.since <= view.day)
    missing = records_by(
        (row[0], Record("document_missing", row[0], names[row.kind_code]))
        for row in rows(stmt.order_by(gap.kind_code))
    )
    each = Decimal(str(params.get("each", "1")))
    return {one: _taken(missing.get(one, ()), each) for one in view.ids}


def _taken(records: Sequence[Record], each: Decimal) -> Reading:
    count = len(records)
    share = max(Decimal(0), Decimal(1) - each * count)
    why = Why.LACKING if count else Why.COMPLETE
    return Reading(share, count, why, {"count": count}, records)


def insurance(view: View, _params: Params) -> Readings:
    """In force where it is; nothing where it is missing although it is asked for (art. 51)."""
    gap = DocumentGap
    stmt = owned(gap, view).where(gap.kind_code == LIABILITY_INSURANCE)
    found = {row[0]: ratio(0, 1, [Record("document_missing", row[0])]) for row in rows(stmt)}
    for enterprise_id, held in _in_force(view, (LIABILITY_INSURANCE,)).items():
        found[enterprise_id] = ratio(1, 1, [record for record, _ in held])
    return found


def standardization(view: View, params: Params) -> Readings:
    """By the best level that is in force; ``levels``: what each gives of the points."""
    levels, found = params.get("levels", {}), dict.fromkeys(view.ids, NONE_HELD)
    for enterprise_id, held in _in_force(view, (STANDARDIZATION,)).items():
        record, level = min(held, key=lambda one: one[1] or 9)
        share = levels.get(str(level))
        if share is not None:
            reading = Reading(Decimal(str(share)), 0, Why.LEVEL, {"level": level}, [record])
            found[enterprise_id] = reading
    return found


def documents_held(view: View, params: Params) -> Readings:
    """Any document of these kinds in force."""
    held = _in_force(view, tuple(params.get("kinds", ())))
    return dict.fromkeys(view.ids, NONE_HELD) | {
        one: ratio(1, 1, [record for record, _level in papers]) for one, papers in held.items()
    }


def _in_force(view: View, kinds: tuple[str, ...]) -> Mapping[int, list[tuple[Record, int | None]]]:
    model = EnterpriseDocument
    stmt = (
        owned(model, view, model.id, model.title, model.level)
        .where(model.status == DocumentState.IN_FORCE, model.kind_code.in_(kinds))
        .where(or_(model.valid_to.is_(None), model.valid_to >= view.day))
        .order_by(model.id)
    )
    found: defaultdict[int, list[tuple[Record, int | None]]] = defaultdict(list)
    for row in rows(stmt):
        found[row[0]].append((Record("document", row.id, row.title), row.level))
    return found


def risks_assessed(view: View, _params: Params) -> Readings:
    """Points on file whose next assessment is not late; an enterprise without any has none done."""
    model = RiskPoint
    stmt = owned(model, view, model.id, model.number, model.next_review_on).where(
        model.status.in_(COUNTED)
    )
    found = dict(
        shares(
            (
                r[0],
                r.next_review_on is None or r.next_review_on >= view.day,
                Record("risk", r.id, r.number),
            )
            for r in rows(stmt.order_by(model.id))
        )
    )
    return {one: found.get(one, NONE_HELD) for one in view.ids}
