"""What a data set's manifest may say, and what is refused."""

from __future__ import annotations

from dataclasses import replace

import pytest

from vision.contract import (
    BoxVerdict,
    ContractError,
    DatasetPicture,
    DecidedBox,
    RuleKind,
    Split,
    parse,
    to_json,
    yolo_line,
)

HEAD = DecidedBox(
    "head", 0.8, (0.1, 0.2, 0.3, 0.4), BoxVerdict.RIGHT, "e1", RuleKind.HELMET_MISSING
)
PICTURE = DatasetPicture(
    f"images/train/{'a' * 24}.jpg", "b" * 64, Split.TRAIN, "c1", "o1", (640, 360), (HEAD,)
)


def test_a_picture_comes_back_as_it_was_written():
    helmet = replace(HEAD, verdict=BoxVerdict.INSTEAD, instead="helmet", reason="compliant")
    picture = replace(PICTURE, decided=(HEAD, helmet))
    assert parse(DatasetPicture, to_json(picture)) == picture
    assert [one.truth for one in picture.decided] == ["head", "helmet"]
    assert replace(HEAD, verdict=BoxVerdict.NOTHING).truth == ""
    assert picture.labels == f"labels/train/{'a' * 24}.txt"


@pytest.mark.parametrize(
    "image",
    [
        "images/train/../../etc.jpg",
        "/etc/passwd.jpg",
        "images/test/" + "a" * 24 + ".jpg",
        "images/train/x.exe",
    ],
)
def test_no_name_of_a_picture_leads_out_of_its_folder(image):
    with pytest.raises(ContractError, match="image"):
        parse(DatasetPicture, to_json(PICTURE) | {"image": image})


def test_a_split_fits_its_folder_and_a_relabelled_box_says_what_it_is():
    with pytest.raises(ContractError, match="split"):
        replace(PICTURE, split=Split.VAL)
    with pytest.raises(ContractError, match="instead"):
        replace(HEAD, verdict=BoxVerdict.INSTEAD)
    with pytest.raises(ContractError, match="decided"):
        replace(PICTURE, decided=())


def test_a_label_is_centre_and_size():
    assert yolo_line(2, (0.1, 0.2, 0.3, 0.6)) == "2 0.200000 0.400000 0.200000 0.400000"
