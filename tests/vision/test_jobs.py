"""What the web asks of a node once, done on real files: pictures, replays, copies, proofs."""

from __future__ import annotations

import hashlib
import io
import json
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest

from tests.vision.footage import camera, make_clip, make_script
from vision.contract import Camera, EvidenceKind, JobKind, ModelRef, NodeJob, SourceFile, parse
from vision.detectors import RawBoxes
from vision.jobs.messages import Broken, Done, Look, Picture, Spec, Work
from vision.jobs.process import Desk
from vision.mask_file import NAME, keep
from vision.models import ModelFile
from vision.ring import RingWriter, segments

SIZE = (640, 384)
FPS = 10
AT = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)
# Two people by their colours: body, and a head that no two pixels of which are alike.
PEOPLE = {"left": (230, 20, 20), "right": (20, 200, 20)}
HEADS = {"left": (20, 20, 220), "right": (220, 220, 20)}
PLACES = {"left": (100, 60, 90, 280), "right": (440, 60, 90, 280)}  # x, y, width, height
HIDDEN_FROM_MODEL = range(12, 16)
LEFT_HALF = {"mask_id": "m", "name": "m", "polygon": [[0, 0], [0.5, 0], [0.5, 1], [0, 1]]}


def desk(script: Path) -> Desk:
    return Desk(Spec("scripted", script, "text"))


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> tuple[Desk, Path, list[np.ndarray]]:
    """A desk whose model knows both people, their clip, and its pictures as they are in it."""
    folder = tmp_path_factory.mktemp("crowd")
    blocks = [("person", colour) for colour in PEOPLE.values()]
    blocks += [("head", colour) for colour in HEADS.values()]
    script = folder / "script.json"
    told = [{"label": label, "bgr": colour, "score": 0.9} for label, colour in blocks]
    script.write_text(json.dumps({"blocks": told}))
    path = folder / "crowd.mp4"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=FPS, options={"crf": "10", "preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = *SIZE, "yuv420p"
        for index in range(2 * FPS):
            frame = av.VideoFrame.from_ndarray(_crowd(index), format="bgr24")
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return desk(script), path, pictures(path)


def _crowd(index: int) -> np.ndarray:
    picture = np.full((SIZE[1], SIZE[0], 3), 90, np.uint8)
    for name, (x, y, width, height) in PLACES.items():
        missed = name == "right" and index in HIDDEN_FROM_MODEL
        body, head = PEOPLE[name], HEADS[name]
        picture[y : y + height, x : x + width] = (60, 60, 60) if missed else body
        part = picture[head_of(name)]
        part[:] = (200, 120, 160) if missed else head
        rows, columns = np.indices(part.shape[:2])
        part[(rows // 6 + columns // 6) % 2 == 0] = part[0, 0].astype(int) * 3 // 4
    return picture


def head_of(name: str) -> tuple[slice, slice]:
    x, y, width, _ = PLACES[name]
    return slice(y + 6, y + 60), slice(x + 15, x + width - 15)


def box_of(name: str) -> tuple[float, float, float, float]:
    x, y, width, height = PLACES[name]
    return x / SIZE[0], y / SIZE[1], (x + width) / SIZE[0], (y + height) / SIZE[1]


def pictures(source: Path | bytes) -> list[np.ndarray]:
    opened = io.BytesIO(source) if isinstance(source, bytes) else str(source)
    with av.open(opened) as container:
        return [frame.to_ndarray(format="bgr24") for frame in container.decode(video=0)]


def psnr(one: np.ndarray, other: np.ndarray) -> float:
    return float(10 * np.log10(255**2 / max(1e-6, np.mean((one.astype(float) - other) ** 2))))


def detail(part: np.ndarray) -> float:
    """How much each pixel differs from those around it: what a face is told by."""
    return float(np.abs(part.astype(float) - cv2.blur(part, (11, 11))).mean(axis=(0, 1)).max())


def job_about(path: Path, kind: JobKind, **more: Any) -> NodeJob:
    data = path.read_bytes()
    film = EvidenceKind.CLIP if path.suffix == ".mp4" else EvidenceKind.SNAPSHOT
    source = SourceFile(film, hashlib.sha256(data).hexdigest(), len(data), AT)
    return NodeJob("job-1", kind, "gate", source, **more)


def done(who: Desk, job: NodeJob, folder: Path, source: Path | None = None, **more: Any) -> Done:
    folder.mkdir(exist_ok=True)
    reply = who.obey(Work(job, folder, source, **more))
    assert isinstance(reply, Done), reply
    return reply


def test_in_a_copy_the_others_cannot_be_recognised(
    crowd: tuple[Desk, Path, list[np.ndarray]], tmp_path: Path
) -> None:
    who, path, before = crowd
    keep_at = AT + timedelta(seconds=1)
    job = job_about(path, JobKind.COPY, keep=(box_of("left"),), keep_at=keep_at)
    made = done(who, job, tmp_path / "job", path)
    assert made.result.ok, made.result.problem
    assert made.path is not None
    assert made.result.sha256 == hashlib.sha256(made.path.read_bytes()).hexdigest()
    data = made.path.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat"), "plays before it is loaded whole"
    after = pictures(made.path)
    assert len(after) == len(before)
    for index, (old, new) in enumerate(zip(before, after, strict=True)):
        kept, other = head_of("left"), head_of("right")
        assert psnr(old[kept], new[kept]) > 35, f"frame {index}"
        assert detail(old[other]) > 15
        assert detail(new[other]) < 2, f"frame {index} shows the other one"
        assert psnr(old[other], new[other]) < 20
        assert psnr(old[:, 230:400], new[:, 230:400]) > 40, "between them nothing was touched"
    assert made.result.frame_size == SIZE
    assert (made.result.start_at, made.result.media_type) == (AT, "video/mp4")


def test_a_copy_says_whose_it_is_all_over_and_shows_nothing_masked(
    crowd: tuple[Desk, Path, list[np.ndarray]], tmp_path: Path
) -> None:
    """Of a snapshot; the mask was drawn after it had been taken, and the node knows it not yet."""
    who, _, before = crowd
    shot = tmp_path / "shot.jpg"
    assert cv2.imwrite(str(shot), before[0])
    masked = parse(Camera, camera("", masks=[LEFT_HALF]))
    text = "u-17 AQ-2026-000123 2026-11-20T06:00:00Z"
    job = job_about(shot, JobKind.COPY, watermark=text, before=masked)
    made = done(who, job, tmp_path / "job", shot, camera=replace(masked, masks=()))
    assert made.result.media_type == "image/jpeg"
    assert made.path is not None
    picture = cv2.imread(str(made.path))
    assert picture is not None
    marked = np.abs(picture[:, 320:].astype(int) - before[0][:, 320:]).max(axis=2) > 25
    quarters = [part for half in np.array_split(marked, 2) for part in np.array_split(half, 2, 1)]
    assert min(part.mean() for part in quarters) > 0.01, "cutting a corner off leaves it"
    # Letters are written over black as well; nothing of what was there shines through.
    dark = picture[:350, :320].reshape(-1, 3).astype(int)
    assert (dark.max(axis=1) - dark.min(axis=1)).max() < 20
    assert (dark.max(axis=1) < 12).mean() > 0.8
    assert picture[head_of("right")].std(axis=(0, 1)).max() < 30


def count_looks(who: Desk) -> list[int]:
    """How many pictures the desk's model judges each time, from now on."""
    detector, looks = who.detector(), []
    judge = detector.judge

    def counted(prepared: Sequence[Any]) -> list[RawBoxes]:
        looks.append(len(prepared))
        return judge(prepared)

    detector.judge = counted
    return looks


def test_a_changed_rule_is_tried_on_what_the_model_saw_once(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mp4", seconds=8, present=(1, 7))
    who = desk(make_script(tmp_path / "script.json"))
    looks = count_looks(who)
    rule = {"rule_id": "helmet", "kind": "helmet_missing"}
    at_night = {"start_minute": 22 * 60, "end_minute": 6 * 60}  # 14:00 there
    before = camera("", rules=[rule, {**rule, "rule_id": "night", "schedule": at_night}])
    after = camera("", rules=[{**rule, "dwell_s": 30.0}, {"rule_id": "in", "kind": "intrusion"}])
    job = job_about(clip, JobKind.REPLAY, before=parse(Camera, before), after=parse(Camera, after))
    result = done(who, job, tmp_path / "job", clip).result
    assert result.ok, result.problem
    assert [(one.rule_id, one.start_s) for one in result.before] == [
        ("helmet", pytest.approx(1.0, abs=0.3))
    ]
    assert [one.rule_id for one in result.after] == ["in"]
    assert result.after[0].end_s == pytest.approx(7.0, abs=0.4)
    assert result.analysed == sum(looks) == 40
    assert (result.duration_s, result.frame_size) == (pytest.approx(8.0, abs=0.1), (320, 192))


def test_a_rule_is_tried_with_the_weights_that_judge_the_camera(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mp4", seconds=4, present=(1, 4))
    who = desk(make_script(tmp_path / "script.json"))
    path = tmp_path / "trial"
    path.write_text('{"blocks": [{"label": "fire", "bgr": [230, 20, 20], "score": 0.9}]}')
    ref = ModelRef("trial", "2", hashlib.sha256(path.read_bytes()).hexdigest())
    trial = ModelFile(path, ref, ("fire",))
    rules = parse(Camera, camera("", rules=[{"rule_id": "helmet", "kind": "helmet_missing"}]))
    job = job_about(clip, JobKind.REPLAY, before=rules, after=rules)
    assert len(done(who, job, tmp_path / "own", clip).result.before) == 1
    assert done(who, job, tmp_path / "trial job", clip, model=trial).result.before == ()
    path.write_text("{}")
    spoilt = done(who, job, tmp_path / "spoilt", clip, model=trial).result
    assert (spoilt.ok, "has sha256" in spoilt.problem) == (False, True)


def test_a_file_that_cannot_be_read_is_told_in_words_and_names_no_folder(tmp_path: Path) -> None:
    broken = tmp_path / "source"
    broken.write_bytes(b"not a film")
    job = NodeJob("job-1", JobKind.COPY, "gate", SourceFile(EvidenceKind.CLIP, "a" * 64, 10, AT))
    who = desk(make_script(tmp_path / "script.json"))
    result = done(who, job, tmp_path, broken).result
    assert not result.ok
    assert result.problem
    assert str(tmp_path) not in result.problem


@pytest.fixture
def ring(tmp_path: Path) -> Path:
    """Eight seconds that end now; somebody is in the right half all the time."""
    clip = make_clip(tmp_path / "in.mp4", seconds=8, present=(0, 8))
    writer = RingWriter(tmp_path / "ring", 60.0)
    started = time.time() - 8
    with av.open(str(clip)) as container:
        stream = container.streams.video[0]
        for packet in container.demux(stream):
            if packet.pts is not None:
                writer.write(packet, stream, started + float(packet.pts * packet.time_base))
    keep(tmp_path / "ring", ())
    return tmp_path / "ring"  # its last segment is still being written


def test_the_picture_of_now_is_small_and_masked(tmp_path: Path, ring: Path) -> None:
    who = desk(make_script(tmp_path / "script.json"))
    watched = parse(Camera, camera("", masks=[LEFT_HALF]))
    newest = segments(ring)[-1].path

    def look(width: int, masks: Any = ()) -> np.ndarray:
        reply = who.obey(Look(newest, masks, width))
        assert isinstance(reply, Picture)
        [picture] = pictures(reply.jpeg)
        return picture

    assert look(4096).shape == (192, 320, 3), "never enlarged"
    plain, hidden = look(160), look(160, watched.masks)
    assert plain.shape == hidden.shape == (96, 160, 3)
    assert (plain[:, :82].max(axis=2) > 150).mean() > 0.1, "there was something to hide"
    assert hidden[:, :80].max() < 12
    assert psnr(plain[:, 90:], hidden[:, 90:]) > 30
    keep(ring, watched.masks)  # in force until a moment ago, so when the picture was taken
    keep(ring, ())
    assert look(160)[:, :80].max() < 12
    (ring / NAME).unlink()
    assert isinstance(who.obey(Look(newest, (), 160)), Broken), "nobody knows what was hidden"


def test_a_proof_shows_the_last_seconds_masked_and_when_they_were(
    tmp_path: Path, ring: Path
) -> None:
    who = desk(make_script(tmp_path / "script.json"))
    watched = parse(Camera, camera("", masks=[LEFT_HALF]))
    job = NodeJob("job-1", JobKind.CLIP, "gate", seconds=4.0)
    keep(ring, watched.masks)
    keep(ring, ())  # taken away a moment ago: what was seen behind it stays hidden
    made = done(who, job, tmp_path / "job", camera=replace(watched, masks=()), ring=ring)
    assert made.result.ok, made.result.problem
    assert made.path is not None
    shown = pictures(made.path)
    assert 30 <= len(shown) <= 60
    assert max(picture[:, :160].max() for picture in shown) < 40
    assert made.result.end_at is not None
    assert abs(made.result.end_at.timestamp() - time.time()) < 5
    stranger = done(who, job, tmp_path / "other", ring=ring).result
    silent = done(who, job, tmp_path / "none", camera=watched, ring=tmp_path / "no").result
    assert (stranger.ok, silent.ok) == (False, False)
    assert "no picture" in silent.problem
