"""Does a paper rendered next year from its snapshot equal the one that was issued, byte for byte?

Every paper that ships with a text is issued in a throwaway database; a year later by the clock,
in another process with another hash seed and another time zone, both files are rendered again
from what the database holds, after every template has got a successor with another text.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tempfile
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path

from sqlalchemy import select

from supervision import seeds
from supervision.core import clock, documents
from supervision.core.actor import SYSTEM
from supervision.core.attachments import storage
from supervision.core.db import db, transaction
from supervision.core.documents import Document, DocumentTemplate
from supervision.factory import create_app, throwaway_settings
from tests.core.documents.samples import PICTURES, SAMPLES

ISSUED = datetime(2026, 11, 22, 4, tzinfo=UTC)
NEXT_YEAR = ISSUED + timedelta(days=365)
DAY = date(2026, 11, 22)
WORLDS = (("1", "UTC"), ("4711", "America/New_York"))


def main() -> int:
    if sys.argv[1:2] == ["again"]:
        render_again(Path(sys.argv[2]))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        issued = issue_all(Path(folder))
        again = [in_another_process(Path(folder), seed, zone) for seed, zone in WORLDS]
    print(f"{'paper':18} {'file':5} {'issued':14} {'a year later':14}")
    different = 0
    for code, pair in issued.items():
        for kind, sha, *others in zip(
            ("PDF", "DOCX"), pair, *(found[code] for found in again), strict=True
        ):
            same = set(others) == {sha}
            different += not same
            print(
                f"{code:18} {kind:5} {sha[:12]:14} {others[0][:12]:14} {'' if same else 'DIFFERENT'}"
            )
    counts = {
        "papers": len(issued),
        "files_compared": 2 * len(issued),
        "files_different": different,
    }
    print(json.dumps(counts))
    return 1 if different or not issued else 0


def application(folder: Path) -> AbstractContextManager[object]:
    settings = throwaway_settings(
        database_url=f"sqlite:///{folder}/papers.db", storage_dir=folder / "storage"
    )
    return create_app(settings).app_context()


def issue_all(folder: Path) -> dict[str, tuple[str, str]]:
    """sha256 of both files of every paper, as they were stored."""
    with application(folder), clock.frozen(ISSUED):
        db.create_all()
        for picture in PICTURES.values():
            storage().put(BytesIO(picture))
        with transaction():
            seeds.load_documents()
            papers = [issue(code) for code in SAMPLES]
            found = {paper.code: (paper.pdf.sha256, paper.docx.sha256) for paper in papers}
        with transaction():
            replace_templates()
    return found


def issue(code: str) -> Document:
    template = documents.template_on(code, DAY)
    number = SAMPLES[code].get("number", "")
    return documents.issue(SYSTEM, template, SAMPLES[code], number=number, at=ISSUED)


def replace_templates() -> None:
    """Tomorrow every template says something else."""
    for old in db.session.scalars(select(DocumentTemplate)).all():
        row = {c.key: getattr(old, c.key) for c in DocumentTemplate.__table__.columns}
        del row["id"]
        row["effective_from"] = DAY + timedelta(days=1)
        row["body"] = {**old.body, "title": "changed"}
        old.effective_to = DAY
        db.session.add(DocumentTemplate(**row))


def in_another_process(folder: Path, seed: str, zone: str) -> dict[str, list[str]]:
    done = subprocess.run(
        [sys.executable, "-m", "bench.papers_same_bytes", "again", str(folder)],
        env={**os.environ, "PYTHONHASHSEED": seed, "TZ": zone},
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, list[str]] = json.loads(done.stdout.splitlines()[-1])
    return found


def render_again(folder: Path) -> None:
    with application(folder), clock.frozen(NEXT_YEAR):
        found = {
            paper.code: [hashlib.sha256(data).hexdigest() for data in documents.render_again(paper)]
            for paper in db.session.scalars(select(Document)).all()
        }
    print(json.dumps(found))


if __name__ == "__main__":
    sys.exit(main())
