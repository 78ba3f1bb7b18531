"""A clip of evidence plays in the browser, whatever the camera sent."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.vision.footage import make_clip
from tests.vision.test_evidence import T0, fill_ring
from vision.recorder import make_clip as record_clip
from vision.ring import covering

PLAY = """
async (video) => {
  video.muted = true;
  await video.play();
  await new Promise((done) => video.addEventListener("ended", done, { once: true }));
  return [video.duration, video.currentTime, video.videoWidth];
}
"""


def page_with(source: Path, folder: Path) -> str:
    page = folder / f"{source.stem}.html"
    page.write_text(f'<video id="clip" src="{source.name}"></video>')
    return page.as_uri()


@pytest.mark.parametrize(
    ("codec", "options"),
    [
        ("libx264", {"g": "10", "bf": "0"}),
        ("libx265", {"x265-params": "keyint=10:log-level=none"}),
        ("mjpeg", {"strict": "unofficial"}),
    ],
)
def test_a_clip_plays_to_its_end(chromium, tmp_path, codec, options):
    source = make_clip(tmp_path / "in.mkv", seconds=8, codec=codec, options=options)
    fill_ring(tmp_path / "ring", source)
    paths = [s.path for s in covering(tmp_path / "ring", T0 + 3, T0 + 5)]
    made = record_clip(paths, T0 + 3, T0 + 5, tmp_path).path
    clip = made.rename(tmp_path / "clip.mp4")

    page = chromium.new_page()
    page.goto(page_with(clip, tmp_path))
    duration, reached, width = page.locator("#clip").evaluate(PLAY)
    page.close()
    assert duration == pytest.approx(2.0, abs=1.1)
    assert reached == pytest.approx(duration, abs=0.2)
    assert width == 320


def test_hevc_itself_does_not_play_which_is_why_it_is_transcoded(chromium, tmp_path):
    options = {"x265-params": "keyint=10:log-level=none"}
    make_clip(tmp_path / "hevc.mp4", seconds=2, codec="libx265", options=options)
    page = chromium.new_page()
    page.goto(page_with(tmp_path / "hevc.mp4", tmp_path))
    refused = page.locator("#clip").evaluate(
        "(video) => video.play().then(() => '', (error) => error.name)"
    )
    page.close()
    assert refused == "NotSupportedError"
