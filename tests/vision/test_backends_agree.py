"""The comparison of backends must be able to fail."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.backends_agree import compare
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
