"""From a run to what the web takes: ``model.onnx`` and ``card.json``, proved to be the same network."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from vision.contract import ModelCard, TestMetrics, to_json
from vision.models import sha256_of
from vision.training.hyper import TrainingError
from vision.training.network import open_network
from vision.training.testset import TestSet
from vision.training.weights import Weights, read_run, write_run

LICENCE = "AGPL-3.0-or-later"
MOST_GAP = 0.5  # points of mAP between the .pt and the .onnx


@dataclass(frozen=True, slots=True)
class Exported:
    """``gap``: the largest difference of mAP50 and mAP50-95 between both files, in points."""

    folder: Path
    card: ModelCard
    gap: float | None


def export(
    weights: Weights,
    out: Path,
    testsets: Sequence[TestSet],
    *,
    statement: str = "",
    licence: str = LICENCE,
    threads: int = 1,
) -> Exported:
    """Raises TrainingError where the ONNX file is not within :data:`MOST_GAP` of the ``.pt``."""
    from vision.training import engine

    run = read_run(weights.path.parent)
    if run is None or run.get("weights_sha256") != weights.sha256:
        raise TrainingError(
            f"{weights.path} is not what a run made: nobody knows what it learnt from"
        )
    out.mkdir(parents=True, exist_ok=True)
    target = out / "model.onnx"
    engine.export_onnx(weights, target)
    sha256 = sha256_of(target)
    exported = Weights(target, sha256, weights.name, weights.version, weights.classes, sha256)
    metrics, gap = _measured(weights, exported, testsets, threads)
    card = ModelCard(
        name=weights.name,
        version=weights.version,
        sha256=sha256,
        size=target.stat().st_size,
        classes=weights.classes,
        licence=licence,
        training_data=statement or _statement(run),
        made_at=datetime.now(UTC),
        parent=str(run["parent"].get("onnx_sha256", "")),
        metrics=tuple(metrics),
        hyper=tuple(sorted(run["hyper"].items())),
    )
    told = json.dumps(to_json(card), ensure_ascii=False, indent=1)
    (out / "card.json").write_text(told + "\n", "utf-8")
    write_run(weights.path.parent, onnx_sha256=sha256)
    return Exported(out, card, gap)


def _measured(
    weights: Weights, exported: Weights, testsets: Sequence[TestSet], threads: int
) -> tuple[list[TestMetrics], float | None]:
    if not testsets:
        return [], None
    torch_side = open_network(weights, threads=threads)
    onnx_side = open_network(exported, threads=threads)
    metrics, gap = [], 0.0
    for testset in testsets:
        before, after = testset.measure(torch_side), testset.measure(onnx_side)
        apart = max(abs(before.map50 - after.map50), abs(before.map50_95 - after.map50_95))
        gap = max(gap, 100 * apart)
        metrics.append(after)
    if gap > MOST_GAP:
        raise TrainingError(f"the ONNX file is {gap:.2f} points of mAP away from the .pt file")
    return metrics, gap


def _statement(run: dict[str, Any]) -> str:
    counts, parent, dataset = run["counts"], run["parent"], run["dataset"]
    return (
        f"Fine-tuned from {parent['name']} {parent['version']} on the data set"
        f" {dataset['name']!r} (sha256 {dataset['sha256'] or 'not known'}):"
        f" {counts.get('train', 0)} pictures of this installation's own cameras with"
        f" {counts.get('decided', 0)} boxes decided by people and {counts.get('refused', 0)} of the"
        " parent's that people had called false; the rest labelled by the parent. The pictures"
        " show people at work: not to be handed on."
    )
