"""Small made clips: a grey scene into which a "person" (a blue block, red head) walks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np

BLUE, RED = (230, 20, 20), (20, 20, 230)
SCRIPT = {
    "blocks": [
        {"label": "person", "bgr": BLUE, "score": 0.9},
        {"label": "head", "bgr": RED, "score": 0.8},
    ]
}


def scene(t: float, present: tuple[float, float], size: tuple[int, int]) -> np.ndarray:
    """One BGR picture of the scene at ``t`` seconds."""
    width, height = size
    picture = np.full((height, width, 3), 90, np.uint8)
    if present[0] <= t < present[1]:
        left = int(width * 0.2 + t)
        picture[int(height * 0.15) : int(height * 0.9), left : left + width // 6] = BLUE
        picture[int(height * 0.18) : int(height * 0.4), left + 8 : left + width // 6 - 8] = RED
    return picture


def make_clip(
    path: Path,
    *,
    seconds: float = 10,
    present: tuple[float, float] = (1, 9),
    fps: int = 10,
    size: tuple[int, int] = (320, 192),
    codec: str = "libx264",
    options: dict[str, str] | None = None,
) -> Path:
    if options is None:
        options = {"g": str(fps), "bf": "0", "preset": "ultrafast"} if codec == "libx264" else {}
    with av.open(str(path), "w") as out:
        stream = out.add_stream(codec, rate=fps, options=options)
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        for index in range(int(seconds * fps)):
            picture = scene(index / fps, present, size)
            out.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")))
        out.mux(stream.encode(None))
    return path


def make_noise(path: Path, size: tuple[int, int] = (320, 192)) -> Path:
    """Twelve seconds with something to see everywhere, in frames that are stored out of order."""
    rng = np.random.default_rng(3)
    with av.open(str(path), "w") as out:
        options = {"g": "20", "bf": "3", "preset": "veryfast", "crf": "18"}
        stream = out.add_stream("libx264", rate=10, options=options)
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        still = rng.integers(40, 256, (size[1] // 8, size[0] // 8, 3), dtype=np.uint8)
        for index in range(120):
            coarse = np.roll(still, index // 4, axis=1)
            picture = cv2.resize(coarse, size, interpolation=cv2.INTER_CUBIC).astype(np.uint8)
            out.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")))
        out.mux(stream.encode(None))
    return path


def make_script(path: Path) -> Path:
    path.write_text(json.dumps(SCRIPT))
    return path


def camera(url: str, camera_id: str = "gate", **more: Any) -> dict[str, Any]:
    """A camera as the contract's JSON, with one helmet rule."""
    return {
        "camera_id": camera_id,
        "name": camera_id,
        "url": url,
        "input_size": [320, 192],
        "analysed_fps": 5.0,
        "rules": [{"rule_id": "helmet", "kind": "helmet_missing"}],
        "view_check": False,  # a grey picture without detail would be a covered lens
        **more,
    }


def node(*cameras: dict[str, Any], version: str = "1", **more: Any) -> dict[str, Any]:
    return {"node": "node-1", "config_version": version, "cameras": list(cameras), **more}
