"""What a clip raised under the present rules, beside what it raises under changed ones. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from vision.contract import Raised, RuleKind

NEAR_S = 2.0


class Change(StrEnum):
    """What becomes of the violation for which a clip was stored."""

    STAYS = "stays"
    SILENT = "silent"
    APPEARS = "appears"
    NEVER = "never"  # not raised from this clip, before or after


@dataclass(frozen=True, slots=True)
class Difference:
    """Of one clip. What both raise stands twice: as it was, and as it would be."""

    both_before: tuple[Raised, ...] = ()
    both_after: tuple[Raised, ...] = ()
    lost: tuple[Raised, ...] = ()
    new: tuple[Raised, ...] = ()

    @property
    def is_none(self) -> bool:
        return not self.lost and not self.new


def same(one: Raised, other: Raised) -> bool:
    """The same rule in the same zone, at one time or within two seconds."""
    if (one.rule_id, one.zone_id) != (other.rule_id, other.zone_id):
        return False
    return one.start_s <= other.end_s + NEAR_S and other.start_s <= one.end_s + NEAR_S


def compare(before: Sequence[Raised], after: Sequence[Raised]) -> Difference:
    """One long episode and two that lie in it are the same: nobody hears less or more."""

    def known(one: Raised, others: Sequence[Raised]) -> bool:
        return any(same(one, other) for other in others)

    return Difference(
        both_before=tuple(r for r in before if known(r, after)),
        both_after=tuple(r for r in after if known(r, before)),
        lost=tuple(r for r in before if not known(r, after)),
        new=tuple(r for r in after if not known(r, before)),
    )


def change_of(
    rule_id: str, kind: RuleKind, before: Sequence[Raised], after: Sequence[Raised]
) -> Change:
    """What becomes of a violation of that rule; of its kind, where neither side has the rule."""
    by_rule = any(r.rule_id == rule_id for r in (*before, *after))

    def raised(found: Sequence[Raised]) -> bool:
        return any(r.rule_id == rule_id if by_rule else r.rule_kind is kind for r in found)

    was, will = raised(before), raised(after)
    if was:
        return Change.STAYS if will else Change.SILENT
    return Change.APPEARS if will else Change.NEVER
