"""The ring on disk, and the snapshot and clip that are made of it."""

from __future__ import annotations

import hashlib
from pathlib import Path

import av
import pytest

from tests.vision.footage import make_clip
from vision.contract import EvidenceKind
from vision.recorder import EvidenceError, make_snapshot
from vision.recorder import make_clip as record_clip
from vision.ring import RingWriter, covering, secure, segments

T0 = 1_800_000_000.0


def fill_ring(folder: Path, clip: Path, *, keep_s: float = 1000.0, close: bool = True) -> None:
    """Write a clip's packets as if they had come from a camera since ``T0``."""
    writer = RingWriter(folder, keep_s)
    with av.open(str(clip)) as container:
        stream = container.streams.video[0]
        for packet in container.demux(stream):
            if packet.pts is not None:
                writer.write(packet, stream, T0 + float(packet.pts * packet.time_base))
    if close:
        writer.close()


def frame_times(path: Path) -> tuple[str, list[float]]:
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        return stream.codec_context.name, [frame.time for frame in container.decode(stream)]


@pytest.mark.parametrize(
    ("codec", "options"),
    [
        ("libx264", {"g": "10", "bf": "0"}),
        ("libx264", {"g": "20", "bf": "3"}),  # reordered frames
        ("mpeg4", {"g": "10"}),
        ("libx265", {"x265-params": "keyint=10:log-level=none"}),
    ],
)
def test_any_codec_becomes_a_clip_that_a_browser_plays(
    tmp_path: Path, codec: str, options: dict[str, str]
) -> None:
    source = make_clip(tmp_path / "in.mp4", seconds=12, codec=codec, options=options)
    fill_ring(tmp_path / "ring", source)
    paths = [s.path for s in covering(tmp_path / "ring", T0 + 3, T0 + 9)]
    made = record_clip(paths, T0 + 3, T0 + 9, tmp_path)

    name, times = frame_times(made.path)
    assert name == "h264"
    assert times == sorted(times)
    assert times[0] == pytest.approx(0.0, abs=0.11)
    assert 5.8 <= times[-1] <= 8.1, "six seconds, and at most one group of pictures more"
    assert made.ref.sha256 == hashlib.sha256(made.path.read_bytes()).hexdigest()
    data = made.path.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat"), "plays before it is loaded whole"
    span = made.ref.end_at.timestamp() - made.ref.start_at.timestamp()
    assert span == pytest.approx(times[-1] - times[0], abs=0.11)


def test_the_snapshot_is_the_very_frame_in_full_size(tmp_path: Path) -> None:
    source = make_clip(tmp_path / "in.mp4", seconds=10, present=(4.0, 4.1), size=(640, 384))
    fill_ring(tmp_path / "ring", source)
    paths = [s.path for s in segments(tmp_path / "ring")]
    made = make_snapshot(paths, T0 + 4.0, tmp_path)
    assert made.ref.kind is EvidenceKind.SNAPSHOT
    with av.open(str(made.path)) as container:
        picture = next(container.decode(video=0)).to_ndarray(format="bgr24")
    assert picture.shape == (384, 640, 3)
    assert (picture[:, :, 0] > 150).sum() > 1000, "the person was there for one frame only"


def test_a_segment_cut_off_by_a_killed_worker_is_still_read(tmp_path: Path) -> None:
    source = make_clip(tmp_path / "in.mp4", seconds=10)
    ring = tmp_path / "ring"
    fill_ring(ring, source, close=False)
    last = segments(ring)[-1].path
    last.write_bytes(last.read_bytes()[:-300])
    paths = [s.path for s in covering(ring, T0 + 2, T0 + 10)]
    _, times = frame_times(record_clip(paths, T0 + 2, T0 + 10, tmp_path).path)
    assert times[-1] == pytest.approx(6.9, abs=0.01), "all but the segment that was cut"


def test_a_camera_that_changes_its_picture_while_it_is_read_gives_a_clip_of_the_new_one(
    tmp_path: Path,
) -> None:
    plain = {"g": "10", "bf": "0", "preset": "ultrafast"}
    before = make_clip(tmp_path / "before.ts", seconds=4, options=plain)
    after = make_clip(tmp_path / "after.ts", seconds=4, size=(640, 384), options=plain)
    writer = RingWriter(tmp_path / "ring", 1000.0)
    with av.open(str(before)) as one, av.open(str(after)) as other:
        template = one.streams.video[0]  # one connection says at its start what comes
        for start_t, container in ((T0, one), (T0 + 4, other)):
            first = None
            for packet in container.demux(video=0):
                if packet.pts is not None and packet.size:
                    first = packet.pts if first is None else first
                    t = start_t + float((packet.pts - first) * packet.time_base)
                    writer.write(packet, template, t)
    writer.close()
    paths = [s.path for s in segments(tmp_path / "ring")]
    with av.open(str(record_clip(paths, T0, T0 + 8, tmp_path).path)) as container:
        sizes = {(frame.width, frame.height) for frame in container.decode(video=0)}
    assert sizes == {(640, 384)}


def test_the_ring_forgets_but_not_what_was_put_aside(tmp_path: Path) -> None:
    source = make_clip(tmp_path / "in.mp4", seconds=12)
    ring = tmp_path / "ring"
    fill_ring(ring, source)
    aside = secure(ring, T0 + 1, T0 + 3, tmp_path / "aside")
    fill_ring(ring, source, keep_s=3.0)
    assert segments(ring)[0].start_t >= T0 + 7
    _, times = frame_times(record_clip(aside, T0 + 1, T0 + 3, tmp_path).path)
    assert len(times) >= 20


def test_no_packets_is_said_and_not_an_empty_file(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError):
        record_clip([], T0, T0 + 5, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_ring_that_cannot_be_written_is_said_once_and_stops_nobody(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    source = make_clip(tmp_path / "in.mp4", seconds=5)
    writer = RingWriter(tmp_path / "ring", 60.0)
    (tmp_path / "ring").rmdir()
    (tmp_path / "ring").write_text("a file where the folder was")
    with av.open(str(source)) as container:
        stream = container.streams.video[0]
        for packet in container.demux(stream):
            if packet.pts is not None:
                writer.write(packet, stream, T0 + float(packet.pts * packet.time_base))
    assert len([r for r in caplog.records if "no video is kept" in r.message]) == 1
