"""What two hundred workers send in ten minutes, from one process that costs next to nothing.

Each node is what a worker is to the web: it asks for its configuration, reports all its cameras, and
delivers its outbox in order, over connections that it keeps. It looks into its outbox as often as a
worker does, and what waits there travels together as ``vision.publisher`` sends it; each message is
counted with the time that its request took. Nothing is decoded: episodes open at an even rate on
cameras by turns, tell of their snapshot five seconds later and close a little after.
Whatever is not answered with 200 or 201 is counted and sent again, as a worker does.
"""

from __future__ import annotations

import asyncio
import hashlib
import io
import json
import random
import resource
import secrets
import time
from collections import Counter, deque
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from vision.contract import MAX_EVENTS
from vision.office import BEAT_DUE_S
from vision.patience import Patience
from vision.publisher import IDLE_S, LINGER_S, idle_s

API = "/api/vision/v1"
POLL_S, HEARTBEAT_S = 5.0, 10.0
EVIDENCE_AFTER_S, CLOSE_AFTER_S = 5.0, 12.0
RETRY_S = 1.0
ANSWER_S = 30.0
MODEL = {"name": "site-safety", "version": "1", "sha256": "a" * 64}
BOX = [{"label": "head", "score": 0.71, "box": [0.4, 0.2, 0.5, 0.35]}]


@dataclass
class Times:
    """Milliseconds from the first byte that is sent to the last of the answer, by kind."""

    ms: dict[str, list[float]] = field(default_factory=dict)
    errors: Counter[str] = field(default_factory=Counter)
    statuses: Counter[str] = field(default_factory=Counter)

    def note(self, kind: str, started: float) -> None:
        self.ms.setdefault(kind, []).append((time.perf_counter() - started) * 1000)


@dataclass(frozen=True)
class Waiting:
    """A message or a file in an outbox; a file waits for the message that declares it."""

    number: int
    since: float
    kind: str
    path: str
    body: bytes
    media_type: str


@dataclass(frozen=True)
class Plan:
    """``rate`` episodes a second for ``seconds``; ``share`` of them bring a snapshot's file.

    ``told``: in how many messages each is told; in one, it has ended before it is.
    """

    host: str
    port: int
    rate: float
    seconds: float
    share: float = 0.1
    seed: int = 7
    told: int = 3


@dataclass(frozen=True)
class Asked:
    """One request."""

    kind: str
    method: str
    path: str
    body: bytes = b""
    media_type: str = "application/json"
    etag: str = ""
    kinds: tuple[str, ...] = ()  # of the messages that travel together

    def head(self, common: str) -> bytes:
        lines = [f"{self.method} {API}{self.path} HTTP/1.1\r\n{common}"]
        if self.etag:
            lines.append(f'If-None-Match: "{self.etag}"\r\n')
        lines.append(f"Content-Type: {self.media_type}\r\nContent-Length: {len(self.body)}\r\n\r\n")
        return "".join(lines).encode()


class Connection:
    """HTTP/1.1 by hand: a client library would cost more than the server it measures."""

    def __init__(self, host: str, port: int, token: str) -> None:
        self._where = host, port
        self._head = f"Host: {host}:{port}\r\nAuthorization: Bearer {token}\r\nAnqi-Contract: 4\r\n"
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def ask(self, asked: Asked) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body; a connection that the server has closed is opened anew."""
        fresh = self._writer is None or self._writer.is_closing()
        try:
            return await self._ask(asked)
        except (ConnectionError, asyncio.IncompleteReadError):
            self.close()
            if fresh:
                raise
            return await self._ask(asked)
        except BaseException:
            self.close()
            raise

    async def _ask(self, asked: Asked) -> tuple[int, dict[str, str], bytes]:
        if self._writer is None or self._writer.is_closing():
            self._reader, self._writer = await asyncio.open_connection(*self._where)
        assert self._reader is not None
        self._writer.write(asked.head(self._head) + asked.body)
        raw = await self._reader.readuntil(b"\r\n\r\n")
        status, *lines = raw.decode("latin-1").split("\r\n")
        headers = dict(line.lower().split(": ", 1) for line in lines if ": " in line)
        content = await self._reader.readexactly(int(headers.get("content-length", 0)))
        if headers.get("connection") == "close":
            self.close()
        return int(status.split(" ", 2)[1]), headers, content

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()
        self._reader = self._writer = None


@dataclass
class Seen:
    """An episode as the web should know it at the end."""

    event_id: str
    revision: int = 0
    files: int = 0


class Worker:
    """One node: its cameras' uids, its outbox, its three loops."""

    def __init__(self, node: dict[str, Any], plan: Plan, times: Times) -> None:
        self.uid, self.cameras = node["uid"], node["cameras"]
        self._token, self._plan, self._times = node["token"], plan, times
        self._messages: deque[Waiting] = deque()
        self._files: deque[Waiting] = deque()
        self._number = 0
        self._started = datetime.now(UTC) - timedelta(hours=1)
        # What it was told in the run before: a worker asks for all of it at its start alone.
        self._told = node
        self._beats = 0
        self._heard = 0.0
        self._patience, self._rests_until = Patience(), 0.0
        self.done = False

    def end(self) -> None:
        """Nothing more comes: once the outbox is empty, all is done."""
        self.done = True

    def queue(self, kind: str, path: str, body: bytes, media_type: str) -> None:
        self._number += 1
        one = Waiting(self._number, time.perf_counter(), kind, path, body, media_type)
        (self._files if kind == "evidence" else self._messages).append(one)

    def taken(self) -> list[tuple[str, str, bytes, str]]:
        """What waits to be sent, in its order; it waits no more."""
        waiting = sorted([*self._messages, *self._files], key=lambda one: one.number)
        self._messages.clear()
        self._files.clear()
        return [(one.kind, one.path, one.body, one.media_type) for one in waiting]

    @property
    def _version(self) -> str:
        return str(self._told.get("version", ""))

    @property
    def waiting(self) -> int:
        return len(self._messages) + len(self._files)

    def _connection(self) -> Connection:
        return Connection(self._plan.host, self._plan.port, self._token)

    async def publish(self, first: float) -> None:
        """Deliver in order; what fails is tried again for ever."""
        line = self._connection()
        await asyncio.sleep(max(0.0, first - time.monotonic()))
        while self.waiting or not self.done:
            if due := self._due():
                if not await self._send(line, due):
                    await asyncio.sleep(RETRY_S)
            elif self._files and not self._waits_for(self._files[0]):
                file = self._files[0]
                asked = Asked("evidence", "PUT", file.path, file.body, file.media_type)
                if (await self._timed(line, asked))[0] in {200, 201}:
                    self._files.popleft()
                else:
                    await asyncio.sleep(RETRY_S)
            else:
                await asyncio.sleep(idle_s())
        line.close()

    def _waits_for(self, file: Waiting) -> bool:
        """Whether the message that declares it is still here: it was queued right before."""
        return bool(self._messages) and self._messages[0].number < file.number

    def _due(self) -> list[Waiting]:
        """What is sent now: all that waits, as soon as one of it is new or has waited long enough."""
        if not self._messages:
            return []
        if len(self._messages) < MAX_EVENTS and time.perf_counter() < self._rests_until:
            return []
        is_late = time.perf_counter() - self._messages[0].since >= LINGER_S
        if not is_late and not any(one.kind == "open" for one in self._messages):
            return []
        return [one for one, _ in zip(self._messages, range(MAX_EVENTS), strict=False)]

    async def _send(self, line: Connection, due: list[Waiting]) -> bool:
        kinds = tuple(one.kind for one in due)
        body = b"\n".join(one.body for one in due)
        if len(due) == 1:
            asked = Asked(kinds[0], "POST", "/violations", body)
        else:
            asked = Asked(
                "batch", "POST", "/violations/batch", body, "application/x-ndjson", "", kinds
            )
        begun = time.perf_counter()
        status, content = await self._timed(line, asked)
        if status not in {200, 201}:
            return False
        answered = time.perf_counter()
        self._rests_until = answered + self._patience.rest_s(answered - begun)
        answers = json.loads(content)["answers"] if len(due) > 1 else [{"status": status}]
        for one, answer in zip(due, answers, strict=True):
            if answer["status"] not in {200, 201}:
                self._times.errors[f"{one.kind}: {answer}"] += 1
            if one.kind == "open":
                self._times.note("new", one.since)
            self._messages.popleft()
        return True

    async def _timed(self, line: Connection, asked: Asked) -> tuple[int, bytes]:
        """The answer's status and body; 0 where none came."""
        kind, started = asked.kind, time.perf_counter()
        try:
            async with asyncio.timeout(ANSWER_S):
                status, headers, content = await line.ask(asked)
        except (TimeoutError, OSError, asyncio.IncompleteReadError) as error:
            self._times.errors[f"{kind}: {type(error).__name__}"] += 1
            return 0, b""
        self._times.note(kind, started)
        for one in asked.kinds:
            self._times.note(one, started)
        self._times.statuses[f"{kind} {status}"] += 1
        if status not in {200, 201, 304}:
            self._times.errors[f"{kind}: {status} {content[:120]!r}"] += 1
        if kind == "config" and status == 200:
            self._told["version"] = headers["etag"].strip('"')
        return status, content

    async def poll(self, first: float, until: float) -> None:
        """As a worker does: a heartbeat that was answered has said that nothing changed."""
        line, asked = self._connection(), first - POLL_S
        while (due := max(asked + BEAT_DUE_S, self._heard) + POLL_S) < until:
            wait = due - time.monotonic()
            if wait > 0:
                await asyncio.sleep(wait)
                continue
            await self._timed(line, Asked("config", "GET", "/config", etag=self._version))
            asked = time.monotonic()
        line.close()

    async def report(self, first: float, until: float) -> None:
        line = self._connection()
        await _each(first, HEARTBEAT_S, until, lambda: self._report(line))
        line.close()

    async def _report(self, line: Connection) -> None:
        asked = Asked("heartbeat", "POST", "/heartbeat", self.heartbeat())
        if (await self._timed(line, asked))[0] == 200:
            self._heard = time.monotonic()

    def heartbeat(self) -> bytes:
        """All cameras say the same; it is written once and stands fifty times."""
        self._beats += 1
        at = _text(datetime.now(UTC))
        camera = {
            "state": "running",
            "last_frame_at": at,
            "fps": 4.0,
            "frame_age_s": 0.2,
            "reconnects": 0,
            "dropped": self._beats,
            "fault": None,
            "fault_detail": "",
            "view": "ok",
            "view_since": None,
            "decoding": "full",
            "corrupt": 0,
            "judged": self._beats * 40,
            "frame_size": [1920, 1080],
        }
        said = json.dumps(camera)[1:]
        cameras = ", ".join(f'{{"camera_id": "{uid}", {said}' for uid in self.cameras)
        node = {
            "contract": 4,
            "node": self.uid,
            "at": at,
            "started_at": _text(self._started),
            "worker_version": "0.1.0",
            "backend": "onnx",
            "model": MODEL,
            "config_version": self._version,
            "queue_length": self.waiting,
        }
        return f'{json.dumps(node)[:-1]}, "cameras": [{cameras}]}}'.encode()


async def _each(first: float, step: float, until: float, act: Any) -> None:
    """At ``first`` and every ``step`` seconds; what came too late is not made up for."""
    due = first
    while due < until:
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        await act()
        due += step
        while due < time.monotonic():
            due += step


def _text(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass(frozen=True)
class Episode:
    """Who sees what, and since when."""

    worker: Worker
    camera: str
    seen: Seen
    start: datetime


class Scene:
    """Makes episodes and puts what they say into the outboxes when it is due."""

    def __init__(self, workers: list[Worker], plan: Plan, number: int = 0) -> None:
        self._workers, self._plan = workers, plan
        self._luck = random.Random(plan.seed + number)  # noqa: S311 - a scene, no secret
        self._number = number
        self.seen: list[Seen] = []
        self._pictures = [_jpeg(index) for index in range(8)]

    async def run(self) -> None:
        """Episodes until the time is over; the last ones still end."""
        begin = time.monotonic()
        total = round(self._plan.rate * self._plan.seconds)
        later: list[asyncio.Task[None]] = []
        for count in range(total):
            wait = begin + count / self._plan.rate - time.monotonic()
            if wait > 0:
                await asyncio.sleep(wait)
            later.append(asyncio.create_task(self._episode(count)))
        await asyncio.gather(*later)

    async def _episode(self, count: int) -> None:
        worker = self._workers[count % len(self._workers)]
        camera = self._luck.choice(worker.cameras)
        seen = Seen(f"ev-{self._number:02d}-{count:07d}-{self._luck.getrandbits(48):012x}")
        self.seen.append(seen)
        start = datetime.now(UTC)
        picture = None
        if self._luck.random() < self._plan.share:
            # Every file is another: the same bytes would be stored once.
            picture = self._luck.choice(self._pictures) + seen.event_id.encode()
        if self._plan.told == 1:
            ended = Episode(worker, camera, seen, start - timedelta(seconds=CLOSE_AFTER_S))
            self._tell_with(ended, "close", picture)
            return
        episode = Episode(worker, camera, seen, start)
        self._tell(episode, "open")
        await asyncio.sleep(EVIDENCE_AFTER_S)
        self._tell_with(episode, "update", picture)
        await asyncio.sleep(CLOSE_AFTER_S - EVIDENCE_AFTER_S)
        self._tell(episode, "close")

    def whole(self, worker: Worker) -> list[tuple[str, str, bytes, str]]:
        """All that one episode with a picture sends, in order; nothing is left in the outbox."""
        event_id = f"ev-{self._number:02d}-{secrets.token_hex(12)}"
        seen = Seen(event_id)
        episode = Episode(worker, self._luck.choice(worker.cameras), seen, datetime.now(UTC))
        self._tell(episode, "open")
        self._tell_with(episode, "update", self._luck.choice(self._pictures) + event_id.encode())
        self._tell(episode, "close")
        return worker.taken()

    def _tell_with(self, episode: Episode, phase: str, picture: bytes | None) -> None:
        """A message, and the file that it declares, where there is one."""
        if picture is None:
            self._tell(episode, phase)
            return
        seen, sha256 = episode.seen, hashlib.sha256(picture).hexdigest()
        self._tell(episode, phase, (sha256, len(picture)))
        path = f"/violations/{seen.event_id}/evidence/{sha256}"
        episode.worker.queue("evidence", path, picture, "image/jpeg")
        seen.files = 1

    def _tell(self, episode: Episode, phase: str, file: tuple[str, int] | None = None) -> None:
        seen = episode.seen
        seen.revision += 1
        now = datetime.now(UTC)
        refs = [
            {"kind": "snapshot", "sha256": file[0], "size": file[1], "media_type": "image/jpeg"}
        ] if file else []  # fmt: skip
        body = {
            "contract": 4,
            "event_id": seen.event_id,
            "revision": seen.revision,
            "phase": phase,
            "node": episode.worker.uid,
            "camera_id": episode.camera,
            "rule_id": "helmet_missing",
            "rule_kind": "helmet_missing",
            "started_at": _text(episode.start),
            "seen_at": _text(now),
            "ended_at": _text(now) if phase == "close" else None,
            "score": 0.71,
            "model": MODEL,
            "boxes": BOX,
            "snapshot_at": _text(episode.start),
            "frame_size": [640, 360],
            "evidence": refs,
        }
        kind = "open" if seen.revision == 1 else "revision"
        data = json.dumps(body).encode()
        episode.worker.queue(kind, "/violations", data, "application/json")


def _jpeg(number: int) -> bytes:
    """A picture of 640 by 360 and some 20 KB."""
    from PIL import Image

    luck = random.Random(number)  # noqa: S311
    small = Image.frombytes("RGB", (80, 45), luck.randbytes(80 * 45 * 3))
    out = io.BytesIO()
    small.resize((640, 360), Image.Resampling.BICUBIC).save(out, "JPEG", quality=80)
    return out.getvalue()


async def drive(nodes: list[dict[str, Any]], plan: Plan, number: int = 0) -> dict[str, Any]:
    """Run the plan; figures, and what must be in the database afterwards."""
    times = Times()
    workers = [Worker(node, plan, times) for node in nodes]
    scene = Scene(workers, plan, number)
    begin, spent = time.monotonic(), _own_seconds()
    until = begin + plan.seconds + CLOSE_AFTER_S
    loops = []
    for index, worker in enumerate(workers):
        # A house full of machines does not ask in step.
        shift = index / len(workers)
        loops += [
            asyncio.create_task(worker.poll(begin + shift * POLL_S, until)),
            asyncio.create_task(worker.report(begin + shift * HEARTBEAT_S, until)),
        ]
    outboxes = [
        asyncio.create_task(worker.publish(begin + index / len(workers) * IDLE_S))
        for index, worker in enumerate(workers)
    ]
    most = asyncio.create_task(_watch(workers))
    await scene.run()
    await asyncio.gather(*loops)
    backlog = sum(worker.waiting for worker in workers)
    drained = await _drain(workers, outboxes)
    most.cancel()
    return {
        "times": times,
        "seen": scene.seen,
        "wall_s": time.monotonic() - begin,
        "own_cpu_s": _own_seconds() - spent,
        "backlog": backlog,
        "drained": drained,
    }


async def _watch(workers: list[Worker]) -> None:
    while True:
        await asyncio.sleep(10)
        waiting = sum(worker.waiting for worker in workers)
        print(f"  waiting in outboxes: {waiting}", flush=True)


async def _drain(workers: list[Worker], outboxes: list[asyncio.Task[None]]) -> bool:
    """Whether every outbox emptied within two minutes after the end."""
    for worker in workers:
        worker.end()
    _done, late = await asyncio.wait(outboxes, timeout=120)
    for task in late:
        task.cancel()
    return not late


def _own_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
