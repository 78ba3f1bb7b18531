"""Training without torch: which files are opened, how labels are completed, what is measured."""

from __future__ import annotations

import json
import pickle
import zipfile
from pathlib import Path

import numpy as np
import pytest

from vision.contract import (
    BoxVerdict,
    DatasetPicture,
    DecidedBox,
    RuleKind,
    Split,
    TestMetrics,
    to_json,
)
from vision.models import DEFAULT_MODEL, MODELS_DIR, sha256_of
from vision.seen import Detection
from vision.training import comparing, hyper
from vision.training.__main__ import main
from vision.training.comparing import Kept, Limits
from vision.training.dataset import open_dataset
from vision.training.filling import fill_in
from vision.training.hyper import TrainingError
from vision.training.measuring import Labelled, measure
from vision.training.network import open_network
from vision.training.testset import open_testset
from vision.training.weights import WEIGHTS, trusted, write_run

CLASSES = ("person", "helmet", "head", "vest", "no_vest", "fire", "smoke")
A, NEAR_A, B = (0.1, 0.1, 0.3, 0.3), (0.11, 0.1, 0.31, 0.3), (0.6, 0.6, 0.8, 0.9)


def decided(label, box, verdict, instead=""):
    return DecidedBox(label, 0.8, box, verdict, "e", RuleKind.HELMET_MISSING, instead)


def picture(*boxes, split=Split.TRAIN, name="a" * 24):
    return DatasetPicture(f"images/{split}/{name}.jpg", "b" * 64, split, "c", "o", (64, 48), boxes)


def filled(one, *parent):
    return fill_in(one, parent, least=0.4, overlap=0.45)


def test_the_parent_fills_in_what_nobody_decided_and_only_what_it_is_sure_of():
    one = picture(decided("head", A, BoxVerdict.RIGHT))
    found = filled(one, Detection("person", 0.9, B), Detection("vest", 0.3, B))
    assert found.boxes == (("head", A), ("person", B))
    assert (found.decided, found.filled, found.refused) == (1, 1, 0)


def test_a_box_that_a_person_called_false_is_not_filled_in_again():
    one = picture(decided("head", A, BoxVerdict.NOTHING))
    found = filled(one, Detection("head", 0.9, NEAR_A), Detection("head", 0.9, B))
    assert found.boxes == (("head", B),)
    assert found.refused == 1
    # A thing of another class may well be there.
    assert filled(one, Detection("person", 0.9, A)).boxes == (("person", A),)


def test_the_worn_helmet_takes_the_place_of_the_bare_head_once():
    one = picture(decided("head", A, BoxVerdict.INSTEAD, "helmet"))
    found = filled(one, Detection("head", 0.8, A), Detection("helmet", 0.7, NEAR_A))
    assert found.boxes == (("helmet", A),)
    bare = picture(decided("head", A, BoxVerdict.RIGHT))
    assert filled(bare, Detection("helmet", 0.9, NEAR_A)).boxes == (("head", A),)


def seen(*found):
    return [Detection("head", score, box) for score, box in found]


def whole(*boxes, complete=("head",)):
    return Labelled(tuple(("head", box) for box in boxes), frozenset(complete))


def test_precision_and_false_alarms_are_those_of_the_score_at_which_rules_act():
    truth = [whole(A, B), whole(), whole(A, complete=("helmet",))]
    found = [seen((0.9, A), (0.8, NEAR_A), (0.2, B)), seen((0.5, A)), seen((0.9, B))]
    metrics = measure("yard", ("head", "helmet"), truth, found)
    [row] = metrics.per_class
    # The second box on one head is a false alarm; what is under 0.35 tells nobody anything.
    assert (row.precision, row.recall, row.false_alarms) == (round(1 / 3, 5), 0.5, 2)
    # One of two is found at once: precision 1 to recall 0.5; then two of four.
    assert row.ap50 == pytest.approx((51 * 1.0 + 50 * 0.5) / 101, abs=1e-4)
    assert metrics.map50 == row.ap50


def test_perfect_boxes_score_all_and_none_score_nothing():
    assert measure("x", ("head",), [whole(A)], [seen((0.9, A))]).map50_95 == 1.0
    nothing = measure("x", ("head",), [whole(A)], [[]])
    assert (nothing.map50, nothing.per_class[0].recall) == (0.0, 0.0)
    # Fits at 0.50 and not at 0.95: a tenth as many levels, a tenth less.
    loose = measure("x", ("head",), [whole(A)], [seen((0.9, NEAR_A))])
    assert loose.per_class[0].ap50 == 1.0
    assert loose.map50_95 == pytest.approx(0.9, abs=0.05)


def test_old_beside_new_says_what_vanished_and_what_was_lost():
    one = picture(decided("head", A, BoxVerdict.NOTHING), decided("head", B, BoxVerdict.RIGHT))
    [kept] = comparing.verdict_wise([one], [seen((0.9, A), (0.9, B))], [seen((0.3, A), (0.9, B))])
    assert kept == Kept("head", 1, 1, 0, 1, 1, 1)
    same, less = TestMetrics("x", 3, 0.7, 0.4), TestMetrics("x", 3, 0.68, 0.4)
    assert comparing.is_worse([(same, same)], [kept], Limits()) == []
    assert comparing.is_worse([(same, less)], [], Limits()) == ["x: mAP50 fell by 2.00 points"]
    lost = Kept("head", 0, 0, 1, 10, 10, 9)
    assert len(comparing.is_worse([], [lost], Limits())) == 2
    assert "1 -> 0 of 1" in comparing.as_text([(same, less)], [kept])


def test_only_listed_weights_and_a_runs_own_are_opened(tmp_path):
    listed = trusted(MODELS_DIR / "site-safety-v1.pt")
    assert listed.classes == CLASSES
    assert listed.onnx_sha256 == sha256_of(DEFAULT_MODEL)
    weights = tmp_path / WEIGHTS
    weights.write_bytes(pickle.dumps("anything"))
    with pytest.raises(TrainingError, match="nobody vouches for"):
        trusted(weights)
    told = {"name": "x", "version": "2", "classes": ["head"]}
    write_run(tmp_path, weights_sha256=sha256_of(weights), **told)
    assert trusted(tmp_path).version == "2"
    weights.write_bytes(pickle.dumps("changed"))
    with pytest.raises(TrainingError, match="nobody vouches for"):
        trusted(tmp_path)
    changed = tmp_path / "site-safety-v1.pt"
    changed.write_bytes(b"not ours")
    with pytest.raises(TrainingError, match="changed"):
        trusted(changed)


def an_archive(path: Path, *pictures, classes=CLASSES, extra=()):
    told = {"format": 1, "name": "autumn", "classes": classes}
    lines = "".join(json.dumps(p if isinstance(p, dict) else to_json(p)) + "\n" for p in pictures)
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("dataset.json", json.dumps(told))
        made.writestr("manifest.jsonl", lines)
        for name in [p.image for p in pictures if not isinstance(p, dict)] + list(extra):
            made.writestr(name, b"jpeg")
    return path


HEAD = decided("head", A, BoxVerdict.RIGHT)


def test_an_archive_is_unpacked_as_far_as_its_manifest_goes(tmp_path):
    path = an_archive(tmp_path / "d.zip", picture(HEAD), extra=["../evil.jpg", "run.py"])
    found = open_dataset(path, tmp_path / "in")
    assert (found.name, found.sha256) == ("autumn", sha256_of(path))
    names = sorted(
        p.relative_to(tmp_path / "in").as_posix() for p in (tmp_path / "in").rglob("*.*")
    )
    assert names == ["dataset.json", f"images/train/{'a' * 24}.jpg", "manifest.jsonl"]
    assert not (tmp_path / "evil.jpg").exists()


def test_what_is_no_data_set_is_refused_in_words(tmp_path):
    crooked = to_json(picture(HEAD)) | {"image": "images/train/../../x.jpg"}
    with pytest.raises(TrainingError, match="line 1: image"):
        open_dataset(an_archive(tmp_path / "a.zip", crooked), tmp_path / "1")
    with pytest.raises(TrainingError, match="no pictures to learn from"):
        open_dataset(an_archive(tmp_path / "b.zip", picture(HEAD, split=Split.VAL)), tmp_path / "2")
    with pytest.raises(TrainingError, match="not whole"):
        open_dataset(an_archive(tmp_path / "d.zip", to_json(picture(HEAD))), tmp_path / "4")
    (tmp_path / "c.zip").write_bytes(b"PK")
    with pytest.raises(TrainingError, match="no archive"):
        open_dataset(tmp_path / "c.zip", tmp_path / "3")


def test_settings_are_files_and_an_unknown_one_names_those_there_are(tmp_path):
    assert hyper.load("gpu").device == "0"
    with pytest.raises(TrainingError, match="cpu-small, gpu"):
        hyper.load("fast")
    (tmp_path / "x.toml").write_text("epochs = 1")
    with pytest.raises(TrainingError, match="imgsz"):
        hyper.load(str(tmp_path / "x.toml"))


def test_a_command_that_cannot_be_done_ends_with_2_and_a_line(tmp_path, capsys):
    archive = an_archive(tmp_path / "d.zip", picture(HEAD), classes=("head",))
    words = ["fit", str(archive), "--version", "1", "--out", str(tmp_path)]
    assert main(words) == 2
    assert "must be the same, in the same order" in capsys.readouterr().err
    assert main([*words, "--from", str(DEFAULT_MODEL)]) == 2
    assert "begins with a .pt file" in capsys.readouterr().err


def test_a_test_set_is_measured_through_onnx_by_the_classes_that_it_labels(tmp_path, footage_frame):
    (tmp_path / "images").mkdir()
    (tmp_path / "labels").mkdir()
    footage_frame(tmp_path / "images" / "yard_1.jpg")
    (tmp_path / "labels" / "yard_1.txt").write_text("2 0.5 0.5 0.2 0.2\n")
    (tmp_path / "testset.toml").write_text(
        f'name = "yard"\nclasses = {json.dumps(CLASSES)}\n[labelled]\nyard = ["head"]\n'
    )
    testset = open_testset(tmp_path)
    metrics = testset.measure(open_network(trusted(DEFAULT_MODEL)), 320)
    assert [row.name for row in metrics.per_class] == ["head"]
    (tmp_path / "labels" / "yard_1.txt").write_text("9 0.5 0.5 0.2 0.2\n")
    with pytest.raises(TrainingError, match="line 1"):
        open_testset(tmp_path)


@pytest.fixture
def footage_frame():
    from PIL import Image

    def write(path):
        noise = np.random.default_rng(1).integers(0, 255, (120, 160, 3), np.uint8)
        Image.fromarray(noise).save(path, "JPEG")

    return write
