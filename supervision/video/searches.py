"""Verbs and reads of searches for ONVIF cameras as a person sees them: asked for, looked at, added."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from supervision.core import audit, clock, crypto
from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.errors import Conflict, InvalidInput, NotFound
from supervision.core.scope import unscoped, visible
from supervision.core.text import N_
from supervision.enterprise.models import Enterprise
from supervision.video import equipment, rules
from supervision.video.models import Camera, VisionNode
from supervision.video.search_models import CameraSearch
from supervision.video.searching import SINCE, password_of
from vision.contract import ContractError, Discover, FoundCamera


@dataclass(frozen=True, slots=True)
class Wanted:
    """Where to look. ``hosts`` are asked besides whoever answers the multicast."""

    node: VisionNode
    hosts: tuple[str, ...]
    seconds: float
    user: str
    password: str


@dataclass(frozen=True, slots=True)
class Choice:
    """One stream pair of a found camera that is to become a camera of ours."""

    address: str
    name: str
    place: str
    main: str
    sub: str = ""


class CameraRefused(InvalidInput):
    """One of several cameras cannot be added; ``camera`` names it."""

    def __init__(self, camera: str, error: InvalidInput) -> None:
        super().__init__(error.message, field="choices", **error.params)
        self.camera = camera


def start(enterprise: Enterprise, actor: Actor, wanted: Wanted) -> CameraSearch:
    """Ask the node to look. Raises InvalidInput naming the field."""
    if wanted.node.speaks < SINCE:
        raise InvalidInput(
            N_("The worker of node %(name)s is too old for this. Renew it."),
            field="node_id",
            name=wanted.node.name,
        )
    if _watches_others(wanted.node, actor):
        # What stands in a plant's network is for those alone who supervise it.
        raise InvalidInput(
            N_("Node %(name)s also watches others than yours: ask an administrator to look."),
            field="node_id",
            name=wanted.node.name,
        )
    if any("@" in host for host in wanted.hosts):
        # It would stand in the trail and on the page; theirs are encrypted, and go after a day.
        raise InvalidInput(
            N_("Write addresses without user and password: those have fields of their own."),
            field="hosts",
        )
    try:
        Discover(wanted.seconds, wanted.hosts, wanted.user, wanted.password)
    except ContractError as error:
        raise InvalidInput(error.problem, field=error.field) from None
    search = CameraSearch(
        enterprise_id=enterprise.id,
        node_id=wanted.node.id,
        seconds=wanted.seconds,
        hosts=list(wanted.hosts),
        login=wanted.user,
        password=crypto.encrypt(wanted.password) if wanted.password else "",
        created_at=clock.now(),
        created_by_id=actor.id,
        created_by=actor.name,
        found=[],
    )
    db.session.add(search)
    audit.record(actor, "video.search", search, node_id=wanted.node.id, hosts=list(wanted.hosts))
    return search


def _watches_others(node: VisionNode, actor: Actor) -> bool:
    """Whether the node has cameras that the actor does not see."""
    mine = visible(Camera, actor, Camera.id).where(Camera.node_id == node.id)
    stmt = select(Camera.id).where(Camera.node_id == node.id, Camera.id.not_in(mine)).limit(1)
    others = unscoped(stmt, reason="whether there are any is all that is asked")
    return db.session.scalar(others) is not None


def list_searches(actor: Actor) -> Select[Any]:
    """Newest first, with node and enterprise."""
    return (
        visible(CameraSearch, actor)
        .options(joinedload(CameraSearch.node), joinedload(CameraSearch.enterprise))
        .order_by(CameraSearch.id.desc())
    )


def get_search(search_id: int, actor: Actor, *, for_update: bool = False) -> CameraSearch:
    """With node and enterprise. Raises NotFound."""
    stmt = list_searches(actor).where(CameraSearch.id == search_id)
    if for_update:
        stmt = stmt.with_for_update(of=CameraSearch).execution_options(populate_existing=True)
    found: CameraSearch | None = db.session.scalars(stmt).first()
    if found is None:
        raise NotFound
    return found


def known_streams(search: CameraSearch, actor: Actor) -> frozenset[str]:
    """Which of the offered addresses are cameras already, as far as the actor sees them."""
    offered = {profile.url for one in search.cameras for profile in one.profiles}
    hints = {rules.mask_url(url)[:200] for url in offered}
    if not hints:
        return frozenset()
    # What is shown of an address is its host alone; a recorder has many cameras behind one.
    seen = visible(Camera, actor, Camera.stream_url, Camera.sub_url)
    rows = db.session.execute(seen.where(Camera.stream_hint.in_(hints))).tuples()
    known = {without_password(crypto.decrypt(one)) for row in rows for one in row if one}
    return frozenset(offered & known)


def without_password(url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def with_password(url: str, user: str, password: str) -> str:
    """The address as a worker dials it; without a user as it is."""
    if not user:
        return url
    parts = urlsplit(url)
    secret = f":{quote(password, safe='')}" if password else ""
    return urlunsplit(parts._replace(netloc=f"{quote(user, safe='')}{secret}@{parts.netloc}"))


def add(
    search: CameraSearch,
    actor: Actor,
    choices: Sequence[Choice],
    *,
    login: tuple[str, str] | None,
    stream_hosts: Iterable[str],
) -> list[Camera]:
    """Make cameras of what was chosen, all or none. ``login`` None: that of the search.

    Raises InvalidInput naming the camera, Conflict where one of them has become a camera since.
    """
    if not choices:
        raise InvalidInput(N_("Choose at least one camera."), field="choices")
    offered = {one.address: one for one in search.cameras}
    user, password = login or (search.login, password_of(search))
    known, made, hosts = known_streams(search, actor), [], tuple(stream_hosts)
    for choice in choices:
        _check_offered(choice, offered.get(choice.address))
        if choice.main in known:
            raise Conflict
        spec = equipment.CameraSpec(
            choice.name,
            choice.place,
            with_password(choice.main, user, password),
            search.node,
            sub_url=with_password(choice.sub, user, password) if choice.sub else "",
        )
        try:
            made.append(equipment.create_camera(search.enterprise, actor, spec, stream_hosts=hosts))
        except InvalidInput as error:
            raise CameraRefused(choice.name, error) from error
    return made


def _check_offered(choice: Choice, camera: FoundCamera | None) -> None:
    """Nobody adds an address here that the camera itself has not named."""
    offered = {profile.url for profile in camera.profiles} if camera else set()
    if choice.main not in offered or (choice.sub and choice.sub not in offered):
        raise InvalidInput(
            N_("%(camera)s does not offer this stream."), field="choices", camera=choice.name
        )
    for name, text, longest in (("name", choice.name, 80), ("place", choice.place, 120)):
        if not text or len(text) > longest:
            raise InvalidInput(
                N_("Each camera needs a name of at most 80 and a place of at most 120 characters."),
                field=name,
            )
