"""``python -m vision``: what it prints, and how it ends when something is wrong."""

from __future__ import annotations

import json
from pathlib import Path

import av
import numpy as np
import pytest

from tests.vision.footage import make_clip, make_script
from tests.vision.small_models import make_model
from vision.__main__ import main
from vision.models import DEFAULT_MODEL, MODELS_DIR


@pytest.fixture(autouse=True)
def scripted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANQI_BACKEND", "scripted")
    monkeypatch.setenv("ANQI_MODEL", str(make_script(tmp_path / "script.json")))
    monkeypatch.delenv("ANQI_WEB_URL", raising=False)


def test_replay_prints_a_line_for_each_episode(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    clip = make_clip(tmp_path / "c.mp4", seconds=12, present=(2, 8))
    zone = tmp_path / "zone.json"
    zone.write_text('{"zone": "z", "polygon": [[0, 0.5], [1, 0.5], [1, 1], [0, 1]]}')
    assert main(["replay", str(clip), "--zone", str(zone)]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    found = {line["rule"]: line for line in lines}
    assert set(found) == {"helmet_missing", "intrusion"}
    for line in lines:
        assert list(line) == ["episode", "rule", "subject", "start", "end"]
        assert line["start"] == pytest.approx(2.3, abs=0.3)
        assert line["end"] == pytest.approx(7.9, abs=0.3)


def test_replay_tells_what_is_voted_of_each_track(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    clip = make_clip(tmp_path / "c.mp4", seconds=8, present=(1, 7))
    assert main(["replay", str(clip), "--states", "--size", "640x384"]) == 0
    (track,) = [
        json.loads(line) for line in capsys.readouterr().out.splitlines() if "track" in line
    ]
    assert (track["helmet"], track["vest"]) == ("missing", "unknown")
    assert track["helmet_voted"] == ["unknown", "missing"]


def sound_only(path: Path) -> Path:
    with av.open(str(path), "w") as out:
        stream = out.add_stream("aac", rate=44100)
        silence = av.AudioFrame.from_ndarray(
            np.zeros((1, 44100), dtype=np.float32), format="fltp", layout="mono"
        )
        silence.sample_rate = 44100
        out.mux(stream.encode(silence))
        out.mux(stream.encode(None))
    return path


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda p: p, "not_found: no such file"),
        (sound_only, "no_video: .*the clip has no video"),
        (lambda p: p.write_text("this is no clip") and p, "codec: .*Invalid data"),
    ],
)
def test_a_clip_that_cannot_be_read_is_a_clear_message(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], make: object, message: str
) -> None:
    path = tmp_path / "clip.mp4"
    make(path)  # type: ignore[operator]
    assert main(["replay", str(path)]) == 3
    error = capsys.readouterr().err
    assert error.startswith("error: ")
    assert __import__("re").search(message, error), error


def test_a_rules_file_with_a_mistake_names_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    clip = make_clip(tmp_path / "c.mp4", seconds=1)
    rules = tmp_path / "rules.json"
    rules.write_text('{"rules": [{"rule_id": "h", "kind": "hat_missing"}]}')
    assert main(["replay", str(clip), "--rules", str(rules)]) == 2
    assert "rules[0].kind" in capsys.readouterr().err


def test_check_model_tells_what_the_file_is(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ANQI_BACKEND", "onnx")
    assert main(["check-model", str(DEFAULT_MODEL)]) == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["name"], report["version"]) == ("site-safety", "1.1")
    assert report["from_the_web"] == "ready"


def test_check_model_says_what_would_become_of_it_if_the_web_handed_it_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ANQI_BACKEND", "onnx")
    make_model(tmp_path / "fixed.onnx", sides=(192, 320))
    assert main(["check-model", str(tmp_path / "fixed.onnx")]) == 0
    told = json.loads(capsys.readouterr().out)["from_the_web"]
    assert told.startswith("refused: it takes pictures of one size only")
    weights = tmp_path / "weights.onnx"
    weights.write_bytes((MODELS_DIR / "site-safety-v1.pt").read_bytes())
    assert main(["check-model", str(weights)]) == 4
    assert "only ONNX files are run" in capsys.readouterr().err


def test_check_model_refuses_half_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ANQI_BACKEND", "onnx")
    half = tmp_path / DEFAULT_MODEL.name
    half.write_bytes(DEFAULT_MODEL.read_bytes()[:1000])
    assert main(["check-model", str(half)]) == 4
    assert "copy it again" in capsys.readouterr().err


def test_run_without_cameras_or_web_says_what_to_set(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run"]) == 2
    assert "ANQI_WEB_URL" in capsys.readouterr().err


def test_an_unknown_setting_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ANQI_VISION_TREADS", "2")
    assert main(["run"]) == 2
    assert "ANQI_VISION_TREADS" in capsys.readouterr().err


@pytest.mark.parametrize("size", ["640", "640x", "641x384", "0x0"])
def test_a_size_the_model_cannot_take_is_refused(size: str) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["replay", "x.mp4", "--size", size])
    assert caught.value.code == 2
