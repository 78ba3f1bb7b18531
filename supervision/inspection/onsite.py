"""What officers note on site: facts, answers, photos, signatures. Until the record is made.

``at`` is when it was noted, which on a phone without a network is before it arrives. Each verb
asks whether the inspection is under way and the actor is one of its officers.
"""

from __future__ import annotations

from datetime import datetime

from supervision.core import clock
from supervision.core.actor import Actor
from supervision.core.attachments import Attachment
from supervision.core.db import db
from supervision.core.errors import InvalidInput
from supervision.core.text import N_
from supervision.hazard.rules import Category, Factor
from supervision.inspection import rules
from supervision.inspection.journal import log, trace
from supervision.inspection.models import (
    Inspection,
    InspectionFile,
    InspectionItem,
    InspectionSignature,
    ItemResult,
    Signer,
)
from supervision.inspection.workflow import INSPECTION_WORKFLOW

# What is told and noted at the start; `private_note` is for the authority alone.
FACTS = frozenset(
    {"place", "party_name", "party_post", "party_phone", "certificates_shown", "recusal_told"}
    | {"situation", "handling", "private_note"}
)


def describe(inspection: Inspection, actor: Actor, **facts: str | bool) -> None:
    """Note facts of :data:`FACTS`; those that are not given stay."""
    _check(inspection, actor)
    if unknown := set(facts) - FACTS:
        raise ValueError(f"no fact of an inspection: {sorted(unknown)}")
    for name, value in facts.items():
        if not isinstance(value, bool) and len(value) > _longest(name):
            raise InvalidInput(
                N_("At most %(count)s characters."), field=name, count=_longest(name)
            )
        setattr(inspection, name, value)
    trace(inspection, actor, "describe", facts=sorted(facts))


def _longest(name: str) -> int:
    column = Inspection.__table__.c[name]
    return int(getattr(column.type, "length", None) or 4000)


def scan(inspection: Inspection, actor: Actor, *, at: datetime | None = None) -> None:
    """The enterprise's code was scanned on entry (FACTS 2.3); the first scan stays."""
    if inspection.scanned_at is None:
        inspection.scanned_at = at or clock.now()
        trace(inspection, actor, "scan", at=inspection.scanned_at)


def check_item(
    inspection: Inspection,
    actor: Actor,
    item: InspectionItem,
    *,
    result: ItemResult,
    finding: str = "",
    note: str = "",
    is_major: bool = False,
    criterion_code: str | None = None,
    at: datetime | None = None,
) -> bool:
    """Answer an item; False where somebody's later answer is there already.

    A failure says what was found. ``is_major``: it meets the criterion of major hazards that
    the item names, or the one that ``criterion_code`` names instead.
    """
    _check(inspection, actor)
    at = at or clock.now()
    if item.checked_at is not None and item.checked_at > at:
        return False
    if criterion_code is not None:
        item.criterion_code = criterion_code
    failed = result is ItemResult.FAIL
    if failed and not finding.strip():
        raise InvalidInput(N_("Say what was found."), field="finding")
    if is_major and failed and not item.criterion_code:
        raise InvalidInput(
            N_("A major hazard needs the criterion it meets."), field="criterion_code"
        )
    _note_other_answer(inspection, actor, item, result, at)
    item.result, item.finding = result, finding.strip() if failed else ""
    item.note, item.is_major = note.strip(), is_major and failed
    item.checked_at, item.checked_by = at, actor.name
    trace(
        inspection,
        actor,
        "check",
        item=item.position,
        result=result,
        finding=item.finding,
        is_major=item.is_major or None,
        at=at,
    )
    return True


def _note_other_answer(
    inspection: Inspection, actor: Actor, item: InspectionItem, result: ItemResult, at: datetime
) -> None:
    """Two officers, two answers: the later one holds, and both stand in the history."""
    if item.result in {ItemResult.OPEN, result} or item.checked_by in {"", actor.name}:
        return
    log(
        inspection,
        actor,
        "answer_replaced",
        inspection.status,
        item=item.position,
        was=item.result,
        was_by=item.checked_by,
        was_at=item.checked_at,
        now=result,
        now_at=at,
    )


def add_item(
    inspection: Inspection,
    actor: Actor,
    *,
    text: str,
    client_id: str,
    basis: str = "",
    section: str = "",
    factor: Factor = Factor.OBJECT,
    category: Category = Category.OTHER,
    result: ItemResult = ItemResult.OPEN,
    finding: str = "",
    note: str = "",
    at: datetime | None = None,
) -> InspectionItem:
    """Something that is on no list. Sent twice (same ``client_id``), it is there once."""
    _check(inspection, actor)
    for item in inspection.items:
        if item.client_id == client_id:
            return item
    if not text.strip():
        raise InvalidInput(N_("This field is required."), field="text")
    if len(inspection.items) >= rules.MOST_ITEMS:
        raise InvalidInput(N_("At most %(count)s items."), field="text", count=rules.MOST_ITEMS)
    item = InspectionItem(
        position=max((i.position for i in inspection.items), default=0) + 1,
        section=section.strip(),
        text=text.strip(),
        basis=basis.strip(),
        factor=factor,
        category=category,
        client_id=client_id,
        result=ItemResult.OPEN,
    )
    inspection.items.append(item)
    db.session.flush()
    trace(inspection, actor, "add_item", item=item.position, text=item.text)
    if result is not ItemResult.OPEN:
        check_item(inspection, actor, item, result=result, finding=finding, note=note, at=at)
    return item


def add_photo(
    inspection: Inspection,
    actor: Actor,
    attachment: Attachment,
    *,
    client_id: str,
    item: InspectionItem | None = None,
    at: datetime | None = None,
) -> InspectionFile:
    """A photo of an item, or of the whole (``item`` None). Sent twice, it is there once."""
    _check(inspection, actor)
    for file in inspection.files:
        if file.client_id == client_id:
            return file
    item_id = item.id if item is not None else None
    if sum(1 for f in inspection.files if f.item_id == item_id) >= rules.MOST_PHOTOS:
        raise InvalidInput(N_("At most %(count)s photos."), field="photos", count=rules.MOST_PHOTOS)
    file = InspectionFile(
        item_id=item_id,
        client_id=client_id,
        attachment=attachment,
        taken_at=at or clock.now(),
        taken_by=actor.name,
    )
    inspection.files.append(file)
    db.session.flush()
    place = item.position if item is not None else None
    trace(inspection, actor, "add_photo", item=place, sha256=attachment.sha256)
    return file


def remove_photo(inspection: Inspection, actor: Actor, file: InspectionFile) -> None:
    """A slip of the finger; the audit trail keeps that it was there."""
    _check(inspection, actor)
    sha256 = file.attachment.sha256
    inspection.files.remove(file)
    db.session.delete(file)
    trace(inspection, actor, "remove_photo", sha256=sha256)


def sign(
    inspection: Inspection,
    actor: Actor,
    *,
    signer: Signer,
    name: str,
    attachment: Attachment,
    client_id: str,
    account_id: int | None = None,
    at: datetime | None = None,
) -> InspectionSignature:
    """A signature as drawn. A new one takes the place of the same person's earlier one.

    An officer signs for an account of the inspection (``account_id``, else the actor's own).
    When the party signs after all, the refusal is gone.
    """
    _check(inspection, actor)
    for known in inspection.signatures:
        if known.client_id == client_id:
            return known
    if not name.strip():
        raise InvalidInput(N_("Say who signs."), field="name")
    account_id = _account_of(inspection, actor, signer, account_id)
    for known in list(inspection.signatures):
        if known.signer is signer and known.account_id == account_id:
            inspection.signatures.remove(known)
    signature = InspectionSignature(
        client_id=client_id,
        signer=signer,
        account_id=account_id,
        name=name.strip(),
        signed_at=at or clock.now(),
        attachment=attachment,
    )
    inspection.signatures.append(signature)
    if signer is Signer.PARTY:
        inspection.refused, inspection.refusal_reason, inspection.witness_name = False, "", ""
        _drop(inspection, Signer.WITNESS)
    if signer is Signer.WITNESS:
        inspection.witness_name = name.strip()
    db.session.flush()
    trace(inspection, actor, "sign", signer=signer, name=name, sha256=attachment.sha256)
    return signature


def _account_of(
    inspection: Inspection, actor: Actor, signer: Signer, account_id: int | None
) -> int | None:
    if signer is not Signer.OFFICER:
        return None
    account_id = account_id or actor.id
    if account_id not in inspection.officer_ids:
        raise InvalidInput(N_("This is for the officers who inspect."), field="name")
    return account_id


def refuse(
    inspection: Inspection, actor: Actor, *, reason: str, witness: str, at: datetime | None = None
) -> None:
    """The party does not sign: why, and who saw it (Work Safety Law, art. 68)."""
    _check(inspection, actor)
    if not reason.strip():
        raise InvalidInput(N_("Say why nobody signs."), field="reason")
    if not witness.strip():
        raise InvalidInput(N_("Name the witness."), field="witness")
    if len(witness.strip()) > _longest("witness_name"):
        raise InvalidInput(
            N_("At most %(count)s characters."),
            field="witness",
            count=_longest("witness_name"),
        )
    _drop(inspection, Signer.PARTY)
    inspection.refused = True
    inspection.refusal_reason, inspection.witness_name = reason.strip(), witness.strip()
    trace(inspection, actor, "refuse", reason=reason, witness=witness, at=at or clock.now())


def _drop(inspection: Inspection, signer: Signer) -> None:
    for known in list(inspection.signatures):
        if known.signer is signer:
            inspection.signatures.remove(known)


def _check(inspection: Inspection, actor: Actor) -> None:
    INSPECTION_WORKFLOW.check("check", inspection, actor)
