"""What must not be lost, in one SQLite file: episodes, event revisions, evidence, rules' state.

A revision and the episode it speaks for are written in one transaction, so after a crash
the worker knows exactly what it has said. Frames may be dropped; a row here goes only when
the web has it.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vision.contract import Phase, ViolationEvent, to_json
from vision.episodes import EVIDENCE_AFTER_S, Episode, from_values, to_values
from vision.recorder import EvidenceFile

_SCHEMA = """
CREATE TABLE IF NOT EXISTS episode (
    event_id TEXT PRIMARY KEY, camera_id TEXT NOT NULL, is_open INTEGER NOT NULL,
    body TEXT NOT NULL, event TEXT NOT NULL, revision INTEGER NOT NULL,
    evidence TEXT NOT NULL CHECK (evidence IN ('due', 'done')), due_t REAL NOT NULL,
    is_left INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS revision (
    id INTEGER PRIMARY KEY, event_id TEXT NOT NULL, revision INTEGER NOT NULL,
    body TEXT NOT NULL, state TEXT NOT NULL CHECK (state IN ('queued', 'sent', 'parked')),
    next_t REAL NOT NULL DEFAULT 0, note TEXT NOT NULL DEFAULT '', UNIQUE (event_id, revision));
CREATE INDEX IF NOT EXISTS revision_state ON revision (state, id);
CREATE TABLE IF NOT EXISTS evidence (
    id INTEGER PRIMARY KEY, event_id TEXT NOT NULL, revision INTEGER NOT NULL,
    sha256 TEXT NOT NULL, path TEXT NOT NULL, media_type TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('queued', 'sent', 'parked')),
    next_t REAL NOT NULL DEFAULT 0, note TEXT NOT NULL DEFAULT '', UNIQUE (event_id, sha256));
CREATE TABLE IF NOT EXISTS state (camera_id TEXT PRIMARY KEY, body TEXT NOT NULL);
-- What was delivered stays for a week, and is passed over by all that is asked each second.
CREATE INDEX IF NOT EXISTS episode_due ON episode (due_t) WHERE evidence = 'due';
CREATE INDEX IF NOT EXISTS evidence_state ON evidence (state, id);
"""
# Written by workers that shared no cameras.
_ADD_LEFT = "ALTER TABLE episode ADD COLUMN is_left INTEGER NOT NULL DEFAULT 0"
# What a camera's rules know, as JSON values: vision.pipeline makes and reads it.
State = dict[str, Any]
CACHE_KB = 256  # of the file's pages; what is asked for lies at its end
KEEP_SENT_S = 7 * 86400.0
SILENT_S = 60.0
# Whoever was seen so lately may come back, and go on with an episode that was told as over.
LATELY_S = 600.0
# Nothing is put off for longer; a later instant was noted by a clock that has been set back since.
LONGEST_LATER_S = 60.0


@dataclass(frozen=True, slots=True)
class StoredEpisode:
    """An episode with the last event that spoke for it."""

    camera_id: str
    episode: Episode
    event: dict[str, Any]
    revision: int
    is_open: bool


@dataclass(frozen=True, slots=True)
class QueuedRevision:
    row_id: int
    event_id: str
    revision: int
    body: str


@dataclass(frozen=True, slots=True)
class QueuedEvidence:
    row_id: int
    event_id: str
    sha256: str
    path: Path
    media_type: str


@dataclass(frozen=True, slots=True)
class Backlog:
    """Counts of revisions and files; ``oldest_t`` is when the oldest queued one's event began."""

    queued: int
    parked: int
    oldest_t: float | None


class Outbox:
    """Safe to use from several threads; every method is one transaction."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")
        self._db.execute(f"PRAGMA cache_size = -{CACHE_KB}")
        self._db.executescript(_SCHEMA)
        if "is_left" not in [row["name"] for row in self._db.execute("PRAGMA table_info(episode)")]:
            self._db.execute(_ADD_LEFT)

    def close(self) -> None:
        with self._lock:
            self._db.close()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    def put(
        self, event: ViolationEvent, episode: Episode, evidence: Sequence[EvidenceFile] | None
    ) -> None:
        """Queue a revision and keep its episode; ``evidence`` None means "not made yet"."""
        with self._transaction() as db:
            _put(db, event, episode, evidence)

    def put_all(
        self, told: Sequence[tuple[ViolationEvent, Episode]], states: Mapping[str, State]
    ) -> None:
        """Queue what one frame made of the episodes, together with what its rules now know."""
        with self._transaction() as db:
            for event, episode in told:
                _put(db, event, episode, None)
            _keep_states(db, states)

    def save(self, episodes: Sequence[Episode], states: Mapping[str, State]) -> None:
        """Keep how far live episodes and rules have got, for the case that the process dies now."""
        if not episodes and not states:
            return
        with self._transaction() as db:
            db.executemany(
                "UPDATE episode SET body = ? WHERE event_id = ?",
                [(_dump(episode), episode.event_id) for episode in episodes],
            )
            _keep_states(db, states)

    def states(self) -> dict[str, State]:
        """What each camera's rules knew last, by the key under which it was kept."""
        with self._lock:
            rows = self._db.execute("SELECT camera_id, body FROM state").fetchall()
        return {row["camera_id"]: json.loads(row["body"]) for row in rows}

    def forget_states(self, keep: Collection[str]) -> None:
        """Drop the states of cameras that are not ours any more."""
        with self._transaction() as db:
            gone = [(key,) for (key,) in db.execute("SELECT camera_id FROM state").fetchall()]
            gone = [row for row in gone if row[0] not in keep]
            db.executemany("DELETE FROM state WHERE camera_id = ?", gone)

    def forget_state(self, camera_id: str) -> None:
        """Drop the state of one camera."""
        with self._transaction() as db:
            db.execute("DELETE FROM state WHERE camera_id = ?", (camera_id,))

    def get(self, event_id: str) -> StoredEpisode | None:
        with self._lock:
            row = self._db.execute(
                "SELECT * FROM episode WHERE event_id = ?", (event_id,)
            ).fetchone()
        return _stored(row) if row else None

    def live_episodes(self, now: float) -> list[StoredEpisode]:
        """The open episodes, and the silent ones whose subject was there a moment ago."""
        with self._lock:
            rows = self._db.execute(
                "SELECT * FROM episode WHERE NOT is_left AND (is_open OR"
                " (json_extract(body, '$.silent') AND json_extract(body, '$.seen_t') > ?))",
                (now - SILENT_S,),
            ).fetchall()
        return [_stored(row) for row in rows]

    def leave(self, camera_ids: Collection[str]) -> None:
        """These cameras are another machine's: what is open of them is not ours to end."""
        with self._transaction() as db:
            db.executemany(
                "UPDATE episode SET is_left = 1 WHERE camera_id = ? AND NOT is_left AND (is_open"
                " OR json_extract(body, '$.silent'))",
                [(camera_id,) for camera_id in camera_ids],
            )

    def left_episodes(self, camera_id: str, now: float) -> list[StoredEpisode]:
        """What was left open when the camera went, or silent and its subject there a moment ago."""
        with self._lock:
            rows = self._db.execute(
                "SELECT * FROM episode WHERE is_left AND camera_id = ? AND (is_open"
                " OR json_extract(body, '$.seen_t') > ?)",
                (camera_id, now - SILENT_S),
            ).fetchall()
        return [_stored(row) for row in rows]

    def take_up(self, event: ViolationEvent, episode: Episode, due_t: float | None) -> None:
        """Another machine's episode is ours now; the next revision follows on ``event``.

        ``due_t``: its evidence is to be made then; None where there is some.
        """
        evidence = ("done", episode.evidence_due_t) if due_t is None else ("due", due_t)
        body = json.dumps(to_json(event), sort_keys=True)
        row = (event.event_id, event.camera_id, _dump(episode), body, event.revision)
        with self._transaction() as db:
            db.execute(
                "INSERT OR REPLACE INTO episode (event_id, camera_id, is_open, body, event,"
                " revision, evidence, due_t) VALUES (?, ?, 1, ?, ?, ?, ?, ?)",
                (*row, *evidence),
            )

    def return_to(self, event_id: str, event: ViolationEvent, *, is_open: bool = False) -> None:
        """What was left is ours again; the next revision follows on ``event``."""
        body = json.dumps(to_json(event), sort_keys=True)
        with self._transaction() as db:
            db.execute(
                "UPDATE episode SET is_left = 0, is_open = max(is_open, ?), event = ?,"
                " revision = ? WHERE event_id = ?",
                (is_open, body, event.revision, event_id),
            )

    def due_at(self, episode: Episode) -> None:
        """It is seen here for the first time: evidence is made of what comes now."""
        with self._transaction() as db:
            db.execute(
                "UPDATE episode SET body = ?, due_t = ? WHERE event_id = ? AND evidence = 'due'",
                (_dump(episode), episode.evidence_due_t, episode.event_id),
            )

    def due_evidence(self, now: float) -> list[StoredEpisode]:
        """Episodes whose snapshot and clip are to be made now."""
        with self._lock:
            rows = self._db.execute(
                "SELECT * FROM episode WHERE evidence = 'due' AND due_t <= ? ORDER BY due_t", (now,)
            ).fetchall()
        return [_stored(row) for row in rows]

    def next_revisions(self, now: float, most: int) -> list[QueuedRevision]:
        """The oldest ``most`` revisions due; those of one event never overtake each other."""
        with self._lock:
            rows = self._db.execute(
                "SELECT * FROM revision r WHERE state = 'queued' AND NOT EXISTS"
                " (SELECT 1 FROM revision o WHERE o.event_id = r.event_id AND o.id <= r.id"
                " AND o.state = 'queued' AND o.next_t > ? AND o.next_t < ?) ORDER BY id LIMIT ?",
                (now, now + LONGEST_LATER_S, most),
            ).fetchall()
        return [QueuedRevision(r["id"], r["event_id"], r["revision"], r["body"]) for r in rows]

    def next_evidence(self, now: float) -> QueuedEvidence | None:
        """The oldest file whose revision the web has already taken."""
        with self._lock:
            row = self._db.execute(
                "SELECT e.* FROM evidence e JOIN revision r"
                " ON r.event_id = e.event_id AND r.revision = e.revision AND r.state = 'sent'"
                " WHERE e.state = 'queued' AND NOT (e.next_t > ? AND e.next_t < ?)"
                " ORDER BY e.id LIMIT 1",
                (now, now + LONGEST_LATER_S),
            ).fetchone()
        if row is None:
            return None
        path = Path(row["path"])
        return QueuedEvidence(row["id"], row["event_id"], row["sha256"], path, row["media_type"])

    def revisions_done(self, rows: Sequence[tuple[int, str]]) -> None:
        """The web has these, or has refused those with a note and is not asked again."""
        with self._transaction() as db:
            db.executemany(
                "UPDATE revision SET state = ?, note = ? WHERE id = ?",
                [("parked" if note else "sent", note, row_id) for row_id, note in rows],
            )

    def revision_later(self, row_id: int, next_t: float, note: str) -> None:
        with self._transaction() as db:
            db.execute(
                "UPDATE revision SET next_t = ?, note = ? WHERE id = ?", (next_t, note, row_id)
            )

    def evidence_done(self, row_id: int, *, parked: str = "") -> None:
        state = "parked" if parked else "sent"
        with self._transaction() as db:
            db.execute(
                "UPDATE evidence SET state = ?, note = ? WHERE id = ?", (state, parked, row_id)
            )

    def evidence_later(self, row_id: int, next_t: float, note: str) -> None:
        with self._transaction() as db:
            db.execute(
                "UPDATE evidence SET next_t = ?, note = ? WHERE id = ?", (next_t, note, row_id)
            )

    def queue_length(self) -> int:
        """Revisions and files that the web does not have yet (parked ones are not waiting)."""
        with self._lock:
            row = self._db.execute(
                "SELECT (SELECT count(*) FROM revision WHERE state = 'queued')"
                " + (SELECT count(*) FROM evidence WHERE state = 'queued')"
            ).fetchone()
        return int(row[0])

    def backlog(self) -> Backlog:
        """What waits, what was refused, and since when the oldest of what waits is known."""
        with self._lock:
            row = self._db.execute(
                "WITH message AS (SELECT event_id, state FROM revision"
                " WHERE state IN ('queued', 'parked') UNION ALL"
                " SELECT event_id, state FROM evidence WHERE state IN ('queued', 'parked'))"
                " SELECT total(state = 'queued'), total(state = 'parked'),"
                " min(iif(state = 'queued', due_t, NULL))"
                " FROM message JOIN episode USING (event_id)"
            ).fetchone()
        oldest = None if row[2] is None else float(row[2]) - EVIDENCE_AFTER_S
        return Backlog(int(row[0]), int(row[1]), oldest)

    def unsent_files(self) -> set[str]:
        """The names of the files that the web does not have yet."""
        with self._lock:
            rows = self._db.execute("SELECT path FROM evidence WHERE state = 'queued'").fetchall()
        return {Path(row["path"]).name for row in rows}

    def known_files(self) -> set[str]:
        """The names of all files that are evidence of something."""
        with self._lock:
            rows = self._db.execute("SELECT path FROM evidence").fetchall()
        return {Path(row["path"]).name for row in rows}

    def due_events(self) -> set[str]:
        """Whose evidence is still to be made."""
        with self._lock:
            rows = self._db.execute(
                "SELECT event_id FROM episode WHERE evidence = 'due'"
            ).fetchall()
        return {row["event_id"] for row in rows}

    def forget_sent(self, now: float, keep_s: float = KEEP_SENT_S) -> list[Path]:
        """Drop what was delivered more than ``keep_s`` ago; returns the files nobody needs now.

        What the web refused is kept for a week like what it took, and never for less.
        """
        refused = "queued" if keep_s >= KEEP_SENT_S else "parked"
        with self._transaction() as db:
            old = db.execute(
                "SELECT event_id FROM episode WHERE (NOT is_open OR is_left) AND evidence = 'done'"
                " AND due_t < ? AND json_extract(body, '$.seen_t') < ? AND event_id NOT IN"
                " (SELECT event_id FROM revision WHERE state IN ('queued', ?)"
                " UNION SELECT event_id FROM evidence WHERE state IN ('queued', ?))",
                (now - keep_s, now - LATELY_S, refused, refused),
            ).fetchall()
            ids = [(row["event_id"],) for row in old]
            paths: set[str] = set()
            for key in ids:
                rows = db.execute("SELECT path FROM evidence WHERE event_id = ?", key)
                paths.update(row["path"] for row in rows)
            for table in ("evidence", "revision", "episode"):
                db.executemany(f"DELETE FROM {table} WHERE event_id = ?", ids)  # noqa: S608
            # Two who were seen on one frame have one snapshot.
            shared = {row["path"] for row in db.execute("SELECT path FROM evidence")}
        return [Path(path) for path in sorted(paths - shared)]


def _put(
    db: sqlite3.Connection,
    event: ViolationEvent,
    episode: Episode,
    evidence: Sequence[EvidenceFile] | None,
) -> None:
    body = json.dumps(to_json(event), sort_keys=True)
    db.execute(
        "INSERT INTO revision (event_id, revision, body, state) VALUES (?, ?, ?, 'queued')",
        (event.event_id, event.revision, body),
    )
    db.execute(
        "INSERT INTO episode (event_id, camera_id, is_open, body, event, revision, evidence, due_t)"
        " VALUES (?, ?, ?, ?, ?, ?, 'due', ?) ON CONFLICT (event_id)"
        " DO UPDATE SET is_open = excluded.is_open, body = excluded.body,"
        " event = excluded.event, revision = excluded.revision",
        (
            event.event_id,
            event.camera_id,
            event.phase is not Phase.CLOSE,
            _dump(episode),
            body,
            event.revision,
            episode.evidence_due_t,
        ),
    )
    if evidence is None:
        return
    db.execute("UPDATE episode SET evidence = 'done' WHERE event_id = ?", (event.event_id,))
    db.executemany(
        "INSERT OR IGNORE INTO evidence (event_id, revision, sha256, path, media_type, state)"
        " VALUES (?, ?, ?, ?, ?, 'queued')",
        [
            (event.event_id, event.revision, f.ref.sha256, str(f.path), f.ref.media_type)
            for f in evidence
        ],
    )


def _keep_states(db: sqlite3.Connection, states: Mapping[str, State]) -> None:
    db.executemany(
        "INSERT OR REPLACE INTO state (camera_id, body) VALUES (?, ?)",
        [(key, json.dumps(state)) for key, state in states.items()],
    )


def _dump(episode: Episode) -> str:
    return json.dumps(to_values(episode))


def _stored(row: sqlite3.Row) -> StoredEpisode:
    return StoredEpisode(
        row["camera_id"],
        from_values(json.loads(row["body"])),
        json.loads(row["event"]),
        row["revision"],
        bool(row["is_open"]),
    )
