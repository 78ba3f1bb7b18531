"""What is refused of a model before any runtime sees it."""

from __future__ import annotations

import io
import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.vision.small_models import CLASSES, make_model
from vision.models import DEFAULT_MODEL, MODELS_DIR, ModelError, check
from vision.models.onnx_file import check_facts, look_at


def test_our_own_weights_are_what_we_ask_of_others() -> None:
    facts = look_at(DEFAULT_MODEL.read_bytes())
    check_facts(facts, check(DEFAULT_MODEL).classes)


def test_no_pickle_is_taken_for_a_model_whatever_it_is_called(tmp_path: Path) -> None:
    class Trap:
        def __reduce__(self) -> tuple[Any, ...]:
            return (Path.touch, (tmp_path / "sprung",))

    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("archive/data.pkl", pickle.dumps(Trap()))
    for data in (pickle.dumps(Trap()), packed.getvalue()):
        with pytest.raises(ModelError, match="only ONNX files are run"):
            look_at(data)
    with pytest.raises(ModelError, match=r"as a \.pt of PyTorch is"):
        look_at((MODELS_DIR / "site-safety-v1.pt").read_bytes())
    for protocol in (0, 1):
        with pytest.raises(ModelError, match="not an ONNX file"):
            look_at(pickle.dumps(Trap(), protocol))
    assert not (tmp_path / "sprung").exists()


def keep_elsewhere(model: Any) -> None:
    tensor = model.graph.initializer[0]
    tensor.data_location = 1
    tensor.external_data.add(key="location", value="/etc/passwd")
    tensor.ClearField("raw_data")


def keep_elsewhere_in_a_branch(model: Any) -> None:
    node = model.graph.node.add(op_type="If", input=["seen"], output=["x"])
    branch = node.attribute.add(name="then_branch", type=5)
    branch.g.initializer.add(name="w", data_type=1).external_data.add(key="location", value="w.bin")


def call_a_stranger(model: Any) -> None:
    model.graph.node.add(op_type="Shell", domain="com.example", input=["seen"], output=["x"])


def bring_a_function(model: Any) -> None:
    model.functions.add(name="f", domain="com.example")


def give_twice(model: Any) -> None:
    model.graph.output.append(model.graph.output[0])


def take_whole_numbers(model: Any) -> None:
    model.graph.input[0].type.tensor_type.elem_type = 2


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (keep_elsewhere, "weights in other files"),
        (keep_elsewhere_in_a_branch, "weights in other files"),
        (call_a_stranger, "not ONNX's own: com.example"),
        (bring_a_function, "not ONNX's own: com.example"),
        (give_twice, "1 inputs and 2 outputs"),
        (take_whole_numbers, r"its input is \(any, 3, any, any\), not floats"),
    ],
)
def test_what_is_no_plain_detector_is_refused_in_words(
    tmp_path: Path, change: Callable[[Any], None], why: str
) -> None:
    make_model(tmp_path / "m.onnx", change=change)
    with pytest.raises(ModelError, match=why):
        check_facts(look_at((tmp_path / "m.onnx").read_bytes()), CLASSES)


@pytest.mark.parametrize(
    ("how", "why"),
    [
        ({"rows": 9}, r"its output is \(any, 9, any\), not floats of \(n, 7, anchors\)"),
        ({"sides": (640, 640)}, r"one size only, \(any, 3, 640, 640\); export it with dynamic"),
        ({"classes": ("head", "person", "fire")}, "its classes are head, person, fire; the web"),
        ({"names": ""}, "names no classes"),
        ({"names": "__import__('os').getcwd()"}, "cannot be read"),
        ({"names": "{1: 'person'}"}, "cannot be read"),
        ({"names": "{0: 3}"}, "cannot be read"),
        ({"names": "[" * 15_000}, "cannot be read"),
    ],
)
def test_what_judges_something_else_is_refused_in_words(
    tmp_path: Path, how: dict[str, Any], why: str
) -> None:
    make_model(tmp_path / "m.onnx", **how)
    with pytest.raises(ModelError, match=why):
        check_facts(look_at((tmp_path / "m.onnx").read_bytes()), CLASSES)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_bytes_bring_the_reader_down(data: st.DataObject) -> None:
    whole = DEFAULT_MODEL.read_bytes()[:4000]
    cut = data.draw(st.integers(0, len(whole)))
    noise = data.draw(st.binary(max_size=64))
    for spoilt in (noise, whole[:cut] + noise, noise + whole[cut:]):
        try:
            look_at(spoilt)
        except ModelError:
            continue
