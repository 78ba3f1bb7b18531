"""Rules about a place, not a person: a crowd, an empty post, a blocked exit."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from vision.contract import Box, Rule
from vision.rules.base import (
    WHOLE,
    Ground,
    Scene,
    Seen,
    Sighting,
    of_place,
    people_of,
    spotted,
)
from vision.rules.votes import Ballot, Limits, Spell, Stand, Vote
from vision.seen import Track
from vision.zones import foot, intersection, union

MANNED_S = 3.0  # a post is manned again once somebody was there for so long
FREE_S = 3.0  # an exit is free again after so long
BLINK_S = 1.0  # a look at an exit that shows it free for less than this may be an error
STILL_SHARE = 0.75  # of min_share: a blocked exit is blocked while at least this is changed
COVERS = 0.02  # share of the exit's bounds that a person's box must cover to explain a change


class CrowdingJudge:
    """At least ``min_count`` people in the zone, by votes, for ``dwell_s``."""

    def __init__(self, rule: Rule, ground: Ground) -> None:
        self.rule, self._ground = rule, ground
        self._body = ground.bounds(rule.zone_id)
        self._ballot = self._new()

    def _new(self) -> Ballot:
        rule = self.rule
        return Ballot(rule.votes_needed, rule.votes_window, rule.dwell_s, self._ground.gap_s)

    def step(self, scene: Scene) -> Iterable[Sighting]:
        people = [
            person
            for person in people_of(self.rule, scene)
            if self._ground.holds(self.rule.zone_id, foot(person.box))
        ]
        is_crowd = len(people) >= self.rule.min_count
        self._ballot.cast(Vote(scene.t, is_crowd))
        seen = _of_people(people, is_crowd)
        stand, onset = self._ballot.stand(scene.t), self._ballot.onset_at(scene.t)
        yield of_place(self.rule, self._body, scene.t, seen, stand=stand, onset=onset)

    def forget(self) -> None:
        self._ballot = self._new()

    def dump(self) -> dict[str, Any]:
        return self._ballot.dump()

    def load(self, state: dict[str, Any]) -> None:
        self._ballot.load(state)


def _of_people(people: list[Track], is_crowd: bool) -> Seen:
    if not people:
        return Seen(0.0, WHOLE, "empty", shows=False)
    score = sum(person.score for person in people) / len(people)
    box = union([person.box for person in people])
    return Seen(score, box, "crowd" if is_crowd else "few", is_crowd, str(len(people)))


class PostJudge:
    """Fewer than ``min_count`` people at a post for ``dwell_s`` in one go.

    The time runs from the last sight of a manned post, or from the first frame after the rule
    came on: whoever is late has ``dwell_s`` to come. Seconds without frames or with an invalid
    view are no absence; more of them than the gate explains, and the time starts anew.
    """

    def __init__(self, rule: Rule, ground: Ground) -> None:
        self.rule, self._ground = rule, ground
        self._body = ground.bounds(rule.zone_id)
        self._limits = Limits(rule.dwell_s, 0.0, MANNED_S, ground.patience_s)
        self._away = Spell()

    def step(self, scene: Scene) -> Iterable[Sighting]:
        count = len(spotted(self.rule, scene, self._ground))
        stand = self._away.step(scene.t, count < self.rule.min_count, self._limits)
        yield _of_spell(self.rule, self._body, scene.t, self._away, stand=stand, detail=str(count))

    def forget(self) -> None:
        self._away.begin()

    def dump(self) -> dict[str, Any]:
        return self._away.dump()

    def load(self, state: dict[str, Any]) -> None:
        self._away.load(state)


class ExitJudge:
    """Something stands in an exit's zone for ``dwell_s``: ``min_share`` of it looks changed.

    While a person covers the zone the picture says nothing about it, unless that person stays
    there for ``dwell_s`` themself.
    """

    def __init__(self, rule: Rule, ground: Ground) -> None:
        self.rule, self._ground = rule, ground
        self._body = ground.bounds(rule.zone_id)
        self._limits = Limits(rule.dwell_s, BLINK_S, FREE_S, ground.patience_s)
        self._blocked = Spell()
        self._stays: dict[str, tuple[float, float]] = {}  # subject -> came, last seen

    def step(self, scene: Scene) -> Iterable[Sighting]:
        covered_since = self._cover(scene)
        share = self._ground.changed(self.rule.zone_id, scene.frame)
        known = self._blocked.since is not None
        least = self.rule.min_share * (STILL_SHARE if known else 1.0)
        holds = None if share is None else share >= least
        if holds and covered_since is not None:
            holds = scene.t - covered_since >= self.rule.dwell_s or None
            if holds and not self._blocked.is_open:
                self._resume_at(covered_since, scene.t)
        stand = self._blocked.step(scene.t, holds, self._limits)
        detail = "" if share is None else f"{share:.2f}"
        yield _of_spell(self.rule, self._body, scene.t, self._blocked, stand=stand, detail=detail)

    def _resume_at(self, since: float, t: float) -> None:
        """Whoever stayed has blocked the exit all the while."""
        spell = self._blocked
        if spell.since is None or spell.since > since:
            spell.since = since
        spell.lasted = max(spell.lasted, t - since)
        spell.frame_t = t

    def _cover(self, scene: Scene) -> float | None:
        """Since when those who cover the zone are all there; None where nobody covers it."""
        size = (self._body[2] - self._body[0]) * (self._body[3] - self._body[1])
        here = [
            person
            for person in scene.persons
            if intersection(person.box, self._body) >= COVERS * size
            or self._ground.holds(self.rule.zone_id, foot(person.box))
        ]
        for person in here:
            came = self._stays.get(person.subject, (scene.t, 0.0))[0]
            self._stays[person.subject] = came, scene.t
        gap_s = self._ground.gap_s
        self._stays = {s: v for s, v in self._stays.items() if scene.t - v[1] <= gap_s}
        # Somebody whom the detector loses for a moment still covers the zone.
        return max((came for came, _ in self._stays.values()), default=None)

    def forget(self) -> None:
        self._blocked.begin()
        self._stays = {}

    def dump(self) -> dict[str, Any]:
        stays = {subject: list(span) for subject, span in self._stays.items()}
        return {"blocked": self._blocked.dump(), "stays": stays}

    def load(self, state: dict[str, Any]) -> None:
        self._blocked.load(state["blocked"])
        self._stays = {subject: (came, seen) for subject, (came, seen) in state["stays"].items()}


def _of_spell(
    rule: Rule, body: Box, t: float, spell: Spell, *, stand: Stand, detail: str
) -> Sighting:
    shows = spell.since is not None and spell.true_t == t
    seen = Seen(1.0, body, str(rule.kind), shows, detail)
    onset = t if spell.since is None else spell.since
    ended = spell.true_t if stand is Stand.CLEAR and spell.true_t else None
    return of_place(rule, body, t, seen, stand=stand, onset=onset, ended=ended)
