"""What the page on site knows of an inspection, as the phone keeps it for a time without a network."""

from __future__ import annotations

from typing import Any

from flask import url_for
from flask_wtf.csrf import generate_csrf

from supervision.core import clock
from supervision.core.actor import Actor
from supervision.inspection.models import Inspection, InspectionItem

FACTS = (
    "place",
    "party_name",
    "party_post",
    "party_phone",
    "certificates_shown",
    "recusal_told",
    "situation",
    "handling",
)


def state_of(inspection: Inspection, actor: Actor) -> dict[str, Any]:
    """For one of its officers: the private note is in it. ``csrf`` is of the present session."""
    return {
        "id": inspection.id,
        "account": actor.id,
        "csrf": generate_csrf(),
        "as_of": clock.now().isoformat(),
        "status": inspection.status,
        "scanned": inspection.scanned_at is not None,
        "facts": {name: getattr(inspection, name) for name in FACTS},
        "private_note": inspection.private_note,
        "refused": inspection.refused,
        "refusal_reason": inspection.refusal_reason,
        "witness_name": inspection.witness_name,
        "items": [_item(item) for item in inspection.items],
        "photos": _photos(inspection),
        "signatures": _signatures(inspection),
    }


def _item(item: InspectionItem) -> dict[str, Any]:
    """Basis and method stand on the page already: this travels with every answer."""
    return {
        "ref": item.client_id or item.id,
        "position": item.position,
        "section": item.section,
        "text": item.text,
        "result": item.result,
        "finding": item.finding,
        "note": item.note,
        "is_major": item.is_major,
        "checked_at": item.checked_at.isoformat() if item.checked_at else None,
        "checked_by": item.checked_by,
    }


def _photos(inspection: Inspection) -> list[dict[str, Any]]:
    refs = {item.id: item.client_id or item.id for item in inspection.items}
    return [
        {
            "client_id": file.client_id,
            "item": refs.get(file.item_id or 0),
            "taken_by": file.taken_by,
            "url": url_for("inspection.file", inspection_id=inspection.id, file_id=file.id),
        }
        for file in inspection.files
    ]


def _signatures(inspection: Inspection) -> list[dict[str, Any]]:
    return [
        {
            "signer": signature.signer,
            "account": signature.account_id,
            "name": signature.name,
            "signed_at": signature.signed_at.isoformat(),
        }
        for signature in inspection.signatures
    ]
