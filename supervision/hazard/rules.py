"""Rules of hazards that are more than a transition. Pure."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum

from supervision.core.actor import Actor, Side
from supervision.core.errors import Conflict, Forbidden, InvalidInput
from supervision.core.text import N_
from supervision.hazard.workflow import SETTLED, WITH_ENTERPRISE, HazardState


class Grade(StrEnum):
    """Interim Provisions on Hidden Hazards (Order 16, 2008), art. 3."""

    GENERAL = "general"
    MAJOR = "major"


class Source(StrEnum):
    SELF_CHECK = "self_check"
    INSPECTION = "inspection"
    PATROL = "patrol"
    VIDEO = "video"
    REPORT = "report"
    EXPERT = "expert"
    SUPERIOR = "superior"


class Factor(StrEnum):
    """People, objects, environment, management (GB/T 13861)."""

    PEOPLE = "people"
    OBJECT = "object"
    ENVIRONMENT = "environment"
    MANAGEMENT = "management"


class Category(StrEnum):
    PROTECTIVE_EQUIPMENT = "protective_equipment"
    FIRE_PROTECTION = "fire_protection"
    ELECTRICITY = "electricity"
    EQUIPMENT = "equipment"
    HAZCHEM = "hazchem"
    SPECIAL_OPERATION = "special_operation"
    CONFINED_SPACE = "confined_space"
    DUST = "dust"
    SITE = "site"
    EMERGENCY = "emergency"
    TRAINING = "training"
    SYSTEM = "system"
    OTHER = "other"


class InvalidReason(StrEnum):
    NOT_A_HAZARD = "not_a_hazard"
    DUPLICATE = "duplicate"
    WRONG_ENTERPRISE = "wrong_enterprise"
    FALSE_ALARM = "false_alarm"
    OTHER = "other"


# A due day further off than this is a slip of the keyboard, not a deadline.
LONGEST_TERM = timedelta(days=366)
# So is a day of finding before this one.
EARLIEST = date(2000, 1, 1)

ENTERPRISE_SOURCES = frozenset({Source.SELF_CHECK, Source.EXPERT, Source.VIDEO})
REGULATOR_SOURCES = frozenset(Source) - {Source.SELF_CHECK}


def sources_of(side: Side) -> frozenset[Source]:
    """Which sources a side may report from."""
    return ENTERPRISE_SOURCES if side is Side.ENTERPRISE else REGULATOR_SOURCES


def check_source(source: Source, side: Side) -> None:
    if source not in sources_of(side):
        raise InvalidInput(N_("This source is not for your side."), field="source")


def check_due(due_on: date, today: date, *, field: str = "due_on") -> None:
    """A deadline lies between today and a year from now."""
    if due_on < today:
        raise InvalidInput(N_("The deadline lies in the past."), field=field)
    if due_on > today + LONGEST_TERM:
        raise InvalidInput(N_("The deadline lies more than a year ahead."), field=field)


def check_found(found_on: date, today: date) -> None:
    if found_on < EARLIEST:
        raise InvalidInput(N_("This day lies too far back."), field="found_at")
    if found_on > today:
        raise InvalidInput(N_("A hazard cannot be found in the future."), field="found_at")


def check_grade(grade: Grade, criterion_id: int | None, reason: str | None) -> None:
    """Major needs a criterion, or a reason where none of the lists fits (Order 16, art. 3)."""
    if grade is Grade.MAJOR and criterion_id is None and not reason:
        raise InvalidInput(
            N_("A major hazard needs the criterion it meets, or the reason in words."),
            field="criterion_id",
        )
    if grade is Grade.GENERAL and criterion_id is not None:
        raise InvalidInput(
            N_("A hazard that meets a criterion of the major list is a major one."), field="grade"
        )


def is_overdue(
    status: HazardState, due_on: date | None, submitted_on: date | None, today: date
) -> bool:
    """Derived, never stored: the due day has passed and the enterprise has not (in time) submitted.

    A ticket that was submitted in time and waits for its re-inspection is not overdue: the
    deadline binds the enterprise, the re-inspection has a clock of its own.
    """
    if due_on is None or today <= due_on:
        return False
    if status in WITH_ENTERPRISE:
        return True
    late = submitted_on is not None and submitted_on > due_on
    return status is HazardState.SUBMITTED and late


def check_extension_request(
    status: HazardState, due_on: date | None, wanted: date, today: date, *, has_pending: bool
) -> None:
    """An extension is asked for before the deadline runs out, for a later day.

    The window of ten days before expiry (15th Order, art. 17; replaced 2026-02-01, successor's
    text not obtained) is a warning, not a block: see ``statutory_rule`` EXT_APPLY.
    """
    if status not in WITH_ENTERPRISE or due_on is None:
        raise Conflict(N_("An extension can be asked for while the hazard is being rectified."))
    if has_pending:
        raise Conflict(N_("A request for extension is already waiting for its reply."))
    if today > due_on:
        raise Conflict(N_("The deadline has passed: an extension can no longer be asked for."))
    if wanted <= due_on:
        raise InvalidInput(
            N_("The new deadline must be later than the present one."), field="requested_due_on"
        )
    if wanted > due_on + LONGEST_TERM:
        raise InvalidInput(
            N_("The deadline lies more than a year ahead."), field="requested_due_on"
        )


def check_extension_grant(status: HazardState, previous: date, granted: date, today: date) -> None:
    """A granted deadline is later than the one it replaces, and has not passed already.

    A request on a settled ticket has lapsed: its deadline stands in reports by then.
    """
    if status in SETTLED:
        raise Conflict(N_("The hazard is settled: its deadline can no longer be changed."))
    if granted <= previous:
        raise InvalidInput(
            N_("The new deadline must be later than the present one."), field="granted_due_on"
        )
    check_due(granted, today, field="granted_due_on")


def recheck_trigger(expires_on: date, applied_on: date | None) -> date:
    """From which day the re-inspection is counted: the application or expiry, the earlier.

    Former 15th Order, art. 17; the duty exists even if nobody applies.
    """
    return expires_on if applied_on is None else min(applied_on, expires_on)


def check_decider(raised_side: Side, actor: Actor, requested_by_id: int) -> None:
    """The side that set the deadline decides; nobody grants their own request."""
    if actor.side is not raised_side:
        raise Forbidden(N_("This is for the side that raised the hazard."))
    if actor.id == requested_by_id:
        raise Forbidden(N_("Whoever asked for an extension cannot decide on it."))
