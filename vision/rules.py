"""From tracked boxes to "this rule is being broken by this subject". Pure.

Time is the frame's own time, never a count of frames. A rule speaks only after
``votes_needed`` of its last ``votes_window`` judged frames agree (N of M) *and* the
breach has lasted ``dwell_s``. Leaving a decided state takes one vote more than entering
it (hysteresis), and a frame that cannot be judged does not vote at all.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from vision import ppe
from vision.contract import Box, Camera, Point, Rule, RuleKind, Schedule
from vision.seen import FIRE, PERSON, SMOKE, Detection, FrameInfo, Track
from vision.zones import centre, foot, is_inside

# Votes nearer together than this are one vote: 25 frames a second must not make six
# votes out of a quarter of a second.
VOTE_SPACING_S = 0.19
GAP_S = 2.0  # votes on either side of a longer gap do not belong together
FORGET_S = 10.0
_ITEMS = {
    RuleKind.HELMET_MISSING: ppe.HELMET_ITEM,
    RuleKind.VEST_MISSING: ppe.VEST_ITEM,
}


class Stand(StrEnum):
    """Where one subject stands with one rule."""

    BREACH = "breach"
    CLEAR = "clear"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Vote:
    """One judged frame. ``explicit`` is false where a breach is only inferred from absence."""

    t: float
    is_breach: bool
    explicit: bool = True


@dataclass(frozen=True, slots=True)
class Sighting:
    """One subject under one rule on one frame; ``onset`` is when the breach began.

    ``shows`` is whether this very frame shows the breach: a decided breach goes on through
    frames that cannot be judged, but they are no evidence. ``box`` is what
    breaks the rule (a bare head), ``body`` the tracked subject, ``since`` its first sight.
    """

    rule: Rule
    subject: str
    t: float
    stand: Stand
    onset: float
    score: float
    box: Box
    why: str
    shows: bool
    body: Box
    since: float


@dataclass(slots=True)
class Ballot:
    """The votes of one subject under one rule."""

    needed: int
    window: int
    dwell_s: float
    gap_s: float = GAP_S
    voted: Stand = Stand.UNDECIDED
    onset: float = 0.0
    seen_t: float = 0.0
    votes: deque[Vote] = field(default_factory=deque)

    def cast(self, vote: Vote) -> None:
        last = self.votes[-1] if self.votes else None
        if last and vote.t - last.t < VOTE_SPACING_S:
            return
        if last and vote.t - last.t > self.gap_s:
            self.votes.clear()
            self.voted = Stand.UNDECIDED
        self.votes.append(vote)
        while len(self.votes) > self.window:
            self.votes.popleft()
        self._count()

    def _count(self) -> None:
        breaches = [vote for vote in self.votes if vote.is_breach]
        clears = len(self.votes) - len(breaches)
        explicit = sum(vote.explicit for vote in breaches)
        leave = min(self.needed + 1, self.window)
        enter = self.needed if self.voted is Stand.UNDECIDED else leave
        if self.voted is not Stand.BREACH and len(breaches) >= enter:
            # Absence alone convicts nobody: half of the needed votes must be explicit.
            if explicit >= max(1, self.needed // 2):
                self.voted, self.onset = Stand.BREACH, breaches[0].t
        elif self.voted is not Stand.CLEAR and clears >= enter:
            self.voted = Stand.CLEAR

    def stand(self, t: float) -> Stand:
        """The decided state; a breach counts once it has lasted ``dwell_s``."""
        if self.voted is Stand.BREACH and t - self.onset < self.dwell_s:
            return Stand.UNDECIDED
        return self.voted


@dataclass(frozen=True, slots=True)
class WearState:
    """For ``replay --states``: what is voted about one item on one track just now."""

    subject: str
    t: float
    item: RuleKind
    voted: ppe.Wear
    frame: ppe.Judgement


class RuleEngine:
    """All rules of one camera. Feed it frames in order; an older frame is ignored."""

    def __init__(self, camera: Camera) -> None:
        self._camera = camera
        self._polygons = {zone.zone_id: zone.polygon for zone in camera.zones}
        self._gap_s = gap_for(camera.analysed_fps)
        self._ballots: dict[tuple[str, str], Ballot] = {}
        self._t = float("-inf")
        self.wear: list[WearState] = []

    def step(
        self, frame: FrameInfo, tracks: Sequence[Track], detections: Sequence[Detection]
    ) -> list[Sighting]:
        """Every subject that a rule can see on this frame, and where it stands."""
        if frame.t <= self._t:
            return []
        self._t = frame.t
        self.wear = []
        found: list[Sighting] = []
        for rule in self._camera.rules:
            if not is_on(rule.schedule, frame.t):
                self._forget(rule)
            elif rule.kind in _ITEMS:
                found += self._wear_rule(rule, frame, tracks, detections)
            elif rule.kind is RuleKind.INTRUSION:
                found += self._intrusion_rule(rule, frame, tracks)
            else:
                found += self._fire_rule(rule, frame, tracks)
        self._prune(frame.t)
        return found

    def _wear_rule(
        self, rule: Rule, frame: FrameInfo, tracks: Sequence[Track], boxes: Sequence[Detection]
    ) -> Iterable[Sighting]:
        item = _ITEMS[rule.kind]
        persons = [track for track in tracks if track.label == PERSON]
        owned = ppe.assign(persons, boxes, item)
        for person in persons:
            if not self._applies(rule, person, foot(person.box)):
                continue
            said = ppe.judge(
                person, owned[person.subject], persons, frame, item, min_score=rule.min_score
            )
            ballot = self._ballot(rule, person.subject, frame.t)
            if said.wear is not ppe.Wear.UNKNOWN:
                explicit = said.why is not ppe.Why.POSITIVE_ABSENT
                ballot.cast(Vote(frame.t, said.wear is ppe.Wear.MISSING, explicit))
            self.wear.append(WearState(person.subject, frame.t, rule.kind, _wear(ballot), said))
            # Once decided, a frame that cannot be judged shows the person, not the item.
            box = said.box if said.wear is ppe.Wear.MISSING else person.box
            seen = (said.score, box, said.why, said.wear is ppe.Wear.MISSING)
            yield self._sighting(rule, ballot, person, frame.t, seen)

    def _intrusion_rule(
        self, rule: Rule, frame: FrameInfo, tracks: Sequence[Track]
    ) -> Iterable[Sighting]:
        for person in tracks:
            if person.label != PERSON or person.score < rule.min_score or _low(rule, person):
                continue
            inside = self._in_zone(rule, foot(person.box))
            ballot = self._ballot(rule, person.subject, frame.t)
            ballot.cast(Vote(frame.t, inside))
            seen = (person.score, person.box, "inside" if inside else "outside", inside)
            yield self._sighting(rule, ballot, person, frame.t, seen)

    def _fire_rule(
        self, rule: Rule, frame: FrameInfo, tracks: Sequence[Track]
    ) -> Iterable[Sighting]:
        burning = {
            track.subject: track
            for track in tracks
            if track.label in (FIRE, SMOKE)
            and track.score >= rule.min_score
            and self._applies(rule, track, centre(track.box))
        }
        for subject in burning:
            self._ballot(rule, subject, frame.t)
        for (rule_id, subject), ballot in self._ballots.items():
            if rule_id != rule.rule_id:
                continue
            # A flame that is not there any more has been judged: that is a vote against.
            ballot.cast(Vote(frame.t, subject in burning))
        for subject, track in burning.items():
            ballot = self._ballots[rule.rule_id, subject]
            seen = (track.score, track.box, track.label, True)
            yield self._sighting(rule, ballot, track, frame.t, seen)

    def _applies(self, rule: Rule, track: Track, anchor: Point) -> bool:
        return not _low(rule, track) and self._in_zone(rule, anchor)

    def _in_zone(self, rule: Rule, anchor: Point) -> bool:
        return rule.zone_id is None or is_inside(anchor, self._polygons[rule.zone_id])

    def _ballot(self, rule: Rule, subject: str, t: float) -> Ballot:
        ballot = self._ballots.setdefault(
            (rule.rule_id, subject),
            Ballot(rule.votes_needed, rule.votes_window, rule.dwell_s, self._gap_s),
        )
        ballot.seen_t = t
        return ballot

    def _sighting(
        self, rule: Rule, ballot: Ballot, track: Track, t: float, seen: tuple[float, Box, str, bool]
    ) -> Sighting:
        score, box, why, shows = seen
        stand = ballot.stand(t)
        onset = ballot.onset if ballot.voted is Stand.BREACH else t
        return Sighting(
            rule=rule,
            subject=track.subject,
            t=t,
            stand=stand,
            onset=onset,
            score=score,
            box=box,
            why=str(why),
            shows=shows,
            body=track.box,
            since=track.first_t,
        )

    def _forget(self, rule: Rule) -> None:
        for key in [key for key in self._ballots if key[0] == rule.rule_id]:
            del self._ballots[key]

    def _prune(self, t: float) -> None:
        old = max(FORGET_S, 2 * self._gap_s)
        for key in [key for key, ballot in self._ballots.items() if t - ballot.seen_t > old]:
            del self._ballots[key]


def gap_for(analysed_fps: float) -> float:
    """Seconds without a sight that are still "the same": at least three analysed frames."""
    return max(GAP_S, 3.0 / analysed_fps)


def is_on(schedule: Schedule, t: float) -> bool:
    """Whether ``schedule`` covers the instant ``t`` (seconds since the epoch, UTC).

    A window over midnight belongs to the day on which it starts.
    """
    local = datetime.fromtimestamp(t, UTC).astimezone(ZoneInfo(schedule.timezone))
    minute, day = local.hour * 60 + local.minute, local.isoweekday()
    start, end = schedule.start_minute, schedule.end_minute
    if start == end:
        return day in schedule.weekdays
    if start < end:
        return start <= minute < end and day in schedule.weekdays
    if minute >= start:
        return day in schedule.weekdays
    return minute < end and (day - 2) % 7 + 1 in schedule.weekdays


def _low(rule: Rule, track: Track) -> bool:
    return track.box[3] - track.box[1] < rule.min_height


def _wear(ballot: Ballot) -> ppe.Wear:
    return {
        Stand.BREACH: ppe.Wear.MISSING,
        Stand.CLEAR: ppe.Wear.WORN,
        Stand.UNDECIDED: ppe.Wear.UNKNOWN,
    }[ballot.voted]
