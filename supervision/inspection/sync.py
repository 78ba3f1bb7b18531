"""What phones send of an inspection: applied once, in order, whatever the network did.

Everything happens under the lock of the inspection's row, so that the same batch sent twice at
once is applied by one of the two, and the other finds it done. A message that is refused changes
nothing; those after it are applied all the same.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import IO, Any

from PIL import Image, UnidentifiedImageError
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from supervision.core import attachments, clock, phone
from supervision.core.actor import Actor
from supervision.core.attachments import Attachment
from supervision.core.db import db
from supervision.core.errors import Forbidden, InvalidInput, NotFound
from supervision.core.phone import Message
from supervision.core.phone_batch import apply_each
from supervision.core.scope import visible
from supervision.core.text import N_
from supervision.core.web.phone import Result, Sent
from supervision.inspection import onsite, qr, service, sync_rules
from supervision.inspection.journal import log
from supervision.inspection.models import (
    Inspection,
    InspectionItem,
    InspectionSync,
    ItemResult,
    Signer,
)
from supervision.inspection.workflow import InspectionKind, InspectionState

MAX_SIGNATURE_BYTES = 1024 * 1024
MAX_SIGNATURE_SIDE = 4000
# Lighter than this everywhere is an empty sheet.
INK = 160

# Where an officer can work on site: under way, or about to start.
ON_SITE = {InspectionState.NOTIFIED, InspectionState.ONGOING}


def load(inspection_id: int, actor: Actor, *, lock: bool = False) -> Inspection:
    """The inspection with all that the page on site shows. Raises NotFound out of scope.

    ``lock``: for changing it; whoever else wants that waits until our transaction has ended.
    """
    stmt = (
        visible(Inspection, actor)
        .where(Inspection.id == inspection_id)
        .options(
            joinedload(Inspection.enterprise),
            joinedload(Inspection.authority),
            selectinload(Inspection.items),
            selectinload(Inspection.files),
            selectinload(Inspection.signatures),
        )
        .execution_options(populate_existing=True)
    )
    if lock:
        stmt = stmt.with_for_update(of=Inspection)
    found: Inspection | None = db.session.scalars(stmt).first()
    if found is None:
        raise NotFound
    return found


def check_visible(inspection_id: int, actor: Actor) -> None:
    """Raise NotFound out of scope: before anything is said about what was sent."""
    stmt = visible(Inspection, actor, Inspection.id).where(Inspection.id == inspection_id)
    if db.session.scalar(stmt) is None:
        raise NotFound


def can_work(inspection: Inspection, actor: Actor) -> bool:
    """Whether ``actor`` is on site for it now: one of its officers, and it may start or goes on."""
    visit = inspection.kind is not InspectionKind.ADMINISTRATIVE
    open_here = inspection.status in ON_SITE or (
        visit and inspection.status is InspectionState.DRAFT
    )
    return open_here and actor.id in inspection.officer_ids


def apply_batch(
    inspection_id: int,
    actor: Actor,
    ids: Sequence[str],
    messages: Sequence[Message | InvalidInput],
    sent_at: datetime | None,
) -> tuple[Inspection, list[Result]]:
    """Apply what was not applied before; a result for each message, in their order."""
    inspection = _locked(inspection_id, actor)
    known = _applied(inspection, ids)
    received_at = clock.now()

    def apply(inspection: Inspection, client_id: str, message: Message) -> None:
        at = phone.true_time(message.made_at, sent_at, received_at, inspection.created_at)
        APPLY[message.kind](inspection, actor, message, at)
        _remember(inspection, actor, client_id, at, received_at)

    def reload() -> Inspection:
        return load(inspection_id, actor, lock=True)

    return apply_each(inspection, known, ids, messages, apply=apply, reload=reload)


def add_photo(
    inspection_id: int, actor: Actor, sent: Sent, item: int | str | None, source: IO[bytes]
) -> Inspection:
    """Keep a photo of an item, or of the whole; one that came before is left as it is."""

    def keep(inspection: Inspection, at: datetime) -> None:
        owner = _item_of(inspection, item) if item is not None else None
        attachment = attachments.store_photo(actor, source, "photo.jpg", field="photos")
        onsite.add_photo(inspection, actor, attachment, client_id=sent.client_id, item=owner, at=at)

    return _keep_file(inspection_id, actor, sent, keep)


def add_signature(
    inspection_id: int,
    actor: Actor,
    sent: Sent,
    source: IO[bytes],
    *,
    signer: str,
    name: str,
    account_id: int | None,
) -> Inspection:
    """Keep a signature; one that came before is left as it is."""
    if signer not in set(Signer):
        raise InvalidInput(N_("Say who signs."), field="signer")

    def keep(inspection: Inspection, at: datetime) -> None:
        onsite.sign(
            inspection,
            actor,
            signer=Signer(signer),
            name=name,
            attachment=_store_signature(actor, source),
            client_id=sent.client_id,
            account_id=account_id,
            at=at,
        )

    return _keep_file(inspection_id, actor, sent, keep)


def _keep_file(
    inspection_id: int, actor: Actor, sent: Sent, keep: Callable[[Inspection, datetime], None]
) -> Inspection:
    inspection = _locked(inspection_id, actor)
    if not _applied(inspection, [sent.client_id]):
        received_at = clock.now()
        at = phone.true_time(sent.made_at, sent.sent_at, received_at, inspection.created_at)
        keep(inspection, at)
        _remember(inspection, actor, sent.client_id, at, received_at)
    return inspection


def _locked(inspection_id: int, actor: Actor) -> Inspection:
    inspection = load(inspection_id, actor, lock=True)
    if actor.id not in inspection.officer_ids:
        raise Forbidden(N_("This is for the officers who inspect."))
    return inspection


def _applied(inspection: Inspection, ids: Sequence[str]) -> set[str]:
    stmt = select(InspectionSync.client_id).where(
        InspectionSync.inspection_id == inspection.id, InspectionSync.client_id.in_(ids)
    )
    return set(db.session.scalars(stmt))


def _remember(
    inspection: Inspection, actor: Actor, client_id: str, at: datetime, received_at: datetime
) -> None:
    db.session.add(
        InspectionSync(
            inspection_id=inspection.id,
            client_id=client_id,
            account_id=actor.id,
            made_at=at,
            received_at=received_at,
        )
    )
    db.session.flush()


def _item_of(inspection: Inspection, wanted: int | str | None) -> InspectionItem:
    for item in inspection.items:
        if wanted in (item.id, item.client_id) and wanted is not None:
            return item
    raise InvalidInput(N_("The message names no item."), field="item")


def _start(inspection: Inspection, actor: Actor, _message: Message, at: datetime) -> None:
    service.start(inspection, actor, at=at)


def _scan(inspection: Inspection, actor: Actor, message: Message, at: datetime) -> None:
    code = qr.by_token(str(message.data.get("token", "")), actor)
    if code is None or code.enterprise_id != inspection.enterprise_id:
        raise InvalidInput(N_("This is not the code of this enterprise."), field="token")
    onsite.scan(inspection, actor, at=at)


def _facts(inspection: Inspection, actor: Actor, message: Message, _at: datetime) -> None:
    facts = {k: v for k, v in message.data.items() if k != "base"}
    if "situation" in facts:
        base = str(message.data.get("base", ""))
        facts["situation"] = sync_rules.merged(
            inspection.situation, base, str(facts["situation"]), actor.name
        )
    onsite.describe(inspection, actor, **facts)


def _private_note(inspection: Inspection, actor: Actor, message: Message, _at: datetime) -> None:
    base, text = (str(message.data.get(name, "")) for name in ("base", "text"))
    note = sync_rules.merged(inspection.private_note, base, text, actor.name)
    onsite.describe(inspection, actor, private_note=note)


def _check(inspection: Inspection, actor: Actor, message: Message, at: datetime) -> None:
    result = message.data.get("result")
    if result not in set(ItemResult):
        raise InvalidInput(N_("Choose pass, fail or not applicable."), field="result")
    item = _item_of(inspection, message.data.get("item"))
    is_latest = onsite.check_item(
        inspection,
        actor,
        item,
        result=ItemResult(result),
        finding=message.data.get("finding", ""),
        note=message.data.get("note", ""),
        is_major=message.data.get("is_major", False),
        at=at,
    )
    if not is_latest and item.checked_by != actor.name:
        _note_earlier_answer(inspection, actor, item, message, at)


def _note_earlier_answer(
    inspection: Inspection, actor: Actor, item: InspectionItem, message: Message, at: datetime
) -> None:
    """It was made before the answer that stands, and arrives after it: into the history only."""
    log(
        inspection,
        actor,
        "answer_replaced",
        inspection.status,
        note=message.data.get("finding", ""),
        item=item.position,
        was=message.data["result"],
        was_by=actor.name,
        was_at=at,
        now=item.result,
        now_at=item.checked_at,
    )


def _add_item(inspection: Inspection, actor: Actor, message: Message, at: datetime) -> None:
    client_id = message.data.get("item")
    if not isinstance(client_id, str):
        raise InvalidInput(N_("The message names no item."), field="item")
    onsite.add_item(
        inspection,
        actor,
        text=message.data.get("text", ""),
        section=message.data.get("section", ""),
        client_id=client_id,
        at=at,
    )


def _remove_photo(inspection: Inspection, actor: Actor, message: Message, _at: datetime) -> None:
    for file in inspection.files:
        if file.client_id == message.data.get("photo"):
            onsite.remove_photo(inspection, actor, file)
            return


def _refuse(inspection: Inspection, actor: Actor, message: Message, at: datetime) -> None:
    onsite.refuse(
        inspection,
        actor,
        reason=message.data.get("reason", ""),
        witness=message.data.get("witness", ""),
        at=at,
    )


def _finish(inspection: Inspection, actor: Actor, _message: Message, at: datetime) -> None:
    service.record(inspection, actor, ended_at=at)


APPLY: dict[str, Callable[[Inspection, Actor, Message, datetime], None]] = {
    "start": _start,
    "scan": _scan,
    "facts": _facts,
    "private_note": _private_note,
    "check": _check,
    "add_item": _add_item,
    "remove_photo": _remove_photo,
    "refuse": _refuse,
    "finish": _finish,
}


def _store_signature(actor: Actor, source: IO[bytes]) -> Attachment:
    """Check, draw on white and keep a PNG. Raises InvalidInput."""
    try:
        with Image.open(source, formats=("PNG",)) as picture:
            if max(picture.size) > MAX_SIGNATURE_SIDE:
                raise InvalidInput(N_("The signature is too large a picture."), field="file")
            drawn = picture.convert("RGBA")
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        raise InvalidInput(N_("The signature cannot be read."), field="file") from None
    sheet = Image.new("RGB", drawn.size, "white")
    sheet.paste(drawn, mask=drawn.getchannel("A"))
    darkest, _lightest = _extremes(sheet)
    if darkest > INK:
        raise InvalidInput(N_("The signature is empty."), field="file")
    out = io.BytesIO()
    sheet.save(out, "PNG", optimize=True)
    out.seek(0)
    return attachments.store_file(
        actor, out, "signature.png", "image/png", limit=MAX_SIGNATURE_BYTES
    )


def _extremes(sheet: Image.Image) -> tuple[float, float]:
    found: Any = sheet.convert("L").getextrema()
    return float(found[0]), float(found[1])
