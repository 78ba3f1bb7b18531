"""Somebody is where nobody should be, or for too long: intrusion and loitering."""

from __future__ import annotations

from collections.abc import Iterable

from vision.contract import Rule
from vision.rules.base import (
    BySubject,
    Ground,
    Memories,
    Scene,
    Seen,
    Sighting,
    is_low,
    of_track,
    people_of,
)
from vision.rules.votes import Ballot, Limits, Spell, Stand, Vote
from vision.seen import Track
from vision.zones import foot, polygon_distance

LEAVE_S = 3.0  # out of the zone for less than this: still the same stay
EDGE_SHARE = 0.1  # of the person's height: this far beyond the edge is still no leaving


class IntrusionJudge(BySubject):
    """Nobody's foot may be in the zone."""

    def __init__(self, rule: Rule, ground: Ground) -> None:
        self.rule, self._ground = rule, ground
        self._subjects = Memories(
            lambda: Ballot(rule.votes_needed, rule.votes_window, rule.dwell_s, ground.gap_s),
            ground.gap_s,
        )

    def step(self, scene: Scene) -> Iterable[Sighting]:
        for person in people_of(self.rule, scene):
            inside = self._ground.holds(self.rule.zone_id, foot(person.box))
            ballot = self._subjects.of(person.subject, scene.t)
            ballot.cast(Vote(scene.t, inside))
            seen = Seen(person.score, person.box, "inside" if inside else "outside", inside)
            stand, onset = ballot.stand(scene.t), ballot.onset_at(scene.t)
            yield of_track(self.rule, person, scene.t, seen, stand=stand, onset=onset)
        self._subjects.prune(scene.t)


class LoiteringJudge(BySubject):
    """Nobody may stay in the zone for ``dwell_s``; a moment outside does not start it anew."""

    def __init__(self, rule: Rule, ground: Ground) -> None:
        self.rule, self._ground = rule, ground
        self._limits = Limits(rule.dwell_s, LEAVE_S, LEAVE_S, ground.gap_s)
        self._subjects: Memories[Spell] = Memories(Spell, ground.gap_s)

    def step(self, scene: Scene) -> Iterable[Sighting]:
        for person in scene.persons:
            # A weak box of somebody known is still a sight of them; it starts nothing.
            stay = self._subjects.of(person.subject, scene.t)
            began = stay.since
            stand = stay.step(scene.t, self._is_in(person, stay), self._limits)
            shows = stay.true_t == scene.t and stay.since is not None
            if stay.since is None and began is None:
                continue
            seen = Seen(person.score, person.box, "staying" if shows else "leaving", shows)
            onset = scene.t if stay.since is None else stay.since
            ended = stay.true_t if stand is Stand.CLEAR else None
            yield of_track(self.rule, person, scene.t, seen, stand=stand, onset=onset, ended=ended)
        self._subjects.prune(scene.t)

    def _is_in(self, person: Track, stay: Spell) -> bool | None:
        at = foot(person.box)
        if self._ground.holds(self.rule.zone_id, at):
            is_sure = person.score >= self.rule.min_score and not is_low(self.rule, person)
            return True if is_sure or stay.since is not None else None
        if stay.since is None:
            return False
        edge = EDGE_SHARE * (person.box[3] - person.box[1])
        return polygon_distance(at, self._ground.polygon(self.rule.zone_id)) <= edge
