"""Which of the configured cameras this worker runs just now, and under which terms."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace

from vision.contract import NodeConfig, OpenEpisode
from vision.leases import LeaseKeeper

Mine = Callable[[], Collection[str] | None]


def everything() -> None:
    """For a worker that tries for all cameras of its configuration."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What changes now: ``config`` holds the cameras to run.

    ``lost`` are not ours any more though they are still watched by somebody; ``begun`` are ours by
    a new term (its epoch); ``handed`` is what is open of those.
    """

    config: NodeConfig
    lost: tuple[str, ...] = ()
    begun: Mapping[str, int] = field(default_factory=dict)
    handed: tuple[OpenEpisode, ...] = ()


class Tenure:
    """Used by the worker's main thread only.

    ``mine`` names the cameras that this worker is to try for, where others try for others; None
    means all. It is asked at each :meth:`turn`.
    """

    def __init__(self, leases: LeaseKeeper | None, mine: Mine = everything) -> None:
        self._leases, self._mine = leases, mine
        self._config: NodeConfig | None = None
        self._given: dict[str, int] = {}
        self._is_shared = False

    def is_shared(self, config: NodeConfig) -> bool:
        return self._leases is not None and config.lease_s > 0

    def epoch_of(self, camera_id: str) -> int | None:
        """The term under which something may be decided of the camera now; None: nothing may."""
        if not self._is_shared or self._leases is None:
            return 0
        given = self._given.get(camera_id)
        # A term that began while nobody looked here (the process stood still) is another one.
        return given if given == self._leases.epoch(camera_id) else None

    def turn(self, fresh: NodeConfig | None = None) -> Turn | None:
        """What is to be changed now; None: nothing is. Call :meth:`done` after it has been."""
        config = fresh or self._config
        if config is None:
            return None
        self._config = config
        wanted = self._wanted(config)
        held, handed = self._leases.news() if self._leases else ({}, ())
        if self.is_shared(config):
            given = {camera_id: held[camera_id] for camera_id in wanted if camera_id in held}
        else:
            given = dict.fromkeys(wanted, 0)
        known = {camera.camera_id for camera in config.cameras}
        lost = [
            c for c, epoch in self._given.items() if c in known and given.get(c) not in {epoch, 0}
        ]
        begun = {c: epoch for c, epoch in given.items() if epoch and self._given.get(c) != epoch}
        if fresh is None and given == self._given and not handed:
            self._follow(config, wanted)
            return None
        self._is_shared = self.is_shared(config)
        # What is gone from the configuration is still ours until it has been ended.
        ended = {c: epoch for c, epoch in self._given.items() if c not in known}
        self._given = {**ended, **given}
        cameras = tuple(camera for camera in config.cameras if camera.camera_id in given)
        return Turn(replace(config, cameras=cameras), tuple(lost), begun, tuple(handed))

    def done(self) -> None:
        """Everything was stopped that is not ours: it may be given back now, and more asked for."""
        config = self._config
        if config is None:
            return
        known = {camera.camera_id for camera in config.cameras}
        self._given = {c: epoch for c, epoch in self._given.items() if c in known}
        self._follow(config, self._wanted(config))

    def _wanted(self, config: NodeConfig) -> list[str]:
        mine = self._mine() if self.is_shared(config) else None
        ids = [camera.camera_id for camera in config.cameras]
        if mine is None:
            return ids
        ours = frozenset(mine)
        return [camera_id for camera_id in ids if camera_id in ours]

    def _follow(self, config: NodeConfig, wanted: Collection[str]) -> None:
        if self._leases is not None:
            self._leases.follow(config.node, wanted, config.lease_s)
