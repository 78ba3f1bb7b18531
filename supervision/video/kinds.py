"""What each kind of rule asks of a person who sets it up. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from vision.contract import Rule, RuleKind

WHOLE = "*"  # how a form writes "the whole picture" where it stands beside zones


@dataclass(frozen=True, slots=True)
class Shape:
    """``parts`` stand in the open, ``fine`` behind "more settings"; all are fields of a Rule.

    ``needs_zone``: it means nothing over the whole picture. ``on_lines``: its places are lines.
    """

    parts: tuple[str, ...]
    fine: tuple[str, ...] = ()
    needs_zone: bool = False
    on_lines: bool = False

    @property
    def fields(self) -> tuple[str, ...]:
        return (*self.parts, *self.fine)


_VOTES = ("votes_needed", "votes_window")
_SIZE = ("min_height", "min_score")
_RANK = ("severity",)

# Worn or not: ticked for each zone in one table.
EQUIPMENT = (RuleKind.HELMET_MISSING, RuleKind.VEST_MISSING)

SHAPES: dict[RuleKind, Shape] = {
    RuleKind.HELMET_MISSING: Shape(("dwell_s",), (*_VOTES, *_SIZE, *_RANK)),
    RuleKind.VEST_MISSING: Shape(("dwell_s",), (*_VOTES, *_SIZE, *_RANK)),
    RuleKind.INTRUSION: Shape(("dwell_s",), (*_VOTES, *_SIZE, *_RANK)),
    RuleKind.LINE_CROSSING: Shape(("direction",), (*_SIZE, *_RANK), on_lines=True),
    RuleKind.LOITERING: Shape(("dwell_s",), (*_SIZE, *_RANK)),
    RuleKind.CROWDING: Shape(("min_count", "dwell_s"), (*_VOTES, *_SIZE, *_RANK)),
    RuleKind.POST_ABSENT: Shape(("min_count", "dwell_s"), (*_SIZE, *_RANK), needs_zone=True),
    RuleKind.EXIT_BLOCKED: Shape(("min_share", "dwell_s"), _RANK, needs_zone=True),
    RuleKind.FIRE_SMOKE: Shape(("dwell_s",), (*_VOTES, *_SIZE, *_RANK)),
    RuleKind.FALL: Shape(("dwell_s",), (*_SIZE, *_RANK)),
}

# Starting values of a new rule. Fire and smoke are small in the picture and need more agreement.
DEFAULT_RULES: dict[RuleKind, Rule] = {
    RuleKind.HELMET_MISSING: Rule("helmet_missing", RuleKind.HELMET_MISSING),
    RuleKind.VEST_MISSING: Rule("vest_missing", RuleKind.VEST_MISSING),
    RuleKind.INTRUSION: Rule("intrusion", RuleKind.INTRUSION),
    # A rule of this kind without its line is none: this one only lends its values.
    RuleKind.LINE_CROSSING: Rule(
        "line_crossing", RuleKind.LINE_CROSSING, dwell_s=0.0, line_id="line"
    ),
    RuleKind.LOITERING: Rule("loitering", RuleKind.LOITERING, dwell_s=60.0),
    RuleKind.CROWDING: Rule("crowding", RuleKind.CROWDING, dwell_s=10.0, min_count=5),
    RuleKind.POST_ABSENT: Rule("post_absent", RuleKind.POST_ABSENT, dwell_s=120.0),
    RuleKind.EXIT_BLOCKED: Rule("exit_blocked", RuleKind.EXIT_BLOCKED, dwell_s=60.0),
    RuleKind.FIRE_SMOKE: Rule(
        "fire_smoke",
        RuleKind.FIRE_SMOKE,
        dwell_s=2.0,
        votes_needed=6,
        votes_window=10,
        min_height=0.02,
    ),
    RuleKind.FALL: Rule("fall", RuleKind.FALL, dwell_s=5.0),
}


def rule_id(kind: RuleKind, place_id: str | None) -> str:
    """A rule's name follows from what it is, so that an edit does not split its tickets."""
    return f"{kind}:{place_id}" if place_id else str(kind)
