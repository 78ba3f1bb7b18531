"""From a decoded picture to the model's input: shape, place and colours."""

from __future__ import annotations

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vision.letterbox import PAD, Letterbox, blank, fill, fitted_shape
from vision.planes import thumbnail

LIMITED, FULL = 1, 2


def picture(
    size: tuple[int, int], pixel_format: str = "yuv420p", color_range: int = LIMITED
) -> av.VideoFrame:
    """Soft waves of colour and a few hard edges, as a decoder would hand it over."""
    width, height = size
    x, y = np.meshgrid(np.linspace(0, 6, width), np.linspace(0, 4, height))
    waves = [128 + 90 * np.sin(x + k) * np.cos(y - k) for k in range(3)]
    image = np.stack(waves, axis=2).astype(np.uint8)
    image[height // 4 : height // 2, width // 8 : width // 4] = (20, 40, 220)
    frame = av.VideoFrame.from_ndarray(image, format="bgr24")
    return frame.reformat(format=pixel_format, dst_color_range=color_range)


@pytest.mark.parametrize(
    ("source", "bound", "shape"),
    [
        ((640, 360), (640, 384), (640, 384)),
        ((640, 360), (320, 192), (320, 192)),
        ((1920, 1080), (640, 384), (640, 384)),
        ((704, 576), (640, 384), (480, 384)),
        ((1080, 1920), (640, 384), (224, 384)),
        ((800, 800), (640, 384), (384, 384)),
    ],
)
def test_the_input_has_the_shape_of_the_picture(
    source: tuple[int, int], bound: tuple[int, int], shape: tuple[int, int]
) -> None:
    assert fitted_shape(source, bound) == shape


_sides = st.integers(16, 4096)
_bounds = st.integers(2, 64).map(lambda n: 32 * n)


@given(source=st.tuples(_sides, _sides), bound=st.tuples(_bounds, _bounds))
def test_the_input_stays_within_its_bound_and_pads_by_less_than_32(
    source: tuple[int, int], bound: tuple[int, int]
) -> None:
    shape = fitted_shape(source, bound)
    assert all(side % 32 == 0 and 0 < side <= most for side, most in zip(shape, bound, strict=True))
    inner = Letterbox(source, shape).inner
    assert all(0 <= side - part < 32 for side, part in zip(shape, inner, strict=True))
    # As large as in the bound itself, but for what rounding to whole squares takes.
    whole = Letterbox(source, bound).inner
    assert all(abs(a - b) <= 2 + 0.04 * b for a, b in zip(inner, whole, strict=True))


@pytest.mark.parametrize(
    ("size", "pixel_format"),
    [
        ((640, 360), "yuv420p"),
        ((1280, 720), "yuvj420p"),
        ((704, 576), "yuvj422p"),
        ((330, 210), "yuv422p"),
        ((640, 480), "yuv444p"),
    ],
)
def test_the_fast_way_shows_what_swscale_shows(size: tuple[int, int], pixel_format: str) -> None:
    full = FULL if pixel_format.startswith("yuvj") else LIMITED
    frame = picture(size, pixel_format, full)
    shape = fitted_shape(size, (640, 384))
    ours = blank(shape)
    box = fill(frame, shape, ours)

    (left, top), (width, height) = box.offset, box.inner
    slow = frame.reformat(width=width, height=height, format="bgr24", interpolation="AREA")
    theirs = slow.to_ndarray().astype(int)
    off = np.abs(ours[top : top + height, left : left + width].astype(int) - theirs)
    assert np.median(off) <= 2
    assert off.mean() < 2, "the same but for a pixel on either side of an edge"
    assert (off > 12).mean() < 0.02


def test_around_the_picture_is_the_grey_of_the_training() -> None:
    image = np.zeros((384, 640, 3), np.uint8)
    box = fill(picture((640, 360)), (640, 384), image)
    assert (box.inner, box.offset) == ((640, 360), (0, 12))
    assert (image[:12] == PAD).all()
    assert (image[372:] == PAD).all()
    assert image[12:372].std() > 30
    tall = np.zeros((384, 224, 3), np.uint8)
    box = fill(picture((1080, 1920)), (224, 384), tall)
    left = box.offset[0]
    assert left > 0
    assert (tall[:, :left] == PAD).all()
    assert (tall[:, left + box.inner[0] :] == PAD).all()


@pytest.mark.parametrize("pixel_format", ["nv12", "rgb24", "yuv420p10le", "gray"])
def test_a_rarer_pixel_format_is_no_obstacle(pixel_format: str) -> None:
    frame = picture((640, 360)).reformat(format=pixel_format)
    image = blank((320, 192))
    fill(frame, (320, 192), image)
    plain = blank((320, 192))
    fill(picture((640, 360)), (320, 192), plain)
    grey = [x[6:186].astype(int).mean(axis=2) for x in (image, plain)]
    assert np.abs(grey[0] - grey[1]).mean() < (25 if pixel_format == "gray" else 3)
    small = thumbnail(frame, (160, 90)).astype(int)
    assert np.abs(small - thumbnail(picture((640, 360)), (160, 90))).mean() < 20


def test_a_box_comes_back_to_where_it_was_in_the_picture() -> None:
    box = Letterbox((640, 360), (640, 384))
    assert box.to_frame((64.0, 12.0 + 36.0, 320.0, 12.0 + 180.0)) == pytest.approx(
        (0.1, 0.1, 0.5, 0.5)
    )
    assert box.to_frame((-50.0, 0.0, 700.0, 384.0)) == (0.0, 0.0, 1.0, 1.0)
