"""A job's file from the web, and what it made back to it: tried again, but not for ever."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path

from vision.contract import JobResult, NodeJob
from vision.jobs.messages import Done
from vision.timing import Backoff
from vision.web import Answer, WebClient, WebUnavailableError

log = logging.getLogger(__name__)
LONGEST_WAIT_S = 20.0
AT_LEAST_S = 60.0  # a job that took its whole lease is still worth telling
_GONE = (404, 410)


class Delivery:
    """Times ``until`` are monotonic: then the web gives the job out again, and so it is let go."""

    def __init__(self, web: WebClient, stop: threading.Event) -> None:
        self._web, self._stop = web, stop

    def fetch(self, job: NodeJob, path: Path, until: float) -> bool:
        """Whether the job's file is at ``path``; where it cannot be had, that is told."""
        source = job.source
        if source is None:
            return False
        answer = self._insist(
            lambda: self._web.fetch_source(job.job_id, source.sha256, path), until
        )
        if answer is None or answer.status in _GONE:
            log.info("job %s was withdrawn or its file is gone", job.job_id)
            return False
        if answer.status != 200:
            self.fail(job.job_id, f"its file: {answer.status} {answer.problem}", until)
        return answer.status == 200

    def tell(self, done: Done, until: float) -> None:
        """The file first, then how the job ended."""
        result, path = done.result, done.path
        until = max(until, time.monotonic() + AT_LEAST_S)
        if path is not None and result.sha256 is not None:
            sha256, media_type = result.sha256, result.media_type
            answer = self._insist(
                lambda: self._web.put_file(result.job_id, sha256, path, media_type), until
            )
            if answer is None or answer.status in _GONE:
                log.info("job %s was withdrawn", result.job_id)
                return
            if answer.status not in (200, 201):
                problem = f"the web refused its file: {answer.status} {answer.problem}"
                self.fail(result.job_id, problem, until)
                return
        self._end(result, until)

    def fail(self, job_id: str, problem: str, until: float) -> None:
        self._end(JobResult(job_id, ok=False, problem=problem[:500]), until)

    def _end(self, result: JobResult, until: float) -> None:
        until = max(until, time.monotonic() + AT_LEAST_S)
        answer = self._insist(lambda: self._web.post_result(result), until)
        if answer is None:
            log.warning("the end of job %s could not be told", result.job_id)
        elif answer.status in _GONE:
            log.info("job %s was withdrawn", result.job_id)
        elif answer.status >= 400:
            log.error("job %s: %s %s", result.job_id, answer.status, answer.problem)
        else:
            log.info("job %s is done: %s", result.job_id, result.problem or "ok")

    def _insist(self, call: Callable[[], Answer], until: float) -> Answer | None:
        """The web's answer; None where it gave none in time, or the worker is being ended."""
        backoff = Backoff(1.0, LONGEST_WAIT_S)
        while not self._stop.is_set():
            try:
                return call()
            except WebUnavailableError as error:
                wait = backoff.next()
                if time.monotonic() + wait > until:
                    log.warning("given up: %s", error)
                    return None
                self._stop.wait(wait)
        return None
