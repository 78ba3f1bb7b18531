"""One scheduler works, a second one waits for its turn."""

from __future__ import annotations

import threading
import time
from datetime import datetime, timedelta

import pytest
from apscheduler.triggers.cron import CronTrigger

from supervision.core import clock
from supervision.core.slice import Job
from supervision.jobs import Scheduler, all_jobs, run_job


@pytest.fixture
def runs():
    return []


@pytest.fixture
def scheduler_of(app, runs):
    """Makes schedulers with a job that notes by whom it was run, several times a second."""
    started: list[tuple[Scheduler, threading.Thread]] = []

    def make(name: str) -> Scheduler:
        job = Job("note", lambda _now: runs.append(name) or 1, {"seconds": 0.2})
        scheduler = Scheduler(app, [job], term=timedelta(seconds=1.5), renew_seconds=0.3)
        thread = threading.Thread(target=scheduler.run)
        thread.start()
        started.append((scheduler, thread))
        return scheduler

    yield make
    for scheduler, thread in started:
        scheduler.stop()
        thread.join(10)


def until(condition, seconds=10):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return False


def test_a_second_scheduler_is_idle_and_takes_over_when_the_first_ends(scheduler_of, runs):
    first = scheduler_of("first")
    assert until(lambda: first.leads and "first" in runs)
    second = scheduler_of("second")
    assert until(lambda: runs.count("first") > 5)
    assert not second.leads
    assert "second" not in runs
    first.stop()
    assert until(lambda: second.leads and "second" in runs)


def test_a_job_that_fails_is_told_and_the_next_run_comes(app, caplog):
    def fail(_now):
        raise RuntimeError("broken row")

    with pytest.raises(RuntimeError):
        run_job(app, Job("bad", fail, {"seconds": 1}))
    assert "job bad failed" in caplog.text


def test_every_job_runs_on_an_empty_installation_and_twice_changes_nothing(app):
    for job in all_jobs():
        run_job(app, job)
        assert run_job(app, job) == 0, job.name


def test_job_names_are_unique():
    names = [job.name for job in all_jobs()]
    assert len(names) == len(set(names))


def test_the_months_packages_are_asked_for_on_the_first_in_shanghai_after_the_nights_figures():
    """Again on the second and third, for an installation whose scheduler slept on the first."""
    [job] = [job for job in all_jobs() if job.name == "report.queue_month"]
    trigger = CronTrigger(timezone=clock.SHANGHAI, **job.trigger)
    runs, after = [], datetime(2026, 10, 15, tzinfo=clock.SHANGHAI)
    for _run in range(4):
        runs.append(trigger.get_next_fire_time(None, after))
        after = runs[-1] + timedelta(minutes=1)
    assert [(run.month, run.day, run.hour) for run in runs] == [
        (11, 1, 6), (11, 2, 6), (11, 3, 6), (12, 1, 6),
    ]  # fmt: skip
    # A package holds the month's codes, which the night freezes, and its duties.
    first, clocks = datetime(2026, 11, 1, tzinfo=clock.SHANGHAI), {}
    for job in all_jobs():
        if job.name in {"score.nightly", "dutylist.watch"}:
            trigger = CronTrigger(timezone=clock.SHANGHAI, **job.trigger)
            clocks[job.name] = trigger.get_next_fire_time(None, first)
    assert len(clocks) == 2
    assert max(clocks.values()) < runs[0]
