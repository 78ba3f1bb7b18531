"""What the enterprises' files held at a month's end, read from their slices."""

from __future__ import annotations

from supervision.chemical import figures as chemicals
from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.hazard.figures import Window
from supervision.licence import figures as licences
from supervision.licence.workflow import LicenceState
from supervision.people import figures as people
from supervision.report.contents import HoldingsMaterial, Subject
from supervision.report.enforcement_sources import Whose
from supervision.report.holdings import (
    CertificateFact,
    ChemicalFact,
    LicenceFact,
    RiskFact,
    SourceFact,
)
from supervision.risk import figures as risks


def collect(subject: Subject, window: Window) -> HoldingsMaterial:
    """Rows and the database's own counts, of the caller's one moment."""
    which: Whose = {"enterprise_id": subject.enterprise_id, "region": subject.region_code or ""}
    day = clock.day_of(window.end - clock.DAY / 2)
    days = (SYSTEM, window.first, day)
    return HoldingsMaterial(
        licences=[_licence(row) for row in licences.licence_rows(*days, **which)],
        certificates=[_certificate(r) for r in people.certificate_rows(SYSTEM, day, **which)],
        risks=[_risk(row) for row in risks.risk_rows(SYSTEM, window.end, **which)],
        chemicals=[_chemical(row) for row in chemicals.chemical_rows(SYSTEM, window.end, **which)],
        sources=[_source(row) for row in chemicals.source_rows(SYSTEM, window.end, **which)],
        counted={
            **licences.licence_counts(*days, **which),
            **people.certificate_counts(*days, **which),
            **risks.risk_counts(SYSTEM, window.start, window.end, **which),
            **chemicals.chemical_counts(SYSTEM, window.end, **which),
        },
    )


def _licence(row: licences.LicenceRow) -> LicenceFact:
    return LicenceFact(
        id=row.id,
        type=row.type,
        number=row.number,
        enterprise=row.enterprise,
        uscc=row.uscc,
        since=clock.day_of(row.verified_at),
        valid_to=row.valid_to,
        apply_by=row.apply_by,
        settled_on=row.applied_on,
        left_on=row.ended_on,
        is_expired=row.status is LicenceState.EXPIRED,
    )


def _certificate(row: people.CertificateRow) -> CertificateFact:
    return CertificateFact(
        id=row.id,
        enterprise=row.enterprise,
        uscc=row.uscc,
        person=row.person,
        kind=row.kind,
        number=row.number,
        valid_to=row.valid_to,
        review_on=row.review_on,
        next_on=row.next_on,
    )


def _risk(row: risks.RiskRow) -> RiskFact:
    return RiskFact(
        id=row.id,
        number=row.number,
        name=row.name,
        place=row.place,
        enterprise_id=row.enterprise_id,
        enterprise=row.enterprise,
        uscc=row.uscc,
        grade=str(row.grade),
        responsible_person=row.responsible_person,
        next_review_on=row.next_review_on,
    )


def _chemical(row: chemicals.ChemicalRow) -> ChemicalFact:
    return ChemicalFact(
        id=row.id,
        enterprise_id=row.enterprise_id,
        enterprise=row.enterprise,
        uscc=row.uscc,
        unit=row.unit,
        name=row.name,
        cas=row.cas,
        classes=", ".join(row.classes),
        tonnes=row.tonnes,
    )


def _source(row: chemicals.SourceRow) -> SourceFact:
    return SourceFact(
        id=row.unit_id,
        unit=row.unit,
        enterprise=row.enterprise,
        uscc=row.uscc,
        grade=str(row.grade),
        r=row.r,
        done_on=row.done_on,
        due_on=row.due_on,
        filing_number=row.filing_number,
    )
