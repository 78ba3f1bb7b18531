"""Taking weights into the registry: everything about them is checked before a byte is kept."""

from __future__ import annotations

import hashlib
import json
from typing import IO

from supervision.core import attachments, audit, clock
from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.errors import Forbidden, InvalidInput
from supervision.core.permissions import Permission
from supervision.core.storage import CHUNK
from supervision.core.text import N_
from supervision.detector import journal, queries
from supervision.detector.models import DetectorModel
from supervision.detector.onnx_file import check_onnx
from supervision.detector.workflow import DetectorState
from vision import contract
from vision.contract import MAX_MODEL_BYTES, ContractError, ModelCard

MEDIA_TYPE = "application/octet-stream"
LONGEST_CARD = 1024 * 1024


def read_card(source: IO[bytes]) -> ModelCard:
    """A ``card.json``. Raises InvalidInput naming the field ``card`` and what in it does not fit."""
    data = source.read(LONGEST_CARD + 1)
    if len(data) > LONGEST_CARD:
        raise InvalidInput(N_("The file is too large."), field="card")
    try:
        return contract.parse(ModelCard, _storable(json.loads(data)))
    except ContractError as error:
        raise InvalidInput(
            N_("The card does not fit: %(place)s %(problem)s."),
            field="card",
            place=error.field,
            problem=error.problem,
        ) from None
    except (ValueError, RecursionError):
        raise InvalidInput(N_("This is no JSON file."), field="card") from None


def _storable(found: object) -> object:
    """``found``, if a database can hold it as text: no NUL, no half of a character (UnicodeError)."""
    if b"\\u0000" in json.dumps(found, ensure_ascii=False).encode():
        raise ContractError("card", "holds a NUL character")
    return found


def register(actor: Actor, card: ModelCard, weights: IO[bytes]) -> DetectorModel:
    """Keep weights as a candidate. Raises InvalidInput, which names the field and both hashes.

    The same bytes again mend a row whose stored file was found to be damaged.
    """
    if not actor.may(Permission.MODEL_ADMIN):
        raise Forbidden
    names = check_onnx(weights)
    _check_bytes(card, weights)
    if names and names != card.classes:
        raise InvalidInput(
            N_("The file's own classes are %(own)s, the card says %(told)s."),
            field="card",
            own=", ".join(names)[:500],
            told=", ".join(card.classes)[:500],
        )
    known = queries.by_sha256(card.sha256)
    if known is not None and known.damaged_at is None:
        raise InvalidInput(
            N_("These weights are registered already, as %(name)s."),
            field="weights",
            name=known.label,
        )
    if known is not None:
        return _mend(actor, known, weights)
    if queries.is_named(card.name, card.version):
        raise InvalidInput(
            N_("%(name)s exists already with other weights. Give these another version."),
            field="card",
            name=f"{card.name} {card.version}",
        )
    return _add(actor, card, weights)


def _check_bytes(card: ModelCard, weights: IO[bytes]) -> None:
    weights.seek(0)
    digest, size = hashlib.sha256(), 0
    while chunk := weights.read(CHUNK):
        size += len(chunk)
        if size > MAX_MODEL_BYTES:
            raise InvalidInput(N_("The file is too large."), field="weights")
        digest.update(chunk)
    weights.seek(0)
    if digest.hexdigest() != card.sha256:
        raise InvalidInput(
            N_("The file's hash is %(own)s, the card says %(told)s."),
            field="weights",
            own=digest.hexdigest(),
            told=card.sha256,
        )
    if size != card.size:
        raise InvalidInput(
            N_("The file has %(own)s bytes, the card says %(told)s."),
            field="weights",
            own=size,
            told=card.size,
        )


def _add(actor: Actor, card: ModelCard, weights: IO[bytes]) -> DetectorModel:
    kept = attachments.store_file(
        actor, weights, f"{card.name}-{card.version}.onnx"[:120], MEDIA_TYPE, limit=card.size
    )
    model = row_of(card)
    model.attachment_id, model.status = kept.id, DetectorState.CANDIDATE
    model.uploaded_at, model.uploaded_by_id, model.uploaded_by = clock.now(), actor.id, actor.name
    db.session.add(model)
    db.session.flush()
    journal.step(model, actor, "register")
    audit.record(
        actor,
        "detector.register",
        model,
        name=card.name,
        version=card.version,
        sha256=card.sha256,
        licence=card.licence,
    )
    return model


def _mend(actor: Actor, model: DetectorModel, weights: IO[bytes]) -> DetectorModel:
    attachments.store_file(
        actor, weights, f"{model.name}-{model.version}.onnx"[:120], MEDIA_TYPE, limit=model.size
    )
    model.damaged_at = None
    journal.step(model, actor, "mend")
    audit.record(actor, "detector.mend", model, sha256=model.sha256)
    return model


def row_of(card: ModelCard) -> DetectorModel:
    """What the card says, without who brought it."""
    return DetectorModel(
        name=card.name,
        version=card.version,
        sha256=card.sha256,
        size=card.size,
        classes=list(card.classes),
        licence=card.licence,
        training_data=card.training_data,
        parent=card.parent,
        card=contract.to_json(card),
        made_at=card.made_at,
    )
