"""Who was given this copy, over the whole picture: cutting a corner off does not remove it."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.planes import Plane

ANGLE = -28.0
TILE_STRENGTH, LINE_STRENGTH = 0.4, 0.85
TILE_SHARE, LINE_SHARE = 0.42, 0.9  # of the picture's width
LARGEST = 1.2  # of OpenCV's letters, for a picture 1000 wide
SMALLEST = 0.6  # below that they cannot be read, and so they stand further apart
_WHITE, _BLACK = 235, 16
_FONT = cv2.FONT_HERSHEY_SIMPLEX


class Watermark:
    """Written onto the brightness of pictures of one ``size`` (width, height).

    OpenCV draws ASCII alone: what the web sends is a user's name id, a number and an instant.
    """

    def __init__(self, text: str, size: tuple[int, int]) -> None:
        text = text.encode("ascii", "replace").decode()
        width, height = size
        ink = np.zeros((height, width), np.float32)
        strength = np.zeros((height, width), np.float32)
        if text.strip():
            self._tiles(text, ink, strength)
            self._line(text, ink, strength)
        self._where = np.nonzero(strength)
        kept = strength[self._where]
        self._keep, self._add = 1 - kept, kept * ink[self._where]

    def write(self, luma: Plane) -> None:
        """Blend it into ``luma`` (height, width), in place."""
        here = luma[self._where]
        luma[self._where] = (here * self._keep + self._add).astype(np.uint8)

    def _tiles(self, text: str, ink: NDArray[np.float32], strength: NDArray[np.float32]) -> None:
        height, width = ink.shape
        scale, (across, tall) = _fitted(text, TILE_SHARE * width, width)
        side = int(np.hypot(width, height)) + 1
        sheet = np.zeros((2, side, side), np.uint8)
        thick, off = max(1, round(1.6 * scale)), max(1, round(1.5 * scale))
        for row, y in enumerate(range(tall, side, max(5 * tall, height // 4))):
            for x in range(-(row % 2) * across // 2, side, across + 3 * tall):
                # Dark letters a little aside: white ones alone are not seen on snow.
                _letters(sheet[1], text, (x + off, y + off), scale, thick)
                _letters(sheet[0], text, (x, y), scale, thick)
        turn = cv2.getRotationMatrix2D((side / 2, side / 2), -ANGLE, 1.0)
        turn[:, 2] -= (side - width) / 2, (side - height) / 2
        face, shade = (cv2.warpAffine(one, turn, (width, height)) / 255.0 for one in sheet)
        shade = np.maximum(0, shade - face)
        drawn = face + shade
        strength[:] = TILE_STRENGTH * drawn
        ink[:] = (_WHITE * face + _BLACK * shade) / np.maximum(drawn, 1e-3)

    def _line(self, text: str, ink: NDArray[np.float32], strength: NDArray[np.float32]) -> None:
        height, width = ink.shape
        scale, (_across, tall) = _fitted(text, LINE_SHARE * width, width)
        band = min(height, 2 * tall + 2)
        strength[-band:], ink[-band:] = 0.5, _BLACK
        face = np.zeros((band, width), np.uint8)
        at = int((1 - LINE_SHARE) / 2 * width), (band + tall) // 2
        _letters(face, text, at, scale, max(1, round(1.4 * scale)))
        strength[-band:][face > 127], ink[-band:][face > 127] = LINE_STRENGTH, _WHITE


def _fitted(text: str, across: float, width: int) -> tuple[float, tuple[int, int]]:
    """The scale at which ``text`` is ``across`` wide at most, and its (width, height) there."""
    (wide, tall), _ = cv2.getTextSize(text, _FONT, 1.0, 1)
    scale = max(SMALLEST, min(across / max(1, wide), LARGEST * width / 1000))
    return scale, (max(1, round(wide * scale)), max(4, round(tall * scale)))


def _letters(sheet: Plane, text: str, at: tuple[int, int], scale: float, thick: int) -> None:
    cv2.putText(sheet, text, at, _FONT, scale, 255, thick, cv2.LINE_AA)
