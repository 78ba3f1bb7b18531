"""What each paper of a case says: plain data for :mod:`supervision.core.documents`."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from flask_babel import force_locale

from supervision.casefile import labels
from supervision.casefile.models import Case, CaseDecision, CasePaper
from supervision.casefile.rules import PaperKind, PenaltyKind
from supervision.core import clock, documents
from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.documents.models import Document
from supervision.order import papers as orders
from supervision.order.rules import ServiceMethod

Data = dict[str, Any]
# Papers of law are written in Chinese, whatever language the officer reads.
PAPER_LANGUAGE = "zh_Hans_CN"


def in_chinese(label: object) -> str:
    with force_locale(PAPER_LANGUAGE):
        return str(label)


def _common(case: Case, day: date) -> Data:
    signers = [{"name": o.name, "certificate_no": o.certificate_no} for o in case.officers]
    return orders.common(case.authority, case.enterprise, signers, day)


def _opinion(text: str, by: str, on: date | None) -> Data | None:
    return {"text": text, "by": by, "on": on.isoformat()} if text and on else None


def filing_data(case: Case, day: date) -> Data:
    source = in_chinese(labels.SOURCE_LABELS[case.source])
    return _common(case, day) | {
        "cause": case.cause,
        "source": f"{source} {case.source_note}".strip(),
        "facts": case.facts,
        "handler_opinion": _opinion(case.handler_opinion, case.handler_by, case.handler_on),
        "review_opinion": None,
        "approval_opinion": _opinion(case.filing_opinion, case.filed_by, case.filed_on),
    }


def evidence_data(case: Case, day: date) -> Data:
    """Only what may be used: a list that names unreviewed monitoring would prove too much."""
    items = [
        {
            "no": row.position,
            "name": row.name,
            "kind": in_chinese(labels.EVIDENCE_LABELS[row.kind]),
            "source": row.source,
            "copies": row.copies,
            "pages": row.pages,
            "note": " ".join(part for part in (row.note, row.review_reference) if part),
        }
        for row in case.usable_evidence
    ]
    return _common(case, day) | {"case_number": case.number, "items": items}


def penalty_data(case: Case, decision: CaseDecision, day: date) -> Data:
    data = _common(case, day) | {
        "case_number": case.number,
        "facts": decision.facts,
        "evidence": decision.evidence_text,
        "basis": decision.basis,
        "discretion": decision.discretion,
        "decision_text": decision.decision_text,
    }
    if PenaltyKind.FINE in decision.kinds and decision.fine_yuan is not None:
        data |= {"fine_yuan": _yuan(decision.fine_yuan), "pay_within": decision.pay_within}
    return data


def _yuan(amount: Decimal) -> str:
    """Whole yuan without a fraction, and no marks of thousands: so papers write it."""
    return f"{amount:.2f}".removesuffix(".00")


def receipt_data(case: Case, decision: CaseDecision) -> Data:
    assert decision.document is not None  # the workflow serves what was decided
    assert decision.served_at is not None
    assert decision.method is not None
    data = _common(case, clock.day_of(decision.served_at)) | {
        "papers": [{"name": decision.document.template.name, "number": decision.number}],
        "method": decision.method.value,
        "receiver": decision.receiver,
        "receiver_relation": decision.relation,
        "served_at": decision.served_at.astimezone(clock.SHANGHAI).isoformat(timespec="minutes"),
        "place": decision.place,
        "witness": decision.witness,
    }
    if decision.method is ServiceMethod.ELECTRONIC:
        data["confirmation"] = orders.consent(decision.confirmation)
    return data


def closing_data(case: Case, day: date) -> Data:
    decision = case.decision
    without = in_chinese(labels.NO_PENALTY)
    return _common(case, day) | {
        "case_number": case.number,
        "cause": case.cause,
        "decision_number": decision.number if decision else "",
        "decision_text": decision.decision_text if decision else without,
        "execution": case.execution or without,
        "handler_opinion": _opinion(case.closing_opinion, case.closing_by, case.closing_on),
        "review_opinion": None,
        "approval_opinion": _opinion(case.close_opinion, case.closed_by, day),
    }


def number_for(case: Case, kind: PaperKind) -> tuple[str, int]:
    """The next number of the authority's own counter for this class, and its serial."""
    today = clock.today()
    return documents.next_number(
        documents.template_on(kind.value, today),
        series=orders.series_of(case.authority),
        abbreviation=case.authority.abbreviation,
        year=today.year,
    )


def issue(case: Case, actor: Actor, kind: PaperKind, data: Data, number: str = "") -> Document:
    """Issue a paper and keep it with the case."""
    template = documents.template_on(kind.value, clock.today())
    document = documents.issue(actor, template, data, number=number, at=clock.now())
    case.papers.append(CasePaper(kind=kind, document_id=document.id, made_at=clock.now()))
    db.session.flush()
    return document


def receipt_number(case: Case, decision: CaseDecision) -> str:
    """The receipt inherits year and serial of the decision that it proves."""
    assert decision.year is not None
    assert decision.serial is not None
    return documents.compose_number(
        documents.template_on(PaperKind.SERVICE_RECEIPT.value, clock.today()),
        abbreviation=case.authority.abbreviation,
        year=decision.year,
        serial=decision.serial,
    )


def preview(case: Case, kind: PaperKind) -> bytes:
    """How it would look today: no number, marked as a draft, kept nowhere."""
    day = clock.today()
    data = {
        PaperKind.CASE_FILING: lambda: filing_data(case, day),
        PaperKind.EVIDENCE_LIST: lambda: evidence_data(case, day),
        PaperKind.CASE_CLOSE: lambda: closing_data(case, day),
        PaperKind.PENALTY: lambda: penalty_data(case, _proposed(case), day),
    }[kind]()
    return documents.draft_pdf(documents.template_on(kind.value, day), data)


def _proposed(case: Case) -> CaseDecision:
    decision = case.decision
    assert decision is not None  # the view offers it only where one is proposed
    return decision
