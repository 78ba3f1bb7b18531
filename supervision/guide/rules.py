"""The steps that lead a new enterprise through its first round, and how far it is. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum


class Step(StrEnum):
    """In this order; each is one page's work."""

    FACTS = "facts"
    LISTS = "lists"
    COLLEAGUES = "colleagues"
    ROUND = "round"
    NEXT = "next"


# What one may leave out: whoever works alone invites nobody.
MAY_SKIP = frozenset({Step.COLLEAGUES})
# What only a person can say is done: that the facts are right, that the dates were read.
SAID = frozenset({Step.FACTS, Step.NEXT})


@dataclass(frozen=True, slots=True)
class Line:
    """A step and how it stands: ``is_here`` marks the first that is open."""

    step: Step
    is_done: bool
    is_skipped: bool
    is_here: bool


def lines(done: Mapping[Step, bool], marked: AbstractSet[Step]) -> Sequence[Line]:
    """All steps; ``done`` out of the records, ``marked`` are those said to be done or skipped."""
    found: list[Line] = []
    is_open = False
    for step in Step:
        is_done = done.get(step, False) or (step in SAID and step in marked)
        is_skipped = not is_done and step in MAY_SKIP and step in marked
        is_here = not is_open and not is_done and not is_skipped
        is_open = is_open or is_here
        found.append(Line(step, is_done, is_skipped, is_here))
    return found


def is_complete(shown: Sequence[Line]) -> bool:
    return all(line.is_done or line.is_skipped for line in shown)


def is_suggested(list_industry: str, list_post: str, industry: str, section: str) -> bool:
    """Whether a list is meant for every enterprise, or for this industry.

    ``list_industry``: a section's letter, the beginning of a GB/T 4754 code, or "" for all. A list
    for all that is of one post (confined spaces, dust) is only for those who have such a post.
    """
    if not list_industry:
        return not list_post
    return list_industry == section or industry.startswith(list_industry)
