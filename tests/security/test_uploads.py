"""Files that are not what they seem."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from PIL import Image

from supervision.core import attachments
from supervision.core.db import transaction
from supervision.core.errors import InvalidInput
from supervision.hazard.workflow import HazardState
from supervision.video.media import NotThisTypeError, check_media
from tests.factories.hazards import load, make_hazard, picture
from tests.factories.video import make_camera, make_event, make_node, reference
from vision.contract import EvidenceKind


def jpeg_of(width, height):
    """The beginning of a JPEG that claims to be of this size."""
    frame = struct.pack(">BHHB", 8, height, width, 3) + b"\1\x22\0\2\x11\1\3\x11\1"
    return b"\xff\xd8\xff\xc0" + struct.pack(">H", len(frame) + 2) + frame + b"\xff\xd9"


def png_of(width, height):
    def part(name, data):
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", head) + part(b"IDAT", b"") + part(b"IEND", b"")


def with_exif(exif):
    return picture()[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 8) + b"Exif\0\0" + exif


# An orientation (0x0112) of type ASCII, which the decoder hands on as text.
BROKEN_EXIF = b"II*\0\x08\0\0\0\1\0\x12\1\x02\0\x02\0\0\0\x36\0\0\0\0\0\0\0"


def kept(cast, data, name="photo.jpg"):
    with transaction():
        found = attachments.store_photo(
            cast["safety_manager"], io.BytesIO(data), name, field="photos"
        )
        return found.filename, attachments.storage().open(found.sha256).read()


def test_what_a_photo_says_besides_its_picture_is_gone(cast):
    raw = io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "PRIVATE-PHONE"
    Image.new("RGB", (64, 48)).save(
        raw, "JPEG", comment=b"PRIVATE-COMMENT", exif=exif, xmp=b"<x>PRIVATE-PLACE</x>"
    )
    tail = b"<?php PRIVATE-TAIL ?>"
    assert raw.getvalue().count(b"PRIVATE") == 3
    _name, stored = kept(cast, raw.getvalue() + tail)
    assert b"PRIVATE" not in stored


@pytest.mark.parametrize(
    "data",
    [
        jpeg_of(60_000, 60_000),
        png_of(60_000, 60_000),
        png_of(9_000, 9_000),
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"GIF89a<script>alert(1)</script>",
        b"%PDF-1.4",
        picture()[:200],
        b"",
    ],
    ids=["bomb jpeg", "bomb png", "large png", "svg", "gif", "pdf", "cut", "empty"],
)
def test_a_file_that_is_no_fair_picture_is_refused_by_name(cast, data):
    with pytest.raises(InvalidInput) as refused, transaction():
        attachments.store_photo(
            cast["safety_manager"], io.BytesIO(data), "evil.jpg", field="photos"
        )
    assert refused.value.field == "photos"


def test_a_picture_with_broken_exif_is_no_crash(cast):
    try:
        _name, stored = kept(cast, with_exif(BROKEN_EXIF))
    except InvalidInput:
        return
    assert stored[:2] == b"\xff\xd8"


@pytest.mark.parametrize("size", [(60_000, 60_000), (9_000, 9_000)])
def test_a_node_s_bomb_is_told_and_not_decoded(size):
    with pytest.raises(NotThisTypeError):
        check_media(io.BytesIO(jpeg_of(*size)), "image/jpeg")


def test_a_node_s_bomb_is_parked_and_the_event_stays(app, cast):
    node = make_node(app)
    camera = make_camera(cast, node)
    from tests.factories.video import camera_uid

    bomb = jpeg_of(60_000, 60_000)
    event = make_event(node, camera_uid(camera), evidence=(reference(EvidenceKind.SNAPSHOT, bomb),))
    assert node.send(event).status_code == 201
    assert node.upload(event.event_id, bomb).status_code == 422


@pytest.mark.parametrize(
    ("given", "kept_as"),
    [
        ("../../etc/passwd.jpg", "passwd.jpg"),
        ("C:\\\\fakepath\\\\line.png", "line.jpg"),
        ("a\r\nSet-Cookie: x=1.jpg", "aSet-Cookie: x=1.jpg"),
        ("gpj\u202egnp.exe.jpg", "gpjgnp.exe.jpg"),
        ("nul\x00.jpg", "nul.jpg"),
        ("\u538b\u673a.jpg", "\u538b\u673a.jpg"),
        (".jpg", "photo.jpg"),
    ],
)
def test_a_hostile_name_is_harmless_when_the_file_is_sent(app, pages, cast, given, kept_as):
    hazard_id = make_hazard(cast, HazardState.RECTIFYING)
    answer = pages.as_("safety_manager").post(
        f"/hazards/{hazard_id}/submit",
        data={"note": "Guard fitted", "photos": (io.BytesIO(picture()), given)},
    )
    if answer.status_code == 302:
        found = load(hazard_id, cast["safety_manager"]).files[-1]
    else:  # the test client itself cannot send this name
        name, _data = kept(cast, picture(), given)
        assert name == kept_as
        return
    sent = pages.as_("safety_manager").get(f"/hazards/{hazard_id}/files/{found.id}?download")
    assert sent.status_code == 200
    assert "Set-Cookie" not in {name for name, _value in sent.headers if "x=1" in _value}
    assert kept(cast, picture(), given)[0] == kept_as
