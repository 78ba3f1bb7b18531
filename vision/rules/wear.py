"""Protective equipment: the vote about one item on each person, and which rule may speak."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from vision import ppe
from vision.contract import Rule, RuleKind
from vision.rules.base import Ground, Memories, Scene, Seen, Sighting, is_low, of_track
from vision.rules.votes import Ballot, Stand, Vote
from vision.seen import Track
from vision.zones import foot

ITEMS = {
    RuleKind.HELMET_MISSING: ppe.HELMET_ITEM,
    RuleKind.VEST_MISSING: ppe.VEST_ITEM,
}
_WEAR = {
    Stand.BREACH: ppe.Wear.MISSING,
    Stand.CLEAR: ppe.Wear.WORN,
    Stand.UNDECIDED: ppe.Wear.UNKNOWN,
}


@dataclass(frozen=True, slots=True)
class WearState:
    """For ``replay --states``: what is voted about one item on one track just now."""

    subject: str
    t: float
    item: RuleKind
    voted: ppe.Wear
    frame: ppe.Judgement


class WearJudge:
    """One item under one rule; people of whom another rule speaks are left to it."""

    def __init__(self, rule: Rule, ground: Ground) -> None:
        self.rule, self._item = rule, ITEMS[rule.kind]
        self._ballots = Memories(
            lambda: Ballot(rule.votes_needed, rule.votes_window, rule.dwell_s, ground.gap_s),
            ground.gap_s,
        )
        self.wear: list[WearState] = []

    def step(self, scene: Scene) -> Iterable[Sighting]:
        self.wear = []
        persons = scene.persons
        owned = ppe.assign(persons, scene.detections, self._item)
        for person in persons:
            if scene.claims.get((self.rule.kind, person.subject)) == self.rule.rule_id:
                said = ppe.judge(
                    person,
                    owned[person.subject],
                    persons,
                    scene.frame,
                    self._item,
                    min_score=self.rule.min_score,
                )
                yield self._vote(scene.t, person, said)
        self._ballots.prune(scene.t)

    def _vote(self, t: float, person: Track, said: ppe.Judgement) -> Sighting:
        ballot = self._ballots.of(person.subject, t)
        is_missing = said.wear is ppe.Wear.MISSING
        if said.wear is not ppe.Wear.UNKNOWN:
            ballot.cast(Vote(t, is_missing, said.why is not ppe.Why.POSITIVE_ABSENT))
        self.wear.append(WearState(person.subject, t, self.rule.kind, _WEAR[ballot.voted], said))
        # Once decided, a frame that cannot be judged shows the person, not the item.
        box = said.box if is_missing else person.box
        seen = Seen(said.score, box, str(said.why), is_missing)
        return of_track(self.rule, person, t, seen, stand=ballot.stand(t), onset=ballot.onset_at(t))

    def forget(self) -> None:
        self.wear = []
        self._ballots.clear()

    def dump(self) -> dict[str, Any]:
        return self._ballots.dump()

    def load(self, state: dict[str, Any]) -> None:
        self._ballots.load(state)


@dataclass(slots=True)
class Matrix:
    """Which rule speaks of which item on whom, so that one missing helmet is one violation.

    The zone that holds the foot decides. Of overlapping zones the one that spoke last goes on
    (nobody is told twice for a step to the side), else the smallest, which is the most
    particular; the whole picture comes last. A zone whose rule is lifted by a permit still
    decides: there, nothing is asked.
    """

    ground: Ground
    _last: dict[tuple[RuleKind, str], str] = field(default_factory=dict)

    def claims(
        self, rules: Sequence[Rule], persons: Sequence[Track]
    ) -> dict[tuple[RuleKind, str], str]:
        """(item's rule kind, subject) -> rule_id; ``rules`` are those on or lifted just now."""
        found: dict[tuple[RuleKind, str], str] = {}
        for kind in ITEMS:
            ranked = sorted(
                (rule for rule in rules if rule.kind is kind),
                key=lambda rule: self.ground.size(rule.zone_id),
            )
            for person in persons if ranked else ():
                rule = self._speaker(ranked, person, self._last.get((kind, person.subject)))
                if rule is not None:
                    found[kind, person.subject] = rule.rule_id
        self._last = found
        return found

    def _speaker(self, ranked: Sequence[Rule], person: Track, last: str | None) -> Rule | None:
        at = foot(person.box)
        fitting = [
            rule
            for rule in ranked
            if not is_low(rule, person) and self.ground.holds(rule.zone_id, at)
        ]
        for rule in fitting:
            if rule.rule_id == last and rule.zone_id is not None:
                return rule
        return fitting[0] if fitting else None

    def forget(self) -> None:
        self._last = {}

    def dump(self) -> list[list[str]]:
        return [[kind, subject, rule_id] for (kind, subject), rule_id in self._last.items()]

    def load(self, state: list[list[str]]) -> None:
        self._last = {(RuleKind(kind), subject): rule_id for kind, subject, rule_id in state}
