"""Weights by their hash, from the registry to an event and back.

A real web, a real worker on an RTSP stream, small real ONNX models on onnxruntime. Weights are
registered, tried on the camera, spoilt on the node's disk and their process killed, and rolled back;
then others are tried whose stored file was changed: nobody gets those. Prints one line of JSON.

    switch_s       from the trial's begin until the node says that it runs the new weights
    gap_s          the longest time without a judged frame while that happened and afterwards
    named_new      violations that began on the trial and name the new weights
    named_wrong    violations that name other weights than those that judged just then
    mended_s       from the spoilt file and the kill until the new weights judge again
    back_s         from the roll-back until a violation names the former weights again
    reconnects     of the camera's stream through all of it
    damaged_ran    1 where weights whose stored file was changed judged a frame
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import requests
from sqlalchemy import select

from supervision.canary import queries as trials
from supervision.canary import service as canaries
from supervision.canary.models import Canary
from supervision.core.actor import SYSTEM
from supervision.core.attachments import storage
from supervision.core.db import db, transaction
from supervision.core.scope import unscoped, visible
from supervision.detector import queries as detectors
from supervision.detector import registration
from supervision.factory import throwaway_settings
from supervision.video.models import Camera, CameraHealth, Violation, VisionNode
from tests.contract.installation import Installation, free_port, wait_until
from tests.vision.small_models import make_model
from vision.contract import ModelCard, to_json

COUNTED = "anqi_vision_frames_judged_total{"


class Watch(threading.Thread):
    """Reads the worker's page ten times a second: when was a frame judged last, and by whom."""

    def __init__(self, port: int) -> None:
        super().__init__(daemon=True)
        self._url = f"http://127.0.0.1:{port}/metrics"
        self._ended = threading.Event()
        self._seen, self._at = 0.0, time.monotonic()
        self.gap_s = 0.0
        self.counts = False

    def run(self) -> None:
        while not self._ended.wait(0.1):
            with suppress(requests.RequestException):
                self._look(requests.get(self._url, timeout=2).text)

    def _look(self, page: str) -> None:
        judged = sum(float(line.split()[-1]) for line in page.splitlines() if COUNTED in line)
        now = time.monotonic()
        if self.counts:
            self.gap_s = max(self.gap_s, now - self._at)
        if judged > self._seen or not self.counts:
            self._seen, self._at = judged, now

    def stop(self) -> None:
        self._ended.set()
        self.join(3)


class Rig:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        settings = throwaway_settings(
            database_url=f"sqlite:///{folder}/web.db",
            storage_dir=folder / "storage",
            stream_hosts=("127.0.0.1",),
        )
        self.site = Installation(settings, folder)
        self.own = make_model(folder / "own.onnx", scale=0.95)
        self.canary = 0
        self._plainly_judged()
        self.site.start_streams()
        self.site.start_web()
        self.port = free_port()
        self.worker = self.site.start_worker(
            ANQI_BACKEND="onnx",
            ANQI_MODEL=str(folder / "own.onnx"),
            ANQI_VISION_METRICS=str(self.port),
            ANQI_VISION_LOG_FORMAT="json",
        )

    def _plainly_judged(self) -> None:
        """Every frame at the camera's rate, so that a hole in them is one."""
        with self.site.app.app_context(), transaction():
            for camera in db.session.scalars(visible(Camera, SYSTEM)):
                camera.gate = camera.adaptive = camera.view_check = False

    def ask(self, read: Callable[[], Any]) -> Any:
        with self.site.app.app_context():
            try:
                return read()
            finally:
                db.session.remove()

    def act(self, verb: Callable[[Any], Any]) -> Any:
        with self.site.app.app_context():
            try:
                with transaction():
                    done = verb(self.site.cast["administrator"])
                    db.session.flush()
                    return getattr(done, "id", None)
            finally:
                db.session.remove()

    def register(self, name: str, scale: float) -> str:
        """A bundle as training writes it; returns the hash."""
        bundle = self.folder / name
        bundle.mkdir()
        model = make_model(bundle / "model.onnx", scale=scale)
        card = ModelCard(
            name,
            "2",
            model.sha256,
            model.size,
            model.classes,
            licence="AGPL-3.0-or-later",
            training_data="None: a small model that sees blue",
            made_at=datetime.now(UTC),
        )
        (bundle / "card.json").write_text(json.dumps(to_json(card)))
        with (bundle / "card.json").open("rb") as told, (bundle / "model.onnx").open("rb") as file:
            self.act(lambda who: registration.register(who, registration.read_card(told), file))
        return model.sha256

    def begin(self, sha256: str) -> int:
        def verb(who: Any) -> Canary:
            model = detectors.by_sha256(sha256)
            assert model is not None
            cameras = list(db.session.scalars(visible(Camera, SYSTEM, Camera.id)))
            until = (datetime.now(UTC) + timedelta(days=2)).date()
            return canaries.begin(model, who, cameras, reason="bench", until=until)

        return int(self.act(verb))

    def roll_back(self, canary_id: int) -> None:
        def verb(who: Any) -> None:
            canaries.roll_back(trials.get_canary(canary_id, who), who)

        self.act(verb)

    def spoil_stored(self, sha256: str) -> None:
        def verb(_who: Any) -> None:
            model = detectors.by_sha256(sha256)
            assert model is not None
            assert model.attachment is not None
            path = storage().path(model.sha256)
            assert path is not None
            path.chmod(0o600)
            path.write_bytes(path.read_bytes().replace(b"blueness", b"redness!"))

        self.act(verb)

    def said_of(self, sha256: str) -> str:
        node = self.node()
        return next((m["state"] for m in node.models or () if m["sha256"] == sha256), "")

    def runs(self, sha256: str) -> bool:
        """Whether a process of the node judges with these weights ("": with its own)."""
        found = [d for d in self.node().detectors if d.get("model", "") == sha256]
        return any(d["is_up"] for d in found) and (not sha256 or self.said_of(sha256) == "ready")

    def node(self) -> VisionNode:
        def read() -> VisionNode:
            node = db.session.scalars(visible(VisionNode, SYSTEM)).one()
            db.session.refresh(node)
            db.session.expunge(node)
            return node

        return self.ask(read)  # type: ignore[no-any-return]

    def named(self, after: datetime) -> list[str]:
        """The weights of the violations that began after that, oldest first."""

        def read() -> list[str]:
            rows = db.session.scalars(visible(Violation, SYSTEM).order_by(Violation.started_at))
            return [row.model_sha256 for row in rows if row.started_at >= after]

        return self.ask(read)  # type: ignore[no-any-return]

    def process_of(self, name: str) -> int:
        """The newest inference process of the model called ``name``, by the worker's own log."""
        lines = [json.loads(one) for one in (self.folder / "worker.log").read_text().splitlines()]
        mine = [one for one in lines if one.get("kind") == "inference" and name in one["device"]]
        return int(mine[-1]["pid"])

    def reconnects(self) -> int:
        def read() -> int:
            rows = unscoped(select(CameraHealth.reconnects), reason="the bench has one camera")
            return sum(db.session.scalars(rows))

        return self.ask(read)  # type: ignore[no-any-return]


def measure(folder: Path) -> dict[str, float]:
    rig = Rig(folder)
    watch = Watch(rig.port)
    figures: dict[str, float] = {}
    try:
        watch.start()
        wait_until(lambda: rig.named(datetime(2000, 1, 1, tzinfo=UTC)), "a violation", 90)
        watch.counts = True
        new = rig.register("new", 0.9)
        figures |= _try(rig, new)
        figures["gap_s"] = round(watch.gap_s, 2)
        watch.counts = False
        figures |= _spoil_on_the_node(rig, new)
        figures |= _roll_back(rig)
        figures |= _damaged(rig)
        figures["reconnects"] = rig.reconnects()
    except AssertionError:
        print(rig.site.logs(), figures, file=sys.stderr)
        raise
    finally:
        watch.stop()
        rig.site.end_all()
    return figures


def _try(rig: Rig, sha256: str) -> dict[str, float]:
    before = rig.named(datetime(2000, 1, 1, tzinfo=UTC))
    began = time.monotonic()
    rig.canary = rig.begin(sha256)
    wait_until(lambda: rig.runs(sha256), "the node runs the new weights", 60)
    switch_s = time.monotonic() - began
    since = datetime.now(UTC) + timedelta(seconds=1)
    wait_until(lambda: rig.named(since)[1:], "two violations on the trial", 90)
    named = rig.named(since)
    wrong = sum(one != sha256 for one in named) + sum(one != rig.own.sha256 for one in before)
    return {
        "switch_s": round(switch_s, 1),
        "named_new": sum(one == sha256 for one in named),
        "named_wrong": wrong,
    }


def _spoil_on_the_node(rig: Rig, sha256: str) -> dict[str, float]:
    path = rig.folder / "vision" / "models" / f"{sha256}.onnx"
    path.write_bytes(path.read_bytes().replace(b"blueness", b"redness!"))
    began = time.monotonic()
    os.kill(rig.process_of("(new 2)"), signal.SIGKILL)
    wait_until(lambda: not rig.runs(sha256), "the kill is noticed", 30)
    wait_until(lambda: rig.runs(sha256), "the weights are fetched anew", 60)
    return {"mended_s": round(time.monotonic() - began, 1)}


def _roll_back(rig: Rig) -> dict[str, float]:
    began, since = time.monotonic(), datetime.now(UTC)
    rig.roll_back(rig.canary)
    wait_until(lambda: rig.own.sha256 in rig.named(since), "the former weights are named", 90)
    return {"back_s": round(time.monotonic() - began, 1)}


def _damaged(rig: Rig) -> dict[str, float]:
    other = rig.register("other", 0.85)
    rig.spoil_stored(other)
    since = datetime.now(UTC)
    rig.begin(other)
    wait_until(lambda: rig.said_of(other) not in ("", "ready"), "the node speaks of them", 60)
    wait_until(lambda: rig.named(since), "and judges on", 60)
    ran = rig.runs(other) or any(one != rig.own.sha256 for one in rig.named(since))
    return {"damaged_ran": int(ran)}


def main() -> int:
    argparse.ArgumentParser(description=__doc__).parse_args()
    with tempfile.TemporaryDirectory(prefix="anqi-models-") as folder:
        print(json.dumps(measure(Path(folder))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
