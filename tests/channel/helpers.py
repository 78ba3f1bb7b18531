"""What the tests of channels do over and over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from flask import Flask
from sqlalchemy import select

from supervision.channel import jobs, queries, service, wishes
from supervision.channel.models import Channel, Delivery, NoticePreference
from supervision.channel.rules import DEFAULT_WAYS, ChannelKind, Reach, Security, Topic, code_for
from supervision.channel.service import ChannelSpec, GroupSpec, MailSpec
from supervision.core import clock, notices
from supervision.core.actor import SYSTEM
from supervision.core.db import db, transaction
from supervision.core.notices import Audience
from supervision.core.scope import unscoped
from supervision.inbox import jobs as inbox
from supervision.settings import Settings
from tests.cast import Cast

KEY = "a key of sixteen or more"
WHY = "a test looks"


@dataclass
class Office:
    """Makes channels, tells things, lets time pass and looks at what became of it."""

    app: Flask
    cast: Cast
    settings: Settings

    def group(
        self,
        receiver,
        kind: ChannelKind = ChannelKind.WEBHOOK,
        *,
        key: str = KEY,
        reach: Reach = Reach.EVERYTHING,
        region: str = "",
        enterprise: int | None = None,
        topics=tuple(Topic),
        only_urgent: bool = False,
        language: str = "en",
        name: str = "",
    ) -> int:
        way = GroupSpec(receiver.url, key, reach, region, enterprise, topics, only_urgent)
        spec = ChannelSpec(name or f"{kind} {reach}", language, way)
        with transaction():
            channel, _made = service.create(kind, SYSTEM, spec, allowed=self.settings.channel_hosts)
            return channel.id

    def mail(self, mailbox, **changes) -> int:
        values = {
            "host": "127.0.0.1", "port": mailbox.port, "security": Security.NONE,
            "sender": "anqi@bureau.example", "sender_name": "Bureau", **changes,
        }  # fmt: skip
        with transaction():
            channel, _made = service.create(
                ChannelKind.MAIL,
                SYSTEM,
                ChannelSpec("Mail", "en", MailSpec(**values)),
                allowed=self.settings.channel_hosts,
            )
            return channel.id

    def tell(
        self,
        audience: Audience = Audience.SUPERVISORS,
        about: int | None = None,
        kind: str = "hazard.submitted",
        link: str = "/hazards/1",
        number: str = "YH-1",
        *,
        deliver: bool = True,
    ) -> int:
        with transaction():
            notice = notices.queue(
                kind,
                audience,
                about or self.cast.plant_id,
                link=link,
                number=number,
                place="Line 2",
                due_on="2026-12-01",
                camera="Gate",
                name="N",
                since="",
            )
            db.session.flush()
            ident = notice.id
        if deliver:
            inbox.deliver(clock.now())
        return ident

    def wish(self, who: str, address: str = "reader@plant.example", **changes) -> None:
        """``who`` wants mail at a confirmed address."""
        ways = {**DEFAULT_WAYS, **changes.pop("ways", {})}
        actor = self.cast[who]
        with transaction():
            wishes.save(actor, wishes.Wishes(address, ways, **{"language": "en", **changes}))
            own = queries.preference(actor)
            own.confirmed_at = clock.now()
        with transaction():
            stmt = db.delete(Delivery).where(Delivery.kind == "confirm")
            db.session.execute(unscoped(stmt, reason=WHY))

    def code(self, who: str) -> str:
        own = self.wishes(who)
        return code_for(self.settings.secret_key, own.account_id, own.address, own.code_sent_at)

    def wishes(self, who: str) -> NoticePreference:
        db.session.rollback()
        return queries.preference(self.cast[who])

    def send(self, after: timedelta = timedelta()) -> int:
        """A run of the job, ``after`` from now."""
        with clock.frozen(clock.now() + after):
            return jobs.send(clock.now())

    def deliveries(self) -> list[Delivery]:
        db.session.rollback()
        stmt = select(Delivery).order_by(Delivery.id)
        return list(db.session.scalars(unscoped(stmt, reason=WHY)))

    def states(self) -> list[str]:
        return [row.state.value for row in self.deliveries()]

    def channel(self, channel_id: int) -> Channel:
        db.session.rollback()
        stmt = select(Channel).where(Channel.id == channel_id)
        return db.session.scalars(unscoped(stmt, reason=WHY)).one()
