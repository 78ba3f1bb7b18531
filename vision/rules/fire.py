"""Fire and smoke: followed like people; a frame without the flame is a vote against it."""

from __future__ import annotations

from collections.abc import Iterable

from vision.contract import Rule
from vision.rules.base import BySubject, Ground, Memories, Scene, Seen, Sighting, is_low, of_track
from vision.rules.votes import Ballot, Vote
from vision.seen import FIRE, SMOKE
from vision.zones import centre


class FireJudge(BySubject):
    def __init__(self, rule: Rule, ground: Ground) -> None:
        self.rule, self._ground = rule, ground
        self._subjects = Memories(
            lambda: Ballot(rule.votes_needed, rule.votes_window, rule.dwell_s, ground.gap_s),
            ground.gap_s,
        )

    def step(self, scene: Scene) -> Iterable[Sighting]:
        burning = {
            track.subject: track
            for track in scene.tracks
            if track.label in (FIRE, SMOKE)
            and track.score >= self.rule.min_score
            and not is_low(self.rule, track)
            and self._ground.holds(self.rule.zone_id, centre(track.box))
        }
        for subject in burning:
            self._subjects.of(subject, scene.t)
        for subject, ballot in self._subjects.items():
            # A flame that is not there any more has been judged: that is a vote against.
            ballot.cast(Vote(scene.t, subject in burning))
        for subject, track in burning.items():
            ballot = self._subjects.of(subject, scene.t)
            seen = Seen(track.score, track.box, track.label, shows=True, detail=track.label)
            stand, onset = ballot.stand(scene.t), ballot.onset_at(scene.t)
            yield of_track(self.rule, track, scene.t, seen, stand=stand, onset=onset)
        self._subjects.prune(scene.t)
