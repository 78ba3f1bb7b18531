"""What a plan, its items and a draw must satisfy. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from enum import StrEnum

from supervision.core.errors import InvalidInput
from supervision.core.text import N_

# A plan is drawn up for the year that runs or the next two; an older one is history.
YEARS_AHEAD = 2
MOST_LISTED = 500
# A pool is stored with its draw; beyond this the class is cut by region or industry first.
MOST_IN_POOL = 20_000
SHORTEST_SEED = 6
LONGEST_SEED = 128


class Selection(StrEnum):
    """How an item's enterprises are found."""

    EVERY = "every"  # all of the class
    LISTED = "listed"  # those that are named
    DRAWN = "drawn"  # by lot from the class


class Method(StrEnum):
    """How it is checked (检查方式); what can be done on paper or from afar comes first."""

    ON_SITE = "on_site"
    WRITTEN = "written"
    REMOTE = "remote"


class SeedSource(StrEnum):
    """Where a seed comes from: made by the machine, or named in public."""

    GENERATED = "generated"
    PUBLIC = "public"


class TargetState(StrEnum):
    """How far an enterprise of an item has come."""

    PLANNED = "planned"
    UNDER_WAY = "under_way"
    DONE = "done"
    CANCELLED = "cancelled"
    DROPPED = "dropped"


class Excluded(StrEnum):
    """Why an enterprise of the class is not in the pool."""

    NOT_IN_PRODUCTION = "not_in_production"
    CAP_REACHED = "cap_reached"
    PLANNED_ALREADY = "planned_already"
    NO_TWO_OFFICERS = "no_two_officers"


def check_year(year: int, today: date) -> None:
    if not today.year <= year <= today.year + YEARS_AHEAD:
        raise InvalidInput(N_("A plan is made for this year or one of the next two."), field="year")


def check_months(months: Iterable[int]) -> None:
    if not set(months):
        raise InvalidInput(N_("Choose at least one month."), field="months")


def check_amount(selection: Selection, quantity: int | None, ratio: int | None) -> None:
    """A draw says how many, or which share: one of the two."""
    if selection is not Selection.DRAWN:
        return
    if (quantity is None) == (ratio is None):
        raise InvalidInput(N_("Give either a number of enterprises or a share."), field="quantity")


def amount(total: int, quantity: int | None, ratio: int | None) -> int:
    """How many of ``total`` are drawn; a share is rounded up, so that it is reached."""
    if ratio is not None:
        return -(-total * ratio // 100)
    return min(quantity or 0, total)


def read_codes(text: str) -> list[str]:
    """The codes of a list, one a line or parted by commas, each once."""
    parts = text.replace(",", " ").replace(";", " ").split()
    return list(dict.fromkeys(part.upper() for part in parts))


def check_seed(seed: str, source: SeedSource) -> None:
    """A public seed is long enough to be nobody's choice, and can be read aloud again."""
    if source is SeedSource.GENERATED:
        return
    if not SHORTEST_SEED <= len(seed) <= LONGEST_SEED or not seed.isprintable() or "|" in seed:
        raise InvalidInput(
            N_("6 to 128 characters that can be read aloud, without the sign |."), field="seed"
        )


def month_is_over(year: int, month: int, today: date) -> bool:
    return (year, month) < (today.year, today.month)


def spread(count: int, months: Sequence[int]) -> list[int]:
    """A month for each of ``count``, dealt out in turn."""
    return [months[i % len(months)] for i in range(count)]
