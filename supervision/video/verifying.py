"""Whether every stored file of evidence still is what was received."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

import click
from sqlalchemy import select

from supervision.core import attachments
from supervision.core.db import db
from supervision.core.scope import unscoped
from supervision.core.storage import CHUNK
from supervision.video.models import ViolationEvidence

BATCH = 200


@dataclass(frozen=True, slots=True)
class Fault:
    """A file that is ``missing``, or whose bytes are ``different``."""

    violation_id: int
    sha256: str
    what: str


def check_all() -> Iterator[Fault | None]:
    """Read every stored file anew; None for each that is as it was received."""
    last = 0
    while True:
        stmt = (
            select(ViolationEvidence.id, ViolationEvidence.violation_id, ViolationEvidence.sha256)
            .where(ViolationEvidence.attachment_id.is_not(None), ViolationEvidence.id > last)
            .order_by(ViolationEvidence.id)
            .limit(BATCH)
        )
        rows = db.session.execute(unscoped(stmt, reason="all evidence is checked")).all()
        # No transaction waits for a slow disk.
        db.session.rollback()
        for ident, violation_id, sha256 in rows:
            last = ident
            what = _fault(sha256)
            yield Fault(violation_id, sha256, what) if what else None
        if len(rows) < BATCH:
            return


def _fault(sha256: str) -> str:
    digest = hashlib.sha256()
    try:
        with attachments.storage().open(sha256) as file:
            while chunk := file.read(CHUNK):
                digest.update(chunk)
    except FileNotFoundError:
        return "missing"
    return "" if digest.hexdigest() == sha256 else "different"


@click.group("evidence")
def evidence_group() -> None:
    """Evidence of cameras."""


@evidence_group.command("verify")
def verify() -> None:
    """Hash every stored file anew; exit 1 where one is missing or different."""
    good = bad = 0
    for fault in check_all():
        if fault is None:
            good += 1
            continue
        bad += 1
        click.echo(f"violation {fault.violation_id}: {fault.sha256} is {fault.what}")
    click.echo(f"{good} files are as they were received")
    if bad:
        raise click.ClickException(f"{bad} files are missing or different")
