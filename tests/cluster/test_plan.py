"""Which camera belongs to which group, and which machine runs it."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from vision.cluster.place import SETTLED_S, Machine, choose, move
from vision.cluster.plan import Group, Sizes, regroup, site_of

SITES = ("", "33", "3301")


def cameras(count: int, site: str = "", first: int = 0) -> dict[str, str]:
    return {f"cam-{number:04}": site for number in range(first, first + count)}


def shape(groups: tuple[Group, ...]) -> dict[str, int]:
    return {group.name: len(group.cameras) for group in groups}


def test_a_hundred_cameras_become_even_groups():
    assert shape(regroup((), cameras(100))) == {"all-1": 25, "all-2": 25, "all-3": 25, "all-4": 25}


def test_a_few_cameras_are_spread_over_machines_where_it_pays():
    two = Sizes(32, {"": 2})
    assert shape(regroup((), cameras(32), two)) == {"all-1": 16, "all-2": 16}
    assert shape(regroup((), cameras(20), two)) == {"all-1": 20}


def test_a_new_camera_goes_to_the_emptiest_group_and_moves_nobody():
    before = regroup((), cameras(60))
    fewer = {camera: "" for camera in cameras(60) if camera not in before[1].cameras[:6]}
    gone = regroup(before, fewer)
    after = regroup(gone, {**fewer, "new": ""})
    assert shape(after) == {"all-1": 30, "all-2": 25}
    assert "new" in after[1].cameras
    assert after[0] == before[0]


def test_cameras_that_see_one_place_come_into_one_group():
    seen = {"cam-0001": "gate", "cam-0030": "gate", "cam-0039": "gate"}
    groups = regroup((), cameras(40), Sizes(32, places=seen))
    assert shape(groups) == {"all-1": 20, "all-2": 20}
    assert len({group.name for group in groups for one in group.cameras if one in seen}) == 1


def test_a_camera_of_another_site_gets_a_group_there():
    before = regroup((), cameras(4))
    after = regroup(before, {**cameras(4), "cam-0001": "3301"})
    assert shape(after) == {"3301-1": 1, "all-1": 3}


def test_a_nearly_empty_group_is_shared_out():
    before = regroup((), cameras(96))
    kept = [*before[0].cameras[:20], *before[1].cameras[:20], *before[2].cameras[:3]]
    assert shape(regroup(before, dict.fromkeys(kept, ""))) == {"all-1": 22, "all-2": 21}


def test_a_site_is_known_by_the_beginning_of_its_code():
    assert site_of("330106", ("33", "3301", "44")) == "3301"
    assert site_of("510104", ("33", "")) == ""


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.dictionaries(
            st.integers(0, 90).map(lambda n: f"c{n}"), st.sampled_from(SITES), max_size=60
        ),
        min_size=1,
        max_size=5,
    ),
    st.integers(1, 20),
)
def test_whatever_changes_each_camera_is_in_one_group_of_its_site(configurations, most):
    groups: tuple[Group, ...] = ()
    for wanted in configurations:
        before = {camera: group.name for group in groups for camera in group.cameras}
        groups = regroup(groups, wanted, Sizes(most))
        found = [(c, group.site) for group in groups for c in group.cameras]
        assert len(found) == len(wanted)
        assert dict(found) == wanted
        assert all(1 <= len(group.cameras) <= most for group in groups)
        assert regroup(groups, wanted, Sizes(most)) == groups, "nothing changed, nothing moves"
        # Whoever stays in a group that stays is not moved.
        names = {group.name for group in groups}
        sites = {group.name: group.site for group in groups}
        moved = [
            camera
            for group in groups
            for camera in group.cameras
            if before.get(camera, group.name) != group.name
            and before[camera] in names
            and sites[before[camera]] == wanted[camera]
        ]
        assert not moved


HEAD = Machine("n1", "head", capacity=64)
NORTH = Machine("n2", "north", site="3301", capacity=64)
GPU = Machine("n3", "gpu", has_gpu=True, capacity=64)


def group(name: str, count: int, site: str = "") -> Group:
    return Group(name, site, tuple(f"{name}-{number}" for number in range(count)))


def test_a_group_starts_at_its_site_then_on_a_gpu_then_where_there_is_room():
    assert choose(group("a", 16, "3301"), (HEAD, GPU, NORTH), {}) == NORTH
    assert choose(group("a", 16), (HEAD, GPU, NORTH), {}) == GPU
    assert choose(group("a", 16), (HEAD, GPU), {"n3": 60}) == HEAD
    assert choose(group("a", 16), (HEAD,), {"n1": 64}) == HEAD, "rather too full than dark"
    assert choose(group("a", 16), (), {}) is None


def test_a_group_comes_home_once_its_site_has_been_back_for_a_while():
    away = group("a", 16, "3301")
    where, machines = {"a": "n1"}, (HEAD, NORTH)
    assert move([away], where, machines, SETTLED_S - 1) is None
    assert move([away], where, machines, SETTLED_S) == (away, NORTH)
    assert move([away], {"a": "n2"}, machines, SETTLED_S) is None


def test_an_idle_machine_takes_a_group_but_two_never_pass_one_to_and_fro():
    other = Machine("n4", "other", capacity=64)
    two = [group("a", 16), group("b", 16)]
    moved = move(two, {"a": "n1", "b": "n1"}, (HEAD, other), SETTLED_S)
    assert moved is not None
    assert moved[1] == other
    assert move(two, {"a": "n4", "b": "n1"}, (HEAD, other), SETTLED_S) is None
    assert move(two[:1], {"a": "n1"}, (HEAD, other), SETTLED_S) is None


def test_a_machine_that_leaves_hands_over_at_once():
    leaving = Machine("n1", "head", is_leaving=True)
    mine = group("a", 16)
    other = Machine("n4", "other", since=99.0)
    assert move([mine], {"a": "n1"}, (leaving, other), 100.0) == (mine, other)
    assert move([mine], {"a": "n1"}, (leaving,), 100.0) is None
