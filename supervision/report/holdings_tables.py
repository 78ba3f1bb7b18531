"""The column lists of the enterprises' files: licences, certificates, risk grades, sources."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from supervision.core.export.columns import Column, Kind, Value
from supervision.report import labels
from supervision.report.holdings import (
    NAMES,
    CertificateFact,
    ChemicalFact,
    ChemicalLine,
    HoldingFigures,
    LicenceFact,
    RiskFact,
    RiskLine,
    SourceFact,
)

LICENCES: tuple[Column[LicenceFact], ...] = (
    Column("type", _l("Type of licence"), lambda row: row.type, width=28),
    Column("number", _l("Licence number"), lambda row: row.number, width=28),
    Column("enterprise", _l("Enterprise"), lambda row: row.enterprise, width=30),
    Column("uscc", _l("Unified social credit code"), lambda row: row.uscc, width=21),
    Column("since", _l("Verified on"), lambda row: row.since, Kind.DAY, 12),
    Column("valid_to", _l("Valid until"), lambda row: row.valid_to, Kind.DAY, 12),
    Column("apply_by", _l("Apply by"), lambda row: row.apply_by, Kind.DAY, 12),
    Column("settled_on", _l("Renewal applied for on"), lambda row: row.settled_on, Kind.DAY, 14),
    Column("left_on", _l("Ended on"), lambda row: row.left_on, Kind.DAY, 12),
)

CERTIFICATES: tuple[Column[CertificateFact], ...] = (
    Column("person", _l("Name of the holder"), lambda row: row.person, width=12),
    Column("kind", _l("Kind of certificate"), lambda row: row.kind, width=24),
    Column("number", _l("Number of the certificate"), lambda row: row.number, width=24),
    Column("enterprise", _l("Enterprise"), lambda row: row.enterprise, width=30),
    Column("uscc", _l("Unified social credit code"), lambda row: row.uscc, width=21),
    Column("valid_to", _l("Valid until"), lambda row: row.valid_to, Kind.DAY, 12),
    Column("review_on", _l("To be reviewed by"), lambda row: row.review_on, Kind.DAY, 14),
    Column("next_on", _l("Next day that counts"), lambda row: row.next_on, Kind.DAY, 14),
)


def _number(key: str, heading: Any) -> Column[Any]:
    return Column(key, heading, lambda row: int(getattr(row, key)), Kind.INTEGER, 11, total=True)


RISK_LINES: tuple[Column[RiskLine], ...] = (
    Column("enterprise", _l("Enterprise"), lambda row: row.enterprise, width=34),
    Column("uscc", _l("Unified social credit code"), lambda row: row.uscc, width=21),
    _number("red", labels.RISK_LABELS["red"]),
    _number("orange", labels.RISK_LABELS["orange"]),
    _number("yellow", labels.RISK_LABELS["yellow"]),
    _number("blue", labels.RISK_LABELS["blue"]),
    _number("late", _l("Assessment overdue")),
)

RISKS: tuple[Column[RiskFact], ...] = (
    Column("number", _l("Number of the risk point"), lambda row: row.number, width=22),
    Column("name", _l("Risk point"), lambda row: row.name, width=28),
    Column("place", _l("Place"), lambda row: row.place, width=24),
    Column("grade", _l("Risk grade"), lambda row: labels.risk_grade(row.grade), width=14),
    Column("person", _l("Responsible person"), lambda row: row.responsible_person, width=14),
    Column("review", _l("Next assessment"), lambda row: row.next_review_on, Kind.DAY, 12),
)

CHEMICAL_LINES: tuple[Column[ChemicalLine], ...] = (
    Column("enterprise", _l("Enterprise"), lambda row: row.enterprise, width=34),
    Column("uscc", _l("Unified social credit code"), lambda row: row.uscc, width=21),
    _number("lines", _l("Lines of the ledger")),
    # A substance in two enterprises is one in each: this column has no sum.
    Column("substances", _l("Substances"), lambda row: row.substances, Kind.INTEGER, 11),
)

CHEMICALS: tuple[Column[ChemicalFact], ...] = (
    Column("unit", _l("Unit with chemicals"), lambda row: row.unit, width=24),
    Column("name", _l("Substance"), lambda row: row.name, width=28),
    Column("cas", _l("CAS number"), lambda row: row.cas, width=14),
    Column("classes", _l("Hazard classes"), lambda row: row.classes, width=16),
    Column("tonnes", _l("Design maximum (t)"), lambda row: row.tonnes, Kind.DECIMAL, 16),
)

SOURCES: tuple[Column[SourceFact], ...] = (
    Column("unit", _l("Unit with chemicals"), lambda row: row.unit, width=26),
    Column("enterprise", _l("Enterprise"), lambda row: row.enterprise, width=30),
    Column("uscc", _l("Unified social credit code"), lambda row: row.uscc, width=21),
    Column(
        "grade", _l("Grade of the source"), lambda row: labels.source_grade(row.grade), width=14
    ),
    Column("r", _l("R of the identification"), lambda row: row.r, Kind.DECIMAL, 12),
    Column("done_on", _l("Identified on"), lambda row: row.done_on, Kind.DAY, 12),
    Column("due_on", _l("Assess anew by"), lambda row: row.due_on, Kind.DAY, 14),
    Column("filing", _l("Filing number"), lambda row: row.filing_number, width=22),
)


def balance(figures: HoldingFigures) -> list[tuple[str, Value, Kind]]:
    """Every total by its name."""
    return [
        (str(labels.HOLDING_LABELS[name]), getattr(figures, name), Kind.INTEGER) for name in NAMES
    ]
