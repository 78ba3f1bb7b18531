"""Two cameras, one place: the later event names the earlier, and two people stay two."""

from __future__ import annotations

import json
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from vision.contract import Camera, ModelRef, Phase, Rule, RuleKind, Zone
from vision.episodes import Change, Episode, View
from vision.events import first_revision
from vision.merge import Merger

GATE = Zone("gate", "gate", ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0)), shared="north-gate")
YARD = replace(GATE, zone_id="yard", shared="yard")
OWN = replace(GATE, zone_id="own", shared="")
KINDS = (RuleKind.INTRUSION, RuleKind.HELMET_MISSING)


def camera(name: str) -> Camera:
    rules = tuple(Rule(kind, kind, zone_id="gate") for kind in KINDS)
    return Camera(name, name, "", zones=(GATE, YARD, OWN), rules=rules)


def episode(
    event_id: str,
    started: float,
    zone: str | None = "gate",
    kind: RuleKind = RuleKind.INTRUSION,
    ended: float | None = None,
) -> Episode:
    view = View(started, 1.0, (640, 360), ())
    return Episode(
        event_id,
        kind,
        kind,
        zone,
        "person-1",
        started,
        started + 1,
        ended or started + 1,
        0.9,
        "inside",
        (0.1, 0.1, 0.2, 0.5),
        view,
        ended,
    )


def opens(merger: Merger, name: str, one: Episode) -> str | None:
    (change,) = merger.apply(camera(name), [Change(Phase.OPEN, one)])
    return change.episode.same_as


def closes(merger: Merger, name: str, one: Episode, ended: float) -> str | None:
    (change,) = merger.apply(camera(name), [Change(Phase.CLOSE, replace(one, ended_t=ended))])
    return change.episode.same_as


def test_what_another_camera_saw_first_is_named_and_still_told() -> None:
    merger = Merger()
    assert opens(merger, "a", episode("a1", 100)) is None
    assert opens(merger, "b", episode("b1", 104)) == "a1"
    assert closes(merger, "b", episode("b1", 104), 110) == "a1"
    model = ModelRef("m", "1", "0" * 64)
    event = first_revision(
        replace(episode("b1", 104), same_as="a1", detail="2"),
        node="n",
        camera_id="b",
        model=model,
        config_version="",
    )
    assert (event.same_as, event.detail) == ("a1", "2")


def test_another_kind_place_or_time_or_the_same_camera_is_another_violation() -> None:
    merger = Merger()
    opens(merger, "a", episode("a1", 100))
    closes(merger, "a", episode("a1", 100), 105)
    assert opens(merger, "a", episode("a2", 102)) is None
    closes(merger, "a", episode("a2", 102), 106)
    assert opens(merger, "b", episode("b1", 101, zone="yard")) is None
    assert opens(merger, "b", episode("b2", 101, kind=RuleKind.HELMET_MISSING)) is None
    assert opens(merger, "b", episode("b3", 101, zone="own")) is None
    assert opens(merger, "b", episode("b4", 101, zone=None)) is None
    assert opens(merger, "b", episode("b5", 130)) is None


def test_a_long_one_that_still_goes_on_is_the_same_however_late_the_other_begins() -> None:
    merger = Merger()
    opens(merger, "a", episode("a1", 100))
    assert opens(merger, "b", episode("b1", 150)) == "a1"


def test_two_people_seen_by_two_cameras_stay_two() -> None:
    merger = Merger()
    firsts = [opens(merger, "a", episode(f"a{n}", 100 + n)) for n in (1, 2)]
    seconds = [opens(merger, "b", episode(f"b{n}", 101 + n)) for n in (1, 2)]
    third = opens(merger, "b", episode("b3", 104))
    assert firsts == [None, None]
    assert sorted(filter(None, seconds)) == ["a1", "a2"]
    assert third is None, "a third person has nobody left to be"


def test_a_third_camera_names_the_first_not_the_second() -> None:
    merger = Merger()
    opens(merger, "a", episode("a1", 100))
    assert [opens(merger, c, episode(f"{c}1", 102)) for c in ("b", "c")] == ["a1", "a1"]


def test_who_the_other_camera_loses_and_sees_again_is_the_same_again() -> None:
    merger = Merger()
    opens(merger, "a", episode("a1", 100))
    opens(merger, "b", episode("b1", 101))
    closes(merger, "b", episode("b1", 101), 110)
    assert opens(merger, "b", episode("b2", 115)) == "a1"


def test_partners_survive_a_restart_but_what_ended_meanwhile_does_not_wait_for_ever() -> None:
    before, after = Merger(), Merger()
    opens(before, "a", episode("a1", 100))
    opens(before, "a", episode("gone", 90))
    opens(before, "b", episode("b1", 100.5))
    after.load(json.loads(json.dumps(before.dump())), live=["a1", "b1"])
    assert opens(after, "c", episode("c1", 108)) == "a1"
    assert opens(after, "c", episode("c2", 300)) is None
    assert closes(after, "b", episode("b1", 100.5), 110) == "a1"


# (camera, start, how long) of whatever is seen at the gate.
sights = st.lists(
    st.tuples(st.sampled_from("abc"), st.integers(0, 200), st.integers(0, 60)), max_size=25
)


@settings(max_examples=60, deadline=None)
@given(sights)
def test_nobody_is_named_twice_at_a_time_nor_by_their_own_camera_nor_in_a_chain(
    seen: list[tuple[str, int, int]],
) -> None:
    merger = Merger()
    told: dict[str, tuple[str, float, float, str | None]] = {}
    moments = sorted(
        [(start + 1, 1, n) for n, (_, start, _) in enumerate(seen)]
        + [(start + 1 + lasts, 2, n) for n, (_, start, lasts) in enumerate(seen)]
    )
    for at, what, n in moments:
        name, start, _ = seen[n]
        one = episode(f"e{n}", float(start))
        if what == 1:
            same_as = opens(merger, name, one)
            if same_as is not None:
                first = told[same_as]
                assert first[0] != name
                assert first[3] is None, "a first one is nobody's second"
                beside = [e for e in told.values() if e[3] == same_as and e[0] == name]
                assert all(end < at for _, _, end, _ in beside) or not beside
            told[f"e{n}"] = name, float(start), float("inf"), same_as
        else:
            assert closes(merger, name, one, float(at)) == told[f"e{n}"][3]
            told[f"e{n}"] = (*told[f"e{n}"][:2], at - 0.5, told[f"e{n}"][3])
