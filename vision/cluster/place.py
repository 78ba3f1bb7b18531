"""Which machine runs a group. Pure; Ray carries it out, and decides by itself when one dies.

A machine of the group's site comes first, then one with a GPU, then the one with most room. A
machine's capacity is a wish: when others die it takes more, since a camera that is judged late is
better than one that is not judged at all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from vision.cluster.plan import Group

SETTLED_S = 60.0  # a machine that has been there for so long takes groups from others


@dataclass(frozen=True, slots=True)
class Machine:
    """``node`` is Ray's name for it, new at each start; ``capacity`` counts cameras."""

    node: str
    name: str
    site: str = ""
    has_gpu: bool = False
    capacity: int = 64
    since: float = 0.0
    is_leaving: bool = False


def choose(group: Group, machines: Sequence[Machine], load: Mapping[str, int]) -> Machine | None:
    """Where a group is to start; ``load`` counts cameras by ``node``. None: there is no machine."""
    able = [machine for machine in machines if not machine.is_leaving and machine.capacity > 0]
    return min(able, key=lambda one: _cost(group, one, load), default=None)


def move(
    groups: Sequence[Group],
    where: Mapping[str, str],
    machines: Sequence[Machine],
    now: float,
) -> tuple[Group, Machine] | None:
    """One group that should run elsewhere: its machine leaves, its site is back, or one is idle.

    ``where`` is the node of each group by its name; what is not known to run is left alone.
    """
    by_node = {machine.node: machine for machine in machines}
    load = loads(groups, where)
    for group in groups:
        here = by_node.get(where.get(group.name, ""))
        if here is None:
            continue
        settled = [m for m in machines if here.is_leaving or now - m.since >= SETTLED_S]
        best = choose(group, settled, _without(load, here.node, len(group.cameras)))
        if best is None or best.node == here.node:
            continue
        if here.is_leaving or _rank(group, best) < _rank(group, here):
            return group, best
        # Of two machines that suit it alike: only if the other has less even with it.
        if (load.get(best.node, 0) + len(group.cameras)) * here.capacity < (
            load.get(here.node, 0)
        ) * best.capacity and _rank(group, best) == _rank(group, here):
            return group, best
    return None


def loads(groups: Sequence[Group], where: Mapping[str, str]) -> dict[str, int]:
    """Cameras by node."""
    found: dict[str, int] = {}
    for group in groups:
        if node := where.get(group.name):
            found[node] = found.get(node, 0) + len(group.cameras)
    return found


def _rank(group: Group, machine: Machine) -> tuple[bool, bool]:
    """Less is better."""
    return machine.site != group.site and bool(group.site), not machine.has_gpu


def _cost(
    group: Group, machine: Machine, load: Mapping[str, int]
) -> tuple[bool, bool, bool, float, str]:
    held = load.get(machine.node, 0) + len(group.cameras)
    is_over = held > machine.capacity
    away, without_gpu = _rank(group, machine)
    return away, is_over, without_gpu, held / machine.capacity, machine.name


def _without(load: Mapping[str, int], node: str, cameras: int) -> dict[str, int]:
    return {**load, node: load.get(node, 0) - cameras}
