"""How units on one site stand to each other, and how often one checks the other. Pure."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from supervision.core.workdays import add_months


class LinkKind(StrEnum):
    """Work Safety Law (2021): art. 48 shared sites; art. 49 contracting and leasing."""

    CONTRACTOR = "contractor"
    LESSEE = "lessee"
    SHARED_SITE = "shared_site"


# Art. 49 says "regularly" and names no interval: what is offered, not what is required.
CHECK_MONTHS = 3
MOST_CHECK_MONTHS = 24


def next_check(last: date, months: int, valid_to: date | None) -> date | None:
    """The day of the next check, None when the agreement ends before it."""
    due = add_months(last, months)
    return None if valid_to is not None and due > valid_to else due
