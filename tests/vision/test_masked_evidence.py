"""A masked camera's evidence by pixels, through ring and keeper: from footage to the files that leave."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from tests.vision.conftest import wait_until
from tests.vision.footage import make_noise
from tests.vision.test_delivery import MODEL, T0, episode
from tests.vision.test_evidence import fill_ring
from vision.contract import Camera, EvidenceKind, Mask, Phase
from vision.episodes import Change
from vision.keeper import Identity, Keeper
from vision.outbox import Outbox

WINDOW = Mask("m1", "window", ((0.55, 0.1), (0.9, 0.2), (0.85, 0.7), (0.5, 0.6)))
DOOR = Mask("m2", "door", ((0.05, 0.5), (0.2, 0.5), (0.2, 1.0), (0.05, 1.0)))
OPENED = T0 + 7
BLACKEST = 12  # grey levels that a codec may leave of black
EDGE = 8  # pixels inside a mask: the block of a codec that also holds what is outside
FAR = 24  # pixels from a mask's edge beyond which a codec's blocks know nothing of the other side


@pytest.fixture(scope="module")
def noise(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_noise(tmp_path_factory.mktemp("noise") / "noise.mp4")


class Node:
    """What lies between the detector and the web, on one directory; ``start`` after each end."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.start()

    def start(self) -> None:
        self.outbox = Outbox(self.folder / "outbox.db")
        self.keeper = Keeper(self.outbox, self.folder, Identity("n", MODEL))

    def hide(self, *masks: Mask) -> None:
        self.keeper.hide([Camera("c", "c", "rtsp://h/x", masks=masks)])

    def see(self) -> None:
        seen = episode()
        self.keeper.record(
            "c", [Change(Phase.OPEN, replace(seen, opened_t=OPENED, started_t=OPENED - 1))]
        )

    def kill(self) -> None:
        self.keeper._maker.shutdown(wait=False)
        self.outbox.close()

    def files(self) -> dict[EvidenceKind, Path]:
        """What the episode declares for the web, by kind."""

        def made() -> bool:
            self.keeper.make_due(T0 + 60)
            return not self.outbox.due_evidence(T0 + 60)

        wait_until(made)
        stored = self.outbox.get("ev-1")
        assert stored is not None
        refs = stored.event["evidence"]
        return {
            EvidenceKind(ref["kind"]): next(self.folder.glob(f"evidence/{ref['sha256']}.*"))
            for ref in refs
        }


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    made = Node(tmp_path / "masked")
    yield made
    made.kill()


def pictures(path: Path) -> list[np.ndarray]:
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format="bgr24") for frame in container.decode(video=0)]


def region(shape: tuple[int, ...], masks: tuple[Mask, ...], grown: int) -> np.ndarray:
    """What lies in ``masks``, ``grown`` pixels to each side; drawn without the code under test."""
    found = np.zeros(shape[:2], np.uint8)
    for mask in masks:
        corners = (np.array(mask.polygon) * (shape[1], shape[0])).astype(np.int32)
        cv2.fillPoly(found, [corners], 1)
    change = cv2.dilate if grown > 0 else cv2.erode
    return change(found, np.ones((2 * abs(grown) + 1,) * 2, np.uint8)) > 0


def check(picture: np.ndarray, plain: np.ndarray, masks: tuple[Mask, ...]) -> None:
    """Black inside; outside what an unmasked camera shows, as well as a codec keeps it."""
    assert picture.shape == plain.shape
    assert picture[region(picture.shape, masks, -EDGE)].max() <= BLACKEST
    far = ~region(picture.shape, masks, FAR)
    error = ((picture[far].astype(float) - plain[far]) ** 2).mean()
    assert 10 * np.log10(255**2 / max(error, 1e-9)) > 27


@pytest.mark.parametrize("name", ["noise", "opencv_vtest_pedestrians.mp4"])
def test_no_pixel_behind_a_mask_is_in_snapshot_or_clip(
    tmp_path: Path, node: Node, request: pytest.FixtureRequest, name: str
) -> None:
    source = request.getfixturevalue("noise" if name == "noise" else "clips")
    plain = Node(tmp_path / "plain")
    made: dict[Node, dict[EvidenceKind, Path]] = {}
    for one, masks in ((plain, ()), (node, (WINDOW, DOOR))):
        fill_ring(one.folder / "ring" / "c", source if name == "noise" else source / name)
        one.hide(*masks)
        one.see()
        made[one] = one.files()
    plain.kill()
    assert set(made[node]) == set(made[plain]) == set(EvidenceKind)
    (snapshot,), (unmasked,) = (pictures(made[one][EvidenceKind.SNAPSHOT]) for one in (node, plain))
    check(snapshot, unmasked, (WINDOW, DOOR))
    clip, raw = (pictures(made[one][EvidenceKind.CLIP]) for one in (node, plain))
    lead = len(raw) - len(clip)  # without masks it begins at the key frame before
    assert len(clip) >= 80
    assert lead >= 0
    for picture, shown in zip(clip, raw[lead:], strict=True):
        check(picture, shown, (WINDOW, DOOR))


def test_without_masks_the_clip_is_the_cameras_own_packets(node: Node, noise: Path) -> None:
    fill_ring(node.folder / "ring" / "c", noise)
    node.hide()
    node.see()
    with av.open(str(noise)) as container:
        own = {bytes(packet) for packet in container.demux(video=0) if packet.size}
    with av.open(str(node.files()[EvidenceKind.CLIP])) as container:
        clip = [packet for packet in container.demux(video=0) if packet.size]
    assert clip[0].is_keyframe
    assert {bytes(packet) for packet in clip} <= own
    shown = sorted(packet.pts for packet in clip if packet.pts is not None)
    steps = np.diff(shown)
    assert steps.min() == steps.max(), "B-frames are shown in their order, at their times"


def test_masks_outlive_a_kill_a_change_and_their_camera(node: Node, noise: Path) -> None:
    node.hide(WINDOW)
    fill_ring(node.folder / "ring" / "c", noise)
    node.see()
    node.kill()
    node.start()
    node.keeper.secure_due(T0 + 30)
    node.hide(DOOR)  # changed while it was down
    node.kill()
    for path in (node.folder / "ring" / "c").iterdir():
        path.unlink()  # a camera that was taken away long ago
    node.start()
    files = node.files()
    for picture in (*pictures(files[EvidenceKind.SNAPSHOT]), *pictures(files[EvidenceKind.CLIP])):
        assert picture[region(picture.shape, (WINDOW,), -EDGE)].max() <= BLACKEST


def test_masks_that_cannot_be_read_let_no_evidence_out(
    node: Node, noise: Path, caplog: pytest.LogCaptureFixture
) -> None:
    node.hide(WINDOW)
    fill_ring(node.folder / "ring" / "c", noise)
    node.see()
    (node.folder / "ring" / "c" / "masks.json").write_text("[]")
    assert node.files() == {}
    assert not list(node.folder.glob("evidence/*"))
    assert any(r.levelname == "ERROR" and "masks.json" in r.message for r in caplog.records)
