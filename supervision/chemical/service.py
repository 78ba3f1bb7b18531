"""Verbs of the ledger: units, what they may hold, safety data sheets, identification."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy.orm.attributes import flag_modified

from supervision.chemical import cas, filing
from supervision.chemical.explain import reckon
from supervision.chemical.journal import log, tell_enterprise, tell_supervisors
from supervision.chemical.models import (
    ChemicalIdentification,
    ChemicalItem,
    ChemicalSheet,
    ChemicalUnit,
)
from supervision.chemical.rules import Purpose, Result, Standard, UnitKind, shown, term_of
from supervision.chemical.standards import standard_on
from supervision.chemical.workflow import OPEN
from supervision.core import clock, clocks
from supervision.core.actor import Actor
from supervision.core.attachments import Attachment
from supervision.core.db import db
from supervision.core.errors import Conflict, Forbidden, InvalidInput
from supervision.core.permissions import Permission
from supervision.core.text import N_
from supervision.enterprise.models import Enterprise
from supervision.enterprise.site_models import SiteArea

REASSESS = "MHS_REASSESS"
MOST_TONNES = Decimal(10_000_000)
PLACES = 4
# What a unit's identification rests on: a change of any of it makes the last one stale.
_WEIGHTY_UNIT = frozenset({"kind", "exposed_people"})
_WEIGHTY_ITEM = frozenset({"named", "cas", "classes", "tonnes"})


@dataclass(frozen=True, slots=True)
class UnitFields:
    """A unit as the form gives it; ``area`` is one of the enterprise's own."""

    name: str
    kind: UnitKind
    exposed_people: int
    place: str = ""
    area: SiteArea | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class ItemFields:
    """A line of the ledger as the form gives it. ``named``: the number in Table 1."""

    name: str
    purpose: Purpose
    tonnes: Decimal
    named: int | None = None
    cas: str = ""
    classes: tuple[str, ...] = ()
    stock: Decimal | None = None
    stock_on: date | None = None
    supplier: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Assessment:
    """Who identified on which day, and why."""

    done_on: date
    assessor: str
    organisation: str = ""
    reason: str = ""


def add_unit(enterprise: Enterprise, actor: Actor, wanted: UnitFields) -> ChemicalUnit:
    """A new unit of the enterprise. Raises InvalidInput naming the field."""
    _may_edit(actor)
    unit = ChemicalUnit(
        enterprise_id=enterprise.id,
        created_at=clock.now(),
        **_unit_values(enterprise.id, wanted),
    )
    db.session.add(unit)
    log(unit, actor, "unit_added", unit, exposed=wanted.exposed_people)
    return unit


def change_unit(unit: ChemicalUnit, actor: Actor, wanted: UnitFields) -> None:
    """Its description; people outside and kind count in the identification."""
    _may_edit(actor)
    _in_use(unit)
    changed = _apply(unit, _unit_values(unit.enterprise_id, wanted))
    if not changed:
        return
    if _WEIGHTY_UNIT & changed.keys():
        _stale(unit, actor)
    log(unit, actor, "unit_changed", unit, **changed)


def _unit_values(enterprise_id: int, wanted: UnitFields) -> dict[str, Any]:
    if not wanted.name:
        raise InvalidInput(N_("This field is required."), field="name")
    if wanted.exposed_people < 0:
        raise InvalidInput(N_("It cannot be negative."), field="exposed_people")
    if wanted.area is not None and wanted.area.enterprise_id != enterprise_id:
        raise InvalidInput(N_("Choose one of the list."), field="area_id")
    return {
        "name": wanted.name,
        "kind": wanted.kind,
        "exposed_people": wanted.exposed_people,
        "place": wanted.place,
        "area_id": wanted.area.id if wanted.area else None,
        "note": wanted.note,
    }


def retire_unit(unit: ChemicalUnit, actor: Actor, *, reason: str) -> None:
    """The unit is out of use: it is empty and has no open file at the bureau."""
    _may_edit(actor)
    _in_use(unit)
    _needs(reason=reason)
    if unit.held:
        raise Conflict(N_("Take what it holds out of the ledger first."))
    if unit.source is not None and unit.source.status in OPEN:
        raise Conflict(N_("Its file as a major hazard source is still open."))
    unit.retired_at, unit.retired_reason = clock.now(), reason
    unit.stale_since = None
    log(unit, actor, "unit_retired", unit, note=reason)


def add_item(unit: ChemicalUnit, actor: Actor, wanted: ItemFields) -> ChemicalItem:
    """A substance that the unit may hold. Raises InvalidInput naming the field."""
    _may_edit(actor)
    _in_use(unit)
    item = ChemicalItem(
        unit_id=unit.id,
        enterprise_id=unit.enterprise_id,
        created_at=clock.now(),
        **_item_values(wanted),
    )
    db.session.add(item)
    unit.items.append(item)
    _stale(unit, actor)
    log(unit, actor, "item_added", item, about=item.name, tonnes=item.tonnes, cas=item.cas)
    return item


def change_item(item: ChemicalItem, actor: Actor, wanted: ItemFields) -> None:
    _may_edit(actor)
    _in_use(item.unit)
    _there(item)
    changed = _apply(item, _item_values(wanted))
    if not changed:
        return
    if _WEIGHTY_ITEM & changed.keys():
        _stale(item.unit, actor)
    log(item.unit, actor, "item_changed", item, about=item.name, **changed)


def remove_item(item: ChemicalItem, actor: Actor, *, reason: str) -> None:
    """It is not held any more; the line stays with its reason."""
    _may_edit(actor)
    _there(item)
    _needs(reason=reason)
    item.removed_at, item.removed_reason = clock.now(), reason
    _stale(item.unit, actor)
    log(item.unit, actor, "item_removed", item, about=item.name, note=reason)


def _item_values(wanted: ItemFields) -> dict[str, Any]:
    """Checked against the edition of today. Table 1 wins: a number that it lists is chosen there."""
    standard = standard_on(clock.today()).tables()
    number = cas.normal(wanted.cas)
    if number and not cas.is_valid(number):
        raise InvalidInput(
            N_("%(cas)s is no CAS number: its last digit does not fit the others."),
            field="cas",
            cas=wanted.cas,
        )
    name, number = _listed(standard, wanted.named, wanted.name, number)
    _tonnes(wanted.tonnes, "tonnes")
    if wanted.tonnes == 0:
        raise InvalidInput(N_("Give the design maximum in tonnes, more than 0."), field="tonnes")
    if wanted.stock is not None:
        _tonnes(wanted.stock, "stock")
    if unknown := set(wanted.classes) - set(standard.symbols):
        raise InvalidInput(
            N_("Table 2 has no class %(symbol)s."), field="classes", symbol=min(unknown)
        )
    values = {
        "named": wanted.named,
        "name": name,
        "cas": number,
        "classes": [s for s in standard.symbols if s in wanted.classes],
        "purpose": wanted.purpose,
        "tonnes": wanted.tonnes,
        "stock": wanted.stock,
        "stock_on": (wanted.stock_on or clock.today()) if wanted.stock is not None else None,
        "supplier": wanted.supplier,
        "note": wanted.note,
    }
    item = ChemicalItem(**values)
    term_of(standard, item.substance())  # a line without Q or beta is no line
    return values


def _tonnes(figure: Decimal, field: str) -> None:
    """A weight as the column keeps it: what is reckoned with is what is stored."""
    if not figure.is_finite() or not 0 <= figure <= MOST_TONNES:
        raise InvalidInput(
            N_("Give tonnes between 0 and %(most)s."), field=field, most=f"{MOST_TONNES:,}"
        )
    if figure != round(figure, PLACES):
        raise InvalidInput(N_("At most four digits after the point."), field=field)


def _listed(standard: Standard, named: int | None, name: str, number: str) -> tuple[str, str]:
    """Name and CAS number of a line, the listed ones filled in from Table 1."""
    if named is None:
        if not name:
            raise InvalidInput(N_("This field is required."), field="name")
        if found := standard.named_by_cas(number):
            raise InvalidInput(
                N_("CAS %(cas)s is no. %(position)s of Table 1: choose it there."),
                field="named",
                cas=number,
                position=", ".join(str(r.position) for r in found),
            )
        return name, number
    row = standard.named(named)
    if row is None:
        raise InvalidInput(N_("Choose one of the list."), field="named")
    if number and row.cas and number not in row.cas:
        raise InvalidInput(
            N_("Table 1 gives this substance the CAS number %(cas)s."),
            field="cas",
            cas=", ".join(row.cas),
        )
    return name or row.name, number or (row.cas[0] if row.cas else "")


def add_sheet(
    item: ChemicalItem, actor: Actor, attachment: Attachment, *, version: str, issued_on: date
) -> ChemicalSheet:
    """A safety data sheet in another version; the newest holds."""
    _may_edit(actor)
    _there(item)
    _needs(version=version)
    if issued_on > clock.today():
        raise InvalidInput(N_("The day lies in the future."), field="issued_on")
    sheet = ChemicalSheet(
        item_id=item.id,
        enterprise_id=item.enterprise_id,
        attachment_id=attachment.id,
        version=version,
        issued_on=issued_on,
        added_at=clock.now(),
        added_by=actor.name,
    )
    db.session.add(sheet)
    log(
        item.unit,
        actor,
        "sheet_added",
        sheet,
        about=item.name,
        version=version,
        issued_on=issued_on,
        sha256=attachment.sha256,
    )
    return sheet


def identify(unit: ChemicalUnit, actor: Actor, wanted: Assessment) -> ChemicalIdentification:
    """Reckon S and R of the ledger as it stands, and keep every term with the edition."""
    _may_edit(actor)
    _in_use(unit)
    _needs(assessor=wanted.assessor)
    if wanted.done_on > clock.today():
        raise InvalidInput(N_("The day lies in the future."), field="done_on")
    if unit.last is not None and wanted.done_on < unit.last.done_on:
        raise InvalidInput(
            N_("The last identification is of %(day)s."), field="done_on", day=unit.last.done_on
        )
    standard = standard_on(wanted.done_on)
    result, reckoning = reckon(standard.tables(), unit)
    period = clocks.arm(REASSESS, wanted.done_on, armed_on=wanted.done_on) or {}
    made = ChemicalIdentification(
        enterprise_id=unit.enterprise_id,
        unit_id=unit.id,
        standard_id=standard.id,
        rule_id=period.get("rule_id") if result.is_major else None,
        due_on=period.get("due_on") if result.is_major else None,
        done_on=wanted.done_on,
        assessor=wanted.assessor,
        organisation=wanted.organisation,
        reason=wanted.reason,
        unit_name=unit.name,
        exposed_people=result.exposed,
        terms=list(reckoning.terms),
        made_at=clock.now(),
        made_by_id=actor.id,
        made_by=actor.name,
        **_found(result),
    )
    db.session.add(made)
    unit.identifications.append(made)
    unit.stale_since = None
    # Whoever changed the ledger while this was reckoned comes second and is told so.
    flag_modified(unit, "name")
    note = str(made.grade or "")
    log(unit, actor, "identified", made, note=note, s=made.s, r=made.r, standard=standard.code)
    filing.follow(unit, actor, made)
    return made


def _found(result: Result) -> dict[str, Any]:
    return {
        "is_major": result.is_major,
        "s": shown(result.s),
        "alpha": result.alpha.value if result.alpha else None,
        "r": shown(result.r) if result.r is not None else None,
        "grade": result.grade.symbol if result.grade else None,
    }


def _stale(unit: ChemicalUnit, actor: Actor) -> None:
    """The last identification does not fit the ledger any more."""
    flag_modified(unit, "name")
    if unit.stale_since is not None:
        return
    unit.stale_since = clock.now()
    if unit.last is None:
        return
    link = f"/chemicals/units/{unit.id}"
    tell_enterprise(unit, actor, "chemical.stale", link)
    if unit.source is not None and unit.source.status in OPEN:
        tell_supervisors(unit, actor, "chemical.stale", link)


def _apply(row: Any, values: dict[str, Any]) -> dict[str, Any]:
    """Set what differs; returns the new values by name."""
    changed = {name: value for name, value in values.items() if getattr(row, name) != value}
    for name, value in changed.items():
        setattr(row, name, value)
    return changed


def _may_edit(actor: Actor) -> None:
    if not actor.may(Permission.CHEMICAL_EDIT):
        raise Forbidden


def _in_use(unit: ChemicalUnit) -> None:
    if unit.retired_at is not None:
        raise Conflict(N_("This unit is out of use."))


def _there(item: ChemicalItem) -> None:
    if item.removed_at is not None:
        raise Conflict(N_("This line was taken out of the ledger."))


def _needs(**given: str) -> None:
    for name, value in given.items():
        if not value:
            raise InvalidInput(N_("This field is required."), field=name)
