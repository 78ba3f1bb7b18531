"""Delivers the outbox: events in order, then the files they declare; never gives up on either.

What waits together travels together: a request costs both sides more than what a message says.
"""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable, Sequence

from vision.contract import MAX_EVENTS
from vision.outbox import Outbox, QueuedRevision
from vision.patience import MOST_REST_S, Patience
from vision.timing import Backoff
from vision.web import NO_ROOM, Answer, WebClient, WebRefusedError, WebUnavailableError

log = logging.getLogger(__name__)
# Between two looks into an empty outbox, more or less: what stood still together comes back apart.
IDLE_S, IDLE_SPREAD = 1.0, 0.5
# What only adds to an episode that the web knows waits so long for company; what is new does not,
# except while the web answers slowly.
LINGER_S = 3.0
MOST_BYTES = 1024 * 1024  # in one request
# The web took no batch: it is older, or chokes on one message. For so long each goes by itself.
ALONE_S = 600.0
EVIDENCE_RETRY_S = 5.0
EVENT_RETRY_S = 10.0
LONGEST_WAIT_S = 20.0  # it is our own web: no account to lock, and someone waits for the event
REFUSED_PROBE_S = 300.0  # a revoked token may be put right on the web's side; never retried hot
# While the web has no room for evidence: it is asked again, ever more rarely.
ROOM_RETRY_S, ROOM_LONGEST_S = 10.0, 300.0
# The message itself is at fault: sending it again would only fail again.
_PARK = frozenset({400, 409, 413, 415, 422})


class Publisher:
    """Runs in a thread of its own until ``stop`` is set."""

    def __init__(
        self,
        outbox: Outbox,
        web: WebClient,
        *,
        now: Callable[[], float] = time.time,
        linger_s: float = LINGER_S,
    ) -> None:
        self._outbox, self._web, self._now, self._linger_s = outbox, web, now, linger_s
        self._waiting_since: float | None = None
        self._alone_until: float | None = None
        self._patience = Patience()
        self._rests_until = 0.0
        self._backoff = Backoff(1.0, LONGEST_WAIT_S)
        self.refused = False
        self._room = Backoff(ROOM_RETRY_S, ROOM_LONGEST_S)
        self._room_at: float | None = None

    def run(self, stop: threading.Event) -> None:
        while not stop.is_set():
            stop.wait(self.step())

    def step(self) -> float:
        """Deliver what goes in one request; returns how many seconds to wait before the next."""
        try:
            busy = self._send_revisions() or self._send_evidence()
        except WebRefusedError as error:
            if not self.refused:
                log.critical("publishing stopped: %s; events are kept until it is put right", error)
            self.refused = True
            return REFUSED_PROBE_S
        except WebUnavailableError as error:
            wait = self._backoff.next()
            log.warning(
                "%s; next try in %.1f s, %d waiting", error, wait, self._outbox.queue_length()
            )
            return wait
        except Exception:
            # A full disk or a locked file must not end delivery for good.
            log.exception("delivery failed")
            return self._backoff.next()
        self._backoff.reset()
        self.refused = False
        return 0.0 if busy else idle_s()

    def _send_revisions(self) -> bool:
        queued = self._outbox.next_revisions(self._now(), MAX_EVENTS)
        if not queued or self._waits_for_company(queued):
            return False
        self._waiting_since = None
        asked = self._now()
        if len(queued) == 1 or self._sends_alone():
            self._send_one(queued[0])
        else:
            self._send_several(that_fit(queued))
        answered = self._now()
        self._rests_until = answered + self._patience.rest_s(answered - asked)
        return True

    def _waits_for_company(self, queued: Sequence[QueuedRevision]) -> bool:
        now = self._now()
        if self._waiting_since is None:
            self._waiting_since = now
        if len(queued) == MAX_EVENTS or self._sends_alone():
            return False
        # A clock that was set back must make neither wait longer.
        if 0 < self._rests_until - now <= MOST_REST_S:
            return True
        if any(one.revision == 1 for one in queued):
            return False
        return 0 <= now - self._waiting_since < self._linger_s

    def _sends_alone(self) -> bool:
        until = self._alone_until
        return until is not None and 0 < until - self._now() <= ALONE_S

    def _send_several(self, queued: Sequence[QueuedRevision]) -> None:
        try:
            answers = self._web.post_events([one.body for one in queued])
        except WebUnavailableError as error:
            if error.answered:
                self._alone_until = self._now() + ALONE_S
            raise
        if answers is None:
            log.info("the web took %d events in no one request, each goes by itself", len(queued))
            self._alone_until = self._now() + ALONE_S
            return
        done = []
        for one, answer in zip(queued, answers, strict=True):
            note = _ended(one, answer)
            if note is None:
                later = self._now() + EVENT_RETRY_S
                self._outbox.revision_later(one.row_id, later, _note(answer))
            else:
                done.append((one.row_id, note))
        self._outbox.revisions_done(done)

    def _send_one(self, queued: QueuedRevision) -> None:
        try:
            answer = self._web.post_event(queued.body)
        except WebUnavailableError as error:
            if error.answered:
                # One message that the web chokes on must not hold up all the others.
                later = self._now() + EVENT_RETRY_S
                self._outbox.revision_later(queued.row_id, later, str(error))
            raise
        note = _ended(queued, answer)
        if note is None:
            raise WebUnavailableError(f"the web answered {answer.status} to an event")
        self._outbox.revisions_done([(queued.row_id, note)])

    def _send_evidence(self) -> bool:
        if self._waits_for_room():
            return False
        queued = self._outbox.next_evidence(self._now())
        if queued is None:
            return False
        if not queued.path.is_file():
            self._outbox.evidence_done(queued.row_id, parked="the file is gone")
            log.error("evidence %s of %s is gone", queued.sha256, queued.event_id)
            return True
        answer = self._web.put_evidence(
            queued.event_id, queued.sha256, queued.path, queued.media_type
        )
        if answer.status == NO_ROOM:
            self._await_room(answer)
            return False
        self._room_at = None
        self._room.reset()
        if answer.status in (200, 201):
            self._outbox.evidence_done(queued.row_id)
            log.info("evidence %s of %s delivered", queued.sha256[:12], queued.event_id)
        elif answer.status in _PARK:
            self._outbox.evidence_done(queued.row_id, parked=_note(answer))
            log.error("evidence %s parked: %s", queued.sha256[:12], _note(answer))
        else:
            # 404: the event has not arrived yet, or the web came back without it.
            later = self._now() + EVIDENCE_RETRY_S
            self._outbox.evidence_later(queued.row_id, later, _note(answer))
        return True

    def _waits_for_room(self) -> bool:
        # A clock that was set back must not make the wait longer.
        return self._room_at is not None and 0 < self._room_at - self._now() <= ROOM_LONGEST_S

    def _await_room(self, answer: Answer) -> None:
        if self._room_at is None:
            log.error("the web has no room for evidence, it is kept here: %s", _note(answer))
        self._room_at = self._now() + min(self._room.next(), ROOM_LONGEST_S)


def idle_s() -> float:
    """Seconds until the next look, by chance.

    All workers that waited for one web ask it at once when it is back, and would do so every second
    from then on.
    """
    return IDLE_S * (1 - IDLE_SPREAD + 2 * IDLE_SPREAD * random.random())  # noqa: S311 - no secret


def that_fit(queued: Sequence[QueuedRevision]) -> list[QueuedRevision]:
    """As many of the first as one request may hold; one always goes."""
    room = MOST_BYTES
    fit: list[QueuedRevision] = []
    for one in queued:
        room -= len(one.body)
        if fit and room < 0:
            break
        fit.append(one)
    return fit


def _ended(queued: QueuedRevision, answer: Answer) -> str | None:
    """Why it is parked, nothing where the web has it; None where it is to be sent again."""
    if answer.status in (200, 201):
        log.info("event %s revision %d delivered", queued.event_id, queued.revision)
        return ""
    if answer.status in _PARK:
        note = _note(answer)
        log.error("event %s revision %d parked: %s", queued.event_id, queued.revision, note)
        return note
    return None


def _note(answer: Answer) -> str:
    return f"{answer.status} {answer.problem}".strip()
