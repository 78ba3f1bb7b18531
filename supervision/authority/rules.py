"""What an authority's file and a certificate must satisfy. Pure."""

from __future__ import annotations

import re
from datetime import date
from enum import StrEnum
from typing import Protocol

from supervision.core.errors import InvalidInput
from supervision.core.text import N_

# Before its end the holder is told on each of these days at most once; product default.
REMIND_DAYS = (90, 30, 7, 0)
SOON_DAYS = 90
# Nobody certifies for longer; a later year is a slip of the keyboard.
LONGEST_YEARS = 10

# Stands in every number between brackets (FACTS 2.12): Chinese characters only.
_ABBREVIATION = re.compile(r"[\u4e00-\u9fff]{1,6}")


class Validity(StrEnum):
    """What a certificate is worth on a day."""

    TO_COME = "to_come"
    VALID = "valid"
    SOON = "soon"
    EXPIRED = "expired"
    REVOKED = "revoked"


class Certificate(Protocol):
    """What :func:`validity` looks at."""

    valid_from: date
    valid_to: date
    revoked_on: date | None


def validity(certificate: Certificate, day: date) -> Validity:
    """The badge of a certificate on ``day``; its last day still counts."""
    if certificate.revoked_on is not None and certificate.revoked_on <= day:
        return Validity.REVOKED
    if certificate.valid_to < day:
        return Validity.EXPIRED
    if certificate.valid_from > day:
        return Validity.TO_COME
    return Validity.SOON if days_left(certificate, day) <= SOON_DAYS else Validity.VALID


def days_left(certificate: Certificate, day: date) -> int:
    """Days from ``day`` to the last day; negative once it has ended."""
    return (certificate.valid_to - day).days


def reminder_due(left: int, told: int | None) -> int | None:
    """The step of :data:`REMIND_DAYS` to tell now, or None.

    A job that was down for a week tells the nearest step once, not all that it missed.
    """
    step = min((s for s in REMIND_DAYS if left <= s), default=None)
    return step if step is not None and left >= 0 and (told is None or step < told) else None


def check_dates(valid_from: date, valid_to: date) -> None:
    if valid_to < valid_from:
        raise InvalidInput(N_("The last day lies before the first."), field="valid_to")
    if valid_to.year > valid_from.year + LONGEST_YEARS:
        raise InvalidInput(N_("No certificate is valid for so long."), field="valid_to")


def check_revocation(certificate: Certificate, day: date, today: date) -> None:
    if day > today:
        raise InvalidInput(N_("This day lies in the future."), field="revoked_on")
    if not certificate.valid_from <= day <= certificate.valid_to:
        raise InvalidInput(N_("The certificate was not valid on this day."), field="revoked_on")


def check_abbreviation(text: str) -> None:
    if not _ABBREVIATION.fullmatch(text):
        raise InvalidInput(
            N_("One to six Chinese characters, as they stand in the numbers of papers."),
            field="abbreviation",
        )
