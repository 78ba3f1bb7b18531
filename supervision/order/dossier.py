"""The orders' chapter of the dossier: for the enterprise those that were served."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import joinedload

from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.dossier import Chapter, Evidence, Section, section_of
from supervision.core.export.columns import Column, Kind
from supervision.core.permissions import Permission
from supervision.core.scope import visible
from supervision.order import labels, queries
from supervision.order.models import Order, OrderPaper, Recheck, RecheckFile
from supervision.order.queries import OrderFilter

_SHOWN: tuple[Column[Order], ...] = (
    Column("number", _l("Document number"), lambda o: o.number or "", width=26),
    Column("kind", _l("Class"), lambda o: str(labels.KIND_SHORT[o.kind]), width=12),
    Column("status", _l("Step"), lambda o: str(labels.STATUS_LABELS[o.status]), width=12),
    Column("issued_on", _l("Issued on"), lambda o: o.issued_on, Kind.DAY, width=12),
    Column("served_at", _l("Served at"), lambda o: o.served_at, Kind.INSTANT, width=12),
    Column("problems", _l("Problems"), lambda o: len(o.items), Kind.INTEGER, width=8),
    Column("closed_at", _l("Closed at"), lambda o: o.closed_at, Kind.INSTANT, width=12),
)


def _sections(enterprise_id: int, actor: Actor) -> Sequence[Section]:
    stmt = queries.list_orders(actor, OrderFilter(enterprise_id=enterprise_id))
    return [section_of(stmt, _SHOWN)]


def _files(enterprise_id: int, actor: Actor) -> Iterable[Evidence]:
    """The orders themselves, the papers that followed, and what re-inspections saw."""
    orders = visible(Order, actor).where(
        Order.enterprise_id == enterprise_id, Order.document_id.is_not(None)
    )
    for order in db.session.scalars(
        orders.options(joinedload(Order.document)).order_by(Order.id)
    ).unique():
        if order.document is not None:
            yield Evidence(order.number or str(order.id), order.document.pdf)
    # A paper belongs to an order that is seen, and is itself meant for the actor.
    papers = (
        visible(Order, actor, Order.number, OrderPaper)
        .join(OrderPaper, OrderPaper.order_id == Order.id)
        .where(Order.enterprise_id == enterprise_id, OrderPaper.visible_to(actor))
        .order_by(Order.id, OrderPaper.id)
    )
    for number, paper in db.session.execute(papers):
        yield Evidence(number or "—", paper.document.pdf)
    photos = (
        visible(Order, actor, Order.number, RecheckFile)
        .join(Recheck, Recheck.order_id == Order.id)
        .join(RecheckFile, RecheckFile.recheck_id == Recheck.id)
        .where(Order.enterprise_id == enterprise_id)
        .order_by(Order.id, RecheckFile.id)
    )
    for number, photo in db.session.execute(photos):
        yield Evidence(number or "—", photo.attachment)


CHAPTERS = (Chapter("orders", _l("Orders"), Permission.ORDER_READ, 80, _sections, _files),)
