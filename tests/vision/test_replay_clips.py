"""Real footage, judged by the real model, against what a person saw (skipped where absent)."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.replay_events import Row, run_all
from vision.detectors import open_detector
from vision.models import DEFAULT_MODEL


@pytest.fixture(scope="module")
def rows(clips: Path) -> list[Row]:
    return run_all(clips.parent, open_detector("onnx", DEFAULT_MODEL))


@pytest.mark.parametrize(
    "clip",
    [
        "intel_one-by-one-person-detection.mp4",
        "intel_worker-zone-detection_1080p.mp4",
        "opencv_vtest_pedestrians.mp4",
    ],
)
def test_the_rules_see_what_a_person_saw(rows: list[Row], clip: str) -> None:
    mine = [row for row in rows if row.clip == clip and row.met is not None]
    assert mine
    assert [row for row in mine if not row.met] == []
