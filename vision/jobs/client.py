"""The worker's two threads for what the web asks: one asks and sends pictures, one does jobs.

The web never dials and is not asked for nothing: an answer of its own says that something waits.
"""

from __future__ import annotations

import logging
import queue
import shutil
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from vision.config import VisionSettings
from vision.contract import Camera, LiveWant, NodeConfig, NodeJob, NodeWork, SpecialDay
from vision.jobs.delivery import Delivery
from vision.jobs.lane import Lane, LaneError, StoppedError
from vision.jobs.live import Wanted
from vision.jobs.messages import Done, Look, Picture, Spec, Work
from vision.models import ModelFile
from vision.publisher import LONGEST_WAIT_S, REFUSED_PROBE_S
from vision.timing import Backoff
from vision.web import WebClient, WebRefusedError, WebUnavailableError

log = logging.getLogger(__name__)
TICK_S = 0.5
LOOK_S = 10.0
JOB_S = 120.0
ROOM_BYTES = 256 * 1024 * 1024  # what a job leaves free; it needs half of that at most


@dataclass(frozen=True, slots=True)
class Known:
    """What is watched now; of the cameras nothing secret."""

    cameras: dict[str, Camera]
    model: str = ""
    days: tuple[SpecialDay, ...] = ()
    hosts: tuple[str, ...] = ()


class Jobs:
    """Both threads and what they share. :meth:`ring` and :meth:`heed` may come from any thread."""

    def __init__(
        self,
        settings: VisionSettings,
        new_web: Callable[[], WebClient],
        models: Callable[[], Mapping[str, ModelFile]] = dict,
    ) -> None:
        """``models`` tells which weights of the web's may be loaded, by hash; from any thread."""
        self._settings, self._new_web, self._models = settings, new_web, models
        self._spec = Spec(settings.backend, settings.model, settings.log_format)
        self._known = Known({})
        self._bell = threading.Event()
        self._queue: queue.Queue[tuple[NodeJob, float]] = queue.Queue()
        self._held: set[str] = set()
        self._folder = settings.directory / "jobs"

    def ring(self) -> None:
        """Something waits on the web."""
        self._bell.set()

    def heed(self, config: NodeConfig) -> None:
        """These cameras are watched from now on."""
        cameras = {c.camera_id: replace(c, url="", sub_url="") for c in config.cameras}
        # As in the fleet: the machine's own list counts, the web's fills a gap only.
        hosts = self._settings.stream_hosts or config.stream_hosts
        self._known = Known(cameras, config.model, config.days, hosts)

    def ask_and_show(self, stop: threading.Event) -> None:
        """The first thread."""
        lane = Lane("pictures", self._spec, stop)
        asker = Asker(self._new_web(), lambda: self._known, self._settings.directory, lane)
        while not stop.is_set():
            rung = self._bell.wait(min(TICK_S, asker.pause_s()))
            try:
                if rung and asker.may_ask():
                    self._bell.clear()
                    self._take(asker.ask())
                elif asker.is_due():
                    self._take(asker.ask())
                asker.send_due()
            except WebUnavailableError as error:
                log.warning("no work: %s", error)
                self._bell.set()
                asker.put_off()
            except WebRefusedError as error:
                log.critical("no work: %s", error)
                asker.put_off(REFUSED_PROBE_S)
            except StoppedError:
                break
            except Exception:
                log.exception("live pictures failed")
                asker.put_off()
            if rung:
                stop.wait(TICK_S)  # whatever waits for its turn must not make this spin
        lane.close()

    def do_jobs(self, stop: threading.Event) -> None:
        """The second thread."""
        shutil.rmtree(self._folder, ignore_errors=True)  # of a run that was killed
        lane = Lane("jobs", self._spec, stop)
        delivery = Delivery(self._new_web(), stop)
        while not stop.is_set():
            try:
                job, until = self._queue.get(timeout=TICK_S)
            except queue.Empty:
                lane.tend()
                continue
            try:
                self._do(job, until, lane, delivery)
            except WebRefusedError as error:
                log.critical("job %s: %s", job.job_id, error)
            except StoppedError:
                break
            except Exception:
                # It stays leased for a while, and then the web gives it out again.
                log.exception("job %s", job.job_id)
            finally:
                self._held.discard(job.job_id)
                shutil.rmtree(self._folder / job.job_id, ignore_errors=True)
        lane.close()

    def _take(self, work: NodeWork) -> None:
        until = time.monotonic() + work.lease_s
        for job in work.jobs:
            if job.job_id not in self._held:  # its lease may have ended while it waited here
                self._held.add(job.job_id)
                self._queue.put((job, until))

    def _do(self, job: NodeJob, until: float, lane: Lane, delivery: Delivery) -> None:
        log.info("job %s: %s of %s", job.job_id, job.kind, job.camera_id or "the network")
        try:
            folder = self._clean(job)
            source = folder / "source" if job.source is not None else None
            if source is not None and not delivery.fetch(job, source, until):
                return
            reply = lane.run(self._work(job, folder, source), JOB_S)
        except (LaneError, OSError) as error:
            log.warning("job %s failed: %s", job.job_id, error)
            delivery.fail(job.job_id, str(error), until)
            return
        if isinstance(reply, Done):
            delivery.tell(reply, until)

    def _clean(self, job: NodeJob) -> Path:
        """The job's own folder, empty; raises OSError where evidence needs what room there is."""
        folder = self._folder / job.job_id
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        if shutil.disk_usage(folder).free < ROOM_BYTES:
            raise OSError("the node's disk has no room for it")
        return folder

    def _work(self, job: NodeJob, folder: Path, source: Path | None) -> Work:
        known, directory = self._known, self._settings.directory
        camera = known.cameras.get(job.camera_id)
        return Work(
            job,
            folder,
            source,
            camera,
            directory / "ring" / job.camera_id,
            directory / "view" / f"{job.camera_id}.npz",
            known.days,
            known.hosts,
            self._models().get((camera.model if camera else "") or known.model),
        )


class Asker:
    """Asks for work when it is time, and sends what is looked at; used by one thread."""

    def __init__(
        self, web: WebClient, known: Callable[[], Known], directory: Path, lane: Lane
    ) -> None:
        self._web, self._known, self._directory, self._lane = web, known, directory, lane
        self._wanted = Wanted()
        self._backoff = Backoff(1.0, LONGEST_WAIT_S)
        self._asked_at = self._not_before = 0.0

    def may_ask(self) -> bool:
        return time.monotonic() >= self._not_before

    def is_due(self) -> bool:
        """While somebody looks, it is asked whether they still do."""
        pace_s = self._wanted.pace_s
        return pace_s is not None and self.may_ask() and time.monotonic() >= self._asked_at + pace_s

    def ask(self) -> NodeWork:
        work = self._web.fetch_work()
        self._backoff.reset()
        self._asked_at = time.monotonic()
        self._wanted.heed(work.live, self._asked_at)
        return work

    def put_off(self, seconds: float | None = None) -> None:
        """After a failure nothing is asked or sent for a while."""
        wait = self._backoff.next() if seconds is None else seconds
        self._not_before = time.monotonic() + wait

    def pause_s(self) -> float:
        return max(0.05, self._wanted.next_at(time.monotonic() + TICK_S) - time.monotonic())

    def send_due(self) -> None:
        """Send the pictures whose time has come; raises what the web's client and lane raise."""
        if not self.may_ask():
            return
        for want in self._wanted.due(time.monotonic()):
            self._send(want)
        self._lane.tend()

    def _send(self, want: LiveWant) -> None:
        camera = self._known().cameras.get(want.camera_id)
        ring = self._directory / "ring" / want.camera_id
        for segment in self._wanted.fresh(want.camera_id, ring, time.time()) if camera else ():
            assert camera is not None
            jpeg = self._picture(Look(segment.path, camera.masks, want.width))
            if not jpeg:
                continue  # it is being written: the one before it will do
            answer = self._web.put_live(want.camera_id, jpeg, segment.taken_at)
            if answer.status == 204:
                self._wanted.sent(want, segment.start_t, time.monotonic())
            else:
                if answer.status != 410:
                    log.warning(
                        "live picture of %s: %s %s", want.camera_id, answer.status, answer.problem
                    )
                self._wanted.drop(want.camera_id)
            return
        self._wanted.nothing_new(want.camera_id, time.monotonic())

    def _picture(self, look: Look) -> bytes:
        try:
            reply = self._lane.run(look, LOOK_S)
        except LaneError as error:
            log.warning("no live picture: %s", error)
            return b""
        return reply.jpeg if isinstance(reply, Picture) else b""
