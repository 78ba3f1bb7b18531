"""What privacy masks mean for a camera besides being drawn."""

from __future__ import annotations

from supervision.video.models import Camera

# Version of the contract from which on a worker burns masks in.
SINCE = 3


def is_held_back(camera: Camera) -> bool:
    """Whether the camera is not given to its node at all, whose worker knows no masks.

    See ``vision/contract/compat.py``. Nobody knows that of a node that was never heard. Needs
    ``node`` loaded.
    """
    node = camera.node
    return bool(camera.masks) and node is not None and _is_old(node.last_seen_at, node.speaks)


def _is_old(last_seen_at: object, speaks: int) -> bool:
    return last_seen_at is not None and speaks < SINCE
