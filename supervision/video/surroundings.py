"""What a node's configuration is made of now: the same for its answer and for whoever compares."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.holidays import workday_table
from supervision.core.scope import unscoped
from supervision.core.web.state import settings
from supervision.enterprise.models import Enterprise
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
        sites=_sites(cameras),
    )


def _sites(cameras: Sequence[Camera]) -> dict[int, str]:
    """The regions of a cluster's enterprises; a plain node is not told, it has one place."""
    if not cameras:
        return {}
    stmt = (
        select(Enterprise.id, Enterprise.region_code)
        .join(Camera, Camera.enterprise_id == Enterprise.id)
        .join(VisionNode, VisionNode.id == Camera.node_id)
        .where(VisionNode.id == cameras[0].node_id, VisionNode.lease_s > 0)
        .distinct()
    )
    found = db.session.execute(unscoped(stmt, reason="the node's own cameras stand there"))
    return dict(found.tuples().all())


def has_heard(actor: Actor, node: VisionNode) -> bool:
    """Whether the node runs what it was asked to, by its last word: then it hides what masks hide."""
    cameras = queries.cameras_of_node(actor)
    around = surroundings(actor, cameras)
    return node.config_version == configuration.config_version(node, cameras, around)
