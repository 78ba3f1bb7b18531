"""Privacy masks by pixels: in any format a decoder gives, and in what is made of the ring."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest

from tests.vision.test_pipelines import CAMERA, Bench
from vision import mask_file
from vision.contract import Mask, Phase, Point
from vision.mask_file import MasksError, keep, of_span
from vision.masks import MARGIN, burn, burnt, stencil

T0 = 1_790_000_000.0

WINDOW = ((0.3, 0.3), (0.6, 0.3), (0.6, 0.8), (0.3, 0.8))
STAR = tuple((0.5 + 0.4 * np.sin(a), 0.5 - 0.4 * np.cos(a)) for a in np.arange(5) * 0.8 * np.pi)


def mask(*polygon: Point) -> Mask:
    return Mask("m", "window", polygon)


LEFT = mask((0, 0), (0.3, 0), (0.3, 1), (0, 1))
RIGHT = mask((0.7, 0), (1, 0), (1, 1), (0.7, 1))


def noise(width: int, height: int) -> np.ndarray:
    return np.random.default_rng(7).integers(0, 256, (height, width, 3), dtype=np.uint8)


@pytest.mark.parametrize("name", ["yuv420p", "yuvj420p", "yuv422p", "yuv444p", "yuv420p10le"])
@pytest.mark.parametrize("size", [(320, 192), (321, 193)])
def test_inside_is_black_and_outside_as_it_was(name: str, size: tuple[int, int]) -> None:
    width, height = size
    taken = av.VideoFrame.from_ndarray(noise(width, height), format="bgr24").reformat(format=name)
    taken.pts = 7
    before = taken.to_ndarray(format="bgr24")
    hidden = burnt(taken, [mask(*WINDOW)])
    picture = hidden.to_ndarray(format="bgr24")
    columns = slice(int(0.3 * width), int(np.ceil(0.6 * width)))
    rows = slice(int(0.3 * height), int(np.ceil(0.8 * height)))
    assert picture[rows, columns].max() == 0
    assert hidden.pts == 7
    if name != "yuv420p10le":  # of ten bits eight are left
        far = slice(0, int(0.3 * width) - MARGIN - 4)
        assert (picture[:, far] == before[:, far]).all()
    assert (taken.to_ndarray(format="bgr24") == before).all(), "the decoder still predicts from it"


@pytest.mark.parametrize("name", ["yuv420p", "yuvj420p", "yuv422p", "yuv444p", "nv12"])
def test_what_is_behind_a_mask_leaves_no_trace_anywhere(name: str) -> None:
    one, other = noise(322, 194), noise(322, 194)
    other[60:150, 100:190] = 255 - other[60:150, 100:190]
    over = mask(
        (100 / 322, 60 / 194), (190 / 322, 60 / 194), (190 / 322, 150 / 194), (100 / 322, 150 / 194)
    )
    seen = []
    for picture in (one, other):
        frame = av.VideoFrame.from_ndarray(picture, format="bgr24").reformat(format=name)
        seen.append(burnt(frame, [over]).to_ndarray(format="bgr24"))
    assert (seen[0] == seen[1]).all()


def test_a_picture_is_blacked_out_in_place_with_whole_squares_of_colour() -> None:
    picture = noise(320, 192)
    burn(picture, [mask(*WINDOW), mask((0.9, 0.9), (1, 0.9), (1, 1))])
    black = (picture == 0).all(axis=2)
    assert black[57 - MARGIN : 154 + MARGIN, 96 - MARGIN : 192 + MARGIN].all()
    assert black[-1, -1]
    squares = black.reshape(96, 2, 160, 2).sum(axis=(1, 3))
    assert set(np.unique(squares)) == {0, 4}
    assert black.mean() < 0.3


def test_what_a_line_that_crosses_itself_encloses_is_hidden_too() -> None:
    found = stencil((STAR,), (200, 200))
    assert found[100, 100] == 255, "the middle of a star drawn in one go"
    assert found[10, 10] == 0


def test_a_sliver_hides_what_it_touches_at_any_size() -> None:
    for size in ((64, 36), (3840, 2160)):
        assert stencil((((0.5, 0.1), (0.5, 0.9), (0.5, 0.5)),), size)[size[1] // 2, size[0] // 2]


def test_without_masks_a_frame_is_not_even_copied() -> None:
    frame = av.VideoFrame.from_ndarray(noise(32, 32), format="bgr24")
    assert burnt(frame, []) is frame


def test_who_is_mostly_behind_a_mask_is_not_judged_and_keeps_nobody_awake(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.run(replace(CAMERA, masks=(LEFT,)))
    assert not bench.show(0, 5, x=0.15)
    assert bench.told == []
    assert bench.show(5, 10, x=0.25), "a third of them is hidden"
    assert bench.phases == [Phase.OPEN]
    bench.outbox.close()


def test_the_masks_of_an_episode_and_those_since_hide_together(tmp_path: Path) -> None:
    ring, aside = tmp_path / "ring", tmp_path / "aside"
    keep(ring, [LEFT], T0)
    aside.mkdir()
    (aside / mask_file.NAME).hardlink_to(ring / mask_file.NAME)
    keep(ring, [RIGHT], T0 + 100)
    assert set(of_span([ring], T0 + 90)) == {LEFT, RIGHT}
    assert of_span([ring], T0 + 200) == (RIGHT,)
    assert set(of_span([ring, aside], T0 + 200)) == {LEFT, RIGHT}, "as it was put aside"
    keep(ring, [], T0 + 300)
    assert of_span([ring], T0 + 290) == (RIGHT,), "the lag of a camera's clock"
    assert of_span([ring], T0 + 400) == ()
    assert of_span([tmp_path / "gone", aside], T0) == (LEFT,), "its camera was taken away"


def test_masks_that_cannot_be_read_let_nothing_out(tmp_path: Path) -> None:
    with pytest.raises(MasksError):
        of_span([tmp_path], T0)
    keep(tmp_path, [LEFT], T0)
    (tmp_path / mask_file.NAME).write_text('{"present": [')
    with pytest.raises(MasksError):
        of_span([tmp_path], T0)
    keep(tmp_path, [RIGHT], T0 + 10)
    with pytest.raises(MasksError):
        of_span([tmp_path], T0 + 5)
    assert of_span([tmp_path], T0 + 20) == (RIGHT,)


def test_masks_that_cannot_be_written_leave_no_older_ones_in_their_place(tmp_path: Path) -> None:
    keep(tmp_path, [LEFT], T0)
    (tmp_path / "masks.part").mkdir()
    with pytest.raises(OSError, match="directory"):
        keep(tmp_path, [LEFT, RIGHT], T0 + 10)
    with pytest.raises(MasksError):
        of_span([tmp_path], T0)
    (tmp_path / "masks.part").rmdir()
    keep(tmp_path, [RIGHT], T0 + 20)
    assert set(of_span([tmp_path], T0)) == {LEFT, RIGHT}, "what was known before is still known"
