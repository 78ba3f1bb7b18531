"""Codes and classes of an enterprise: pure rules.

* Region codes: GB/T 2260 (six digits) with GB/T 10114 streets (nine).
* Industry codes: GB/T 4754-2017.
* Size classes: the statistical classes of 2017 (large, medium, small, micro), certainty L, a table.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from supervision.core.messages import Problem
from supervision.core.tables import read_table
from supervision.core.text import N_

DATA = Path(__file__).parent / "data"

# First two digits of GB/T 2260; 10 is the State's own registry (SAMR).
PROVINCES = frozenset(
    f"{province}"
    for province in (
        10,
        *range(11, 16),
        *range(21, 24),
        *range(31, 38),
        *range(41, 47),
        *range(50, 55),
        *range(61, 66),
        71,
        81,
        82,
    )
)


class RegionLevel(StrEnum):
    PROVINCE = "province"
    CITY = "city"
    DISTRICT = "district"
    STREET = "street"


def region_problems(code: str) -> tuple[Problem, ...]:
    """What is wrong with the shape of a region code: six digits, or nine for a street."""
    if not (code.isascii() and code.isdecimal() and len(code) in {6, 9}):
        return (
            Problem(
                "region_shape",
                N_("A region code has six digits (nine for a street), not “%(code)s”."),
                {"code": code},
            ),
        )
    if code[:2] not in PROVINCES:
        return (
            Problem(
                "region_province",
                N_("No province has the code %(province)s (GB/T 2260)."),
                {"province": code[:2]},
            ),
        )
    return ()


def region_level(code: str) -> RegionLevel:
    """Level of a well-formed region code; ValueError when it is not one."""
    if problems := region_problems(code):
        raise ValueError(str(problems[0]))
    if len(code) == 9:
        return RegionLevel.STREET
    if code.endswith("0000"):
        return RegionLevel.PROVINCE
    return RegionLevel.CITY if code.endswith("00") else RegionLevel.DISTRICT


def region_ancestors(code: str) -> tuple[str, ...]:
    """Codes of the regions that hold this one, widest first, itself not included."""
    above = {code[:2] + "0000", code[:4] + "00", code[:6]} - {code}
    region_level(code)
    return tuple(sorted(above))


@dataclass(frozen=True)
class IndustrySection:
    """A lettered section of GB/T 4754-2017 and its range of two-digit divisions."""

    section: str
    name: str
    first_division: int
    last_division: int


@lru_cache(maxsize=1)
def industry_sections() -> tuple[IndustrySection, ...]:
    """Sections A to T."""
    return tuple(
        IndustrySection(
            row["section"], row["name"], int(row["first_division"]), int(row["last_division"])
        )
        for row in read_table(DATA / "industry_sections.tsv")
    )


@lru_cache(maxsize=1)
def industry_divisions() -> dict[str, str]:
    """Names of the two-digit divisions of sections B to H; the others are not in the table."""
    return {row["division"]: row["name"] for row in read_table(DATA / "industry_divisions.tsv")}


def industry_section(code: str) -> IndustrySection | None:
    """Section of an industry code (two to four digits), or None when there is no such division."""
    if not re.fullmatch(r"[0-9]{2,4}", code):
        return None
    division = int(code[:2])
    for section in industry_sections():
        if section.first_division <= division <= section.last_division:
            return section
    return None


def industry_problems(code: str) -> tuple[Problem, ...]:
    """What is wrong with an industry code: two to four digits of an existing division.

    Groups and classes (third and fourth digit) are checked for shape only: the
    shipped table ends with the divisions.
    """
    if not re.fullmatch(r"[0-9]{2,4}", code):
        return (
            Problem(
                "industry_shape",
                N_("An industry code has two to four digits (GB/T 4754), not “%(code)s”."),
                {"code": code},
            ),
        )
    if industry_section(code) is None:
        return (
            Problem(
                "industry_division",
                N_("GB/T 4754-2017 has no division %(division)s."),
                {"division": code[:2]},
            ),
        )
    return ()


class SizeClass(StrEnum):
    LARGE = "large"
    MEDIUM = "medium"
    SMALL = "small"
    MICRO = "micro"


@dataclass(frozen=True)
class SizeRow:
    """Lower limits of a size class, both of which have to be reached."""

    sections: frozenset[str]
    size: SizeClass
    min_headcount: int
    min_revenue: Decimal


@lru_cache(maxsize=1)
def size_rows() -> tuple[SizeRow, ...]:
    """The shipped limits, largest class first; revenue in yuan a year."""
    return tuple(
        SizeRow(
            frozenset(row["sections"].split()),
            SizeClass(row["size"]),
            int(row["min_headcount"]),
            Decimal(row["min_revenue_yuan"]),
        )
        for row in read_table(DATA / "size_classes.tsv")
    )


def size_class(
    industry: str, headcount: int, revenue: Decimal, rows: Iterable[SizeRow] | None = None
) -> SizeClass | None:
    """Size class by headcount and yearly revenue in yuan.

    An enterprise has to reach both limits of a class and otherwise falls to the
    next; micro takes the rest. None where the table has no limits for the
    industry's section: the shipped table knows industry (sections B, C, D).
    """
    section = industry_section(industry)
    if headcount < 0 or revenue < 0:
        raise ValueError("headcount and revenue cannot be negative")
    for row in size_rows() if rows is None else rows:
        if section is None or section.section not in row.sections:
            continue
        if headcount >= row.min_headcount and revenue >= row.min_revenue:
            return row.size
    return None


# The box around the mainland, Taiwan, Hong Kong, Macao and the waters they administer, WGS-84.
LONGITUDES = (Decimal("73.4"), Decimal("135.2"))
LATITUDES = (Decimal("3.5"), Decimal("53.7"))


def coordinate_problems(longitude: Decimal | None, latitude: Decimal | None) -> dict[str, Problem]:
    """What is wrong with a place, by field: both or neither, and inside China.

    The commonest slip, the two exchanged, gets a sentence of its own.
    """
    if longitude is None and latitude is None:
        return {}
    if longitude is None or latitude is None:
        missing = "longitude" if longitude is None else "latitude"
        return {
            missing: Problem(
                "coordinates_half", N_("Longitude and latitude are given together or not at all.")
            )
        }
    if _within(longitude, LATITUDES) and _within(latitude, LONGITUDES):
        return {
            "longitude": Problem(
                "coordinates_exchanged", N_("Longitude and latitude seem to be exchanged.")
            )
        }
    return {
        name: Problem(
            f"{name}_range",
            N_("In China this lies between %(low)s and %(high)s degrees."),
            {"low": str(limits[0]), "high": str(limits[1])},
        )
        for name, value, limits in (
            ("longitude", longitude, LONGITUDES),
            ("latitude", latitude, LATITUDES),
        )
        if not _within(value, limits)
    }


def _within(value: Decimal, limits: tuple[Decimal, Decimal]) -> bool:
    return limits[0] <= value <= limits[1]


def is_phone(text: str) -> bool:
    """A mobile or fixed number as people write it: digits, with a plus in front and dashes."""
    digits = re.sub(r"[ \-]", "", text)
    return re.fullmatch(r"\+?[0-9]{5,15}", digits, re.ASCII) is not None


# Which fields of its own file an enterprise changes by itself: how it is reached and called. What
# identifies it, where it is and who answers for it waits for the authority. A local rule, ours.
SELF_CHANGED = frozenset(
    {
        "short_name",
        "legal_representative_phone",
        "principal_phone",
        "safety_manager_phone",
    }
)
# The authority's own fields, which an enterprise does not even ask for.
OF_AUTHORITY = frozenset({"supervising_unit", "officer_id", "is_key"})
