"""Does LibreOffice open every DOCX without repair, and does it read there what the PDF says?

Each paper that ships with a text is drawn from its sample; LibreOffice Writer saves the DOCX as
plain text, and every text of the layout is looked for in that and in the PDF's text. Ends with 77
where there is no Writer (a failure in CI).
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from pypdf import PdfReader

from supervision.core.documents import docx, pdf, shipped
from supervision.core.documents.layout import (
    Grid,
    Paper,
    Pictures,
    Seal,
    Signatures,
    Text,
    lay_out,
)
from tests.core.documents.samples import PICTURES, SAMPLES

SKIPPED = 77
PLAIN = "txt:Text (encoded):UTF8"


def main() -> int:
    office = shutil.which("soffice") or shutil.which("libreoffice")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        probe = folder / "probe.txt"
        probe.write_text("probe", encoding="utf-8")
        if office is None or not converted(office, [probe], "odt"):
            print("SKIPPED: no LibreOffice Writer; install libreoffice-writer-nogui")
            return 1 if os.environ.get("CI") else SKIPPED
        papers = draw_all(folder)
        torn = folder / "torn.docx"
        torn.write_bytes((folder / "PENALTY.docx").read_bytes()[:9000])
        if converted(office, [torn], PLAIN):
            raise SystemExit("LibreOffice opened a torn file: this bench cannot tell repairs")
        opened = converted(office, sorted(folder.glob("[A-Z]*.docx")), PLAIN)
        counts = compare(folder, papers)
    counts = {"papers": len(papers), "not_opened": len(papers) - opened, **counts}
    print(json.dumps(counts))
    return 1 if counts["not_opened"] or counts["missing"] or not papers else 0


def draw_all(folder: Path) -> dict[str, Paper]:
    bodies = {row["code"]: row["body"] for row in shipped.rows()}
    papers = {code: lay_out(bodies[code], data) for code, data in SAMPLES.items()}
    for code, paper in papers.items():
        for module, ending in ((pdf, "pdf"), (docx, "docx")):
            data = module.draw(paper, lambda sha: BytesIO(PICTURES[sha]))
            (folder / f"{code}.{ending}").write_bytes(data)
    return papers


def converted(office: str, files: list[Path], wanted: str) -> int:
    """How many of ``files`` LibreOffice could open and save; with nobody to ask it repairs none."""
    folder = files[0].parent
    subprocess.run(
        [
            *(office, f"-env:UserInstallation=file://{folder / 'profile'}", "--headless"),
            *("--norestore", "--convert-to", wanted, "--outdir", str(folder / "out")),
            *(str(file) for file in files),
        ],
        check=False,
        capture_output=True,
        timeout=180,
    )
    ending = "." + wanted.partition(":")[0]
    return sum((folder / "out" / file.name).with_suffix(ending).is_file() for file in files)


def compare(folder: Path, papers: dict[str, Paper]) -> dict[str, int]:
    """Texts looked for, and how many one of the two files does not say."""
    looked_for, missing = 0, 0
    for code, paper in papers.items():
        pages = PdfReader(folder / f"{code}.pdf").pages
        in_pdf = squeezed("".join(page.extract_text() for page in pages))
        text = folder / "out" / f"{code}.txt"
        in_docx = squeezed(text.read_text(encoding="utf-8-sig")) if text.is_file() else ""
        wanted = [squeezed(text) for text in texts(paper) if text.strip()]
        lost = [text for text in wanted if not (text in in_pdf and text in in_docx)]
        looked_for, missing = looked_for + len(wanted), missing + len(lost)
        print(f"{code:18} {len(pages):>2} pages {len(wanted):>4} texts {'; '.join(lost)[:120]}")
    return {"texts": looked_for, "missing": missing}


def texts(paper: Paper) -> Iterator[str]:
    """Line by line, since a page may end between two."""
    for block in paper.blocks:
        for text in _texts(block):
            yield from text.split("\n")


def _texts(block: object) -> Iterator[str]:
    if isinstance(block, Text):
        # A long paragraph may go on on the next page, around the page's own line.
        yield block.text[:60]
    elif isinstance(block, Grid):
        for row in block.rows:
            for cell in row:
                yield from (cell.text, cell.foot)
    elif isinstance(block, Signatures):
        for line in block.lines:
            yield from (line.label, line.after)
    elif isinstance(block, Seal):
        yield from (block.mark, *block.lines)
    elif isinstance(block, Pictures):
        yield block.heading
        yield from (picture.caption for picture in block.pictures)


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


if __name__ == "__main__":
    sys.exit(main())
