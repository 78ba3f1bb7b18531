"""A month of the trail as a file: written before the month is dropped, checked by whoever has it.

JSON lines, compressed with gzip, in the order of sealing. Each line holds an entry and its seal::

    {"seal": 7, "previous": "…", "digest": "…", "entry": {"id": …, "at": …, "actor": […], …}}

``digest`` is the sha256 of ``previous``, a line feed and the entry's canonical bytes, so that a
line proves itself. That it belongs to our chain, the seals in the database say.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

from sqlalchemy import exists, func, select

from supervision.core.audit import AuditEntry, AuditSeal, canonical, canonical_bytes
from supervision.core.db import db
from supervision.core.partitions import Part
from supervision.core.scope import unscoped

_ALL = "an archive holds a whole month"
_CHUNK = 1000


@dataclass(frozen=True, slots=True)
class Written:
    """What an archive holds: how many entries, and the smallest and the greatest id."""

    entries: int
    first_id: int
    last_id: int


def unsealed(part: Part) -> int:
    """How many entries of the part the chain does not hold yet."""
    sealed = exists(select(AuditSeal.id).where(AuditSeal.entry_id == AuditEntry.id))
    stmt = select(func.count(AuditEntry.id)).where(part.holds(AuditEntry.id), ~sealed)
    return db.session.scalar(unscoped(stmt, reason=_ALL)) or 0


def write(part: Part, out: IO[bytes]) -> Written | None:
    """Write the part's sealed entries to ``out``; None where it has none."""
    stmt = (
        select(AuditSeal, AuditEntry)
        .join(AuditEntry, AuditEntry.id == AuditSeal.entry_id)
        .where(part.holds(AuditEntry.id))
        .order_by(AuditSeal.id)
        .execution_options(yield_per=_CHUNK)
    )
    count = first = last = 0
    # No name and no time of day in its head: the same month is the same file.
    with gzip.GzipFile(filename="", mode="wb", fileobj=out, mtime=0) as file:
        for seal, entry in db.session.execute(unscoped(stmt, reason=_ALL)):
            head = {"seal": seal.id, "previous": seal.previous, "digest": seal.digest}
            body = json.loads(canonical(entry))
            file.write(json.dumps(head | {"entry": body}, ensure_ascii=False).encode() + b"\n")
            count += 1
            first, last = min(first or entry.id, entry.id), max(last, entry.id)
    return Written(count, first, last) if count else None


@dataclass(frozen=True, slots=True)
class Checked:
    """``broken_line`` counts from 1; None: every line is what was sealed."""

    entries: int
    broken_line: int | None
    reason: str = ""


def check(source: IO[bytes], *, by_seals: bool = True) -> Checked:
    """Whether every line of an archive is as it was sealed.

    ``by_seals``: also whether the database has the same seals; without it a file is checked where
    there is no database.
    """
    count = 0
    for number, lines in enumerate(_chunks(source)):
        known = _digests([line.get("seal") for line in lines]) if by_seals else {}
        for line in lines:
            reason = _fault(line) or (_unknown(line, known) if by_seals else "")
            if reason:
                return Checked(count, number * _CHUNK + lines.index(line) + 1, reason)
            count += 1
    return Checked(count, None)


def _chunks(source: IO[bytes]) -> Iterator[list[dict[str, Any]]]:
    with gzip.GzipFile(fileobj=source) as file:
        lines: list[dict[str, Any]] = []
        for raw in file:
            lines.append(_line(raw))
            if len(lines) == _CHUNK:
                yield lines
                lines = []
        if lines:
            yield lines


def _line(raw: bytes) -> dict[str, Any]:
    try:
        found = json.loads(raw)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _fault(line: dict[str, Any]) -> str:
    if not all(isinstance(line.get(name), str) for name in ("previous", "digest")):
        return "the line is no entry with its seal"
    data = line["previous"].encode() + b"\n" + canonical_bytes(line.get("entry"))
    fits = hashlib.sha256(data).hexdigest() == line["digest"]
    return "" if fits else "the entry or its seal was changed"


def _digests(seal_ids: list[Any]) -> dict[int, str]:
    ids = [one for one in seal_ids if isinstance(one, int)]
    rows = db.session.execute(select(AuditSeal.id, AuditSeal.digest).where(AuditSeal.id.in_(ids)))
    return dict(rows.tuples().all())


def _unknown(line: dict[str, Any], known: dict[int, str]) -> str:
    if known.get(line.get("seal", 0)) == line["digest"]:
        return ""
    return "the database does not have this seal"
