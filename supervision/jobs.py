"""The scheduler process: APScheduler, one leader by lease, never inside a web worker."""

from __future__ import annotations

import logging
import os
import secrets
import socket
import threading
import time
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger
from flask import Flask

from supervision.core import clock, lease
from supervision.core.db import db, transaction
from supervision.core.slice import Job
from supervision.slices import slices

LEASE = "scheduler"
TERM = timedelta(seconds=30)
RENEW_SECONDS = 10

log = logging.getLogger("supervision.jobs")


def all_jobs() -> list[Job]:
    return [job for manifest in slices() for job in manifest.jobs]


def run_job(app: Flask, job: Job) -> int:
    """Run one job now, in its own application context; returns how many rows it handled."""
    with app.app_context():
        started = time.monotonic()
        try:
            count = job.run(clock.now())
        except Exception:
            db.session.rollback()
            log.exception("job %s failed", job.name)
            raise
        if count:
            log.info("job %s handled %s in %.1f s", job.name, count, time.monotonic() - started)
        return count


class Scheduler:
    """Holds the lease while it runs; a second one waits and takes over when the first is gone."""

    def __init__(
        self,
        app: Flask,
        jobs: Sequence[Job],
        *,
        term: timedelta = TERM,
        renew_seconds: float = RENEW_SECONDS,
    ) -> None:
        self.app = app
        self.jobs = jobs
        self.term = term
        self.renew_seconds = renew_seconds
        self.holder = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        self._stop = threading.Event()
        self._background: BackgroundScheduler | None = None

    @property
    def leads(self) -> bool:
        return self._background is not None

    def run(self) -> None:
        """Until :meth:`stop`; jobs that are running then may finish."""
        while not self._stop.is_set():
            self._lead(self._renew())
            self._stop.wait(self.renew_seconds)
        self._lead(False)

    def stop(self) -> None:
        self._stop.set()

    def _renew(self) -> bool:
        try:
            with self.app.app_context(), transaction():
                return lease.acquire(LEASE, self.holder, clock.now(), self.term)
        except Exception:
            log.exception("the lease could not be renewed")
            return False

    def _lead(self, leads: bool) -> None:
        if leads and self._background is None:
            log.info("this scheduler leads")
            self._background = BackgroundScheduler(timezone=clock.SHANGHAI)
            for job in self.jobs:
                self._add(self._background, job)
            self._background.start()
        elif not leads and self._background is not None:
            self._background.shutdown(wait=True)
            self._background = None

    def _add(self, scheduler: BackgroundScheduler, job: Job) -> None:
        fields = dict(job.trigger)
        repeats = "seconds" in fields
        options: dict[str, Any] = {"next_run_time": clock.now()} if repeats else {}
        scheduler.add_job(
            run_job,
            IntervalTrigger(**fields)
            if repeats
            else CronTrigger(timezone=clock.SHANGHAI, **fields),
            args=(self.app, job),
            id=job.name,
            coalesce=True,
            max_instances=1,
            misfire_grace_time=3600,
            **options,
        )
