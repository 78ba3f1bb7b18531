"""Cameras behind a GB/T 28181 platform: addresses that are leased, by a server that truly leases them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.vision.conftest import wait_until
from tests.vision.footage import make_clip
from tests.vision.rtsp import Clip
from tests.vision.wvp import DEVICE, KEY, Wvp, channel_code, odd_server
from vision import plays
from vision.config import ConfigError, VisionSettings
from vision.contract import NodeConfig, Platform, StreamFault, parse
from vision.platforms import Caller, Channel, Client
from vision.plays import Places, Play, Plays
from vision.reach import Trust, knock
from vision.session import CameraSpec, Stream
from vision.streams import StreamError

HOSTS = ("127.0.0.1",)
GATE = channel_code(1)
URL = f"gb28181://city/{DEVICE}/{GATE}"


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Clip:
    path = tmp_path_factory.mktemp("clip") / "gate.mp4"
    return Clip(make_clip(path, seconds=2, present=(0, 0)))


@pytest.fixture
def serve(clip: Clip) -> Iterator[Callable[..., Wvp]]:
    started: list[Wvp] = []

    def start(**how: Any) -> Wvp:
        quick = {"ring_s": 0.05, "late_s": 0.1, "idle_s": 60.0}
        started.append(Wvp(clip, [GATE, channel_code(2)], **{**quick, **how}).start())
        return started[-1]

    yield start
    for wvp in started:
        wvp.stop()


def places(folder: Path, wvp: Wvp, key: str = KEY) -> Places:
    return Places(folder / "plays", (Platform("city", wvp.url, key),))


def fault_of(folder: Path, wvp: Wvp, url: str = URL, **more: Any) -> tuple[StreamFault, str]:
    with pytest.raises(StreamError) as caught:
        Play(url, places(folder, wvp, **more), HOSTS).start()
    return caught.value.fault, str(caught.value)


def spec_of(folder: Path, wvp: Wvp) -> CameraSpec:
    nowhere = folder / "ring"
    where = places(folder, wvp)
    return CameraSpec("gate", URL, (320, 192), 5, nowhere, 20, "", HOSTS, False, places=where)


def parent(folder: Path, wvp: Wvp, *wanted: str) -> Plays:
    ends = Plays(folder / "plays")
    heed(ends, wvp, *wanted)
    return ends


def heed(ends: Plays, wvp: Wvp, *wanted: str) -> None:
    cameras = [{"camera_id": f"c{n}", "name": "c", "url": url} for n, url in enumerate(wanted)]
    platforms = [{"platform_id": "city", "base_url": wvp.url, "api_key": KEY}]
    config = {"node": "n", "config_version": "1", "cameras": cameras, "platforms": platforms}
    ends.heed(parse(NodeConfig, config), HOSTS)


def test_each_connection_asks_anew_because_yesterdays_address_is_good_for_nothing(
    serve: Callable[..., Wvp], tmp_path: Path
) -> None:
    wvp = serve()
    spec = spec_of(tmp_path, wvp)
    before = Play(URL, places(tmp_path, wvp), HOSTS)
    yesterday = before.start()
    before.end()
    wvp.cut(GATE)
    with pytest.raises(StreamError):
        knock(yesterday, HOSTS, Trust())
    sizes: list[int] = []
    stream = Stream(URL, spec, beat=lambda: None, stopped=lambda: bool(sizes), now=time.time)
    with stream:
        stream.read(lambda packet, _t, _lag: sizes.append(packet.size))
    assert sizes
    assert len(wvp.started) == 2


def test_main_and_sub_stream_of_one_channel_share_one_play(
    serve: Callable[..., Wvp], tmp_path: Path
) -> None:
    wvp = serve(ring_s=0.3)
    found: list[str] = []
    held = [Play(URL, places(tmp_path, wvp), HOSTS) for _ in range(4)]
    threads = [threading.Thread(target=lambda p=play: found.append(p.start())) for play in held]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == 1
    assert (len(wvp.started), wvp.doubled, wvp.orphans) == (1, 0, [])
    for play in held:
        play.end()
    Play(URL, places(tmp_path, wvp), HOSTS).start()
    assert len(wvp.started) == 2, "nobody read it any more: it is asked for again"


def test_who_is_killed_while_asking_makes_the_next_one_wait(
    serve: Callable[..., Wvp], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plays, "ANSWER_S", 1.0)
    wvp = serve(ring_s=0.6)
    killed = Client(Platform("city", wvp.url, KEY), HOSTS, caller=Caller(stopped=lambda: True))
    first = Play(URL, places(tmp_path, wvp), HOSTS)
    first._client = killed  # it goes away in the middle of its question
    with pytest.raises(StreamError):
        first.start()
    beats: list[float] = []
    second = Play(URL, places(tmp_path, wvp), HOSTS, Caller(lambda: beats.append(1)))
    assert knock(second.start(), HOSTS, Trust()).codec == "H264"
    assert (wvp.doubled, wvp.orphans) == (0, [])
    assert len(beats) > 2, "whoever waits shows the watchdog that it lives"


def test_what_nobody_is_to_read_any_more_is_hung_up_and_what_is_read_is_not(
    serve: Callable[..., Wvp], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plays, "TEND_S", 0.05)
    wvp = serve()
    other = f"gb28181://city/{DEVICE}/{channel_code(2)}"
    gate, yard = (Play(url, places(tmp_path, wvp), HOSTS) for url in (URL, other))
    ends = parent(tmp_path, wvp, URL, other)
    gate.start()
    yard.start()
    heed(ends, wvp, other)  # the gate's camera was taken away, and is being stopped
    time.sleep(0.3)
    assert wvp.live == 2
    gate.end()
    wait_until(lambda: wvp.live == 1)
    assert wvp.stopped == [GATE]
    yard.end()
    ends.close()
    assert wvp.live == 0
    assert not list((tmp_path / "plays").glob("*"))


def test_a_worker_that_was_killed_leaves_word_and_the_next_one_hangs_up(
    serve: Callable[..., Wvp], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plays, "TEND_S", 0.05)
    wvp = serve()
    killed = Play(URL, places(tmp_path, wvp), HOSTS)
    killed.start()
    killed.end()  # the kernel closes the handles of a killed process
    ends = parent(tmp_path, wvp)
    wait_until(lambda: wvp.live == 0)
    ends.close()


@pytest.mark.parametrize("old", [False, True])
def test_faults_are_told_apart_in_an_operators_words(
    serve: Callable[..., Wvp], tmp_path: Path, old: bool
) -> None:
    wvp = serve(old=old, offline={GATE})
    assert fault_of(tmp_path, wvp) == (
        StreamFault.TIMEOUT,
        f"the platform 127.0.0.1 says that channel {GATE} is offline",
    )
    wvp.offline = {DEVICE}
    assert fault_of(tmp_path, wvp)[1].endswith(f"device {DEVICE} is offline")
    wvp.offline, wvp.first_late = set(), 9
    fault, detail = fault_of(tmp_path, wvp)
    assert fault is StreamFault.TIMEOUT
    assert detail.endswith("-2 no stream in time")
    for device, channel, word in ((DEVICE, channel_code(9), "channel"), ("9" * 20, GATE, "device")):
        fault, detail = fault_of(tmp_path, wvp, f"gb28181://city/{device}/{channel}")
        assert fault is StreamFault.NOT_FOUND
        assert f"no {word} " in detail


def test_a_key_that_is_refused_is_told_so_and_never_shown(
    serve: Callable[..., Wvp], tmp_path: Path
) -> None:
    wvp = serve()
    for status in (200, 401):
        wvp.deny_status = status
        fault, detail = fault_of(tmp_path, wvp, key="an-old-secret")
        assert fault is StreamFault.AUTHENTICATION
        assert "API key" in detail
        assert "an-old-secret" not in detail
    assert (wvp.denied, wvp.started) == (2, []), "asked once each, and nothing behind it"


def test_a_platform_that_is_away_unknown_or_none_at_all(
    serve: Callable[..., Wvp], tmp_path: Path
) -> None:
    wvp = serve()
    assert fault_of(tmp_path, wvp, URL.replace("city", "town"))[0] is StreamFault.NOT_FOUND
    assert fault_of(tmp_path, wvp, "gb28181://city/12/34")[0] is StreamFault.NOT_FOUND
    for base, expected in (
        ("http://127.0.0.1:9", StreamFault.REFUSED),
        ("http://127.0.0.2:9", StreamFault.HOST_NOT_ALLOWED),
        ("http://10.255.255.1:9", StreamFault.HOST_NOT_ALLOWED),
        (f"{wvp.url}/elsewhere", StreamFault.NOT_FOUND),
    ):
        with pytest.raises(StreamError) as caught:
            Play(URL, Places(tmp_path, (Platform("city", base, KEY),)), HOSTS).start()
        assert caught.value.fault is expected
        assert "platform" in str(caught.value)


def test_an_address_that_leads_off_the_list_is_not_dialled(
    serve: Callable[..., Wvp], tmp_path: Path
) -> None:
    wvp = serve(stream_host="127.0.0.2")
    stream = Stream(
        URL, spec_of(tmp_path, wvp), beat=lambda: None, stopped=lambda: False, now=time.time
    )
    with pytest.raises(StreamError) as caught, stream:
        pass
    assert caught.value.fault is StreamFault.HOST_NOT_ALLOWED
    assert Play(URL, places(tmp_path, wvp), HOSTS)._files.is_unread(), "nobody holds on to it"


def test_a_slow_platform_is_waited_for_with_a_beat_and_given_up_when_it_is_over(
    serve: Callable[..., Wvp], tmp_path: Path
) -> None:
    wvp = serve(slow_s=1.2)
    beats: list[int] = []
    Play(URL, places(tmp_path, wvp), HOSTS, Caller(lambda: beats.append(1))).start()
    assert len(beats) >= 3
    began = time.monotonic()
    over = Caller(stopped=lambda: time.monotonic() - began > 0.2)
    with pytest.raises(StreamError):
        other = f"gb28181://city/{DEVICE}/{channel_code(2)}"
        Play(other, places(tmp_path, wvp), HOSTS, over).start()
    assert time.monotonic() - began < 1.1


def test_flv_is_taken_where_the_machine_says_so(
    serve: Callable[..., Wvp], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wvp = serve()
    client = Client(Platform("city", wvp.url, KEY), HOSTS)
    assert client.start(Channel.of(URL)).startswith("rtsp://")
    monkeypatch.setenv("ANQI_VISION_PLATFORM_STREAM", "flv")
    assert Play(URL, places(tmp_path, wvp), HOSTS).start().endswith(".flv")
    with pytest.raises(ConfigError, match="PLATFORM_STREAM"):
        VisionSettings.from_env({"ANQI_VISION_PLATFORM_STREAM": "rtmp"})


@pytest.mark.parametrize("body", [b'{"code": []}', b'{"code": {}, "data": 1}', b"[" * 100_000])
def test_an_answer_that_makes_no_sense_ends_nobody_who_waits_for_it(body: bytes) -> None:
    """Whoever hangs up for all channels would else hang up for none any more."""
    with odd_server(body) as url:
        client = Client(Platform("city", url, KEY), HOSTS)
        with pytest.raises(StreamError):
            client.start(Channel.of(URL))
