"""``python -m vision.training``: fit, validate, export, compare."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from vision.contract import Split, to_json
from vision.models import MODELS_DIR
from vision.training import comparing, hyper
from vision.training.comparing import Kept, Limits
from vision.training.dataset import is_dataset, open_dataset
from vision.training.exporting import LICENCE, export
from vision.training.fitting import Plan, fit
from vision.training.hyper import TrainingError
from vision.training.measuring import WORKING
from vision.training.network import Network, open_network
from vision.training.testset import SIZE, open_testset
from vision.training.weights import trusted

OURS = MODELS_DIR / "site-safety-v1.pt"


def main(arguments: Sequence[str] | None = None) -> int:
    """0; 1 where ``compare`` finds the new weights worse than allowed; 2 for what cannot be done."""
    given = _parser().parse_args(arguments)
    try:
        return int(given.run(given))
    except TrainingError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m vision.training", description=__doc__)
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    one = verbs.add_parser("fit", help="fine-tune on a data set of verdicts")
    one.add_argument("dataset", type=Path, help="the archive that the web made, or its folder")
    one.add_argument(
        "--from", dest="parent", type=Path, default=OURS, help="weights or a run's folder"
    )
    one.add_argument("--config", default="cpu-small", help="cpu-small, gpu, or a .toml file")
    one.add_argument("--name", default="site-safety", help="what the model is called")
    one.add_argument("--version", default="", help="default: today's date and time")
    one.add_argument("--out", type=Path, default=Path("runs"), help="where runs lie")
    one.add_argument("--device", default="", help="cpu, 0, 1 …; default: the settings' own")
    one.set_defaults(run=_fit)
    one = verbs.add_parser("validate", help="measure weights on labelled pictures")
    one.add_argument("weights", type=Path)
    _measuring(one)
    one.set_defaults(run=_validate)
    one = verbs.add_parser("export", help="a run as model.onnx and card.json, for the web")
    one.add_argument("weights", type=Path, help="a run's folder")
    one.add_argument("--out", type=Path, default=None, help="default: bundle/ in the run's folder")
    one.add_argument("--licence", default=LICENCE, help="SPDX expression")
    one.add_argument("--statement", default="", help="what it learnt from, in words")
    _measuring(one, needed=False)
    one.set_defaults(run=_export)
    one = verbs.add_parser("compare", help="old weights beside new ones")
    one.add_argument("old", type=Path)
    one.add_argument("new", type=Path)
    one.add_argument("--max-drop", type=float, default=Limits().drop, help="points of mAP50")
    one.add_argument("--max-lost", type=float, default=Limits().lost, help="share of right boxes")
    _measuring(one)
    one.set_defaults(run=_compare)
    return parser


def _measuring(parser: argparse.ArgumentParser, *, needed: bool = True) -> None:
    parser.add_argument(
        "--on",
        type=Path,
        action="append",
        default=[],
        required=needed,
        metavar="FOLDER",
        help="a test set (testset.toml), or a data set of verdicts; may be given again",
    )
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--json", type=Path, default=None, help="write the figures there as well")


def _fit(given: argparse.Namespace) -> int:
    settings = hyper.load(given.config)
    started = time.monotonic()
    version = given.version or f"{datetime.now(UTC):%Y%m%d-%H%M%S}"
    plan = Plan(
        dataset=given.dataset,
        parent=trusted(given.parent),
        hyper=settings,
        out=given.out / f"{given.name}-{version}",
        name=given.name,
        version=version,
        device=given.device or settings.device,
    )
    out = fit(plan, _say)
    _say(f"made {out} in {time.monotonic() - started:.0f} s")
    print(out)
    return 0


def _validate(given: argparse.Namespace) -> int:
    network = open_network(trusted(given.weights), threads=given.threads)
    found = [to_json(open_testset(folder).measure(network)) for folder in given.on]
    for one in found:
        print(json.dumps(one, ensure_ascii=False))
    _keep(given.json, found)
    return 0


def _export(given: argparse.Namespace) -> int:
    weights = trusted(given.weights)
    out = given.out or weights.path.parent / "bundle"
    testsets = [open_testset(folder) for folder in given.on]
    made = export(
        weights,
        out,
        testsets,
        statement=given.statement,
        licence=given.licence,
        threads=given.threads,
    )
    gap = "not measured: no test set was given" if made.gap is None else f"{made.gap:.3f} points"
    _say(f"{made.folder / 'model.onnx'}: sha256 {made.card.sha256}, difference to the .pt {gap}")
    _keep(given.json, {"sha256": made.card.sha256, "gap": made.gap})
    print(made.folder)
    return 0


def _compare(given: argparse.Namespace) -> int:
    old, new = (open_network(trusted(p), threads=given.threads) for p in (given.old, given.new))
    pairs, kept = [], []
    for folder in given.on:
        if is_dataset(folder):
            kept += _verdicts(folder, old, new)
        else:
            testset = open_testset(folder)
            pairs.append((testset.measure(old), testset.measure(new)))
    worse = comparing.is_worse(pairs, kept, Limits(given.max_drop, given.max_lost))
    print(comparing.as_text(pairs, kept))
    _keep(given.json, comparing.as_plain(pairs, kept, worse))
    for line in worse:
        _say(f"worse than allowed: {line}")
    return 1 if worse else 0


def _verdicts(path: Path, old: Network, new: Network) -> list[Kept]:
    """On the pictures put aside; where none were, on all."""
    with tempfile.TemporaryDirectory() as folder:
        dataset = open_dataset(path, Path(folder))
        pictures = dataset.of(Split.VAL) or list(dataset.pictures)
        paths = [dataset.root / picture.image for picture in pictures]
        floor = WORKING
        before = list(old.detect_all(paths, SIZE, floor))
        after = list(new.detect_all(paths, SIZE, floor))
    return comparing.verdict_wise(pictures, before, after)


def _keep(path: Path | None, told: object) -> None:
    if path is not None:
        path.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", "utf-8")


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
