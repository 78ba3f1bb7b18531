"""All files of a package with their hashes, and everything in one archive."""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
from dataclasses import asdict, dataclass
from datetime import UTC
from enum import StrEnum
from io import BytesIO

from flask_babel import gettext as _

from supervision.report import heading, labels
from supervision.report.contents import Contents, canonical
from supervision.report.heading import Imprint
from supervision.report.paper import make_paper
from supervision.report.workbook import make_workbook

SCHEMA = "anqi.monthly-package.v1"
_ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)
_UNFIT = re.compile(r'[\\/:*?"<>|\s]+')


class FileKind(StrEnum):
    XLSX = "xlsx"
    PDF = "pdf"
    MANIFEST = "manifest"
    BUNDLE = "bundle"


MEDIA_TYPES = {
    FileKind.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    FileKind.PDF: "application/pdf",
    FileKind.MANIFEST: "application/json",
    FileKind.BUNDLE: "application/zip",
}


@dataclass(frozen=True, slots=True)
class MadeFile:
    """A file in memory, before it is stored."""

    kind: FileKind
    name: str
    data: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


def make_files(contents: Contents, imprint: Imprint) -> dict[FileKind, MadeFile]:
    """Workbook, paper, manifest and archive: the same bytes for the same input."""
    stem = _stem(contents, imprint)
    xlsx = MadeFile(FileKind.XLSX, f"{stem}.xlsx", make_workbook(contents, imprint))
    pdf = MadeFile(FileKind.PDF, f"{stem}.pdf", make_paper(contents, imprint))
    manifest = MadeFile(
        FileKind.MANIFEST, "manifest.json", _manifest(contents, imprint, (xlsx, pdf))
    )
    bundle = MadeFile(FileKind.BUNDLE, f"{stem}.zip", _archive((xlsx, pdf, manifest)))
    return {file.kind: file for file in (xlsx, pdf, manifest, bundle)}


def _stem(contents: Contents, imprint: Imprint) -> str:
    period = contents.figures.period
    version = f"v{imprint.version}" if imprint.version else _("provisional version")
    name = contents.subject.name[:40]
    text = f"{heading.title()}-{name}-{period.year}-{period.month:02d}-{version}"
    return _UNFIT.sub("-", text)[:100]


def _manifest(contents: Contents, imprint: Imprint, files: tuple[MadeFile, ...]) -> bytes:
    subject = contents.subject
    held = {
        "schema": SCHEMA,
        "title": heading.title(),
        "subject": {
            "kind": subject.kind,
            "name": subject.name,
            "enterprise_id": subject.enterprise_id,
            "region_code": subject.region_code,
        },
        "version": imprint.version,
        "provisional": contents.figures.is_provisional,
        "made_at": imprint.made_at.astimezone(UTC).isoformat(),
        "made_by": imprint.made_by,
        "data_version": contents.data_version,
        "audit_entry": contents.audit_id,
        "content_sha256": contents.digest,
        "figures": canonical(contents.figures),
        "enforcement": asdict(contents.enforcement.figures),
        "holdings": asdict(contents.holdings.figures),
        "selfwork": asdict(contents.selfwork.figures),
        "checks": [
            {"figure": str(c.label), "reported": int(c.reported), "ledger": int(c.ledger)}
            for c in contents.checks
        ],
        "definitions": [str(text) for text in labels.DEFINITIONS],
        "files": [
            {"name": file.name, "size": len(file.data), "sha256": file.sha256} for file in files
        ],
    }
    return (json.dumps(held, ensure_ascii=False, indent=2) + "\n").encode()


def _archive(files: tuple[MadeFile, ...]) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for file in files:
            info = zipfile.ZipInfo(file.name, _ZIP_EPOCH)
            info.create_system, info.external_attr = 3, 0o644 << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, file.data)
    return out.getvalue()
