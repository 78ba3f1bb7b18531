"""``python -m vision``: run the worker, replay a clip, check a model file."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from vision.cluster.command import add_arguments
from vision.config import ConfigError, VisionSettings, load_file
from vision.models import ModelError
from vision.rulesets import DEFAULT_RULES, RulesError, load_rules, with_zone
from vision.streams import StreamError
from vision.web import WebRefusedError

if TYPE_CHECKING:
    from vision.detectors import Detector
    from vision.models.onnx_file import Facts
    from vision.replay import Replayed

# Exit codes: 0 done, 2 the command or its settings are wrong (as argparse has it).
EXIT_SETTINGS, EXIT_STREAM, EXIT_MODEL, EXIT_REFUSED = 2, 3, 4, 5


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    options = _parser().parse_args(arguments)
    try:
        settings = VisionSettings.from_env(os.environ)
        commands = {
            "run": _run,
            "replay": _replay,
            "check-model": _check_model,
            "cluster": _cluster,
        }
        return commands[options.command](settings, options)
    except (ConfigError, RulesError) as error:
        return _fail(EXIT_SETTINGS, str(error))
    except StreamError as error:
        return _fail(EXIT_STREAM, f"{error.fault}: {error}")
    except ModelError as error:
        return _fail(EXIT_MODEL, str(error))
    except WebRefusedError as error:
        return _fail(EXIT_REFUSED, f"{error}; make a new token for this node in the web")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m vision", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="read the cameras and report violations, until stopped")
    run.add_argument("--config", type=Path, help="cameras from this file instead of the web")
    replay = commands.add_parser("replay", help="judge a clip; one JSON line per closed episode")
    replay.add_argument("file", type=Path)
    replay.add_argument("--rules", type=Path, default=DEFAULT_RULES)
    replay.add_argument("--zone", type=Path, help="a polygon that nobody may enter")
    replay.add_argument("--size", type=_size, help="the model's input, such as 640x384")
    replay.add_argument("--states", action="store_true", help="print what is voted of each track")
    check = commands.add_parser("check-model", help="load a model file and judge one blank image")
    check.add_argument("file", type=Path)
    cluster = commands.add_parser("cluster", help="the cameras of one node on several machines")
    add_arguments(cluster)
    return parser


def _run(settings: VisionSettings, options: argparse.Namespace) -> int:
    from vision.logs import set_up
    from vision.memory import keep_apart
    from vision.supervising import Supervisor
    from vision.worker import Worker

    keep_apart()
    # For the processes to come: their libraries start a thread for each core otherwise.
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ.setdefault(name, str(settings.threads))
    set_up(settings.log_format)
    fixed = load_file(options.config) if options.config else None
    if fixed is None and not settings.web_url:
        raise ConfigError("set ANQI_WEB_URL and ANQI_NODE_TOKEN, or give --config FILE")
    if settings.web_url and not settings.node_token:
        raise ConfigError("ANQI_WEB_URL needs ANQI_NODE_TOKEN")
    # What it keeps shows people: neither pictures nor the outbox are for others on the machine.
    os.umask(0o077)
    worker: Supervisor = Worker(settings, fixed)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    worker.run(stop)
    return 0


def _cluster(settings: VisionSettings, options: argparse.Namespace) -> int:
    from vision.cluster.command import run

    return run(settings, options)


def _replay(settings: VisionSettings, options: argparse.Namespace) -> int:
    from vision.detectors import open_detector
    from vision.replay import replay

    camera = load_rules(options.rules)
    if options.zone:
        camera = with_zone(camera, options.zone)
    detector = open_detector(settings.backend, settings.model, threads=settings.threads)
    _print_replayed(replay(options.file, camera, detector, size=options.size), options.states)
    return 0


def _print_replayed(replayed: Replayed, states: bool) -> None:
    for episode in replayed.episodes:
        line = {
            "episode": int(episode.event_id),
            "rule": episode.rule_id,
            "subject": episode.subject,
            "start": round(episode.started_t, 2),
            "end": round(episode.ended_t or episode.seen_t, 2),
        }
        print(json.dumps(line))
    for track in replayed.tracks if states else ():
        line = {"track": track.subject, "start": round(track.start, 2), "end": round(track.end, 2)}
        for item, voted in track.voted.items():
            name = item.value.removesuffix("_missing")
            line |= {
                name: _verdict(voted),
                f"{name}_voted": list(voted),
                f"{name}_frames": dict(track.frames[item]),
            }
        print(json.dumps(line))


def _verdict(voted: Sequence[str]) -> str:
    """The last decided state; unknown where none was ever decided."""
    decided = [state for state in voted if state != "unknown"]
    return decided[-1] if decided else "unknown"


def _check_model(settings: VisionSettings, options: argparse.Namespace) -> int:
    from vision.detectors import open_detector
    from vision.letterbox import blank

    facts = _facts_of(settings, options.file)
    detector = open_detector(settings.backend, options.file, threads=settings.threads)
    began = time.process_time()
    boxes = detector.detect([blank((320, 192))])[0]
    report = {
        "name": detector.model.name,
        "version": detector.model.version,
        "sha256": detector.model.sha256,
        "backend": detector.backend,
        "classes": detector.classes,
        "boxes_on_a_blank_image": len(boxes.scores),
        "cpu_ms_at_320x192": round(1000 * (time.process_time() - began), 1),
        "from_the_web": _from_the_web(settings, facts, detector, options.file),
    }
    print(json.dumps(report))
    return 0


def _facts_of(settings: VisionSettings, path: Path) -> Facts | None:
    """What an ONNX file says of itself; raises :class:`ModelError` where one is asked for."""
    from vision.models import check
    from vision.models.onnx_file import look_at

    if settings.backend not in ("onnx", "openvino"):
        return None
    check(path)
    try:
        return look_at(path.read_bytes())
    except ModelError as error:
        raise ModelError(f"not a usable ONNX model: {path}: {error}") from error


def _from_the_web(
    settings: VisionSettings, facts: Facts | None, detector: Detector, path: Path
) -> str:
    """What would become of the file if the web handed it out; the words of the heartbeat."""
    from vision.detectors import open_detector
    from vision.models import ModelFile
    from vision.models.onnx_file import check_facts

    if facts is None:
        return "refused: only ONNX files come from the web"
    try:
        check_facts(facts, detector.classes)
        open_detector(settings.backend, ModelFile(path, detector.model, detector.classes))
    except ModelError as error:
        return f"refused: {error}"
    return "ready"


def _size(text: str) -> tuple[int, int]:
    try:
        width, height = (int(part) for part in text.lower().split("x"))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not WIDTHxHEIGHT") from None
    if width % 32 or height % 32 or not (32 <= width <= 2048 and 32 <= height <= 2048):
        raise argparse.ArgumentTypeError("each side must be a multiple of 32 up to 2048")
    return width, height


def _fail(code: int, message: str) -> int:
    print(f"error: {message}", file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
