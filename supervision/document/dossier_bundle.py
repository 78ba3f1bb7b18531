"""The dossier as an archive: the paper, the evidence in folders, and a manifest of every byte."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC
from typing import IO, Any

from supervision.core.attachments import Attachment
from supervision.core.dossier import Evidence
from supervision.core.storage import CHUNK, Storage
from supervision.document.dossier_paper import Imprint, Made

SCHEMA = "anqi.dossier.v1"
PAPER, MANIFEST = "dossier.pdf", "manifest.json"
# An archive that nobody could open helps nobody: what is beyond is named, not packed.
MOST_BYTES = 2 * 1024**3
_UNFIT = re.compile(r'[\\/:*?"<>|\s]+')
# Pictures, clips and PDFs do not get smaller.
_PACKED = ("image/", "video/", "application/pdf", "application/zip")


@dataclass(frozen=True, slots=True)
class _Entry:
    """A file of the archive: its name there, and the chapter that it belongs to."""

    name: str
    chapter: str
    of: str
    attachment: Attachment


def write(
    out: IO[bytes], made: Made, imprint: Imprint, storage: Storage, *, limit: int = MOST_BYTES
) -> dict[str, Any]:
    """Write the archive to ``out``; returns the manifest that lies in it.

    Every file's sha256 is counted over the bytes that were packed, not taken from a table.
    """
    listed: list[dict[str, Any]] = []
    left_out: list[dict[str, Any]] = []
    with zipfile.ZipFile(out, "w", allowZip64=True) as archive:
        with archive.open(_info(PAPER, "application/pdf", imprint), "w") as target:
            target.write(made.pdf)
        listed.append(_line(PAPER, "", "", hashlib.sha256(made.pdf).hexdigest(), len(made.pdf)))
        room = limit
        for entry in _entries(made):
            row = {"name": entry.name, "chapter": entry.chapter, "of": entry.of}
            if not storage.exists(entry.attachment.sha256):
                left_out.append({**row, "why": "missing"})
            elif entry.attachment.size > room:
                left_out.append({**row, "why": "size"})
            else:
                room -= entry.attachment.size
                sha256, size = _copy(archive, entry, imprint, storage)
                listed.append(_line(entry.name, entry.chapter, entry.of, sha256, size))
        manifest = _manifest(made, imprint, listed, left_out)
        data = (json.dumps(manifest, ensure_ascii=False, indent=2) + "\n").encode()
        archive.writestr(_info(MANIFEST, "application/json", imprint), data)
    return manifest


def _entries(made: Made) -> Iterator[_Entry]:
    """Every piece of evidence with a name of its own in its chapter's folder."""
    taken: set[str] = set()
    for number, (chapter, files) in enumerate(made.files.items(), start=1):
        for evidence in files:
            name = _name(number, chapter, evidence, taken)
            yield _Entry(name, chapter, evidence.of, evidence.attachment)


def _name(number: int, chapter: str, evidence: Evidence, taken: set[str]) -> str:
    folder = f"{number:02d}-{chapter}/{_plain(evidence.of)}"
    stem, dot, ending = _plain(evidence.attachment.filename).rpartition(".")
    stem, ending = (stem, dot + ending) if stem else (ending, "")
    name, turn = f"{folder}/{stem}{ending}", 1
    while name.casefold() in taken:
        turn += 1
        name = f"{folder}/{stem}-{turn}{ending}"
    taken.add(name.casefold())
    return name


def _plain(text: str) -> str:
    """A name that every system unpacks: no separators, nothing invisible, no leading dot."""
    visible = "".join(c for c in text if unicodedata.category(c)[0] != "C")
    return _UNFIT.sub("-", visible).strip("-.")[:80] or "file"


def _info(name: str, media_type: str, imprint: Imprint) -> zipfile.ZipInfo:
    at = imprint.made_at.astimezone(UTC)
    info = zipfile.ZipInfo(name, at.timetuple()[:6])
    info.create_system, info.external_attr = 3, 0o644 << 16
    packed = media_type.startswith(_PACKED)
    info.compress_type = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
    return info


def _copy(
    archive: zipfile.ZipFile, entry: _Entry, imprint: Imprint, storage: Storage
) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    info = _info(entry.name, entry.attachment.media_type, imprint)
    info.file_size = entry.attachment.size
    with storage.open(entry.attachment.sha256) as source, archive.open(info, "w") as target:
        while chunk := source.read(CHUNK):
            digest.update(chunk)
            size += len(chunk)
            target.write(chunk)
    return digest.hexdigest(), size


def _line(name: str, chapter: str, of: str, sha256: str, size: int) -> dict[str, Any]:
    return {"name": name, "chapter": chapter, "of": of, "sha256": sha256, "size": size}


def _manifest(
    made: Made, imprint: Imprint, listed: list[dict[str, Any]], left_out: list[dict[str, Any]]
) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "enterprise": {
            "id": imprint.enterprise_id,
            "name": imprint.name,
            "uscc": imprint.uscc,
        },
        "made_at": imprint.made_at.astimezone(UTC).isoformat(),
        "made_for": imprint.made_for,
        "role": imprint.role,
        "reason": imprint.reason,
        "chapters": [
            {
                "key": key,
                "rows": rows,
                "files": sum(1 for line in listed if line["chapter"] == key),
            }
            for key, rows in made.rows.items()
        ],
        "files": listed,
        "left_out": left_out,
    }
