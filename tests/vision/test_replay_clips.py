"""Real footage, judged by the real model, against what a person saw (skipped where absent)."""

from __future__ import annotations

from pathlib import Path

from bench.replay_events import ONE_BY_ONE, PEDESTRIANS, WORKER_ZONE, run_all
from vision.detectors import open_detector
from vision.models import DEFAULT_MODEL


def test_the_rules_see_what_a_person_saw(clips: Path) -> None:
    """All three clips at one fixed setting; bench/replay_events.py says what each row means."""
    rows = run_all(clips.parent, open_detector("onnx", DEFAULT_MODEL))
    judged = [row for row in rows if row.met is not None]
    assert {row.clip for row in judged} == {ONE_BY_ONE, WORKER_ZONE, PEDESTRIANS}
    assert [row for row in judged if not row.met] == []
