"""The inference processes as the worker sees them: one for each model in use on each device.

A camera asks for a model; it is moved to that model's process once the process is ready, and stays
with the one that judges it until then. Whatever happens to a model from the web, there is always
the worker's own to fall back on: a camera is never judged by weights that nobody named, and never by
none.
"""

from __future__ import annotations

import logging
import select
import time
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass

from vision.bell import Bell
from vision.config import VisionSettings
from vision.contract import DetectorHealth, ModelRef, ModelState
from vision.inference.engine import START_UP_S, Engine, names_of
from vision.inference.messages import Alive, Follow, Forget, Judged, Message, Ready
from vision.inference.remembered import Remembered
from vision.models import ModelError, ModelFile

log = logging.getLogger(__name__)
OWN = ""  # the key of the worker's own model among the hashes
MOST_MODELS = 8  # at once on one device: each is a process with its weights in memory
MOST_FAILURES = 5  # in a row, of a model from the web
BROKEN_S = 600.0
IDLE_S = 30.0
END_S = 5.0


@dataclass(frozen=True, slots=True)
class Wanted:
    """A camera's place: on which device, which mailbox, judged by which weights.

    ``ring`` hears the number of the bell, among those of the device, that its frames are to ring.
    """

    device: int
    follow: Follow
    model: str = OWN
    ring: Callable[[int], None] = lambda _: None


@dataclass(frozen=True, slots=True)
class _Device:
    name: str
    kind: str
    bells: tuple[Bell, ...]


class Detectors:
    """Used by the worker's main thread only; :meth:`health` may be read from others."""

    def __init__(self, settings: VisionSettings) -> None:
        self._settings = settings
        self._devices = [
            _Device(name, kind, tuple(Bell() for _ in range(MOST_MODELS)))
            for name, kind in zip(names_of(settings.devices), settings.devices, strict=True)
        ]
        self._engines: dict[tuple[int, str], Engine] = {}
        self._ending: list[tuple[Engine, float]] = []
        self._wanted: dict[str, Wanted] = {}
        self._seats: dict[str, Engine] = {}
        self._files: dict[str, ModelFile] = {}
        self._last = Remembered(settings.directory)
        self._broken: dict[str, tuple[str, float]] = {}
        self._spoilt: dict[str, str] = {}
        self._stale: dict[str, int] = {}
        self._judged: dict[str, int] = {}
        self._found: list[Judged] = []
        self._health: tuple[DetectorHealth, ...] = ()
        self._states: dict[str, tuple[ModelState, str]] = {}
        self._pids: list[int] = []
        self._loaded: dict[str, Ready] = {}
        self._first: Ready | None = None

    @property
    def bells(self) -> tuple[tuple[Bell, ...], ...]:
        """For each device those that may be rung; a mailbox is told which one is its own."""
        return tuple(device.bells for device in self._devices)

    @property
    def processes(self) -> list[int]:
        """Those that run, by number; may be read from other threads."""
        return list(self._pids)

    def start(self) -> Ready:
        """Load the worker's own model on every device.

        Raises :class:`ModelError` where that is impossible.
        """
        until = time.monotonic() + START_UP_S
        engines = [self._own(number) for number in range(len(self._devices))]
        for engine in engines:
            engine.start(self._settings)
        try:
            for engine in engines:
                self._await(engine, until)
        except ModelError:
            self.close()
            raise
        self.tick()
        if self._first is None:
            raise ModelError("no device to run the model on")
        return self._first

    def follow(self, wanted: Mapping[str, Wanted]) -> None:
        """Judge these cameras and no others, each by its model as soon as that can be had."""
        self._wanted = dict(wanted)
        for camera_id in self._seats.keys() - wanted.keys():
            self._leave(camera_id)
        for counts in (self._judged, self._stale):
            for camera_id in counts.keys() - wanted.keys():
                del counts[camera_id]
        self._arrange(time.monotonic())

    def offer(self, files: Mapping[str, ModelFile]) -> None:
        """Which weights may be loaded by their hash, from now on."""
        if files != self._files:
            self._files = dict(files)
            self._arrange(time.monotonic())

    def spoilt(self) -> dict[str, str]:
        """Hashes whose file was not what it should be, with the reason; each is told once."""
        spoilt, self._spoilt = self._spoilt, {}
        return spoilt

    def take(self, timeout_s: float) -> list[Judged]:
        """What was judged since the last call; waits up to ``timeout_s`` for the first."""
        sleeper = select.poll()
        for engine in self._engines.values():
            if engine.pipe is not None:
                sleeper.register(engine.pipe.fileno(), select.POLLIN)
        sleeper.poll(int(1000 * timeout_s))
        for engine in list(self._engines.values()):
            self._read(engine)
        found, self._found = self._found, []
        return found

    def who(self, judged: Judged) -> Ready:
        """Whose judgement it is: the weights and the names of their classes."""
        return self._loaded[judged.model]

    def tick(self) -> None:
        """Replace what died, kill what hangs, move who can be. Call it right after :meth:`take`."""
        now = time.monotonic()
        self._arrange(now)
        for key, engine in list(self._engines.items()):
            self._watch(key, engine, now)
            engine.rate.turn(now)
        self._stop_idle(now)
        self._reap(now)
        self._last.save(self._wanted)
        engines = list(self._engines.values())
        self._pids = [e.process.pid or 0 for e in engines if e.process is not None]
        self._health = tuple(engine.health() for engine in engines)
        self._states = self._look_at_states(now)

    def health(self) -> tuple[DetectorHealth, ...]:
        return self._health

    def known(self) -> tuple[ModelRef, ...]:
        """All that were loaded, the worker's own first; may be asked from other threads."""
        return tuple(ready.model for ready in list(self._loaded.values()))

    def states(self) -> Mapping[str, tuple[ModelState, str]]:
        """How loading went, by hash, of what was to be loaded; may be read from other threads."""
        return self._states

    def in_use(self) -> Collection[str]:
        """The hashes that processes run; may be asked from other threads."""
        return {sha256 for _, sha256 in list(self._engines)}

    def judged(self, camera_id: str) -> int:
        return self._judged.get(camera_id, 0)

    def stale(self, camera_id: str) -> int:
        """Frames that came too late to be judged."""
        return self._stale.get(camera_id, 0)

    def close(self) -> None:
        engines = [*self._engines.values(), *(engine for engine, _ in self._ending)]
        for engine in engines:
            engine.send(None)
        for engine in engines:
            if engine.process is not None:
                engine.process.join(2.0)
            self._kill(engine)
        for device in self._devices:
            for bell in device.bells:
                bell.close()
        self._devices, self._engines, self._ending, self._seats = [], {}, [], {}

    # Who judges whom.

    def _arrange(self, now: float) -> None:
        for camera_id, wanted in self._wanted.items():
            before = self._seats.get(camera_id)
            engine = self._choice(camera_id, wanted, before, now)
            if engine is not before:
                self._leave(camera_id)
                self._seats[camera_id] = engine
                if before is not None:
                    log.info("camera %s is judged by %s now", camera_id, engine.name)
            if engine.follow(wanted.follow):
                wanted.ring(engine.slot)

    def _choice(self, camera_id: str, wanted: Wanted, before: Engine | None, now: float) -> Engine:
        """The wanted model's process, else the one that judged it last, else the worker's own."""
        if before is not None and self._engines.get((wanted.device, before.sha256)) is not before:
            before = None  # it is gone, or on another device
        aim = self._aim(wanted, now)
        for engine in (aim, before):
            if engine is None:
                continue
            if engine.is_up or (engine is before and not engine.is_lost(now)):
                if engine is aim:
                    self._last.put(camera_id, engine.file)
                elif engine.file is None:
                    break
                return engine
        last = self._last.get(camera_id)
        remembered = self._by_hash(wanted.device, last, now) if last and aim is None else None
        return remembered if remembered and remembered.is_up else self._own(wanted.device)

    def _aim(self, wanted: Wanted, now: float) -> Engine | None:
        """The process of the wanted model, None where it cannot be; the next look starts a new one."""
        sha256 = self._key(wanted.model)
        if sha256 == OWN:
            return self._own(wanted.device)
        file = self._files.get(sha256)
        if file is None:
            return self._engines.get((wanted.device, sha256))
        return self._by_hash(wanted.device, file, now)

    def _by_hash(self, device: int, file: ModelFile, now: float) -> Engine | None:
        sha256 = file.ref.sha256
        engine = self._engines.get((device, sha256))
        if engine is None and self._why_broken(sha256, now) is None:
            engine = self._begin(device, file)
        return engine

    def _key(self, model: str) -> str:
        is_own = self._first is not None and model == self._first.model.sha256
        return OWN if is_own else model

    def _why_broken(self, sha256: str, now: float) -> str | None:
        detail, until = self._broken.get(sha256, ("", 0.0))
        return detail if now < until else None

    def _own(self, number: int) -> Engine:
        if (number, OWN) not in self._engines:
            device = self._devices[number]
            self._engines[number, OWN] = Engine(device.name, device.kind, 0, device.bells[0])
        return self._engines[number, OWN]

    def _begin(self, number: int, file: ModelFile) -> Engine | None:
        device = self._devices[number]
        taken = {engine.slot for (where, _), engine in self._engines.items() if where == number}
        taken |= {engine.slot for engine, _ in self._ending if engine.bell in device.bells}
        free = sorted(set(range(1, MOST_MODELS)) - taken)
        if not free:
            return None
        engine = Engine(device.name, device.kind, free[0], device.bells[free[0]], file)
        self._engines[number, file.ref.sha256] = engine
        return engine

    def _leave(self, camera_id: str) -> None:
        engine = self._seats.pop(camera_id, None)
        if engine is not None and engine.follows.pop(camera_id, None) is not None:
            engine.send(Forget(camera_id))

    def _stop_idle(self, now: float) -> None:
        aimed = {(w.device, self._key(w.model)) for w in self._wanted.values()}
        busy = {where for (where, _), engine in self._engines.items() if engine.follows}
        for key, engine in list(self._engines.items()):
            is_last = key[1] == OWN and key[0] not in busy
            if engine.follows or key in aimed or is_last:
                engine.idle_since = None
            elif engine.idle_since is None:
                engine.idle_since = now
            elif now - engine.idle_since > IDLE_S:
                log.info("inference process on %s is not needed any more", engine.name)
                self._drop(key, engine, now)

    def _drop(self, key: tuple[int, str], engine: Engine, now: float) -> None:
        """Let it end by itself; who waited for that would keep all cameras waiting."""
        del self._engines[key]
        for camera_id in [c for c, seat in self._seats.items() if seat is engine]:
            del self._seats[camera_id]
        engine.follows.clear()
        engine.send(None)
        self._ending.append((engine, now + END_S))

    def _reap(self, now: float) -> None:
        for pair in list(self._ending):
            engine, until = pair
            if engine.process is None or not engine.process.is_alive() or now > until:
                self._kill(engine)
                self._ending.remove(pair)

    # How they do.

    def _await(self, engine: Engine, until: float) -> None:
        while not engine.is_ready:
            if engine.pipe is not None:
                with suppress(OSError):
                    engine.pipe.poll(0.1)
            self._read(engine)
            if engine.detail:
                raise ModelError(engine.detail)
            process = engine.process
            if not engine.is_ready and (process is None or not process.is_alive()):
                code = None if process is None else process.exitcode
                raise ModelError(f"the model could not be loaded: its process ended with {code}")
            if time.monotonic() > until:
                raise ModelError(f"the model was not loaded within {START_UP_S:.0f} s")

    def _read(self, engine: Engine) -> None:
        for message in engine.read():
            self._heed(engine, message)

    def _heed(self, engine: Engine, message: Message) -> None:
        engine.heard_at = time.monotonic()
        if isinstance(message, Judged):
            if not engine.is_ready:
                return  # by weights that were not accepted
            engine.images += 1
            engine.rate.add(message.took_s)
            self._judged[message.camera_id] = self._judged.get(message.camera_id, 0) + 1
            self._found.append(message)
        elif isinstance(message, Alive):
            for camera_id, count in message.stale.items():
                self._stale[camera_id] = self.stale(camera_id) + count
        elif isinstance(message, Ready):
            self._accept(engine, message)
        else:
            engine.detail, engine.is_changed = message.detail, message.is_changed

    def _accept(self, engine: Engine, ready: Ready) -> None:
        if engine.file is None:
            self._first = self._first or ready
        expected = engine.file.ref if engine.file else self._first and self._first.model
        # Events name the weights that judged: other ones may not creep in.
        if ready.model != expected:
            engine.detail = "the model file is not what it was at start"
            return
        engine.ready()
        self._loaded[ready.model.sha256] = ready

    def _watch(self, key: tuple[int, str], engine: Engine, now: float) -> None:
        if engine.process is None:
            if now >= engine.restart_at:
                engine.start(self._settings)
            return
        why = engine.trouble(now, self._settings.detector_watchdog_s)
        if not why:
            return
        was_unusable = bool(engine.detail)
        self._kill(engine)
        engine.fail(why, now)
        if engine.file is not None and (was_unusable or engine.failures >= MOST_FAILURES):
            self._give_up(key, engine, why, now)

    def _give_up(self, key: tuple[int, str], engine: Engine, why: str, now: float) -> None:
        """A model from the web that cannot be run here; its cameras go back to the worker's own."""
        if engine.is_changed:
            self._spoilt[key[1]] = why
            self._files.pop(key[1], None)
            self._last.forget(key[1])
        else:
            self._broken[key[1]] = why, now + BROKEN_S
        self._drop(key, engine, now)

    def _kill(self, engine: Engine) -> None:
        engine.kill()
        self._read(engine)  # what it judged before it died
        engine.hang_up()

    def _look_at_states(self, now: float) -> dict[str, tuple[ModelState, str]]:
        states: dict[str, tuple[ModelState, str]] = {}
        for (_, sha256), engine in self._engines.items():
            if sha256 != OWN and not engine.is_up:
                lost = engine.lost_at is not None
                state = ModelState.FAILED if lost else ModelState.FETCHING
                states[sha256] = state, "its process is begun anew" if lost else "is being loaded"
        for wanted in self._wanted.values():
            sha256 = self._key(wanted.model)
            if sha256 in self._files and (wanted.device, sha256) not in self._engines:
                why = self._why_broken(sha256, now)
                full = f"this node runs at most {MOST_MODELS} models at once"
                states[sha256] = ModelState.FAILED, why or full
        return states
