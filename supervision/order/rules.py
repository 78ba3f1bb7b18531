"""Rules of orders that are more than a transition. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from enum import StrEnum

from supervision.core.deadlines import Due, Period, due_on, reinspection_due
from supervision.core.errors import Conflict, Forbidden, InvalidInput
from supervision.core.text import N_
from supervision.core.workdays import WorkdayTable
from supervision.hazard.rules import LONGEST_TERM
from supervision.hazard.workflow import HazardState
from supervision.inspection.workflow import InspectionKind, InspectionState
from supervision.order.workflow import WITH_ENTERPRISE, OrderKind, OrderState

# Administrative Penalty Law, art. 42: no fewer than two officers with certificates.
OFFICERS_NEEDED = 2
SERVICE, RECHECK, EXT_REPLY, EXT_APPLY = "SERVICE", "RECHECK", "EXT_REPLY", "EXT_APPLY"

TEMPLATES = {OrderKind.RECTIFY: "RECTIFY_ORDER", OrderKind.ONSITE_MEASURE: "ONSITE_MEASURE"}


class ItemResult(StrEnum):
    """How a re-inspection found an item; ``open`` until one has looked."""

    OPEN = "open"
    DONE = "done"
    PARTLY = "partly"
    NOT_DONE = "not_done"


class Measure(StrEnum):
    """What an on-site measure decides (Work Safety Law, art. 65)."""

    REMOVE_NOW = "remove_now"
    EVACUATE = "evacuate"
    STOP_PRODUCTION = "stop_production"
    STOP_USE = "stop_use"


class ServiceMethod(StrEnum):
    DIRECT = "direct"
    LIEN = "lien"
    POST = "post"
    ANNOUNCEMENT = "announcement"
    ELECTRONIC = "electronic"


class PaperKind(StrEnum):
    """Papers that follow an order; the values are the codes of their templates."""

    RECHECK_OPINION = "RECHECK_OPINION"
    EXTENSION_REPLY = "EXTENSION_REPLY"
    TRANSFER = "TRANSFER"
    SERVICE_RECEIPT = "SERVICE_RECEIPT"


def check_inspection(kind: InspectionKind, status: InspectionState) -> None:
    """Only an administrative inspection, and only its record, leads to an order (FACTS 2.3)."""
    if kind is not InspectionKind.ADMINISTRATIVE:
        raise Conflict(N_("Only an administrative inspection leads to an order."))
    if status is not InspectionState.RECORDED:
        raise Conflict(N_("The inspection has no record yet: finish it first."))


def check_items(
    kind: OrderKind, hazard_ids: Sequence[int], days: Mapping[int, date | None], today: date
) -> None:
    """At least one problem, each with its own last day on an order to rectify."""
    if not hazard_ids:
        raise InvalidInput(N_("Choose at least one problem."), field="items")
    for place, hazard_id in enumerate(hazard_ids, 1):
        day = days.get(hazard_id)
        if day is None:
            if kind is OrderKind.RECTIFY:
                raise InvalidInput(
                    N_("Problem %(place)s has no deadline."), field="items", place=place
                )
            continue
        check_day(place, day, today)


def check_day(place: int, day: date, today: date) -> None:
    """A stated day lies between today and a year from now; it is never moved."""
    if day < today:
        raise InvalidInput(
            N_("Problem %(place)s: the deadline lies in the past."), field="items", place=place
        )
    if day > today + LONGEST_TERM:
        raise InvalidInput(
            N_("Problem %(place)s: the deadline lies more than a year ahead."),
            field="items",
            place=place,
        )


def check_item(place: int, status: HazardState, basis: str) -> None:
    """An open hazard that breaks something: a paper names the clause of each problem."""
    if not basis:
        raise InvalidInput(
            N_("Problem %(place)s: say which law or standard it breaks."),
            field="items",
            place=place,
        )
    if status in {HazardState.CLOSED, HazardState.INVALID, HazardState.TRANSFERRED}:
        raise Conflict(
            N_("Problem %(place)s has been settled meanwhile: take it off the order."), place=place
        )


def check_measures(kind: OrderKind, measures: Collection[str], decision: str, basis: str) -> None:
    """An on-site measure says what is decided, in words, and by which power."""
    if kind is not OrderKind.ONSITE_MEASURE:
        return
    if not measures:
        raise InvalidInput(N_("Choose what is decided."), field="measures")
    if unknown := set(measures) - set(Measure):
        raise InvalidInput(
            N_("Not a measure: %(code)s."), field="measures", code=", ".join(sorted(unknown))
        )
    if not decision:
        raise InvalidInput(N_("Say in words what is decided."), field="decision_text")
    if not basis:
        raise InvalidInput(N_("This field is required."), field="basis")


def check_officers(chosen: Sequence[tuple[int, str]], certified: Collection[int]) -> None:
    """``chosen`` are (account, name); two at least, each certified by the authority on the day."""
    for account_id, name in chosen:
        if account_id not in certified:
            raise InvalidInput(
                N_("%(name)s holds no certificate of this authority that is valid today."),
                field="officers",
                name=name,
            )
    if len({account_id for account_id, _name in chosen}) < OFFICERS_NEEDED:
        raise InvalidInput(
            N_("An order is signed by at least two officers with certificates."), field="officers"
        )


def check_service(
    method: ServiceMethod, witness: str, *, has_confirmation: bool, issued_on: date, served_on: date
) -> None:
    """Lien needs a witness; electronic means a signed confirmation (Penalty Law, art. 61)."""
    if method is ServiceMethod.LIEN and not witness:
        raise InvalidInput(N_("Service by leaving it there needs a witness."), field="witness")
    if method is ServiceMethod.ELECTRONIC and not has_confirmation:
        raise InvalidInput(
            N_(
                "Electronic service needs the enterprise's signed confirmation on record"
                " (Administrative Penalty Law, art. 61)."
            ),
            field="method",
        )
    if served_on < issued_on:
        raise InvalidInput(N_("It was not issued yet on that day."), field="served_at")


def recheck_due(
    period: Period, due_days: Iterable[date], applied_on: date | None, table: WorkdayTable
) -> Due | None:
    """When the re-inspection is due: ten days from application or expiry, whichever is first.

    ``due_days`` are those of items that nobody has re-inspected yet. An item that was found not
    done has no expiry left to count from: after that only a new application arms the clock.
    """
    first = min(due_days, default=None)
    if first is not None:
        return reinspection_due(period, first, applied_on, table)
    return None if applied_on is None else due_on(period, applied_on, table)


def recheck_start(due_days: Iterable[date], applied_on: date | None) -> date | None:
    """The day that :func:`recheck_due` counts from."""
    days = [*due_days, *([applied_on] if applied_on else [])]
    return min(days, default=None)


def check_results(
    results: Mapping[int, ItemResult], open_items: Mapping[int, date | None], today: date
) -> None:
    """Each open item has a result; only one whose day is still to come may be left for later."""
    if strange := set(results) - set(open_items):
        raise Conflict(
            N_("This is not possible in the present state. Reload the page to see it."),
            items=sorted(strange),
        )
    looked_at = {i for i, result in results.items() if result is not ItemResult.OPEN}
    if not looked_at:
        raise InvalidInput(N_("Say for at least one problem how it was found."), field="items")
    for item_id, day in open_items.items():
        if item_id not in looked_at and (day is None or day <= today):
            raise InvalidInput(
                N_("Each problem whose deadline has come needs a result."), field="items"
            )


def check_extension(
    status: OrderState, days: Sequence[date], wanted: date, today: date, *, has_pending: bool
) -> None:
    """Before expiry, for a later day than any of the items'. The window is a warning only."""
    if status not in WITH_ENTERPRISE or not days:
        raise Conflict(N_("An extension can be asked for while the order is being carried out."))
    if has_pending:
        raise Conflict(N_("A request for extension is already waiting for its reply."))
    if today > min(days):
        raise Conflict(N_("The deadline has passed: an extension can no longer be asked for."))
    if wanted <= max(days):
        raise InvalidInput(
            N_("The new deadline must be later than the present one."), field="wanted_on"
        )
    if wanted > max(days) + LONGEST_TERM:
        raise InvalidInput(N_("The deadline lies more than a year ahead."), field="wanted_on")


def check_grants(
    granted: Mapping[int, date | None], previous: Mapping[int, date], today: date
) -> None:
    """``granted`` by item: a day later than the one before and not past, or None for refused."""
    if set(granted) - set(previous):
        raise Conflict
    if not any(granted.values()):
        raise InvalidInput(N_("Give at least one new deadline, or refuse."), field="items")
    for item_id, day in granted.items():
        if day is None:
            continue
        if day <= previous[item_id] or day < today:
            raise InvalidInput(
                N_("The new deadline must be later than the present one."), field="items"
            )


def check_decider(actor_id: int, requested_by_id: int) -> None:
    if actor_id == requested_by_id:
        raise Forbidden(N_("Whoever asked for an extension cannot decide on it."))


def hold_of(kind: OrderKind, hazard_id: int) -> str:
    """The key that one open order of a kind holds for a hazard."""
    return f"{kind}:{hazard_id}"
