"""Does an office program open the workbook, and does it read the ledger's totals in it?

A month is lived through in a throwaway database, its package is made, LibreOffice converts the
workbook to ODS and to CSV, and each total is compared with a count of the ledger's rows as
LibreOffice holds them. Ends with 77 where there is no LibreOffice (a failure in CI).
"""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.attachments import storage
from supervision.core.db import db, transaction
from supervision.factory import create_app, throwaway_settings
from supervision.report import jobs, labels, queries, service
from tests.cast import assemble
from tests.factories.months import live_october, on

SKIPPED = 77
# LibreOffice's filter options: comma, quotes, UTF-8, from row 1, all sheets, cells as shown.
CSV_FILTER = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"


def main() -> int:
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if office is None:
        print("SKIPPED: no LibreOffice; install libreoffice-calc-nogui", file=sys.stderr)
        return 1 if os.environ.get("CI") else SKIPPED
    with tempfile.TemporaryDirectory() as folder:
        workbook = make_workbook(Path(folder))
        if opens(office, torn(workbook)):
            raise SystemExit("LibreOffice opened a torn file: this bench cannot tell repairs")
        repairs = 0 if opens(office, workbook) else 1
        pairs = [] if repairs else compare(sheets_of(office, workbook))
    different = [name for name, one, other in pairs if one != other]
    for name, one, other in pairs:
        print(f"{name:24} {one:>6} {other:>6} {'' if one == other else 'DIFFERENT'}")
    print(
        json.dumps(
            {
                "repairs": repairs,
                "totals_compared": len(pairs),
                "totals_different": len(different),
            }
        )
    )
    return 1 if different or repairs or not pairs else 0


def make_workbook(folder: Path) -> Path:
    """The district's October, from services to file."""
    settings = throwaway_settings(
        database_url=f"sqlite:///{folder}/bench.db", storage_dir=folder / "storage"
    )
    with create_app(settings).app_context():
        db.create_all()
        live_october(assemble())
        with on(date(2026, 11, 5)):
            with transaction():
                subject = queries.get_subject(SYSTEM, region="330110")
                asked = service.ask(SYSTEM, subject, 2026, 10).id
            jobs.make_queued(clock.now())
        request = queries.get_request(asked, SYSTEM)
        if request.package_id is None:
            raise SystemExit(f"no package was made: {request.message}")
        package = queries.get_package(request.package_id, SYSTEM)
        target = folder / "package.xlsx"
        with storage().open(package.xlsx.sha256) as source, target.open("wb") as out:
            shutil.copyfileobj(source, out)
        db.session.remove()
        db.engine.dispose()
    return target


def torn(workbook: Path) -> Path:
    """A copy that ends half-way."""
    copy = workbook.with_name("torn.xlsx")
    data = workbook.read_bytes()
    copy.write_bytes(data[: len(data) // 2])
    return copy


def opens(office: str, workbook: Path) -> bool:
    """Whether LibreOffice loads it. With nobody to ask, it refuses what would need repair."""
    return convert(office, workbook, "ods").is_file()


def convert(office: str, workbook: Path, wanted: str) -> Path:
    """Let LibreOffice open ``workbook`` and save it in another format, in a profile of its own."""
    profile = workbook.parent / "profile"
    subprocess.run(
        [
            *(office, f"-env:UserInstallation=file://{profile}", "--headless", "--norestore"),
            *("--convert-to", wanted, "--outdir", str(workbook.parent), str(workbook)),
        ],
        check=True,
        capture_output=True,
        timeout=180,
    )
    return workbook.with_suffix("." + wanted.partition(":")[0])


def sheets_of(office: str, workbook: Path) -> dict[str, list[list[str]]]:
    """Each sheet's cells as LibreOffice shows them."""
    convert(office, workbook, CSV_FILTER)
    found = {}
    for file in sorted(workbook.parent.glob(f"{workbook.stem}-*.csv")):
        with file.open(encoding="utf-8", newline="") as source:
            found[file.stem.partition("-")[2]] = list(csv.reader(source))
    return found


def compare(sheets: dict[str, list[list[str]]]) -> list[tuple[str, int, int]]:
    """Each total of the summary, and the ones in the ledger's column for it."""
    with create_app(throwaway_settings(database_url="sqlite:///:memory:")).app_context():
        names = {name: str(text) for name, text in labels.FIGURE_LABELS.items()}
        heads = {name: str(text) for name, text in labels.SHORT_LABELS.items()}
        summary, ledger = (next(s for n, s in sheets.items() if n == w) for w in sheet_names())
        totals = {row[0]: row[1] for row in summary if len(row) > 1}
        header = next(n for n, row in enumerate(ledger) if heads["opening"] in row)
        rows = [row for row in ledger[header + 1 :] if row[0].startswith("YH-")]
        return [
            (name, int(totals[names[name]]), ones(rows, ledger[header].index(heads[name])))
            for name in names
        ]


def sheet_names() -> tuple[str, str]:
    from flask_babel import gettext as _

    return _("Summary"), _("Ledger")


def ones(rows: Sequence[Sequence[str]], column: int) -> int:
    return sum(int(row[column] or 0) for row in rows)


if __name__ == "__main__":
    raise SystemExit(main())
