"""Rules of inspections that are more than a transition. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Protocol, TypeVar

from supervision.core.errors import Conflict, InvalidInput
from supervision.core.text import N_
from supervision.enterprise.rules import industry_section
from supervision.hazard.rules import Source
from supervision.inspection.workflow import InspectionKind

# Administrative Penalty Law, art. 42; Work Safety Law, art. 67; FACTS 2.3.
OFFICERS_NEEDED = 2
MOST_OFFICERS = 6
MOST_ITEMS = 200
# As many as a hazard takes: they are carried over.
MOST_PHOTOS = 9
# A day further off than this is a slip of the keyboard, not a plan.
LONGEST_AHEAD = timedelta(days=400)


class NoticeForm(StrEnum):
    """How the enterprise is told of an inspection; ``ON_SITE``: on entry, so not beforehand."""

    WRITTEN = "written"
    ELECTRONIC = "electronic"
    PHONE = "phone"
    ON_SITE = "on_site"


class Certificate(Protocol):
    """What a certificate is asked for here."""

    authority_id: int
    number: str


class Officer(Protocol):
    """What an officer of an inspection is asked for here."""

    account_id: int
    name: str


def source_of(kind: InspectionKind) -> Source:
    """Where the hazards come from that an inspection of this kind finds."""
    administrative = kind is InspectionKind.ADMINISTRATIVE
    return Source.INSPECTION if administrative else Source.PATROL


def check_day(planned_on: date, today: date) -> None:
    """Inspections are planned, not invented afterwards."""
    if planned_on < today:
        raise InvalidInput(N_("The day lies in the past."), field="planned_on")
    if planned_on > today + LONGEST_AHEAD:
        raise InvalidInput(N_("The day lies more than a year ahead."), field="planned_on")


def check_officers(kind: InspectionKind, officer_ids: Sequence[int]) -> None:
    """Two for an administrative inspection, one at least for anything else."""
    if len(set(officer_ids)) != len(officer_ids):
        raise InvalidInput(N_("The same person is named twice."), field="officer_ids")
    if not officer_ids:
        raise InvalidInput(N_("Name who goes there."), field="officer_ids")
    if len(officer_ids) > MOST_OFFICERS:
        raise InvalidInput(
            N_("At most %(count)s people."), field="officer_ids", count=MOST_OFFICERS
        )
    if kind is InspectionKind.ADMINISTRATIVE and len(officer_ids) < OFFICERS_NEEDED:
        raise InvalidInput(
            N_("An administrative inspection needs at least two officers with certificates."),
            field="officer_ids",
        )


def check_certified(
    officers: Iterable[Officer],
    held: Mapping[int, Certificate],
    authority_id: int,
    day: date,
) -> None:
    """Each holds a certificate of the authority on that day; the error names who does not."""
    for officer in officers:
        certificate = held.get(officer.account_id)
        if certificate is None:
            raise InvalidInput(
                N_("%(name)s has no certificate that is valid on %(day)s."),
                field="officer_ids",
                name=officer.name,
                day=day,
            )
        if certificate.authority_id != authority_id:
            raise InvalidInput(
                N_("The certificate of %(name)s is of another authority."),
                field="officer_ids",
                name=officer.name,
            )


class CapRow(Protocol):
    """One published figure of how often a class of enterprises may be inspected."""

    region_code: str
    industry: str
    is_key: bool
    level: int
    times: int


R = TypeVar("R", bound=CapRow)


def in_industry(wanted: str, code: str) -> bool:
    """Whether ``code`` (GB/T 4754) lies in ``wanted``: "" all, a section's letter, or digits."""
    if wanted.isalpha():
        section = industry_section(code)
        return section is not None and section.section == wanted
    return code.startswith(wanted)


def cap_for(rows: Iterable[R], region_code: str, industry_code: str, *, is_key: bool) -> R | None:
    """The row that holds for an enterprise: longest region, then its class, then its industry.

    No enterprise has a standardization level on its file yet: rows of a level wait for it.
    """
    fitting = [
        row
        for row in rows
        if region_code.startswith(row.region_code)
        and row.level == 0
        and (is_key or not row.is_key)
        and in_industry(row.industry, industry_code)
    ]
    return max(
        fitting,
        key=lambda r: (len(r.region_code), r.is_key, _depth(r.industry)),
        default=None,
    )


def _depth(industry: str) -> int:
    """How narrow: every industry, a section, then the digits of a code."""
    return len(industry) if industry.isdecimal() else min(len(industry), 1)


@dataclass(frozen=True, slots=True)
class Usage:
    """How much of a cap is used; ``times`` None where none was published."""

    year: int
    used: int
    times: int | None

    @property
    def is_reached(self) -> bool:
        return self.times is not None and self.used >= self.times


def check_cap(usage: Usage, over_cap_reason: str) -> None:
    """Beyond the cap only with a reason, which is approved together with the inspection."""
    if usage.is_reached and not over_cap_reason:
        raise InvalidInput(
            N_(
                "The cap of %(year)s is reached: %(used)s of %(times)s inspections. Give the"
                " reason for one more, or why this one does not count."
            ),
            field="over_cap_reason",
            year=usage.year,
            used=usage.used,
            times=usage.times,
        )


def check_year(cap_year: int, today: date) -> None:
    """It was counted against the cap of its year: in another it is asked for anew."""
    if today.year != cap_year:
        raise Conflict(
            N_("This inspection was approved for %(year)s. Make a new one."), year=cap_year
        )


class Answered(Protocol):
    """What an item is asked for before the record is made."""

    position: int
    finding: str
    checked_at: datetime | None


def check_signed_after(items: Iterable[Answered], signed_at: datetime, name: str) -> None:
    """Nobody signs for what was changed afterwards."""
    for item in items:
        if item.checked_at is not None and item.checked_at > signed_at:
            raise InvalidInput(
                N_("Item %(number)s was changed after %(name)s signed: sign again."),
                field="signatures",
                number=item.position,
                name=name,
            )
