"""What the worker counts, as a page for Prometheus. Cameras go by their id, never by address."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from wsgiref.simple_server import WSGIServer

from prometheus_client import CollectorRegistry, Counter, Histogram, start_http_server
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from vision.config import PREFIX, ConfigError
from vision.contract import CameraHealth, CameraState, Decoding, Phase, ViewState
from vision.episodes import Change
from vision.fleet import Fleet
from vision.inference.messages import Judged
from vision.inference.supervisor import Detectors
from vision.outbox import Outbox
from vision.room import Room
from vision.seat import Figures

SPACE = "anqi_vision"
AGES = (0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0, 1.5, 2.0, 5.0, 10.0)
TIMES = (0.001, 0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.2, 0.5, 1.0, 5.0)
SHORT = 12  # characters of a model's hash, enough to tell it from all others
BATCHES = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0)


@dataclass(frozen=True, slots=True)
class Sources:
    """Who is asked at each scrape; all of them may be asked from another thread."""

    fleet: Fleet
    detectors: Detectors
    outbox: Outbox
    room: Room


class Metrics:
    """Counts whether or not anybody reads; the page is there once :meth:`serve` was called."""

    def __init__(self, sources: Sources) -> None:
        self.registry = CollectorRegistry()
        self.registry.register(_Asked(sources))
        self._age = Histogram(
            f"{SPACE}_frame_age_seconds",
            "From the instant of a frame to its judgement",
            ["camera_id"],
            buckets=AGES,
            registry=self.registry,
        )
        self._took = Histogram(
            f"{SPACE}_detector_image_seconds",
            "Time of the model for one image, a batch's time shared out",
            ["device", "model"],
            buckets=TIMES,
            registry=self.registry,
        )
        self._batch = Histogram(
            f"{SPACE}_detector_batch_images",
            "Images judged together, seen by each image",
            ["device", "model"],
            buckets=BATCHES,
            registry=self.registry,
        )
        self._opened = Counter(
            f"{SPACE}_episodes_opened", "Episodes begun", ["rule_kind"], registry=self.registry
        )
        self._closed = Counter(
            f"{SPACE}_episodes_closed", "Episodes ended", ["rule_kind"], registry=self.registry
        )
        self._known: set[str] = set()
        self._server: WSGIServer | None = None
        self._thread: threading.Thread | None = None

    def judged(self, judged: Judged) -> None:
        self._known.add(judged.camera_id)
        self._age.labels(judged.camera_id).observe(max(0.0, time.time() - judged.t))
        self._took.labels(judged.device, judged.model[:SHORT]).observe(judged.took_s)
        self._batch.labels(judged.device, judged.model[:SHORT]).observe(judged.batch)

    def told(self, change: Change) -> None:
        if change.phase is Phase.OPEN:
            self._opened.labels(change.episode.rule_kind).inc()
        elif change.phase is Phase.CLOSE:
            self._closed.labels(change.episode.rule_kind).inc()

    def forget_all_but(self, cameras: set[str]) -> None:
        """A camera that is gone must not stand on the page for ever."""
        for camera_id in self._known - cameras:
            self._age.remove(camera_id)
        self._known &= cameras

    def serve(self, address: tuple[str, int]) -> None:
        """Raises :class:`ConfigError` where the address cannot be listened on."""
        host, port = address
        try:
            self._server, self._thread = start_http_server(port, host, registry=self.registry)
        except OSError as error:
            raise ConfigError(f"{PREFIX}METRICS: {host}:{port}: {error.strerror}") from error

    def close(self) -> None:
        if self._server is not None and self._thread is not None:
            self._server.shutdown()
            self._server.server_close()
            self._thread.join(2.0)


class _Asked(Collector):
    """What is known elsewhere already and only read when somebody looks."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._usage = Usage()

    def collect(self) -> Iterator[Metric]:
        fleet, detectors = self._sources.fleet, self._sources.detectors
        yield from _of_health(fleet.health())
        yield from _of_figures(fleet.figures())
        yield from _of_detectors(detectors)
        yield from _of_outbox(self._sources.outbox)
        yield from _of_room(self._sources.room)
        processes = {
            "worker": [os.getpid()],
            "capture": fleet.processes,
            "inference": detectors.processes,
        }
        yield from self._usage.read(processes)

    def describe(self) -> Iterable[Metric]:
        """Nothing: else the registry would collect at start, when there is nothing yet."""
        return ()


def _of_health(cameras: Iterable[CameraHealth]) -> Iterator[Metric]:
    up = _gauge("camera_up", "1 while frames arrive", "camera_id")
    state = _gauge("camera_state", "1 for the state it is in", "camera_id", "state")
    view = _gauge("camera_view", "1 for what its picture is like", "camera_id", "view")
    fps = _gauge("camera_fps", "Frames decoded in a second", "camera_id")
    age = _gauge("camera_last_frame_age_seconds", "Age of the newest frame", "camera_id")
    judged = _counter("frames_judged", "Frames that went through the model", "camera_id")
    corrupt = _counter("frames_corrupt", "Frames that could not be decoded whole", "camera_id")
    for camera in cameras:
        name = camera.camera_id
        up.add_metric([name], camera.state is CameraState.RUNNING)
        for one_state in CameraState:
            state.add_metric([name, one_state], camera.state is one_state)
        for one_view in ViewState:
            view.add_metric([name, one_view], camera.view is one_view)
        fps.add_metric([name], camera.fps)
        if camera.frame_age_s is not None:
            age.add_metric([name], camera.frame_age_s)
        judged.add_metric([name], camera.judged)
        corrupt.add_metric([name], camera.corrupt)
    yield from (up, state, view, fps, age, judged, corrupt)


def _of_figures(cameras: Iterable[Figures]) -> Iterator[Metric]:
    frames = _counter("frames_decoded", "Frames decoded", "camera_id")
    gated = _counter("frames_gated", "Frames without motion, not judged", "camera_id")
    dropped = _counter("frames_dropped", "Frames not judged, by reason", "camera_id", "reason")
    decoding = _counter("decoding_seconds", "Time spent in each mode", "camera_id", "mode")
    reconnects = _counter("reconnects", "Connections made anew", "camera_id", "fault")
    for camera in cameras:
        name = camera.camera_id
        frames.add_metric([name], camera.frames)
        gated.add_metric([name], camera.gated)
        dropped.add_metric([name, "overtaken"], camera.overtaken)
        dropped.add_metric([name, "stale"], camera.stale)
        for mode in Decoding:
            decoding.add_metric([name, mode], camera.decoding_s.get(mode, 0.0))
        for fault, count in camera.reconnects.items():
            reconnects.add_metric([name, fault], count)
    yield from (frames, gated, dropped, decoding, reconnects)


def _of_detectors(detectors: Detectors) -> Iterator[Metric]:
    up = _gauge("detector_up", "1 while it judges", "device", "model")
    images = _counter("detector_images", "Images judged", "device", "model")
    restarts = _counter("detector_restarts", "Processes replaced", "device", "model")
    names = _gauge("model_info", "1 for each model loaded so far", "model", "name", "version")
    known = detectors.known()
    for ref in known:
        names.add_metric([ref.sha256[:SHORT], ref.name, ref.version], 1)
    own = known[0].sha256 if known else ""
    for one in detectors.health():
        labels = [one.device, (one.model or own)[:SHORT]]
        up.add_metric(labels, one.is_up)
        images.add_metric(labels, one.images)
        restarts.add_metric(labels, one.restarts)
    yield from (up, images, restarts, names)


def _of_outbox(outbox: Outbox) -> Iterator[Metric]:
    backlog = outbox.backlog()
    queued = _gauge("outbox_queued", "Revisions and files that the web does not have yet")
    parked = _gauge("outbox_parked", "Revisions and files that the web refused for good")
    oldest = _gauge("outbox_oldest_seconds", "Age of the oldest event that is not delivered")
    age = 0.0 if backlog.oldest_t is None else max(0.0, time.time() - backlog.oldest_t)
    for gauge, value in ((queued, backlog.queued), (parked, backlog.parked), (oldest, age)):
        gauge.add_metric([], value)
        yield gauge


def _of_room(room: Room) -> Iterator[Metric]:
    taken = room.taken
    free = _gauge("disk_free_bytes", "What is free on the disk of the worker's directory")
    used = _gauge("disk_used_bytes", "What the worker's directory holds")
    waiting = _gauge("disk_waiting_bytes", "Evidence that the web does not have yet")
    recording = _gauge("recording", "1 while video is kept; 0 where there is no room")
    values = taken.free, taken.used, taken.waiting, room.records
    for gauge, value in zip((free, used, waiting, recording), values, strict=True):
        gauge.add_metric([], value)
        yield gauge


class Usage:
    """CPU seconds and memory by kind of process; what an ended process used stays counted."""

    def __init__(self) -> None:
        self._seen: dict[str, dict[int, float]] = {}
        self._ended: dict[str, float] = {}

    def read(self, processes: dict[str, list[int]]) -> Iterator[Metric]:
        cpu = _counter("process_cpu_seconds", "CPU time used", "kind")
        memory = _gauge("process_resident_bytes", "Memory in use, shared memory with it", "kind")
        count = _gauge("processes", "Processes running", "kind")
        for kind, pids in processes.items():
            found = {pid: usage for pid in pids if (usage := usage_of(pid)) is not None}
            cpu.add_metric([kind], self._total(kind, {p: u[0] for p, u in found.items()}))
            memory.add_metric([kind], sum(resident for _, resident in found.values()))
            count.add_metric([kind], len(found))
        yield from (cpu, memory, count)

    def _total(self, kind: str, now: dict[int, float]) -> float:
        before = self._seen.get(kind, {})
        gone = sum(seconds for pid, seconds in before.items() if pid not in now)
        self._ended[kind] = self._ended.get(kind, 0.0) + gone
        self._seen[kind] = now
        return self._ended[kind] + sum(now.values())


def usage_of(pid: int) -> tuple[float, int] | None:
    """CPU seconds and resident bytes of a process; None where it is gone or there is no /proc."""
    try:
        # The name of a process stands in brackets and may hold anything.
        words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, IndexError, ValueError):
        return None
    ticks = int(words[11]) + int(words[12])
    return ticks / os.sysconf("SC_CLK_TCK"), pages * os.sysconf("SC_PAGE_SIZE")


def _gauge(name: str, text: str, *labels: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"{SPACE}_{name}", text, labels=labels)


def _counter(name: str, text: str, *labels: str) -> CounterMetricFamily:
    return CounterMetricFamily(f"{SPACE}_{name}", text, labels=labels)
