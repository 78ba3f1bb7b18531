"""Files of enterprises as people upload them, and the way from upload to the roll."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from openpyxl import Workbook

from supervision.core import clock
from supervision.core.db import db, transaction
from supervision.enterprise.imports import queries, service
from supervision.enterprise.imports.jobs import running
from supervision.enterprise.imports.models import ImportRun
from supervision.enterprise.uscc import demo_uscc
from tests.cast import Cast

HEADINGS = (
    "统一社会信用代码",
    "企业名称",
    "行政区划代码",
    "地址",
    "行业代码",
    "企业规模",
    "从业人数",
    "法定代表人",
    "主要负责人",
    "安全员电话",
)
LIMIT = 20 * 1024 * 1024


def row(serial: int, **changes: Any) -> list[Any]:
    """A row that fits, of the district 330110, with what a test changes."""
    values = dict(
        zip(
            HEADINGS,
            (
                demo_uscc("330110", serial),
                f"Imported Works {serial}",
                "330110001",
                f"{serial} Import Road",
                "3311",
                "小型",
                42,
                "Li",
                "Wang",
                13900000000 + serial,
            ),
            strict=True,
        )
    )
    return list({**values, **changes}.values())


def workbook(rows: Sequence[Sequence[Any]], headings: Sequence[str] = HEADINGS) -> io.BytesIO:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("ledger")
    for line in (headings, *rows):
        sheet.append(list(line))
    out = io.BytesIO()
    book.save(out)
    out.seek(0)
    return out


def uploaded(cast: Cast, who: str, file: io.BytesIO, name: str = "ledger.xlsx") -> int:
    with transaction():
        run = service.upload(cast[who], file, name, limit=LIMIT, language="en")
        return run.id


def checked(cast: Cast, who: str, file: io.BytesIO) -> int:
    """The id of an import after its trial run, its columns as they were guessed."""
    run_id = uploaded(cast, who, file)
    with transaction():
        run = queries.get_run(run_id, cast[who])
        service.set_mapping(run, cast[who], run.mapping)
    running.work(clock.now())
    return run_id


def confirmed(cast: Cast, who: str, file: io.BytesIO, *, update: bool = False) -> int:
    """The id of an import that waits for the scheduler."""
    run_id = checked(cast, who, file)
    with transaction():
        service.confirm(queries.get_run(run_id, cast[who]), cast[who], update_existing=update)
    return run_id


def imported(cast: Cast, who: str, file: io.BytesIO, *, update: bool = False) -> int:
    run_id = confirmed(cast, who, file, update=update)
    running.work(clock.now(), silent=timedelta(0))
    return run_id


def look(run_id: int, cast: Cast, who: str) -> ImportRun:
    db.session.rollback()
    return queries.get_run(run_id, cast[who])


def an_import(cast: Cast, who: str, mark: str) -> dict[str, int]:
    """The id of an import of ``who`` with a row to mend, for tests of access."""
    file = workbook([row(900, 企业名称=f"{mark} import", 地址="")])
    return {"imports.run_id": imported(cast, who, file)}
