"""The board's figures a second time: from the tables as the database's own driver reads them.

Nothing of ours is used here, neither models nor queries nor definitions in code: the rows come as
text and are counted by hand, as somebody with a spreadsheet would.
"""

from __future__ import annotations

import csv
import io
import math
import sqlite3
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
WRONG = {"wrong_object", "compliant", "unclear", "other"}


def table(url: str, name: str) -> list[dict[str, str]]:
    """A whole table as CSV, read back."""
    out = io.StringIO()
    writer = csv.writer(out)
    if url.startswith("sqlite"):
        connection = sqlite3.connect(url.removeprefix("sqlite:///"))
    else:
        import psycopg

        connection = psycopg.connect(url.replace("+psycopg", ""))
    try:
        cursor = connection.execute(f"SELECT * FROM {name}")
        writer.writerow([column[0] for column in cursor.description])
        writer.writerows(cursor.fetchall())
    finally:
        connection.close()
    return list(csv.DictReader(io.StringIO(out.getvalue())))


def instant(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found


def recount(
    url: str, first: date, last: date, cameras: set[int] | None = None, by: str = "rule_kind"
) -> dict[str, dict[str, object]]:
    """By the text of column ``by``: what the board should say."""
    rows: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in table(url, "violation"):
        began = instant(row["started_at"]).astimezone(SHANGHAI).date()
        if first <= began <= last and (cameras is None or int(row["camera_id"]) in cameras):
            rows[row[by]].append(row)
    seconds: dict[str, float] = defaultdict(float)
    for row in table(url, "camera_day"):
        mine = cameras is None or int(row["camera_id"]) in cameras
        if mine and first <= date.fromisoformat(row["day"]) <= last:
            seconds[row["camera_id"]] += float(row["running_s"])
    whole = sum(seconds.values())
    return {
        key: _of(some, seconds[key] if by == "camera_id" else whole) for key, some in rows.items()
    }


def _of(rows: list[dict[str, str]], running_s: float) -> dict[str, object]:
    people = [row for row in rows if row["is_automatic"] in {"0", "False"}]
    confirmed = [row for row in people if row["status"] == "confirmed"]
    wrong = [row for row in people if row["reject_reason"] in WRONG]
    waits = sorted(
        (instant(row["verdict_at"]) - instant(row["received_at"])) / timedelta(seconds=1)
        for row in people
        if row["verdict_side"]
    )
    judged = len(confirmed) + len(wrong)
    return {
        "told": len(rows),
        "confirmed": len(confirmed),
        "rejected": len([row for row in people if row["status"] == "rejected"]),
        "false": len(wrong),
        "duplicates": len([row for row in people if row["status"] == "duplicate"]),
        "automatic": len(rows) - len(people),
        "waiting": len([row for row in people if row["status"] == "pending"]),
        "precision": len(confirmed) / judged if judged else None,
        "per_hour": len(wrong) * 3600 / running_s if running_s else None,
        "median": waits[math.ceil(len(waits) * 0.5) - 1] if waits else None,
        "p90": waits[math.ceil(len(waits) * 0.9) - 1] if waits else None,
    }
