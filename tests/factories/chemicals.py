"""Units with chemicals, identified and filed."""

from __future__ import annotations

import io
from decimal import Decimal

from supervision.chemical import filing, service, standards
from supervision.chemical.models import ChemicalItem, ChemicalUnit
from supervision.chemical.rules import Purpose, UnitKind
from supervision.core import attachments, clock
from supervision.core.actor import SYSTEM, Actor
from supervision.core.db import db, transaction
from supervision.core.permissions import Permission
from supervision.enterprise import queries as enterprises

CHLORINE, METHANOL = 12, 65
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def make_unit(
    enterprise_id: int, actor: Actor, *, people: int = 120, mark: str = ""
) -> ChemicalUnit:
    """A storage unit inside the caller's transaction; the tables are loaded if need be."""
    standards.load_shipped()
    return service.add_unit(
        enterprises.get_enterprise(enterprise_id, SYSTEM),
        actor,
        service.UnitFields(f"{mark} Tank farm".strip(), UnitKind.STORAGE, people, place="North"),
    )


def hold(unit: ChemicalUnit, actor: Actor, tonnes: str, named: int = CHLORINE) -> ChemicalItem:
    classes = ("W5.3",) if named == METHANOL else ()
    return service.add_item(
        unit,
        actor,
        service.ItemFields("", Purpose.STORAGE, Decimal(tonnes), named=named, classes=classes),
    )


def assessed(unit: ChemicalUnit, actor: Actor, assessor: str = "A. Assessor") -> None:
    service.identify(unit, actor, service.Assessment(clock.today(), assessor))


def a_source(
    enterprise_id: int, actor: Actor, officer: Actor | None = None, mark: str = ""
) -> dict[str, int]:
    """Ids of a filed source of grade one with a safety data sheet, as addresses name them."""
    with transaction():
        unit = make_unit(enterprise_id, actor, mark=mark)
        item = hold(unit, actor, "62.5")
        scan = attachments.store_scan(actor, io.BytesIO(PDF), "sds.pdf", field="sheet")
        sheet = service.add_sheet(item, actor, scan, version="1.0", issued_on=clock.today())
        assessed(unit, actor)
        source = unit.source
        assert source is not None
        if officer is not None and officer.may(Permission.CHEMICAL_DECIDE):
            filing.file(
                source, officer, filing_number=f"{mark}BA-1".strip(), filed_on=clock.today()
            )
        assert unit.last is not None
        return {
            "unit_id": unit.id,
            "item_id": item.id,
            "sheet_id": sheet.id,
            "identification_id": unit.last.id,
            "source_id": source.id,
        }


def chemical_ids(enterprise_id: int, officer: Actor, mark: str) -> dict[str, int]:
    """Ids of a filed source and of a row of the standard, as the test of access names them."""
    found = a_source(enterprise_id, officer, officer, mark)
    row = standards.standard_on(clock.today()).rows[0].id
    db.session.rollback()
    return {f"chemical.{name}": number for name, number in {**found, "row_id": row}.items()}
