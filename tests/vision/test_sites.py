"""A search for ONVIF cameras: real datagrams, real SOAP, a stand-in camera on loopback."""

from __future__ import annotations

import pytest

from tests.vision.onvif_camera import (
    PASSWORD,
    USER,
    StandIn,
    onvif_camera,
    probe_match,
    probe_responder,
)
from vision.contract import Discover, FoundProfile
from vision.sites import probe as probing
from vision.sites.probe import probe, read_answer
from vision.sites.searching import NOT_LISTED, UNREADABLE, search

LOOPBACK = ("127.0.0.0/8",)


def of(camera: StandIn, **changed) -> Discover:
    values = {"seconds": 1.0, "hosts": (camera.address,), "user": USER, "password": PASSWORD}
    return Discover(**(values | changed))


@pytest.fixture
def loopback_only(monkeypatch):
    """The machine's other networks are nobody's to ask in a test."""

    def on_loopback(seconds: float, **_):
        return probe(seconds, interfaces=["lo"])

    monkeypatch.setattr("vision.sites.searching.probe", on_loopback)


def test_a_camera_that_answers_the_probe_is_found_with_its_streams(loopback_only):
    with onvif_camera() as camera, probe_responder(camera, garbage=b"<!DOCTYPE x><x/>"):
        found = search("job-1", of(camera, hosts=(), seconds=1.5), LOOPBACK).found
    assert [one.address for one in found] == [camera.address]
    only = found[0]
    assert (only.name, only.maker, only.model, only.serial, only.problem) == (
        "Gate North",
        "Made-up Optics",
        "MO-4",
        "0007",
        "",
    )
    assert only.profiles == (
        FoundProfile("main", "main", "rtsp://127.0.0.1:554/main", "H264", (1920, 1080), 25.0),
        FoundProfile("sub", "sub", "rtsp://127.0.0.1:554/sub", "H264", (640, 360), 15.0),
    )


def test_the_password_travels_as_a_digest_that_heeds_the_camera_s_own_clock(loopback_only):
    with onvif_camera() as camera:
        found = search("job-1", of(camera), LOOPBACK).found
    assert found[0].problem == ""
    assert camera.passwords
    assert PASSWORD not in "".join(camera.passwords)


def test_a_wrong_password_is_said_and_not_tried_again_and_again(loopback_only):
    with onvif_camera() as camera:
        found = search("job-1", of(camera, password="wrong"), LOOPBACK).found
    assert found[0].problem == "it refuses the user or the password"
    assert len(camera.passwords) <= 3


def test_a_camera_that_names_services_elsewhere_is_asked_where_it_is(loopback_only):
    with onvif_camera(StandIn(advertised="http://192.0.2.50:80")) as camera:
        found = search("job-1", of(camera), LOOPBACK).found
    assert found[0].problem == ""
    assert "GetProfiles" in camera.asked


def test_nobody_is_dialled_who_is_not_on_the_list(loopback_only):
    with onvif_camera() as camera, probe_responder(camera):
        found = search("job-1", of(camera), ("10.0.0.0/8",)).found
    assert [(one.address, one.problem) for one in found] == [(camera.address, NOT_LISTED)]
    assert camera.asked == []


def test_silence_and_nonsense_are_told_one_by_one(loopback_only, monkeypatch):
    monkeypatch.setattr("vision.sites.profiles.ONE_S", 1.0)
    with onvif_camera(StandIn(delay_s=3.0)) as slow, onvif_camera() as good:
        hosts = (slow.address, good.address, "127.0.0.1:1", "user:word@127.0.0.1", "not an address")
        found = search("job-1", of(good, hosts=hosts), LOOPBACK).found
    told = {one.address: one.problem for one in found}
    assert told[good.address] == ""
    assert told[slow.address] == "it did not answer within 1 s"
    assert told["127.0.0.1:1"] == "nothing answers at this address"
    assert told["http://user:word@127.0.0.1"] == UNREADABLE
    assert found[0].address == good.address


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<x/>",
        b"\xff\xfe",
        b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        probe_match(StandIn(port=80)).replace(b"ProbeMatch>", b"Hello>"),
    ],
)
def test_what_is_no_answer_to_a_probe_is_nothing(data):
    assert read_answer(data, "10.0.0.1") is None


def test_of_an_answer_only_web_addresses_are_kept():
    data = probe_match(StandIn(port=80)).replace(b"http://192.0.2.99", b"file:///etc")
    answer = read_answer(data, "10.0.0.1")
    assert answer is not None
    assert answer.services == ("http://127.0.0.1:80/onvif/device_service",)
    assert (answer.name, answer.hardware) == ("Gate North", "MO-4")


def test_an_interface_that_is_not_there_is_passed_over():
    assert probing.probe(0.1, interfaces=["no-such-one"]) == []
