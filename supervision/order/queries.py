"""Reads of orders. Every one starts at ``visible()``, or says why it does not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from supervision.account.models import Account
from supervision.authority.models import Authority
from supervision.core import clock
from supervision.core.actor import Actor
from supervision.core.counting import count_if
from supervision.core.db import db
from supervision.core.errors import NotFound
from supervision.core.scope import region_range, unscoped, visible
from supervision.core.search import contains
from supervision.enterprise.models import Enterprise
from supervision.hazard.models import Hazard
from supervision.hazard.workflow import OPEN as OPEN_HAZARD
from supervision.inspection.models import Inspection, InspectionItem, ItemResult
from supervision.order.models import (
    Order,
    OrderEvent,
    OrderExtension,
    OrderItem,
    OrderOfficer,
    OrderPaper,
    Recheck,
    RecheckFile,
    ServiceConfirmation,
    clock_clause,
    overdue_clause,
)
from supervision.order.rules import RECHECK
from supervision.order.workflow import (
    OPEN,
    UNISSUED,
    WITH_ENTERPRISE,
    OrderExtensionState,
    OrderKind,
    OrderState,
)

# The register's own order: authority, class, year, serial; what has no number yet comes first.
_REGISTER = (
    Order.authority_id,
    Order.kind,
    Order.year.is_not(None),
    Order.year.desc(),
    Order.serial.desc(),
    Order.id.desc(),
)
SORTS: dict[str, tuple[Any, ...]] = {
    "newest": (Order.created_at.desc(), Order.id.desc()),
    "number": _REGISTER,
    "issued": (Order.issued_at.is_(None), Order.issued_at.desc(), Order.id.desc()),
}


@dataclass(frozen=True, slots=True)
class OrderFilter:
    """What the register is narrowed to; empty means all."""

    text: str = ""
    kind: OrderKind | None = None
    status: OrderState | None = None
    group: str = ""  # see GROUPS
    year: int | None = None
    authority_id: int | None = None
    officer_id: int | None = None
    enterprise_id: int | None = None
    region: str = ""
    issued_from: date | None = None
    issued_to: date | None = None
    sort: str = "newest"


GROUPS = (
    "open",
    "unissued",
    "to_approve",
    "to_serve",
    "overdue",
    "recheck",
    "recheck_overdue",
    "extension",
    "settled",
)


def group_clause(group: str) -> Any:
    """One of :data:`GROUPS` as SQL, as of today; None for any other word."""
    today = clock.today()
    if group == "recheck_overdue":
        return clock_clause(RECHECK, today)
    if group == "extension":
        return _has_pending()
    plain: dict[str, Any] = {
        "open": Order.status.in_(OPEN),
        "unissued": Order.status.in_(UNISSUED),
        "to_approve": Order.status == OrderState.SUBMITTED,
        "to_serve": Order.status == OrderState.ISSUED,
        "overdue": overdue_clause(today),
        # Asked for, or past the day of an item that nobody has looked at.
        "recheck": and_(
            Order.status.in_(WITH_ENTERPRISE),
            or_(Order.applied_on.is_not(None), overdue_clause(today)),
        ),
        "settled": Order.status.not_in(OPEN),
    }
    return plain.get(group)


def _has_pending() -> Any:
    pending = select(OrderExtension.order_id).where(
        OrderExtension.status == OrderExtensionState.PENDING
    )
    return Order.id.in_(pending)


def list_orders(actor: Actor, wanted: OrderFilter) -> Select[Any]:
    """The ordered statement behind the register and its export, with what a row shows."""
    stmt = (
        visible(Order, actor)
        .join(Enterprise, Enterprise.id == Order.enterprise_id)
        .options(contains_eager(Order.enterprise), joinedload(Order.authority))
    )
    for clause in _clauses(wanted):
        stmt = stmt.where(clause)
    return stmt.order_by(*SORTS.get(wanted.sort, SORTS["newest"]))


def _clauses(wanted: OrderFilter) -> list[Any]:
    clauses: list[Any] = []
    if wanted.text:
        said = select(OrderItem.order_id).where(contains(wanted.text, OrderItem.text))
        clauses.append(
            or_(contains(wanted.text, Order.number, Enterprise.name), Order.id.in_(said))
        )
    if (group := group_clause(wanted.group)) is not None:
        clauses.append(group)
    for column, value in (
        (Order.kind, wanted.kind),
        (Order.status, wanted.status),
        (Order.year, wanted.year),
        (Order.authority_id, wanted.authority_id),
        (Order.enterprise_id, wanted.enterprise_id),
    ):
        if value:
            clauses.append(column == value)
    if wanted.officer_id:
        signed = select(OrderOfficer.order_id).where(OrderOfficer.account_id == wanted.officer_id)
        clauses.append(Order.id.in_(signed))
    if wanted.region:
        clauses.append(region_range(Enterprise.region_code, wanted.region))
    if wanted.issued_from:
        clauses.append(Order.issued_on >= wanted.issued_from)
    if wanted.issued_to:
        clauses.append(Order.issued_on <= wanted.issued_to)
    return clauses


def get_order(order_id: int, actor: Actor, *, lock: bool = False) -> Order:
    """One order with all that its page shows. Raises NotFound out of scope.

    ``lock``: for a change; the second of two at once waits here, and then sees what the first
    has done, instead of rendering a paper that nobody will get.
    """
    if lock:
        _lock(order_id, actor)
    stmt = (
        visible(Order, actor)
        .where(Order.id == order_id)
        .options(
            joinedload(Order.enterprise),
            joinedload(Order.authority),
            joinedload(Order.inspection).joinedload(Inspection.document),
            joinedload(Order.document),
            joinedload(Order.receipt),
            selectinload(Order.items)
            .joinedload(OrderItem.hazard)
            .options(
                selectinload(Hazard.clocks),
                selectinload(Hazard.plans),
                selectinload(Hazard.records),
                selectinload(Hazard.listings),
            ),
            selectinload(Order.papers),
            selectinload(Order.extensions),
            selectinload(Order.rechecks).joinedload(Recheck.paper),
            selectinload(Order.events),
            selectinload(Order.successors),
            selectinload(Order.supersedes).selectinload(Order.items).joinedload(OrderItem.hazard),
        )
    )
    found: Order | None = db.session.scalars(stmt).first()
    if found is None:
        raise NotFound
    return found


def _lock(order_id: int, actor: Actor) -> None:
    stmt = visible(Order, actor, Order.id).where(Order.id == order_id)
    db.session.execute(stmt.with_for_update(of=Order)).all()


def get_paper(order_id: int, paper_id: int, actor: Actor) -> OrderPaper:
    """A paper of an order that ``actor`` may see, if it is meant for them."""
    get_light(order_id, actor)
    stmt = visible(OrderPaper, actor).where(
        OrderPaper.id == paper_id, OrderPaper.order_id == order_id
    )
    found: OrderPaper | None = db.session.scalars(stmt).first()
    if found is None:
        raise NotFound
    return found


def get_letter(paper_id: int, actor: Actor) -> OrderPaper:
    """A letter of transfer of a ticket that no order binds."""
    stmt = visible(OrderPaper, actor).where(
        OrderPaper.id == paper_id, OrderPaper.order_id.is_(None)
    )
    found: OrderPaper | None = db.session.scalars(stmt).first()
    if found is None:
        raise NotFound
    return found


def get_light(order_id: int, actor: Actor) -> Order:
    """One order for its files: without what the page shows."""
    stmt = visible(Order, actor).where(Order.id == order_id).options(joinedload(Order.document))
    found: Order | None = db.session.scalars(stmt).first()
    if found is None:
        raise NotFound
    return found


def get_extension(order: Order, extension_id: int) -> OrderExtension:
    found = next((e for e in order.extensions if e.id == extension_id), None)
    if found is None:
        raise NotFound
    return found


def get_recheck_file(order_id: int, file_id: int, actor: Actor) -> RecheckFile:
    """A photo or signature of a re-inspection of an order that ``actor`` may see."""
    stmt = (
        visible(Order, actor, RecheckFile)
        .join(Recheck, Recheck.order_id == Order.id)
        .join(RecheckFile, RecheckFile.recheck_id == Recheck.id)
        .where(Order.id == order_id, RecheckFile.id == file_id)
    )
    found: RecheckFile | None = db.session.scalars(stmt).first()
    if found is None:
        raise NotFound
    return found


def get_confirmation(confirmation_id: int, actor: Actor) -> ServiceConfirmation:
    stmt = visible(ServiceConfirmation, actor).where(ServiceConfirmation.id == confirmation_id)
    found: ServiceConfirmation | None = db.session.scalars(stmt).first()
    if found is None:
        raise NotFound
    return found


def confirmation_of(enterprise_id: int, day: date) -> ServiceConfirmation | None:
    """The enterprise's consent to electronic service that holds on ``day``."""
    stmt = (
        select(ServiceConfirmation)
        .where(
            ServiceConfirmation.enterprise_id == enterprise_id,
            ServiceConfirmation.signed_on <= day,
            ServiceConfirmation.withdrawn_on.is_(None) | (ServiceConfirmation.withdrawn_on > day),
        )
        .order_by(ServiceConfirmation.signed_on.desc(), ServiceConfirmation.id.desc())
        .limit(1)
    )
    stmt = unscoped(stmt, reason="asked for an order whose enterprise the caller has seen")
    found: ServiceConfirmation | None = db.session.scalars(stmt).first()
    return found


def get_inspection(inspection_id: int, actor: Actor) -> Inspection:
    """The inspection that an order is written from."""
    stmt = (
        visible(Inspection, actor)
        .where(Inspection.id == inspection_id)
        .options(
            joinedload(Inspection.enterprise),
            joinedload(Inspection.authority),
            joinedload(Inspection.document),
        )
    )
    found: Inspection | None = db.session.scalars(stmt).first()
    if found is None:
        raise NotFound
    return found


def hazards_for(
    inspection: Inspection, actor: Actor, supersedes: Order | None = None
) -> Sequence[Hazard]:
    """What an order may name: open hazards that the inspection found, in its order.

    After a failed re-inspection: what that order's items have left.
    """
    if supersedes is not None:
        failed = [item.hazard_id for item in supersedes.failed_items]
        stmt = visible(Hazard, actor).where(Hazard.id.in_(failed)).order_by(Hazard.id)
    else:
        stmt = (
            visible(Hazard, actor)
            .join(InspectionItem, InspectionItem.hazard_id == Hazard.id)
            .where(
                InspectionItem.inspection_id == inspection.id,
                InspectionItem.result == ItemResult.FAIL,
            )
            .order_by(InspectionItem.position)
        )
    return db.session.scalars(stmt.where(Hazard.status.in_(OPEN_HAZARD))).unique().all()


def holders(holds: Iterable[str], *, but_not: int | None = None) -> list[tuple[str, str | None]]:
    """(hold, number) of open orders that hold any of these."""
    stmt = (
        select(OrderItem.hold, Order.number)
        .join(Order, Order.id == OrderItem.order_id)
        .where(OrderItem.hold.in_(list(holds)))
    )
    if but_not is not None:
        stmt = stmt.where(OrderItem.order_id != but_not)
    stmt = unscoped(stmt, reason="a hazard has one open order whoever wrote it")
    return [(hold, number) for hold, number in db.session.execute(stmt) if hold]


def names_of(account_ids: Iterable[int]) -> Mapping[int, str]:
    """Names of active people, by account."""
    stmt = select(Account.id, Account.name).where(
        Account.id.in_(set(account_ids)), Account.is_active
    )
    stmt = unscoped(stmt, reason="who signs a paper is named on it")
    return {row[0]: row[1] for row in db.session.execute(stmt)}


@dataclass(frozen=True, slots=True)
class Counts:
    """Figures of the register and the start page."""

    open: int
    to_approve: int
    to_serve: int
    overdue: int
    recheck: int
    recheck_overdue: int


def counts(actor: Actor, enterprise_id: int | None = None) -> Counts:
    """All figures in one statement."""

    def number(group: str) -> Any:
        return count_if(group_clause(group))

    groups = ("to_approve", "to_serve", "overdue", "recheck", "recheck_overdue")
    stmt = visible(Order, actor, func.count(Order.id), *(number(g) for g in groups))
    stmt = stmt.where(Order.status.in_(OPEN))
    if enterprise_id is not None:
        stmt = stmt.where(Order.enterprise_id == enterprise_id)
    return Counts(*db.session.execute(stmt).one())


def waiting_count(actor: Actor, *, groups: Sequence[str], cap: int) -> int:
    """How many orders wait for this person, up to ``cap``: it stands on every page."""
    clauses = [clause for g in groups if (clause := group_clause(g)) is not None]
    if not clauses:
        return 0
    some = visible(Order, actor, Order.id).where(or_(*clauses)).limit(cap)
    stmt = select(func.count()).select_from(some.subquery())
    return db.session.scalar(stmt.execution_options(**some.get_execution_options())) or 0


def first(actor: Actor, wanted: OrderFilter, limit: int) -> Sequence[Order]:
    """The first few of a filtered register."""
    return db.session.scalars(list_orders(actor, wanted).limit(limit)).unique().all()


def of_hazard(hazard_id: int, actor: Actor, limit: int = 10) -> Sequence[Order]:
    """Orders that name a hazard, newest first."""
    named = select(OrderItem.order_id).where(OrderItem.hazard_id == hazard_id)
    stmt = visible(Order, actor).where(Order.id.in_(named)).order_by(Order.id.desc()).limit(limit)
    return db.session.scalars(stmt).all()


def of_inspection(inspection_id: int, actor: Actor) -> Sequence[Order]:
    """Orders written from one inspection."""
    stmt = (
        visible(Order, actor)
        .where(Order.inspection_id == inspection_id)
        .order_by(Order.id)
        .limit(50)
    )
    return db.session.scalars(stmt).all()


def letters_of(hazard_id: int, actor: Actor) -> Sequence[OrderPaper]:
    """Letters of transfer of a ticket."""
    stmt = (
        visible(OrderPaper, actor).where(OrderPaper.hazard_id == hazard_id).order_by(OrderPaper.id)
    )
    return db.session.scalars(stmt.limit(10)).all()


def confirmations_of(enterprise_id: int, actor: Actor) -> Sequence[ServiceConfirmation]:
    stmt = (
        visible(ServiceConfirmation, actor)
        .where(ServiceConfirmation.enterprise_id == enterprise_id)
        .order_by(ServiceConfirmation.signed_on.desc(), ServiceConfirmation.id.desc())
        .limit(10)
    )
    return db.session.scalars(stmt).all()


def events_of_enterprise(
    enterprise_id: int, actor: Actor, before: datetime | None, limit: int
) -> Sequence[tuple[OrderEvent, Order]]:
    """Steps of an enterprise's orders, newest first, for the file's timeline."""
    stmt = (
        visible(Order, actor, OrderEvent, Order)
        .join(OrderEvent, OrderEvent.order_id == Order.id)
        .where(Order.enterprise_id == enterprise_id)
        .order_by(OrderEvent.at.desc(), OrderEvent.id.desc())
        .limit(limit)
    )
    if not actor.is_regulator:
        stmt = stmt.where(OrderEvent.action.in_(EXTERNAL_ACTIONS))
    if before is not None:
        stmt = stmt.where(OrderEvent.at < before)
    return [(row[0], row[1]) for row in db.session.execute(stmt)]


# What an enterprise reads of an order's history: nothing of how it was written and approved.
EXTERNAL_ACTIONS = frozenset(
    {
        "issue",
        "serve",
        "apply_recheck",
        "recheck",
        "close",
        "superseded",
        "hand_over",
        "void",
        "request_extension",
        "grant_extension",
        "grant_partly_extension",
        "refuse_extension",
    }
)


def authorities_of(actor: Actor) -> Sequence[Authority]:
    """Authorities whose orders this actor can see, for the register's filter."""
    seen = visible(Order, actor, Order.authority_id).distinct()
    stmt = select(Authority).where(Authority.id.in_(seen)).order_by(Authority.name).limit(100)
    options = seen.get_execution_options()
    return db.session.scalars(stmt.execution_options(**options)).all()


def officers_of(actor: Actor) -> Sequence[tuple[int, str]]:
    """(account, name) of those who have signed orders that this actor can see."""
    stmt = (
        visible(Order, actor, OrderOfficer.account_id, func.max(OrderOfficer.name))
        .join(OrderOfficer, OrderOfficer.order_id == Order.id)
        .group_by(OrderOfficer.account_id)
        .order_by(func.max(OrderOfficer.name))
        .limit(200)
    )
    return [(row[0], row[1]) for row in db.session.execute(stmt)]
