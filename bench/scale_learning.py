"""Two hundred verdicts make better weights, and the web tries them on a camera and takes them back.

    python -m bench.scale_learning [--data ../shared/data] [--pictures N] [--config cpu-small]

The labelled pictures of ``ppe-val`` are cut in two: of half A the present weights raise violations, whose
boxes the labels call right or false, as a person would; two hundred of these verdicts (every
false alarm, and right ones to make the number) pass through the web as a worker and an operator would
send them, and come out as an archive. ``python -m vision.training`` learns from it on the CPU; half
B, which nothing has seen, says what came of it. Then the weights are registered by the page, tried
on a camera that its node's configuration then names them for, and rolled back.

Needs the ``train`` extra and the pictures, else ends with 77. Figures, shares in points: ``verdicts``,
``fit_seconds``, of the class with the most confirmed-false boxes (``worst_class``) its
``false_alarms_gone`` and ``ap50_gain``, ``precision_gain`` and ``recall_gain`` on half B; ``map50_lost`` of all
classes; ``gap`` between .pt and .onnx; ``registered``, ``on_canary``, ``rolled_back``: 1 where they were.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask
from PIL import Image

from bench.vision_detector import DATA, LABELLED
from supervision.core import attachments, clock
from supervision.core.db import db, transaction
from supervision.dataset import jobs, queries, service
from supervision.dataset.rules import WORN, Choice
from supervision.detector import queries as detectors
from supervision.detector.models import DetectorModel
from supervision.factory import create_app, throwaway_settings
from supervision.video import service as reviews
from supervision.video.rules import RejectReason
from tests.cast import assemble
from tests.factories.canaries import of_today
from tests.factories.models import seeded
from tests.factories.video import (
    Node,
    camera_uid,
    closed,
    make_camera,
    make_event,
    make_node,
    reference,
    violation,
)
from tests.pages import FreshClient, PageClient
from vision import contract
from vision.contract import (
    BoxVerdict,
    DetectedBox,
    EvidenceKind,
    ModelRef,
    NodeConfig,
    RuleKind,
)
from vision.models import DEFAULT_MODEL, MODELS_DIR
from vision.recorder import JPEG_QUALITY
from vision.seen import Detection
from vision.training.filling import overlap_of
from vision.training.network import open_network
from vision.training.testset import read_labels
from vision.training.weights import trusted

VERDICTS = 200
WORKING, LEAST = 0.35, 0.1  # scores at which rules act, and at which a worker's boxes begin
FITS = 0.5
APART = timedelta(minutes=20)
CLASSES = ("person", "helmet", "head", "vest", "no_vest", "fire", "smoke")
RULE_OF = {
    "head": RuleKind.HELMET_MISSING,
    "no_vest": RuleKind.VEST_MISSING,
    "fire": RuleKind.FIRE_SMOKE,
    "smoke": RuleKind.FIRE_SMOKE,
    "person": RuleKind.INTRUSION,
}
REASONS = {
    BoxVerdict.NOTHING: RejectReason.WRONG_OBJECT,
    BoxVerdict.INSTEAD: RejectReason.COMPLIANT,
}
PARENT = MODELS_DIR / "site-safety-v1.pt"


@dataclass(frozen=True, slots=True)
class Case:
    """One box of one picture, and what its labels say of it."""

    picture: Path
    seen: tuple[Detection, ...]
    box: Detection
    verdict: BoxVerdict


def halves(data: Path, limit: int) -> tuple[list[Path], list[Path]]:
    """Every second labelled picture, and the others; about ``limit`` in all where it is given."""
    found = sorted((data / "ppe-val" / "images").iterdir())
    step = max(1, len(found) // limit) if limit else 1
    found = found[::step]
    return found[::2], found[1::2]


def labels_of(picture: Path) -> Path:
    return picture.parent.parent / "labels" / f"{picture.stem}.txt"


def make_testset(pictures: Sequence[Path], folder: Path) -> None:
    for name in ("images", "labels"):
        (folder / name).mkdir(parents=True)
    for picture in pictures:
        shutil.copy(picture, folder / "images" / picture.name)
        shutil.copy(labels_of(picture), folder / "labels" / f"{picture.stem}.txt")
    lines = [f"{prefix} = {json.dumps(names)}\n" for prefix, names in LABELLED.items()]
    told = f'name = "ppe-val-b"\nclasses = {json.dumps(CLASSES)}\n[labelled]\n{"".join(lines)}'
    (folder / "testset.toml").write_text(told)


def cases(pictures: Sequence[Path]) -> Iterator[Case]:
    """What the present weights would raise on these pictures."""
    network = open_network(trusted(DEFAULT_MODEL), threads=2)
    for picture in pictures:
        labelled = LABELLED[picture.stem.rpartition("_")[0]]
        truth = read_labels(labels_of(picture), CLASSES)
        seen = tuple(network.detect(picture, 640, LEAST))
        for box in seen:
            if box.score >= WORKING and box.label in RULE_OF and box.label in labelled:
                yield Case(picture, seen, box, _verdict(box, truth))


def _verdict(box: Detection, truth: Sequence[tuple[str, Any]]) -> BoxVerdict:
    fitting = {label for label, there in truth if overlap_of(box.box, there) >= FITS}
    if box.label in fitting:
        return BoxVerdict.RIGHT
    return BoxVerdict.INSTEAD if WORN.get(box.label) in fitting else BoxVerdict.NOTHING


def chosen(found: Sequence[Case]) -> list[Case]:
    """Every false alarm, and right ones up to two hundred: always the same."""
    wrong = [case for case in found if case.verdict is not BoxVerdict.RIGHT]
    right = [case for case in found if case.verdict is BoxVerdict.RIGHT]
    right.sort(
        key=lambda case: hashlib.sha256(repr((case.picture.name, case.box)).encode()).digest()
    )
    return (wrong + right)[:VERDICTS]


@cache
def snapshot_of(picture: Path) -> tuple[bytes, tuple[int, int]]:
    """The picture as a worker's snapshot comes: a JPEG."""
    out = io.BytesIO()
    with Image.open(picture) as opened:
        opened.convert("RGB").save(out, "JPEG", quality=JPEG_QUALITY)
        return out.getvalue(), opened.size


class Web:
    """A web of its own, a node with a camera for each set of pictures, and an operator."""

    def __init__(self, app: Flask) -> None:
        db.create_all()
        self.app, self.cast = app, assemble()
        seeded()
        self.node: Node = make_node(app)
        of_today(self.node)
        self.cameras = {
            prefix: make_camera(self.cast, self.node, name=f"Camera {prefix}")
            for prefix in LABELLED
        }

    def take(self, wanted: Sequence[Case]) -> int:
        """Violations as a worker tells of them, verdicts as an operator gives them."""
        at = dict.fromkeys(self.cameras, clock.now() - timedelta(days=20))
        last = dict.fromkeys(self.cameras, Path())
        for case in sorted(wanted, key=lambda case: str(case.picture)):
            prefix = case.picture.stem.rpartition("_")[0]
            if case.picture != last[prefix]:
                at[prefix], last[prefix] = at[prefix] + APART, case.picture
            self._one(case, self.cameras[prefix], at[prefix])
        return len(wanted)

    def _one(self, case: Case, camera_id: int, at: Any) -> None:
        data, size = snapshot_of(case.picture)
        event = make_event(
            self.node,
            camera_uid(camera_id),
            started_at=at,
            rule_kind=RULE_OF[case.box.label],
            rule_id=str(RULE_OF[case.box.label]),
            score=case.box.score,
            boxes=tuple(DetectedBox(d.label, d.score, d.box) for d in case.seen),
            frame_size=size,
            detail=case.box.label if case.box.label in {"fire", "smoke"} else "",
            model=ModelRef("site-safety", "1", trusted(DEFAULT_MODEL).sha256),
        )
        picture_ref = replace(reference(EvidenceKind.SNAPSHOT, data), start_at=at, end_at=at)
        told = self.node.send(closed(event, evidence=(picture_ref,)))
        assert told.status_code == 201, told.text
        sent = self.node.upload(event.event_id, data)
        assert sent.status_code in {200, 201}, sent.text
        ident = violation(event.event_id).id
        with transaction():
            if case.verdict is BoxVerdict.RIGHT:
                reviews.confirm(ident, self.cast["video_operator"])
            else:
                operator = self.cast["video_operator"]
                reviews.reject(ident, operator, reason=REASONS[case.verdict])

    def archive(self, into: Path) -> dict[str, Any]:
        """The data set that the scheduler makes; returns what it says of itself."""
        actor, today = self.cast["administrator"], clock.today()
        with transaction():
            choice = Choice(today - timedelta(days=60), today)
            set_id = service.ask(actor, "ppe-val, half A", "to show what verdicts teach", choice).id
        jobs.make_queued(clock.now())
        row = queries.get_set(set_id, actor)
        assert row.file is not None, row.message
        with attachments.storage().open(row.file.sha256) as source, into.open("wb") as target:
            shutil.copyfileobj(source, target)
        told = {"counts": row.counts, "left_out": row.left_out}
        db.session.rollback()
        return told

    def try_out(self, bundle: Path) -> dict[str, int]:
        """Register by the page, give to a camera, hear it of the node, take back."""
        sha256 = self._register(bundle)
        figures = {"registered": int(sha256 != ""), "on_canary": 0, "rolled_back": 0}
        if not sha256:
            return figures
        model = self._model(sha256)
        camera = next(iter(self.cameras.values()))
        given = {"model": model, "cameras": camera, "reason": "fewer false alarms"}
        trial = self._page("POST", "/model-trials/new", given)
        if trial.status_code != 302:
            print(trial.text, file=sys.stderr)
            return figures
        told, sent = self._config(), self._call(f"/models/{sha256}")
        uid = camera_uid(camera)
        named = {one.camera_id: one.model for one in told.cameras}
        is_whole = hashlib.sha256(sent.data).hexdigest() == sha256
        others = {judged for its, judged in named.items() if its != uid}
        figures["on_canary"] = int(named[uid] == sha256 and is_whole and sha256 not in others)
        page = self._page("POST", f"{trial.location}/roll-back", {"note": "shown"})
        told, gone = self._config(), self._call(f"/models/{sha256}")
        named_still = any(one.model == sha256 for one in told.cameras)
        figures["rolled_back"] = int(
            page.status_code == 302 and not named_still and gone.status_code == 404
        )
        return figures

    def _register(self, bundle: Path) -> str:
        """The hash of what the page took; "" where it refused."""
        with (
            (bundle / "model.onnx").open("rb") as weights,
            (bundle / "card.json").open("rb") as card,
        ):
            given = {"weights": (weights, "model.onnx"), "card": (card, "card.json")}
            page = self._page("POST", "/models/", given)
        if page.status_code != 302:
            print(page.text, file=sys.stderr)
            return ""
        return str(json.loads((bundle / "card.json").read_text())["sha256"])

    def _model(self, sha256: str) -> int:
        found: DetectorModel | None = detectors.by_sha256(sha256)
        assert found is not None
        ident = found.id
        db.session.rollback()
        return ident

    def _page(self, method: str, url: str, given: dict[str, Any]) -> Any:
        client = PageClient(self.app, self.cast).as_("administrator")
        return client.open(url, method=method, data=given)

    def _call(self, path: str) -> Any:
        speaks = {contract.HEADER: str(contract.CONTRACT_VERSION)}
        return self.node.call("GET", path, headers=speaks)

    def _config(self) -> NodeConfig:
        return contract.parse(NodeConfig, self._call("/config").json)


def training(folder: Path, *words: str) -> None:
    """A command of ``vision.training``, as somebody would type it; its words go to the screen."""
    command = [sys.executable, "-m", "vision.training", *words]
    environment = {**os.environ, "YOLO_CONFIG_DIR": str(folder / "ultralytics")}
    done = subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=False)
    if done.returncode not in {0, 1}:  # 1: compare found them worse than allowed; the figures tell
        raise SystemExit(f"{' '.join(words[:1])} ended with {done.returncode}")


def learnt(folder: Path, archive: Path, config: str) -> dict[str, Any]:
    """Fit, compare and export; returns the comparison and the measured figures."""
    started = time.monotonic()
    words = ("--config", config, "--version", "bench", "--out", str(folder / "runs"))
    training(folder, "fit", str(archive), *words)
    seconds = time.monotonic() - started
    run, half_b = folder / "runs" / "site-safety-bench", str(folder / "b")
    compared, exported = folder / "compared.json", folder / "exported.json"
    on = ("--on", half_b, "--on", str(archive))
    training(folder, "compare", str(PARENT), str(run), *on, "--json", str(compared))
    training(folder, "export", str(run), "--on", half_b, "--json", str(exported))
    told: dict[str, Any] = json.loads(compared.read_text())
    return told | {"seconds": seconds, "gap": json.loads(exported.read_text())["gap"], "run": run}


def figures_of(told: dict[str, Any], worst: str) -> dict[str, Any]:
    old, new = told["test_sets"][0]["old"], told["test_sets"][0]["new"]
    before, after = (
        next(row for row in side["per_class"] if row["name"] == worst) for side in (old, new)
    )

    def points(key: str) -> float:
        return round(float(100 * (after[key] - before[key])), 2)

    return {
        "fit_seconds": round(told["seconds"], 1),
        "worst_class": worst,
        "false_alarms_gone": before["false_alarms"] - after["false_alarms"],
        "false_alarms_before": before["false_alarms"],
        "ap50_gain": points("ap50"),
        "precision_gain": points("precision"),
        "recall_gain": points("recall"),
        "map50_lost": round(100 * (old["map50"] - new["map50"]), 2),
        "gap": round(told["gap"], 4),
    }


def an_app(folder: Path) -> Flask:
    settings = throwaway_settings(
        database_url=f"sqlite:///{folder / 'web.db'}",
        storage_dir=folder / "storage",
        stream_hosts=("cameras.example", "127.0.0.1"),
    )
    app = create_app(settings, TESTING=True, WTF_CSRF_ENABLED=False)
    app.test_client_class = FreshClient
    return app


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--pictures", type=int, default=0, help="only about so many; 0: all")
    parser.add_argument("--config", default="cpu-small")
    options = parser.parse_args()
    if not (options.data / "ppe-val").is_dir():
        print(f"the labelled pictures are not at hand: {options.data}", file=sys.stderr)
        return 77
    for needed in ("ultralytics", "onnx"):
        if importlib.util.find_spec(needed) is None:
            print(f"{needed} is not installed", file=sys.stderr)
            return 77
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        half_a, half_b = halves(options.data, options.pictures)
        make_testset(half_b, folder / "b")
        wanted = chosen(list(cases(half_a)))
        wrong = Counter(c.box.label for c in wanted if c.verdict is not BoxVerdict.RIGHT)
        app = an_app(folder)
        with app.app_context():
            web = Web(app)
            count = web.take(wanted)
            archive = folder / "verdicts.zip"
            print(json.dumps(web.archive(archive)), file=sys.stderr, flush=True)
            told = learnt(folder, archive, options.config)
            figures = {"verdicts": count} | figures_of(told, wrong.most_common(1)[0][0])
            print(json.dumps(figures), file=sys.stderr, flush=True)
            figures |= web.try_out(told["run"] / "bundle")
    print(json.dumps(figures | {"confirmed_false": dict(wrong)}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
