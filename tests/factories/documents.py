"""Documents of the plant brought to a state the way people bring them there."""

from __future__ import annotations

import io
from datetime import date, timedelta

from supervision import seeds
from supervision.core import attachments, clock
from supervision.core.actor import Actor
from supervision.core.attachments import Attachment
from supervision.core.db import db, transaction
from supervision.document import queries, service
from supervision.document.dossier_models import Dossier, DossierState
from supervision.document.models import EnterpriseDocument
from supervision.document.rules import Result
from supervision.document.service import Contents
from supervision.document.workflow import DocumentState
from supervision.enterprise import queries as enterprises
from tests.cast import Cast

PDF = b"%PDF-1.4\n% a scan of a paper\n%%EOF\n"


def load_kinds() -> None:
    """The list of kinds and the time limits, as they ship."""
    with transaction():
        seeds.load_rules()
        seeds.load_document_kinds()


def scan(actor: Actor, data: bytes = PDF, name: str = "paper.pdf") -> Attachment:
    return attachments.store_scan(actor, io.BytesIO(data), name, field="scans")


def make_document(
    cast: Cast,
    kind: str = "RULES",
    state: DocumentState = DocumentState.IN_FORCE,
    *,
    who: str = "safety_manager",
    enterprise_id: int | None = None,
    published_on: date | None = None,
    with_scan: bool = False,
    **contents: object,
) -> int:
    """A document of the plant in ``state``; the kinds must be loaded. Returns its id."""
    actor = cast[who]
    with transaction():
        owner = enterprises.get_enterprise(enterprise_id or cast.plant_id, actor)
        said = Contents(**{"title": "Safety rules", **contents})  # type: ignore[arg-type]
        scans = [scan(actor)] if with_scan else []
        made = service.draft(owner, actor, kind, said, scans)
        if state is not DocumentState.DRAFT:
            day = published_on or clock.today() - timedelta(days=1)
            service.publish(made, actor, approver="P. Principal", published_on=day)
        if state is DocumentState.WITHDRAWN:
            service.withdraw(made, actor, reason="No longer needed")
        return made.id


def load(document_id: int, actor: Actor) -> EnterpriseDocument:
    return queries.get_document(document_id, actor)


def a_document(cast: Cast, enterprise_id: int, who: str, mark: str) -> dict[str, int]:
    """Ids of a document with a scan and an evaluation, and of a dossier that ``who`` asked for."""
    load_kinds()
    actor, day = cast[who], clock.today() - timedelta(days=30)
    ident = make_document(
        cast,
        "STANDARDIZATION",
        who=who,
        enterprise_id=enterprise_id,
        with_scan=True,
        published_on=day,
        title=f"{mark} certificate",
        number=f"{mark}-1",
        level=3,
        valid_from=day,
    )
    with transaction():
        found = load(ident, actor)
        said = service.Review(day, Result.FIT, f"{mark} conclusion", "Own team", scan(actor))
        review = service.record_review(found, actor, said)
        ready = Dossier(
            enterprise_id=enterprise_id,
            status=DossierState.READY,
            language="en",
            reason=f"{mark} visit",
            asked_at=clock.now(),
            asked_by_id=actor.id,
            asked_by=actor.name,
            drop_at=clock.now() + timedelta(days=7),
            pdf_id=scan(actor).id,
        )
        db.session.add(ready)
        db.session.flush()
        return {
            "document.document_id": ident,
            "document.scan_id": found.scans[0].id,
            "document.review_id": review.id,
            "dossier.dossier_id": ready.id,
        }
