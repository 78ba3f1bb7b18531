"""The comparison of backends must be able to fail."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.backends_agree import Partner, compare, figures
from tests.vision.footage import make_clip, make_script
from vision.detectors import open_detector


def test_two_detectors_of_one_mind_agree_and_others_do_not(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "c.mp4", seconds=2, present=(0, 2))
    script = make_script(tmp_path / "one.json")
    one = open_detector("scripted", script)
    moved = make_script(tmp_path / "two.json")
    moved.write_text(script.read_text().replace("0.9", "0.7"))
    other = open_detector("scripted", moved)

    same = compare(clip, one, open_detector("scripted", script), 5)
    assert same
    assert min(p.overlap for p in same) == pytest.approx(1.0)
    assert max(p.gap for p in same) == 0.0
    assert max(p.gap for p in compare(clip, one, other, 5)) == pytest.approx(0.2)


def test_one_backend_that_disagrees_or_sees_nothing_is_not_hidden_by_another() -> None:
    good, bad = Partner(0, 0.9, 0.99, 0.001), Partner(0, 0.9, 0.4, 0.3)
    found = figures({"ultralytics": [good, good], "openvino": [good, bad]})
    assert (found["boxes_in_disagreement"], found["lowest_iou"]) == (1, 0.4)
    assert found["largest_score_difference"] == pytest.approx(0.3)
    assert figures({"ultralytics": [good], "openvino": []})["boxes_compared"] == 0
