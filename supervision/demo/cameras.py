"""One vision node with two cameras of the first enterprise, and a ticket of last month, by the services."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import Select
from sqlalchemy.orm import joinedload

from supervision.account import service as accounts
from supervision.core import clock, crypto
from supervision.core.actor import SYSTEM, Side
from supervision.core.db import db, transaction
from supervision.core.scope import visible
from supervision.demo import gates
from supervision.demo.build import FIRST_SERIAL, enterprise_rows
from supervision.enterprise.models import Enterprise
from supervision.enterprise.uscc import demo_uscc
from supervision.video import equipment, maintenance, ticket_queries
from supervision.video.equipment import CameraSpec
from supervision.video.models import Camera, VisionNode
from supervision.video.rules import TicketFault
from supervision.video.ticket_models import CameraTicket
from vision.contract import Mask, Rule, RuleKind, Zone

NODE = "演示分析节点"


@dataclass(frozen=True, slots=True)
class Post:
    """A camera of the demonstration; ``stream`` is its key in the prepared footage."""

    stream: str
    name: str
    place: str
    kind: RuleKind
    input_size: tuple[int, int]
    zones: tuple[Zone, ...] = ()
    masks: tuple[Mask, ...] = ()
    # Rules of the zones, beside that of ``kind`` over the whole picture.
    zone_rules: tuple[Rule, ...] = ()


POSTS = (
    # Near view: the small input sees the head best and costs a quarter.
    Post("cab", "叉车驾驶室", "原料装卸区", RuleKind.HELMET_MISSING, (320, 192)),
    Post(
        "crossing",
        "厂区东门通道",
        "东门人行通道",
        RuleKind.VEST_MISSING,
        (640, 384),
        # The gate is a place that other cameras may see too, and nobody lingers in it.
        zones=(
            Zone(
                "gate", "东门出入口", ((0.05, 0.4), (0.95, 0.4), (0.95, 1.0), (0.05, 1.0)), "gate-e"
            ),
        ),
        # A neighbour's window is nobody's business.
        masks=(
            Mask("neighbour", "相邻单位窗户", ((0.0, 0.0), (0.1, 0.0), (0.1, 0.16), (0.0, 0.16))),
        ),
        zone_rules=(Rule("loitering:gate", RuleKind.LOITERING, "gate", dwell_s=600.0),),
    ),
)
# A camera that was covered for a morning, a month ago.
TICKET_AGE = timedelta(days=31)
TICKET_NOTE = "镜头被吊装物料的防雨布遮挡，已移开并提醒班组。"


def ensure(addresses: Mapping[str, str], token: str, stream_hosts: tuple[str, ...]) -> str:
    """Node and cameras with ``addresses`` by stream; returns ``token``, or a new one if need be."""
    with transaction():
        node = db.session.scalars(
            visible(VisionNode, SYSTEM).where(VisionNode.name == NODE)
        ).first()
        if node is None:
            node = equipment.create_node(SYSTEM, name=NODE)
            db.session.flush()
        actor, _problem = accounts.actor_of_token(token) if token else (None, "")
        if actor is None or actor.node_id != node.id:
            _row, token = equipment.issue_token(node, SYSTEM, label="demo")
        enterprise = _first_enterprise()
        known = {c.name: c for c in db.session.scalars(_cameras(enterprise))}
        for post in POSTS:
            spec = _spec(post, node, addresses[post.stream])
            _ensure_camera(enterprise, spec, known.get(post.name), stream_hosts)
    if not known:
        _remember_ticket(enterprise)
        first = _cameras(enterprise).order_by(Camera.id).limit(1)
        gates.remember(db.session.scalars(first).one().id)
    return token


def _remember_ticket(enterprise: Enterprise) -> None:
    """Opened, taken over and done within a morning, as the camera's history shows it."""
    opened = clock.start_of(clock.today() - TICKET_AGE) + timedelta(hours=8, minutes=12)
    mender = replace(SYSTEM, name=enterprise.safety_manager or NODE, side=Side.ENTERPRISE)

    def step(minutes: int, act: Callable[[Camera], object]) -> None:
        with clock.frozen(opened + timedelta(minutes=minutes)), transaction():
            act(db.session.scalars(_cameras(enterprise).order_by(Camera.id).limit(1)).one())

    def ticket(camera: Camera) -> CameraTicket:
        return ticket_queries.open_of_camera(camera, SYSTEM)[0]

    step(0, lambda camera: maintenance.open_ticket(camera, TicketFault.COVERED, since=opened))
    step(25, lambda camera: maintenance.acknowledge(ticket(camera), mender))
    step(95, lambda camera: maintenance.finish(ticket(camera), mender, note=TICKET_NOTE))


def _first_enterprise() -> Enterprise:
    code = demo_uscc(enterprise_rows()[0]["region_code"][:6], FIRST_SERIAL)
    stmt = visible(Enterprise, SYSTEM).where(Enterprise.uscc == code)
    found: Enterprise = db.session.scalars(stmt).one()
    return found


def _cameras(enterprise: Enterprise) -> Select[Any]:
    stmt = visible(Camera, SYSTEM).where(Camera.enterprise_id == enterprise.id)
    return stmt.options(joinedload(Camera.node))


def _spec(post: Post, node: VisionNode, address: str) -> CameraSpec:
    return CameraSpec(
        name=post.name,
        place=post.place,
        stream_url=address,
        node=node,
        input_size=post.input_size,
        zones=post.zones,
        masks=post.masks,
        rules=(Rule(rule_id=post.kind.value, kind=post.kind), *post.zone_rules),
        adaptive=True,
        # The footage pans over stills and is cut: to the watch over the view, a camera that moves.
        view_check=False,
    )


def _ensure_camera(
    enterprise: Enterprise, spec: CameraSpec, camera: Camera | None, hosts: tuple[str, ...]
) -> None:
    """Make it, or tell it the new address; what a person has changed since stays otherwise."""
    if camera is None:
        equipment.create_camera(enterprise, SYSTEM, spec, stream_hosts=hosts)
    elif crypto.decrypt(camera.stream_url) != spec.stream_url:
        kept = replace(
            equipment.spec_of(camera), name=spec.name, node=spec.node, stream_url=spec.stream_url
        )
        equipment.change_camera(camera, SYSTEM, kept, stream_hosts=hosts)
