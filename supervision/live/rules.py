"""How a camera stands, in words that say whether somebody must do something. Pure."""

from __future__ import annotations

from enum import StrEnum

from supervision.video.rules import VIEW_FAULTS, LiveState


class Standing(StrEnum):
    """The worst stands first."""

    NO_PICTURE = "no_picture"
    BLIND = "blind"
    UNKNOWN = "unknown"
    STARTING = "starting"
    WELL = "well"
    OFF = "off"


WORST_FIRST = {standing: place for place, standing in enumerate(Standing)}

OF_STATE = {
    LiveState.FAILED: Standing.NO_PICTURE,
    LiveState.STALLED: Standing.NO_PICTURE,
    LiveState.NODE_OFFLINE: Standing.UNKNOWN,
    LiveState.STARTING: Standing.STARTING,
    LiveState.WAITING: Standing.STARTING,
    LiveState.RUNNING: Standing.WELL,
    LiveState.STOPPED: Standing.OFF,
    LiveState.UNASSIGNED: Standing.OFF,
    LiveState.DISABLED: Standing.OFF,
}

# Of these a picture may come.
SHOWING = frozenset({Standing.WELL, Standing.BLIND, Standing.STARTING})


def standing_of(state: LiveState, view: str | None) -> Standing:
    """``view``: what the node says of the picture; only of one that runs does it mean anything."""
    if state is LiveState.RUNNING and view in VIEW_FAULTS:
        return Standing.BLIND
    return OF_STATE[state]
