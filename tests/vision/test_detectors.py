"""Model files, detectors, and the boxes that come out of them."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import replace
from itertools import islice
from pathlib import Path

import av
import numpy as np
import onnxruntime
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.backends_agree import compare, partners
from tests.vision.conftest import ROOT
from tests.vision.small_models import make_model
from vision.contract import ModelRef
from vision.detectors import open_detector, to_detections
from vision.detectors.cuda import CudaDetector
from vision.detectors.yolo import nms
from vision.letterbox import Letterbox, blank, fill
from vision.models import DEFAULT_MODEL, MODELS_DIR, ModelError, ModelFile, check
from vision.zones import iou


def test_our_weights_are_what_the_card_says() -> None:
    for name in ("site-safety-v1.onnx", "site-safety-v1.pt"):
        file = check(MODELS_DIR / name)
        assert file.ref.sha256 in (MODELS_DIR / "MODEL_CARD.md").read_text("utf-8")
        assert file.classes[:3] == ("person", "helmet", "head")


def test_a_truncated_model_is_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / DEFAULT_MODEL.name
    path.write_bytes(DEFAULT_MODEL.read_bytes()[:100_000])
    with pytest.raises(ModelError, match=r"damaged or was changed.*100000 bytes"):
        open_detector("onnx", path)


def test_a_truncated_model_under_another_name_is_refused_too(tmp_path: Path) -> None:
    path = tmp_path / "mine.onnx"
    path.write_bytes(DEFAULT_MODEL.read_bytes()[:100_000])
    with pytest.raises(ModelError, match="not a usable ONNX model"):
        open_detector("onnx", path)


def test_a_model_of_ones_own_tells_its_classes_itself(tmp_path: Path) -> None:
    path = tmp_path / "mine.onnx"
    shutil.copy(DEFAULT_MODEL, path)
    detector = open_detector("onnx", path)
    assert (detector.model.name, detector.model.version) == ("mine", "unlisted")
    assert "no_vest" in detector.classes


@pytest.mark.parametrize("size", [(320, 192), (640, 384), (96, 96)])
def test_the_model_takes_any_multiple_of_32_and_sees_nothing_in_nothing(
    size: tuple[int, int],
) -> None:
    (raw,) = open_detector("onnx", DEFAULT_MODEL).detect([blank(size)])
    assert raw.xyxy.shape == (0, 4)


def test_openvino_sees_what_onnxruntime_sees(clips: Path) -> None:
    pytest.importorskip("openvino", reason="the openvino extra is not installed")
    clip = clips / "intel_worker-zone-detection_1080p.mp4"
    one, two = (open_detector(name, DEFAULT_MODEL) for name in ("onnx", "openvino"))
    found = compare(clip, one, two, 12)
    assert len(found) > 20
    assert min(partner.overlap for partner in found) >= 0.95
    assert max(partner.gap for partner in found) <= 0.02


def test_the_graph_for_a_gpu_gives_the_same_boxes(clips: Path) -> None:
    pytest.importorskip("onnx", reason="the test extra is not installed")
    one, two = open_detector("onnx", DEFAULT_MODEL), CudaDetector(DEFAULT_MODEL, device="cpu")
    found = []
    with av.open(str(clips / "opencv_vtest_pedestrians.mp4")) as container:
        for frame in islice(container.decode(video=0), 0, 9, 4):
            fill(frame, (640, 384), image := blank((640, 384)))
            (a,), (b,) = one.detect([image]), two.detect([image])
            found += partners(a, b) + partners(b, a)
    assert len(found) > 8
    assert min(partner.overlap for partner in found) >= 0.99
    assert max(partner.gap for partner in found) <= 0.001
    pictures = [blank((96, 64)), blank((96, 64))]
    assert [len(raw.scores) for raw in two.detect(pictures)] == [0, 0], "fewer anchors than asked"


def test_weights_known_by_their_hash_run_on_the_graph_for_a_gpu_too(tmp_path: Path) -> None:
    told = make_model(tmp_path / "m.onnx")
    file = ModelFile(tmp_path / "m.onnx", ModelRef("m", "2", told.sha256), told.classes)
    detector = CudaDetector(file, device="cpu")
    assert detector.model == file.ref
    (raw,) = detector.detect([blank((320, 192))])
    assert len(raw.scores) == 0
    short = replace(file, classes=("person",))
    with pytest.raises(ModelError, match="how many classes"):
        CudaDetector(short, device="cpu")
    (tmp_path / "m.onnx").write_bytes(b"another")
    with pytest.raises(ModelError, match="has sha256"):
        CudaDetector(file, device="cpu")


@pytest.mark.parametrize("backend", ["onnx", "openvino"])
def test_a_device_that_is_not_there_is_named(backend: str) -> None:
    if "CUDAExecutionProvider" in onnxruntime.get_available_providers():
        pytest.skip("there is a GPU here")
    with pytest.raises(ModelError, match="cuda:1"):
        open_detector(backend, DEFAULT_MODEL, device="cuda:1")


def test_a_missing_extra_is_named() -> None:
    if _has("ultralytics"):
        pytest.skip("the train extra is installed here")
    with pytest.raises(ModelError, match=r"anqi\[train\]"):
        open_detector("ultralytics", MODELS_DIR / "site-safety-v1.pt")


def test_the_script_finds_the_blocks_it_names(tmp_path: Path) -> None:
    path = tmp_path / "script.json"
    path.write_text('{"blocks": [{"label": "person", "bgr": [200, 0, 0], "score": 0.9}]}')
    image = blank((64, 64))
    image[10:30, 20:40] = (200, 0, 0)
    detector = open_detector("scripted", path)
    (raw,) = detector.detect([image])
    (found,) = to_detections(raw, detector.classes, Letterbox((64, 64), (64, 64)))
    assert found.label == "person"
    assert found.box == pytest.approx((20 / 64, 10 / 64, 40 / 64, 30 / 64))


boxes = st.tuples(st.floats(0, 80), st.floats(0, 80), st.floats(1, 40), st.floats(1, 40)).map(
    lambda b: (b[0], b[1], b[0] + b[2], b[1] + b[3])
)


@settings(max_examples=60, deadline=None)
@given(st.lists(boxes, max_size=25))
def test_suppression_keeps_the_best_of_what_overlaps(found: list[tuple[float, ...]]) -> None:
    kept = list(nms(np.array(found, dtype=np.float64).reshape(-1, 4), 0.5))
    for index, box in enumerate(found):
        rivals = [k for k in kept if k < index and iou(found[k], box) > 0.5]
        assert (index in kept) is not bool(rivals)


@given(
    st.tuples(st.integers(16, 4000), st.integers(16, 3000)),
    st.tuples(st.integers(1, 30), st.integers(1, 30)).map(lambda s: (s[0] * 32, s[1] * 32)),
)
def test_the_letterbox_finds_its_way_back(source: tuple[int, int], target: tuple[int, int]) -> None:
    box = Letterbox(source, target)
    (left, top), (width, height) = box.offset, box.inner
    assert left + width <= target[0]
    assert top + height <= target[1]
    whole = box.to_frame((left, top, left + width, top + height))
    assert whole == pytest.approx((0, 0, 1, 1))


def test_the_contract_imports_nothing_heavy() -> None:
    code = (
        "import sys, vision.contract;"
        "heavy = {'numpy', 'cv2', 'av', 'onnxruntime', 'requests', 'lap'} & set(sys.modules);"
        "sys.exit(f'imported {heavy}' if heavy else 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def _has(module: str) -> bool:
    import importlib.util

    return importlib.util.find_spec(module) is not None
