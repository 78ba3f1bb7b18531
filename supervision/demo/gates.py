"""A camera of the demonstration that was reviewed by art. 41: drawn up, submitted, approved."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import select

from supervision.account import service as accounts
from supervision.account.models import Account
from supervision.core import attachments, clock
from supervision.core.actor import Actor
from supervision.core.db import db, transaction
from supervision.core.scope import unscoped
from supervision.demo import pictures
from supervision.gate import queries, service
from supervision.gate.models import CameraGate
from supervision.gate.service import Review
from supervision.video import queries as video
from supervision.video.models import Camera

AUTHOR, APPROVER = "inspector", "chief"
# It was approved so long ago, and holds for a year.
AGE, HOLDS = timedelta(days=24), timedelta(days=365)


def remember(camera_id: int) -> None:
    """By two persons, as their pages would do it; camera 1 is then usable as penalty evidence."""
    author, approver = _actor(AUTHOR), _actor(APPROVER)
    if author is None or approver is None:
        return  # somebody has taken the people of the demonstration away
    drawn = clock.start_of(clock.today() - AGE) + timedelta(hours=9)

    def step(minutes: int, act: Callable[[Camera], object]) -> None:
        with clock.frozen(drawn + timedelta(minutes=minutes)), transaction():
            act(video.get_camera(camera_id, author))

    step(0, lambda camera: service.draft(camera, author, _review(author)))
    step(40, lambda _camera: service.submit(_newest(camera_id, author), author))
    step(300, lambda _camera: service.approve(_newest(camera_id, approver), approver))


def _newest(camera_id: int, actor: Actor) -> CameraGate:
    """With all that its verbs need."""
    [gate] = queries.of_camera(camera_id, actor)
    return queries.get_gate(gate.id, actor, for_update=True)


def _review(actor: Actor) -> Review:
    day = clock.today()
    return Review(
        legal_by="余杭区应急管理局法规科",
        legal_on=day - timedelta(days=6),
        legal_number="余应急法审〔2026〕7号",
        technical_by="之江计量检测所（虚构）",
        technical_on=day - timedelta(days=9),
        technical_number="ZJJC-2026-0318",
        certificate_until=day + HOLDS,
        published_where="余杭区应急管理局网站公告栏；厂区入口设有标识牌",
        published_on=day - timedelta(days=3),
        siting="设于装卸作业点上方，仅摄录作业区域，标识明显。",
        valid_from=day,
        valid_until=day + HOLDS,
        legal_scan=_scan(actor, "法制审核意见", 1),
        technical_scan=_scan(actor, "检测报告", 2),
        published_scan=_scan(actor, "设置地点公告", 3),
    )


def _scan(actor: Actor, name: str, variant: int) -> attachments.Attachment:
    data = pictures.drawing("paper", variant, mended=True)
    return attachments.store_scan(actor, io.BytesIO(data), f"{name}.jpg", field="scan")


def _actor(username: str) -> Actor | None:
    stmt = select(Account.id).where(Account.username == username)
    ident = db.session.scalars(unscoped(stmt, reason="an account of the demonstration")).first()
    return None if ident is None else accounts.actor_of(ident)
