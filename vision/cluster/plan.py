"""Which camera belongs to which group. Pure: the same question has the same answer.

A group is what moves when a machine dies. What is in a group stays in it: a new camera goes to the
emptiest group of its site, one that is gone leaves a free place, and groups are put together only
where most of their places are free.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

LEAST_CAMERAS = 16  # a group of fewer is not worth a process, where one group holds them all
ANYWHERE = "all"  # the name of the groups without a site


@dataclass(frozen=True, slots=True)
class Group:
    """``site`` is the label of the machines where it should run; empty: any will do."""

    name: str
    site: str = ""
    cameras: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sizes:
    """``most`` cameras in a group; ``machines`` by site, over which the first groups are spread.

    ``places`` names what a camera sees together with others: one worker tells it once, two workers
    know nothing of each other, so these come into one group while it has room.
    """

    most: int = 32
    machines: Mapping[str, int] | None = None
    places: Mapping[str, str] | None = None

    def place_of(self, camera: str) -> str:
        return (self.places or {}).get(camera, "")

    @property
    def least(self) -> int:
        return min(LEAST_CAMERAS, self.most)

    def wanted(self, site: str, cameras: int) -> int:
        """How many groups ``cameras`` of a site deserve: enough, and one a machine where it pays."""
        machines = (self.machines or {}).get(site, 1)
        return max(-(-cameras // self.most), min(machines, cameras // self.least), 1)


def site_of(wanted: str, known: Iterable[str]) -> str:
    """The machine's label that fits a camera's site best; empty where none does.

    Sites are codes of regions, so a label may be the beginning of many of them: ``3301`` is the
    site of the machine for all of ``330106``.
    """
    fitting = [label for label in known if label and wanted.startswith(label)]
    return max(fitting, key=len, default="")


def regroup(
    before: Sequence[Group], sites: Mapping[str, str], sizes: Sizes | None = None
) -> tuple[Group, ...]:
    """The groups for cameras with their ``sites``, as near to ``before`` as can be; by name."""
    sizes = sizes or Sizes()
    groups = {g.name: replace(g, cameras=_staying(g, sites)) for g in before}
    groups = {name: group for name, group in groups.items() if group.cameras}
    placed = {camera for group in groups.values() for camera in group.cameras}
    for site in sorted(set(sites.values())):
        new = sorted(c for c, where in sites.items() if where == site and c not in placed)
        _join(groups, site, new, sizes)
        _put_together(groups, site, sizes)
    return tuple(groups[name] for name in sorted(groups))


def _staying(group: Group, sites: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(camera for camera in group.cameras if sites.get(camera) == group.site)


def _of(groups: Mapping[str, Group], site: str) -> list[Group]:
    return [groups[name] for name in sorted(groups) if groups[name].site == site]


def _join(groups: dict[str, Group], site: str, new: Sequence[str], sizes: Sizes) -> None:
    mine = _of(groups, site)
    total = len(new) + sum(len(group.cameras) for group in mine)
    for _ in range(sizes.wanted(site, total) - len(mine) if new else 0):
        name = _free_name(groups, site)
        groups[name] = Group(name, site)
    # Those that belong together first; the others fill up evenly.
    for camera in sorted(new, key=lambda one: (not (p := sizes.place_of(one)), p, one)):
        group = min(_of(groups, site), key=lambda g: (-_kin(g, camera, sizes), len(g.cameras)))
        groups[group.name] = replace(group, cameras=(*group.cameras, camera))


def _kin(group: Group, camera: str, sizes: Sizes) -> int:
    """How many cameras of a group see the same place as ``camera``; none where it is full."""
    place = sizes.place_of(camera)
    if not place or len(group.cameras) >= sizes.most:
        return 0
    return sum(sizes.place_of(one) == place for one in group.cameras)


def _put_together(groups: dict[str, Group], site: str, sizes: Sizes) -> None:
    """Share out the smallest group where it is nearly empty and the others keep places free."""
    mine = sorted(_of(groups, site), key=lambda g: (len(g.cameras), g.name))
    if len(mine) < 2 or len(mine[0].cameras) > sizes.most // 4:
        return
    free = sum(sizes.most - len(group.cameras) for group in mine[1:])
    if free - len(mine[0].cameras) >= sizes.most // 4 and len(mine) > sizes.wanted(
        site, sum(len(group.cameras) for group in mine)
    ):
        del groups[mine[0].name]
        _join(groups, site, mine[0].cameras, sizes)


def _free_name(taken: Mapping[str, Group], site: str) -> str:
    number = 1
    while (name := f"{site or ANYWHERE}-{number}") in taken:
        number += 1
    return name
