"""Privacy masks by pixels: in any format a decoder gives, and in what is made of the ring."""

from __future__ import annotations

import av
import numpy as np
import pytest

from vision.contract import Mask, Point
from vision.masks import MARGIN, burn, burnt, stencil

WINDOW = ((0.3, 0.3), (0.6, 0.3), (0.6, 0.8), (0.3, 0.8))
STAR = tuple((0.5 + 0.4 * np.sin(a), 0.5 - 0.4 * np.cos(a)) for a in np.arange(5) * 0.8 * np.pi)


def mask(*polygon: Point) -> Mask:
    return Mask("m", "window", polygon)


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
