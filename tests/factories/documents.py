"""Documents of the plant brought to a state the way people bring them there."""

from __future__ import annotations

import io
from datetime import date, timedelta

from supervision import seeds
from supervision.core import attachments, clock
from supervision.core.actor import Actor
from supervision.core.attachments import Attachment
from supervision.core.db import transaction
from supervision.document import queries, service
from supervision.document.models import EnterpriseDocument
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
