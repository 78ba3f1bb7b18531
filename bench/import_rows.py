"""50,000 rows of a workbook onto the roll, 500 of them bad: how long, how much memory, and a kill.

A real workbook is made, uploaded, checked and imported by another process, as the scheduler would.
Once without interruption (time and peak memory of that process), once killed half-way (SIGKILL)
and taken up by a fresh process. ``--rows`` and ``--bad`` shrink it.
"""

from __future__ import annotations

import argparse
import io
import json
import multiprocessing
import os
import random
import resource
import signal
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from openpyxl import Workbook, load_workbook
from sqlalchemy import func, select

from supervision.core import clock
from supervision.core.attachments import storage
from supervision.core.db import db, transaction
from supervision.core.scope import unscoped
from supervision.enterprise.imports import queries, service
from supervision.enterprise.imports.jobs import running
from supervision.enterprise.imports.models import ImportRun
from supervision.enterprise.models import Enterprise
from supervision.factory import create_app, throwaway_settings
from supervision.settings import Settings
from tests.cast import assemble
from tests.factories.imports import HEADINGS, row

WHO = "district_officer"
SPOILS: tuple[dict[str, Any], ...] = (
    {"统一社会信用代码": "91330110XAQ0000000"},
    {"企业名称": ""},
    {"行政区划代码": "330113001"},
    {"行业代码": "0000"},
    {"从业人数": "many", "安全员电话": "none"},
)


def ledger(rows: int, bad: int) -> bytes:
    """A workbook in which every hundredth row (or as many as asked) is spoiled."""
    spoiled = set(random.Random(7).sample(range(rows), bad))  # noqa: S311 - a bench's rows
    book = Workbook(write_only=True)
    sheet = book.create_sheet("ledger")
    sheet.append(list(HEADINGS))
    for place in range(rows):
        changes = SPOILS[place % len(SPOILS)] if place in spoiled else {}
        sheet.append(row(1000 + place, **changes))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def settle(settings: Settings, data: bytes) -> int:
    """A fresh database with the file uploaded; returns the import's id."""
    with create_app(settings).app_context():
        db.drop_all()
        db.create_all()
        cast = assemble()
        with transaction():
            run = service.upload(
                cast[WHO], io.BytesIO(data), "ledger.xlsx", limit=len(data) + 1, language="en"
            )
            service.set_mapping(run, cast[WHO], run.mapping)
            return run.id


def worker(settings: Settings, pipe: Any) -> None:
    """One turn of the scheduler in a process of its own: what it took, in seconds and megabytes."""
    with create_app(settings).app_context():
        started = time.monotonic()
        running.work(clock.now(), silent=timedelta(0))
        pipe.send((time.monotonic() - started, peak_megabytes()))


def peak_megabytes() -> float:
    """The most memory that this process has held of its own.

    Not getrusage's figure where there is another: Linux hands a parent's peak on to its child.
    What it reads of the database where that lies is the system's cache, not the import's memory.
    """
    status = Path("/proc/self/status")
    if status.is_file():
        for line in status.read_text("utf-8").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024 - mapped_megabytes(".db")
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def mapped_megabytes(suffix: str) -> float:
    """Resident pages of files whose names end in ``suffix``."""
    found, is_wanted = 0, False
    for line in Path("/proc/self/smaps").read_text("utf-8").splitlines():
        if line[:1].islower() or line[:1].isdigit():
            is_wanted = line.endswith(suffix)
        elif is_wanted and line.startswith("Rss:"):
            found += int(line.split()[1])
    return found / 1024


def turn(settings: Settings, *, kill_at: int | None = None, run_id: int = 0) -> tuple[float, float]:
    """Run a worker to its end, or kill it once the cursor has passed ``kill_at``."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=worker, args=(settings, theirs))
    process.start()
    while kill_at is not None and process.is_alive() and cursor(settings, run_id) < kill_at:
        time.sleep(0.05)
    if kill_at is not None and process.pid is not None:
        os.kill(process.pid, signal.SIGKILL)
        process.join()
        return 0.0, 0.0
    measured: tuple[float, float] = ours.recv()
    process.join()
    return measured


_apps: dict[str, Any] = {}


def cursor(settings: Settings, run_id: int) -> int:
    app = _apps.setdefault(settings.database_url, create_app(settings))
    with app.app_context():
        stmt = select(ImportRun.cursor).where(ImportRun.id == run_id)
        return db.session.scalar(unscoped(stmt, reason="the bench looks")) or 0


def confirm(settings: Settings, run_id: int) -> None:
    with create_app(settings).app_context(), transaction():
        run = db.session.scalars(
            unscoped(select(ImportRun).where(ImportRun.id == run_id), reason="the bench asks")
        ).one()
        service.confirm(run, _asker(run), update_existing=False)


def _asker(run: ImportRun) -> Any:
    from supervision.account.service import actor_of

    return actor_of(run.asked_by_id)


def outcome(settings: Settings, run_id: int) -> dict[str, int]:
    """What is on the roll, and what the error file holds."""
    with create_app(settings).app_context():
        run = queries.get_run(
            run_id,
            _asker(
                db.session.scalars(
                    unscoped(select(ImportRun).where(ImportRun.id == run_id), reason="the bench")
                ).one()
            ),
        )
        count = select(func.count(Enterprise.id)).where(Enterprise.name.like("Imported%"))
        codes = select(func.count(func.distinct(Enterprise.uscc))).where(
            Enterprise.name.like("Imported%")
        )
        reason = "the bench counts"
        errors = 0
        if run.errors is not None:
            with storage().open(run.errors.sha256) as file:
                lines = (
                    load_workbook(file, read_only=True).worksheets[0].iter_rows(values_only=True)
                )
                errors = sum(1 for line in lines if line[0]) - 1
        return {
            "on_roll": db.session.scalar(unscoped(count, reason=reason)) or 0,
            "codes": db.session.scalar(unscoped(codes, reason=reason)) or 0,
            "new": run.new_count,
            "bad": run.bad_count,
            "errors": errors,
        }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=50_000)
    parser.add_argument("--bad", type=int, default=500)
    parser.add_argument(
        "--database", help="a URL instead of a throwaway SQLite file; it is emptied"
    )
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        settings = throwaway_settings(
            database_url=wanted.database or f"sqlite:///{folder}/bench.db",
            storage_dir=Path(folder) / "storage",
        )
        data = ledger(wanted.rows, wanted.bad)
        run_id = settle(settings, data)
        checking, peak_check = turn(settings)
        confirm(settings, run_id)
        importing, peak = turn(settings)
        whole = outcome(settings, run_id)
        print(
            f"trial run {checking:.1f} s, {peak_check:.0f} MB; import {importing:.1f} s, {peak:.0f} MB"
        )
        print(f"uninterrupted: {whole}")
        run_id = settle(settings, data)
        turn(settings)
        confirm(settings, run_id)
        turn(settings, kill_at=wanted.rows // 2, run_id=run_id)
        at = cursor(settings, run_id)
        turn(settings)
        resumed = outcome(settings, run_id)
        print(f"killed at row {at:,} and resumed: {resumed}")
    good = wanted.rows - wanted.bad
    figures = {
        "import_seconds": round(importing, 1),
        "trial_seconds": round(checking, 1),
        "peak_mb": round(max(peak, peak_check)),
        "imported": whole["on_roll"],
        "error_rows": whole["errors"],
        "killed_at": at,
        "after_kill": resumed["on_roll"],
        "errors_after_kill": resumed["errors"],
        "doubles": resumed["on_roll"] - resumed["codes"],
        "missing": good - resumed["on_roll"],
    }
    print(json.dumps(figures))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
