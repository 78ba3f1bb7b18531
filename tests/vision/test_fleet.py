"""What is said of a camera: the truth, also while little of it is decoded."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from vision import logs
from vision.capture import Reader, Report, Start, _obey
from vision.config import VisionSettings
from vision.contract import (
    Camera,
    CameraState,
    Decoding,
    NodeConfig,
    StreamFault,
    ViewState,
)
from vision.fleet import Fleet
from vision.inference.supervisor import Detectors
from vision.logs import hide_password_of
from vision.mailbox import Mailbox
from vision.seat import Counts, Inferred, Seat, trouble_of, true_state
from vision.session import CameraSpec

RUNNING = Report("gate", CameraState.RUNNING, decoding=Decoding.FULL)


@pytest.fixture
def seat() -> Iterator[Seat]:
    mailbox = Mailbox((64, 64))
    report = Report("gate", CameraState.STARTING)
    yield Seat(Camera("gate", "Gate", "rtsp://10.0.0.8/1"), mailbox, report, 0)
    mailbox.close()


@pytest.mark.parametrize(
    ("decoding", "age_s", "state"),
    [
        (Decoding.FULL, 1.0, CameraState.RUNNING),
        (Decoding.FULL, 8.0, CameraState.STALLED),
        (Decoding.KEY, 8.0, CameraState.RUNNING),
        (Decoding.KEY, 20.0, CameraState.STALLED),
        (Decoding.FULL, None, CameraState.STALLED),
    ],
)
def test_running_means_frames_as_young_as_the_way_of_decoding_lets_them_be(
    decoding: Decoding, age_s: float | None, state: CameraState
) -> None:
    assert true_state(replace(RUNNING, decoding=decoding), age_s) is state


def test_a_clock_that_is_set_makes_no_frame_older(
    seat: Seat, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = time.time()
    seat.heed(replace(RUNNING, last_frame_t=now, frame_age_s=0.2))
    monkeypatch.setattr("time.time", lambda: now + 3600)
    told = seat.health(Inferred())
    assert told.state is CameraState.RUNNING
    assert told.frame_age_s is not None
    assert 0.2 <= told.frame_age_s < 2


def test_a_camera_taken_away_before_its_process_was_up_does_not_end_its_group(
    tmp_path: Path,
) -> None:
    mailbox = Mailbox((64, 64))
    spec = CameraSpec.of(
        Camera("gate", "Gate", "rtsp://10.0.0.8/1", input_size=(64, 64)),
        ring=tmp_path,
        ring_s=60.0,
        mailbox=mailbox.name,
        hosts=(),
        allow_files=False,
    )
    mailbox.close()
    readers: dict[str, Reader] = {}
    _obey(Start(spec), readers, ())
    assert readers == {}


def test_a_password_that_a_camera_says_back_does_not_reach_the_web(seat: Seat) -> None:
    hide_password_of("rtsp://anqi:geheim-42@10.0.0.8/1")
    seat.heed(replace(RUNNING, fault=StreamFault.AUTHENTICATION, detail="401 not geheim-42"))
    assert seat.health(Inferred()).fault_detail == "401 not ***"
    logs._secrets.clear()


def test_a_camera_that_failed_does_not_run_however_young_its_last_frame() -> None:
    assert true_state(replace(RUNNING, state=CameraState.FAILED), 0.1) is CameraState.FAILED


def test_the_evidence_streams_trouble_is_told_where_the_judged_one_has_none() -> None:
    both = replace(
        RUNNING,
        fault=StreamFault.TIMEOUT,
        detail="no data",
        evidence_fault=StreamFault.AUTHENTICATION,
        evidence_detail="401",
    )
    assert trouble_of(both) == (StreamFault.TIMEOUT, "no data")
    fault, detail = trouble_of(replace(both, fault=None, detail=""))
    assert fault is StreamFault.AUTHENTICATION
    assert detail == "main stream, kept for evidence: 401"


def test_reconnects_are_put_down_to_the_fault_before_them(seat: Seat) -> None:
    seat.heed(replace(RUNNING, state=CameraState.FAILED, fault=StreamFault.TLS))
    seat.heed(replace(RUNNING, reconnects=2))
    seat.heed(replace(RUNNING, reconnects=2))
    assert seat.reconnects == {StreamFault.TLS: 2}


def test_cameras_are_shared_out_to_the_devices_and_stay_there() -> None:
    settings = VisionSettings(devices=("cpu", "cuda:0"), group_size=3)
    detectors = Detectors(settings)
    fleet = Fleet(settings, detectors)

    def config(names: str) -> NodeConfig:
        return NodeConfig("n", names, tuple(Camera(name, name, "rtsp://h/x") for name in names))

    fleet.apply(config("abcde"))
    followed = [set(detectors._engines[number, ""].follows) for number in (0, 1)]
    assert followed == [{"a", "c", "e"}, {"b", "d"}]
    fleet.apply(config("acdef"))
    assert [set(detectors._engines[number, ""].follows) for number in (0, 1)] == [
        {"a", "c", "e"},
        {"d", "f"},
    ]
    fleet.close()
    detectors.close()


def test_counts_outlive_the_process_that_counted(seat: Seat) -> None:
    seat.heed(replace(RUNNING, frames=100, corrupt=3, gated=40, view=ViewState.MOVED))
    since = seat.view_since
    seat.lose("capture: it ended with -9")
    assert (seat.report.state, seat.report.view) == (CameraState.FAILED, ViewState.MOVED)
    seat.heed(replace(RUNNING, frames=10, view=ViewState.MOVED))
    assert seat.counts() == Counts(110, 3, 40)
    assert seat.view_since == since
    assert seat.reconnects == {StreamFault.OTHER: 1}


def test_whoever_stands_by_has_a_process_ready_and_no_longer_than_that(tmp_path: Path) -> None:
    settings = VisionSettings(directory=tmp_path)
    fleet = Fleet(settings, Detectors(settings))
    try:
        fleet.tick()
        assert fleet.processes == []
        fleet.stands_by = True
        fleet.tick()
        [process] = fleet.processes
        fleet.tick()
        assert fleet.processes == [process]
        fleet.stands_by = False
        fleet.tick()
        assert fleet.processes == []
    finally:
        fleet.close()
