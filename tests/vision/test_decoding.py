"""Key frames alone while idle, and everything again without losing what lay between."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import av
import numpy as np
import pytest

from tests.vision.footage import make_clip
from vision import decoding
from vision.capture import Reader
from vision.contract import CameraState, Decoding
from vision.decoding import Decoder, Packet
from vision.mailbox import Mail, Mailbox
from vision.ring import segments
from vision.session import CameraSpec
from vision.timing import Beat

FPS = 10
Feed = tuple[Packet, float, bool]


def packets(path: Path, context: list[av.VideoCodecContext]) -> Iterator[Feed]:
    """The packets of a clip with their instants, as a session hands them over."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        stream.thread_type = "NONE"
        context.append(stream.codec_context)
        for packet in container.demux(stream):
            if packet.size and packet.pts is not None:
                yield packet, float(packet.pts * packet.time_base), packet.is_keyframe


def whole(path: Path) -> dict[float, np.ndarray]:
    with av.open(str(path)) as container:
        return {
            round(frame.time, 4): frame.to_ndarray(format="gray")
            for frame in container.decode(video=0)
        }


class Run:
    """A decoder fed with a clip; ``does`` may wake it or lay it to rest after each packet."""

    def __init__(
        self,
        path: Path,
        does: Callable[[Decoder, float], object] = lambda _decoder, _t: None,
        gap_s: float = 0.5,
        needs: Callable[[float], bool] = lambda _t: True,
        looks: Callable[[float], object] = lambda _t: None,
    ):
        self._looks = looks
        self.shown: list[tuple[float, np.ndarray]] = []
        self.modes: dict[float, Decoding] = {}
        context: list[av.VideoCodecContext] = []
        self.decoder: Decoder | None = None
        for packet, t, is_key in packets(path, context):
            if self.decoder is None:
                self.decoder = Decoder(context[0], is_adaptive=True, gap_s=gap_s, needs=needs)
            self._take(self.decoder.feed(packet, t, is_key))
            woken = does(self.decoder, t)
            if isinstance(woken, Iterator):
                self._take(woken)
            self.modes[round(t, 4)] = self.decoder.mode

    def _take(self, frames: Iterator[decoding.Shown]) -> None:
        for t, frame in frames:
            self._looks(t)
            self.shown.append((round(t, 4), frame.to_ndarray(format="gray")))

    def times(self, start: float = 0.0, end: float = 99.0) -> list[float]:
        return [t for t, _ in self.shown if start <= t < end]


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("clips")
    options = {"plain": {"g": "20", "bf": "0"}, "reordered": {"g": "20", "bf": "3"}}
    made = {
        name: make_clip(
            folder / f"{name}.mp4",
            seconds=14,
            present=(0, 99),
            fps=FPS,
            options={**chosen, "sc_threshold": "0", "keyint_min": "20"},
        )
        for name, chosen in options.items()
    }
    made["long"] = make_clip(
        folder / "long.mp4", seconds=24, present=(0, 99), fps=5, options={"g": "60", "bf": "0"}
    )
    made["intra"] = make_clip(
        folder / "intra.mp4", seconds=6, fps=FPS, codec="mpeg4", options={"g": "1"}
    )
    return made


@pytest.mark.parametrize("kind", ["plain", "reordered", "intra", "long"])
def test_a_frame_nobody_looks_at_is_decoded_for_a_later_one_only(
    clips: dict[str, Path], kind: str
) -> None:
    beat, looked = Beat(2.0), list[float]()

    def look(t: float) -> None:
        if beat.is_due(t):
            looked.append(round(t, 4))

    run = Run(clips[kind], needs=beat.would_be_due, looks=look)
    truth = whole(clips[kind])
    beat = Beat(2.0)
    expected = [t for t in truth if beat.is_due(t)]
    # What a decoder holds back at the very end of a stream nobody waits for.
    assert looked == [t for t in expected if t <= looked[-1]]
    assert looked[-1] >= expected[-2]
    for t, picture in run.shown:
        assert np.abs(picture.astype(int) - truth[t]).max() == 0
    never = {"plain": 0.2, "intra": 0.8, "reordered": 0.0, "long": 0.0}[kind]
    assert 1 - len(run.shown) / len(truth) == pytest.approx(never, abs=0.05)


def rest_from_6(decoder: Decoder, t: float) -> object:
    return decoder.rest() if t >= 6.0 else None


@pytest.mark.parametrize("kind", ["plain", "reordered"])
def test_an_idle_stream_shows_its_key_frames_at_once_and_nothing_else(
    clips: dict[str, Path], kind: str
) -> None:
    run = Run(clips[kind], rest_from_6)
    assert run.modes[5.9] is Decoding.FULL
    assert run.times(6.4) == [8.0, 10.0, 12.0]
    truth = whole(clips[kind])
    for t, picture in run.shown:
        assert np.abs(picture.astype(int) - truth[t]).max() == 0


@pytest.mark.parametrize("kind", ["plain", "reordered"])
@pytest.mark.parametrize(("groups", "first"), [(1, 8.0), (2, 6.0)])
def test_what_lay_between_the_key_frames_is_shown_when_the_stream_is_woken(
    clips: dict[str, Path], kind: str, groups: int, first: float
) -> None:
    woken: list[float] = []

    def does(decoder: Decoder, t: float) -> object:
        if t < 6.0:
            return None
        if round(t, 4) == 8.0 and not woken:
            woken.append(t)
        if t >= 9.0 and woken and len(woken) < 2:
            woken.append(t)
            return decoder.wake(groups)
        return decoder.rest() if not woken or len(woken) < 2 else None

    run = Run(clips[kind], does)
    start = next(i for i, (t, _) in enumerate(run.shown) if t == 8.0) + 1
    after = [t for t, _ in run.shown[start:]]
    assert after[0] == first
    assert after == sorted(after)
    wanted = [round(first + i / FPS, 4) for i in range(len(after))]
    assert after == wanted, "each frame once, in order, none left out"
    assert after[-1] >= 13.4
    truth = whole(clips[kind])
    for t, picture in run.shown[start:]:
        assert np.abs(picture.astype(int) - truth[t]).max() == 0


def test_where_key_frames_are_rare_everything_is_decoded_and_that_is_said(
    clips: dict[str, Path], caplog: pytest.LogCaptureFixture
) -> None:
    run = Run(clips["long"], rest_from_6)
    assert set(run.modes.values()) == {Decoding.FULL}
    assert len(run.shown) == 24 * 5
    assert len([r for r in caplog.records if "everything is decoded" in r.message]) == 1


def test_a_stream_of_key_frames_alone_is_thinned_out(clips: dict[str, Path]) -> None:
    run = Run(clips["intra"], lambda decoder, t: decoder.rest() if t >= 2.0 else None, gap_s=0.5)
    rate = len(run.times(2.2)) / (6 - 2.2)
    assert 1.5 < rate < 2.5


def test_what_is_kept_for_later_is_bounded(
    clips: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decoding, "KEPT_BYTES", 3000)
    most = 0

    def does(decoder: Decoder, t: float) -> object:
        nonlocal most
        most = max(most, decoder._store._bytes)
        return decoder.wake(2) if round(t, 4) == 11.0 else rest_from_6(decoder, t)

    run = Run(clips["plain"], does)
    assert 0 < most <= 3000
    truth = whole(clips["plain"])
    assert all(np.abs(picture.astype(int) - truth[t]).max() == 0 for t, picture in run.shown)


def test_where_nothing_could_be_kept_it_goes_on_with_the_next_key_frame(
    clips: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decoding, "KEPT_BYTES", 10)

    def does(decoder: Decoder, t: float) -> object:
        return decoder.wake(2) if round(t, 4) == 9.0 else rest_from_6(decoder, min(t, 9.0))

    run = Run(clips["plain"], lambda decoder, t: does(decoder, t) if t < 9.05 else None)
    assert run.times(8.05) == [round(10 + i / FPS, 4) for i in range(40)]
    assert run.decoder is not None
    assert run.decoder.corrupt == 0


def test_a_time_box_goes_on_with_the_last_key_frame(
    clips: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decoding, "CATCH_UP_S", -1.0)

    def does(decoder: Decoder, t: float) -> object:
        return decoder.wake(2) if round(t, 4) == 9.0 else rest_from_6(decoder, min(t, 9.0))

    run = Run(clips["plain"], does)
    start = next(i for i, (t, _) in enumerate(run.shown) if t == 8.0) + 1
    assert run.shown[start][0] == 8.0
    assert run.times(8.05, 9.05) == [round(8.1 + i / FPS, 4) for i in range(10)]


class Watch:
    """A camera read by the real thread, and whoever takes its frames."""

    def __init__(self, folder: Path, name: str, url: str, sub_url: str = "") -> None:
        self.box = Mailbox((320, 192))
        self.spec = CameraSpec(
            name,
            url,
            self.box.size,
            5.0,
            folder / name,
            60.0,
            self.box.name,
            (),
            allow_files=True,
            sub_url=sub_url,
            view_check=False,
        )
        self.reader = Reader(self.spec)
        self.mails: list[Mail] = []
        self.modes: list[tuple[float, Decoding]] = []
        self._over = threading.Event()
        self._taker = threading.Thread(target=self._take)

    def start(self) -> None:
        self.began = time.time()
        self.reader.start()
        self._taker.start()

    def _take(self) -> None:
        while not self._over.wait(0.01):
            mail = self.box.take()
            if mail is not None:
                self.mails.append(mail)
            self.modes.append((time.time() - self.began, self.reader.report().decoding))

    def end(self) -> None:
        self.reader.stop()
        self.reader.join(5)
        self._over.set()
        self._taker.join()


def test_an_idle_camera_costs_key_frames_and_misses_no_first_step(tmp_path: Path) -> None:
    options = {"g": "30", "bf": "0", "sc_threshold": "0", "keyint_min": "30"}
    clip = make_clip(
        tmp_path / "main.mp4", seconds=12, present=(7.2, 10), size=(640, 384), options=options
    )
    small = make_clip(tmp_path / "sub.mp4", seconds=12, present=(7.2, 10), options=options)
    one = Watch(tmp_path, "one", f"file://{clip}")
    two = Watch(tmp_path, "two", f"file://{clip}", sub_url=f"file://{small}")
    for watch in (one, two):
        watch.start()
    time.sleep(6.8)
    idle = [watch.reader.report() for watch in (one, two)]
    time.sleep(4.7)
    last = [watch.reader.report() for watch in (one, two)]
    for watch in (one, two):
        watch.end()

    for watch, report in zip((one, two), idle, strict=True):
        assert (report.state, report.decoding) == (CameraState.RUNNING, Decoding.KEY)
        assert report.fault is None
        assert report.frames < 62, "five seconds of everything, and then key frames"
        # Key frames come at 6 and 9 s, somebody at 7.2 s.
        start = watch.mails[0].t
        came = [mail.t - start for mail in watch.mails]
        assert sum(5.0 < t < 7.15 for t in came) <= 1
        there = [t for t in came if 7.1 < t < 10.0]
        assert there[0] < 7.5, "before the key frame that betrayed the motion"
        assert there == sorted(there)
        gaps = np.diff(there)
        assert gaps.max() < 0.65, "paced: the frames of the past did not overtake each other"
        assert Decoding.FULL in {mode for t, mode in watch.modes if 9.5 < t < 10.5}
    assert last[0].frame_size == (640, 384)
    assert last[1].frame_size == (320, 192), "the small stream is judged"
    assert last[1].evidence_fault is None

    kept = [segments(tmp_path / name) for name in ("one", "two")]
    for found, watch in zip(kept, (one, two), strict=True):
        assert abs(found[0].start_t - watch.mails[0].t) < 0.5, "both clocks agree"
        with av.open(str(found[0].path)) as container:
            assert container.streams.video[0].width == 640, "the large one is kept"
    for watch in (one, two):
        watch.mails.clear()
        watch.box.close()


def test_trouble_of_the_evidence_stream_is_said_and_does_not_stop_the_judging(
    tmp_path: Path,
) -> None:
    clip = make_clip(tmp_path / "sub.mp4", seconds=4, present=(0, 99))
    watch = Watch(tmp_path, "cam", f"file://{tmp_path}/absent.mp4", sub_url=f"file://{clip}?loop=1")
    watch.start()
    until = time.monotonic() + 10
    report = watch.reader.report()
    while time.monotonic() < until and not (report.evidence_fault and report.frames > 10):
        time.sleep(0.1)
        report = watch.reader.report()
    watch.end()
    assert report.state is CameraState.RUNNING
    assert report.fault is None
    assert str(report.evidence_fault) == "not_found"
    assert watch.mails
    watch.mails.clear()
    watch.box.close()


def test_broken_packets_are_counted_and_their_pictures_not_shown(clips: dict[str, Path]) -> None:
    context: list[av.VideoCodecContext] = []
    decoder, rng, shown = None, np.random.default_rng(5), []
    for index, (sent, t, is_key) in enumerate(packets(clips["plain"], context)):
        decoder = decoder or Decoder(context[0], is_adaptive=True, gap_s=0.5)
        packet = sent
        if 23 <= index < 36:
            data = np.frombuffer(sent, np.uint8).copy()
            data[5:] = rng.integers(0, 255, len(data) - 5)
            packet = av.Packet(data.tobytes())
        shown += [t for t, _ in decoder.feed(packet, t, is_key)]
    assert decoder is not None
    assert decoder.corrupt > 0
    assert not [t for t in shown if 2.35 < t < 3.55]
    assert len([t for t in shown if t >= 4.0]) == 100, "whole again from the next key frame on"
