"""What a node's configuration is made of now: the same for its answer and for whoever compares."""

from __future__ import annotations

from collections.abc import Sequence

from supervision.core.actor import Actor
from supervision.core.holidays import workday_table
from supervision.core.web.state import settings
from supervision.video import configuration, platform_queries, queries, ticket_queries
from supervision.video.models import Camera, VisionNode
from supervision.video.weights import weights_of


def surroundings(actor: Actor, cameras: Sequence[Camera]) -> configuration.Surroundings:
    return configuration.Surroundings(
        settings().stream_hosts,
        configuration.special_days(workday_table()),
        ticket_queries.permits_in_force(actor, [camera.id for camera in cameras]),
        weights_of(cameras),
        platforms=platform_queries.of_nodes({camera.node_id for camera in cameras}),
    )


def has_heard(actor: Actor, node: VisionNode) -> bool:
    """Whether the node runs what it was asked to, by its last word: then it hides what masks hide."""
    cameras = queries.cameras_of_node(actor)
    around = surroundings(actor, cameras)
    return node.config_version == configuration.config_version(node, cameras, around)
