"""Chemicals of the demonstration: units from empty to grade one, filed, late, changed, to be filed."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path

from supervision.chemical import filing, queries, service
from supervision.chemical.models import ChemicalUnit
from supervision.chemical.rules import Purpose, UnitKind
from supervision.core import attachments, clock
from supervision.core.actor import SYSTEM, Actor
from supervision.core.db import db
from supervision.core.tables import read_table
from supervision.core.workdays import add_months
from supervision.demo.office import Event
from supervision.demo.stage import Stage
from supervision.demo.story import working_hours
from supervision.enterprise.models import Enterprise

DATA = Path(__file__).parent / "data"
TERM = 36
ENTERED, FILED, CHANGED = timedelta(days=2), timedelta(days=6), timedelta(days=8)
ORGAN = "浙江演示安全评价有限公司（演示）"
SHEET = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


@dataclass
class Chemicals:
    """Plays the rows of the table: a unit each, what it holds, and what came of it."""

    stage: Stage
    now: datetime
    made: dict[int, int] = field(default_factory=dict)

    def events(self, start: datetime) -> list[Event]:
        """Entered and identified, filed, changed."""
        found: list[Event] = []
        for number, row in enumerate(read_table(DATA / "chemicals.tsv")):
            apart = timedelta(minutes=9 * number)
            found += [
                (working_hours(start + ENTERED) + apart, partial(self._enter, number, row)),
                (working_hours(start + FILED) + apart, partial(self._file, number, row)),
                (working_hours(self.now - CHANGED) + apart, partial(self._change, number, row)),
            ]
        return [event for event in found if event[0] < self.now]

    def _place(self, row: Mapping[str, str]) -> tuple[Enterprise, Actor]:
        place = int(row["place"]) - 1
        return self.stage.enterprises[place], self.stage.person(place, "safety")

    def _unit(self, number: int) -> ChemicalUnit:
        return queries.get_unit(self.made[number], SYSTEM)

    def _enter(self, number: int, row: Mapping[str, str]) -> None:
        enterprise, actor = self._place(row)
        unit = service.add_unit(
            enterprise,
            actor,
            service.UnitFields(
                row["unit"], UnitKind(row["kind"]), int(row["people"]), place=row["spot"]
            ),
        )
        self.made[number] = unit.id
        for line in row["items"].split(";"):
            self._hold(unit, actor, line)
        if row["state"] == "new":
            return
        # It falls due as many days from now as the row says, three years after it was done.
        due = clock.day_of(self.now) + timedelta(days=int(row["due"] or 700))
        done = min(add_months(due, -TERM), clock.today())
        service.identify(unit, actor, service.Assessment(done, "周晓晴", ORGAN, "三年期满评估"))
        if row["state"] == "submitted" and unit.source is not None:
            filing.submit(unit.source, actor)

    def _hold(self, unit: ChemicalUnit, actor: Actor, line: str) -> None:
        """``position or name/CAS:classes:tonnes:sheet``."""
        what, classes, tonnes, sheet = line.split(":")
        name, _slash, number = what.partition("/")
        named = int(name) if name.isdecimal() else None
        item = service.add_item(
            unit,
            actor,
            service.ItemFields(
                "" if named else name,
                Purpose.STORAGE if unit.kind is UnitKind.STORAGE else Purpose.RAW,
                Decimal(tonnes),
                named=named,
                cas=number,
                classes=tuple(c for c in classes.split("+") if c),
                stock=Decimal(tonnes) / 2,
                supplier="杭州演示化工贸易有限公司（演示）",
            ),
        )
        db.session.flush()
        if sheet:
            scan = attachments.store_scan(actor, io.BytesIO(SHEET), "SDS.pdf", field="sheet")
            day = clock.today() - timedelta(days=400)
            service.add_sheet(item, actor, scan, version=sheet, issued_on=day)

    def _file(self, number: int, row: Mapping[str, str]) -> None:
        source = self._unit(number).source
        if row["state"] not in {"filed", "changed"} or source is None:
            return
        officer = self.stage.pair(int(row["place"]) - 1)[0]
        day = clock.today()
        filing.file(source, officer, filing_number=row["number"], filed_on=day)

    def _change(self, number: int, row: Mapping[str, str]) -> None:
        """The tank grew since it was identified."""
        if row["state"] != "changed":
            return
        _enterprise, actor = self._place(row)
        unit = self._unit(number)
        self._hold(unit, actor, row["later"])
