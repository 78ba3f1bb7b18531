"""The weights that every worker brings: the default of an installation that has no others."""

from __future__ import annotations

from pathlib import Path

from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.db import db
from supervision.detector import journal, queries
from supervision.detector.registration import read_card, row_of
from supervision.detector.workflow import DetectorState
from vision.contract import ModelCard

CARD = Path(__file__).parent / "data" / "site-safety-v1.json"


def card() -> ModelCard:
    """What is known of them."""
    with CARD.open("rb") as source:
        return read_card(source)


def seed() -> int:
    """Their row, where it is not there yet; returns how many were new.

    It becomes the default unless an administrator has promoted another model before. Newer ones take
    the place of those that came before: a worker brings one file.
    """
    told = card()
    if queries.by_sha256(told.sha256) is not None:
        return 0
    queries.lock_registry()
    model, now = row_of(told), clock.now()
    model.is_built_in = True
    former = queries.active()
    if former is not None and former.is_built_in:
        former.status = DetectorState.RETIRED
        journal.step(former, SYSTEM, "retire", model.label)
        # The unique index allows one: the old one goes first.
        db.session.flush()
    is_default = former is None or former.is_built_in
    model.status = DetectorState.ACTIVE if is_default else DetectorState.RETIRED
    model.activated_at = model.uploaded_at = now
    model.uploaded_by_id, model.uploaded_by = SYSTEM.id, SYSTEM.name
    db.session.add(model)
    db.session.flush()
    journal.step(model, SYSTEM, "seed")
    return 1
