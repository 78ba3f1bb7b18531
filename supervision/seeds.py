"""Reference data: divisions, criteria of major hazards, statutory rules. Idempotent."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select

from supervision.chemical import standards as chemical
from supervision.commitment import standards as commitments
from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.db import Base, db
from supervision.core.documents import DocumentTemplate, shipped
from supervision.core.holidays import (
    DayKind,
    Holiday,
    HolidayYear,
    YearStatus,
    forget_workday_table,
)
from supervision.core.spans import Frequency
from supervision.core.statutory import Certainty, StatutoryRule
from supervision.core.tables import read_table
from supervision.core.workdays import HOLIDAYS
from supervision.detector import shipped as detectors
from supervision.document.models import DocumentKind
from supervision.document.rules import Category as DocumentCategory
from supervision.dutylist.models import DutyTemplate
from supervision.dutylist.rules import Holder as DutyHolder
from supervision.enterprise.models import Region
from supervision.enterprise.rules import RegionLevel
from supervision.escalation import service as escalation
from supervision.hazard.models import HazardCriterion
from supervision.hazard.rules import Category, Factor
from supervision.inspection.models import CapExemption, Checklist, ChecklistItem
from supervision.licence.models import LicenceType
from supervision.people import ruletables as people
from supervision.people.tables import RuleTable as PeopleTable
from supervision.returns import layouts as return_layouts
from supervision.risk import tables as risk_tables
from supervision.score import tables as score_tables
from supervision.selfcheck import templates as selfchecks

ROOT = Path(__file__).resolve().parent
DIVISIONS = ROOT.parent / "static" / "vendor" / "china-division-2.7.0"
BATCH = 5000
_LICENCE_NUMBERS = (
    "term_months",
    "apply_months",
    "review_months",
    "decision_days",
    "change_days",
)


def load_all(*, provinces: frozenset[str] | None = None) -> dict[str, int]:
    """Load everything that is not there yet; returns how many rows were new, by table."""
    return {
        "statutory rules": load_rules(),
        "criteria of major hazards": load_criteria(),
        "holidays": load_holidays(),
        "templates of papers": load_documents(),
        "steps of the ladder": load_ladder(),
        "items of checklists": load_checklists(),
        "exemptions from the cap": load_exemptions(),
        "types of licences": load_licence_types(),
        "tables of GB 18218": chemical.load_shipped(),
        "kinds of documents": load_document_kinds(),
        "lines of risk tables": load_risk_tables(),
        "tables of people": load_people_tables(),
        "indicators of the safety code": load_score_table(),
        "standards of commitments": load_commitments(),
        "duties of the law": load_duties(),
        "items of lists of self-checks": load_selfchecks(),
        "layouts of local returns": load_return_layouts(),
        "detector models": detectors.seed(),
        "regions": load_regions(provinces),
    }


def load_rules() -> int:
    rows = [_rule(row) for row in read_table(ROOT / "core" / "data" / "statutory_rules.tsv")]
    return _add_new(StatutoryRule, ("code", "effective_from"), rows)


def load_criteria() -> int:
    tables = sorted((ROOT / "hazard" / "data").glob("criteria_*.tsv"))
    rows = [_dated(row) for table in tables for row in read_table(table)]
    return _add_new(HazardCriterion, ("code", "effective_from"), rows)


def load_holidays() -> int:
    """Years that have no table yet; a year that somebody changed is theirs."""
    by_year: dict[int, list[dict[str, str]]] = {}
    for row in read_table(HOLIDAYS):
        by_year.setdefault(int(row["day"][:4]), []).append(row)
    known = set(db.session.scalars(select(HolidayYear.year)))
    new = {year: rows for year, rows in by_year.items() if year not in known}
    for year, rows in new.items():
        days = [
            Holiday(day=date.fromisoformat(row["day"]), kind=DayKind(row["kind"]), name=row["name"])
            for row in rows
        ]
        db.session.add(
            HolidayYear(
                year=year,
                status=YearStatus.PUBLISHED,
                source=rows[0]["source"],
                valid_since=clock.now(),
                days=days,
            )
        )
    db.session.flush()
    forget_workday_table()
    return sum(len(rows) for rows in new.values())


def load_documents() -> int:
    """Every type of paper; one that has no text yet can be listed, not issued."""
    return _add_new(DocumentTemplate, ("code", "effective_from"), shipped.rows())


def load_checklists() -> int:
    """Lists whose code nobody has yet; one that somebody changed is theirs. Counts items."""
    by_code: dict[str, list[dict[str, str]]] = {}
    for row in read_table(ROOT / "inspection" / "data" / "checklists.tsv"):
        by_code.setdefault(row["code"], []).append(row)
    known = set(db.session.scalars(select(Checklist.code)))
    new = {code: rows for code, rows in by_code.items() if code not in known}
    for code, rows in new.items():
        head = rows[0]
        items = [
            ChecklistItem(
                position=int(row["position"]),
                section=row["section"],
                text=row["text"],
                basis=row["basis"],
                method=row["method"],
                factor=Factor(row["factor"]),
                category=Category(row["category"]),
                criterion_code=row["criterion_code"],
            )
            for row in rows
        ]
        db.session.add(
            Checklist(
                code=code,
                name=head["name"],
                industry=head["industry"],
                effective_from=date.fromisoformat(head["effective_from"]),
                source=head["source"],
                certainty=Certainty(head["certainty"]),
                items=items,
            )
        )
    db.session.flush()
    return sum(len(rows) for rows in new.values())


def load_selfchecks() -> int:
    """Lists that enterprises walk themselves, whose code nobody has yet."""
    return selfchecks.seed(read_table(ROOT / "selfcheck" / "data" / "lists.tsv"))


def load_exemptions() -> int:
    """Reasons for which an inspection does not count against the cap."""
    rows = [_dated(row) for row in read_table(ROOT / "inspection" / "data" / "cap_exemptions.tsv")]
    return _add_new(CapExemption, ("code", "effective_from"), rows)


def load_document_kinds() -> int:
    """Which documents an enterprise must have; a code that has any version is an administrator's."""
    known = set(db.session.scalars(select(DocumentKind.code)))
    table = read_table(ROOT / "document" / "data" / "kinds.tsv")
    rows = [
        {
            **_dated(row),
            "category": DocumentCategory(row["category"]),
            "certainty": Certainty(row["certainty"]),
            "term_months": int(row["term_months"] or 0) or None,
            "review_months": int(row["review_months"] or 0) or None,
            "required_headcount": int(row["required_headcount"]),
            "has_level": row["has_level"] == "1",
            "has_sum": row["has_sum"] == "1",
        }
        for row in table
        if row["code"] not in known
    ]
    return _add_new(DocumentKind, ("code", "effective_from"), rows)


def load_licence_types() -> int:
    """Types whose code nobody has yet; one that somebody changed is theirs."""
    rows = [
        _licence_type(row) for row in read_table(ROOT / "licence" / "data" / "licence_types.tsv")
    ]
    return _add_new(LicenceType, ("code",), rows)


def _licence_type(row: Mapping[str, str]) -> dict[str, Any]:
    numbers = {name: int(row[name]) if row[name] else None for name in _LICENCE_NUMBERS}
    flags = {name: row[name] == "1" for name in ("has_scope", "has_storage", "is_extendable")}
    made = {"changed_at": clock.now(), "changed_by": SYSTEM.name}
    return {**_dated(row), **numbers, **flags, **made}


def load_duties() -> int:
    """Duties that the law gives an enterprise; a code that has any version is an administrator's."""
    known = set(db.session.scalars(select(DutyTemplate.code)))
    rows = [
        {
            **_dated(row),
            "position": int(row["position"]),
            "holder": DutyHolder(row["holder"]),
            "frequency": Frequency(row["frequency"]),
            "certainty": Certainty(row["certainty"]),
        }
        for row in read_table(ROOT / "dutylist" / "data" / "enterprise_duties.tsv")
        if row["code"] not in known
    ]
    return _add_new(DutyTemplate, ("code", "effective_from"), rows)


def load_people_tables() -> int:
    """Posts, certificates, hours, sectors, staffing: codes that nobody has yet."""
    folder = ROOT / "people" / "data"
    return people.load({kind: read_table(folder / f"{kind}.tsv") for kind in PeopleTable})


def load_ladder() -> int:
    """The steps of escalation, for ladders that nobody has given any."""
    rows = read_table(ROOT / "escalation" / "data" / "steps.tsv")
    return escalation.load_defaults(rows)


def load_risk_tables() -> int:
    """Scores, thresholds and rules of risk, for tables that nobody has changed."""
    return risk_tables.load_defaults(read_table(ROOT / "risk" / "data" / "tables.tsv"))


def load_return_layouts() -> int:
    """Layouts of local monthly returns, for codes that nobody has yet."""
    return return_layouts.seed(read_table(ROOT / "returns" / "data" / "layouts.tsv"))


def load_commitments() -> int:
    """What sectors commit to, for codes that nobody has yet."""
    return commitments.seed(read_table(ROOT / "commitment" / "data" / "standards.tsv"))


def load_score_table() -> int:
    """The indicators of the safety code, where there are none yet."""
    folder = ROOT / "score" / "data"
    lines = [
        {**row, "params": json.loads(row["params"])}
        for row in read_table(folder / "indicators.tsv")
    ]
    return score_tables.load_default(read_table(folder / "table.tsv")[0], lines)


def load_regions(provinces: frozenset[str] | None = None) -> int:
    """Divisions from the vendored table (`make vendor`); ``provinces`` narrows (two digits)."""
    if not DIVISIONS.is_dir():
        raise FileNotFoundError("the table of divisions is missing: run `make vendor` first")
    rows = [r for r in _divisions() if provinces is None or r["code"][:2] in provinces]
    return _add_new(Region, ("code",), rows)


def _divisions() -> Iterator[dict[str, Any]]:
    levels = (
        ("provinces", RegionLevel.PROVINCE, None),
        ("cities", RegionLevel.CITY, "provinceCode"),
        ("areas", RegionLevel.DISTRICT, "cityCode"),
        ("streets", RegionLevel.STREET, "areaCode"),
    )
    for name, level, parent in levels:
        for row in json.loads((DIVISIONS / f"{name}.json").read_text(encoding="utf-8")):
            yield {
                "code": row["code"],
                "name": row["name"],
                "level": level,
                "parent_code": row[parent] if parent else None,
            }


def _rule(row: Mapping[str, str]) -> dict[str, Any]:
    return {**_dated(row), "value": int(row["value"])}


def _dated(row: Mapping[str, str]) -> dict[str, Any]:
    until = row["effective_to"]
    return {
        **row,
        "effective_from": date.fromisoformat(row["effective_from"]),
        "effective_to": date.fromisoformat(until) if until else None,
    }


def _add_new(model: type[Base], key: tuple[str, ...], rows: Iterable[Mapping[str, Any]]) -> int:
    """Insert what has no row with the same key yet. Existing rows are an administrator's."""
    columns = [getattr(model, name) for name in key]
    known = {tuple(row) for row in db.session.execute(select(*columns))}
    new = [dict(row) for row in rows if tuple(row[name] for name in key) not in known]
    for start in range(0, len(new), BATCH):
        db.session.execute(insert(model), new[start : start + BATCH])
    return len(new)
