"""A process that runs for months holds what it needs: nothing gone, nothing freed."""

from __future__ import annotations

import ctypes
import gc
import subprocess
import sys
import weakref
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import av
import pytest

from tests.vision.footage import make_clip
from vision.looking import Tally
from vision.mailbox import Mailbox
from vision.memory import give_back
from vision.ring import RingWriter
from vision.session import CameraSpec, Session


def held_kb() -> int:
    lines = Path("/proc/self/status").read_text("utf-8").splitlines()
    return int(next(line for line in lines if line.startswith("RssAnon")).split()[1])


@pytest.mark.skipif(sys.platform != "linux", reason="glibc keeps its heap on Linux")
def test_freed_memory_goes_back_to_the_system():
    libc = ctypes.CDLL(None)
    libc.malloc.restype, libc.malloc.argtypes = ctypes.c_void_p, [ctypes.c_size_t]
    libc.free.argtypes = [ctypes.c_void_p]
    size, count = 50_000, 800  # small enough to lie on the heap, 40 MB in all
    blocks = [libc.malloc(size) for _ in range(count)]
    for block in blocks:
        ctypes.memset(block, 1, size)
    last = libc.malloc(size)  # stands above them: without a trim nothing below it goes back
    for block in blocks:
        libc.free(block)
    before = held_kb()
    give_back()
    assert before - held_kb() > 30_000
    libc.free(last)


APART = """
import ctypes
from tests.vision.test_memory import held_kb
from vision.memory import keep_apart

if %s:
    keep_apart()
libc = ctypes.CDLL(None)
libc.malloc.restype, libc.malloc.argtypes = ctypes.c_void_p, [ctypes.c_size_t]
libc.free.argtypes = [ctypes.c_void_p]
libc.free(libc.malloc(1_000_000))  # glibc has seen one of this size go
pairs = [(libc.malloc(500_000), libc.malloc(9000)) for _ in range(80)]
for large, small in pairs:
    ctypes.memset(large, 1, 500_000)
before = held_kb()
for large, _ in pairs:
    libc.free(large)
print(before - held_kb())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="glibc keeps its heap on Linux")
@pytest.mark.parametrize(
    ("is_apart", "least", "most"), [(True, 35_000, 45_000), (False, -500, 1000)]
)
def test_large_blocks_between_small_ones_go_when_they_are_freed(
    is_apart: bool, least: int, most: int
) -> None:
    command = [sys.executable, "-c", APART % is_apart]
    freed = int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    assert least <= freed <= most


@pytest.fixture
def without_collector() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


class Ring:
    """Holds itself, as a session and what it called back did."""

    def __init__(self) -> None:
        self.itself = self


@pytest.mark.usefixtures("without_collector")
def test_a_connection_that_is_over_leaves_nothing_for_the_collector(tmp_path: Path) -> None:
    """It holds the scene it has learnt, 0.1 MB; a camera that is cut off once a minute has 60 an hour."""
    clip = make_clip(tmp_path / "a.mp4", seconds=0.3, present=(0, 0))
    box = Mailbox((320, 192))
    watched = (((0.1, 0.1), (0.9, 0.1), (0.9, 0.9)),)
    spec = CameraSpec(
        "gate", f"file://{clip}", box.size, 5.0, tmp_path / "ring", 60.0, box.name, (), True
    )
    spec = replace(spec, watched=watched)
    tally = Tally()
    gone: list[weakref.ref[object]] = []
    for _ in range(3):
        session = Session(spec, box, tally, lambda: False)
        session.run()
        gone += [weakref.ref(session), weakref.ref(session._looker)]
        del session
    box.close()
    assert tally.put >= 3, "each of them looked at something"
    assert [one() for one in gone] == [None] * 6


@pytest.mark.usefixtures("without_collector")
def test_what_only_holds_itself_goes_when_memory_is_given_back() -> None:
    gone = weakref.ref(Ring())
    assert gone() is not None
    give_back()
    assert gone() is None


SETTLED = """
import gc
import weakref
from collections import deque
import vision.capture, vision.recorder, vision.web
from tests.vision.test_memory import Ring
from vision.memory import settle

gc.collect()
if %s:
    settle()
live, seen = deque(maxlen=6), []
for _ in range(120):
    ring = Ring()
    seen.append(weakref.ref(ring))
    live.append(ring)
    gc.collect(1)  # it has lived through what Python does often
    packets = [[] for _ in range(800)]  # and now Python asks itself whether to do more
    del packets
print(sum(ref() is not None for ref in seen))
"""


@pytest.mark.parametrize(("is_settled", "least", "most"), [(True, 6, 40), (False, 100, 120)])
def test_a_process_with_many_libraries_still_finds_what_only_holds_itself(
    is_settled: bool, least: int, most: int
) -> None:
    command = [sys.executable, "-c", SETTLED % is_settled]
    held = int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    assert least <= held <= most


IN_USE = """
import ctypes, sys
from pathlib import Path
from vision.jobs.pictures import first_frame
from vision.memory import give_back
from vision.recorder import make_snapshot

class Info(ctypes.Structure):
    _fields_ = [(f"field{number}", ctypes.c_size_t) for number in range(10)]

libc = ctypes.CDLL(None)
libc.mallinfo2.restype = Info
ring, out = Path(sys.argv[1]), Path(sys.argv[2])
paths = sorted(ring.glob("*.nut"))
does = {"picture": lambda: first_frame(paths[0]), "snapshot": lambda: make_snapshot(paths, 1001.3, out)}
made = []
for count in (60, 200):
    for _ in range(count):
        assert does[sys.argv[3]]()
    give_back()
    made.append(libc.mallinfo2().field7)  # uordblks: bytes that somebody has asked for and not freed
print((made[1] - made[0]) / 200)
"""


@pytest.mark.skipif(
    not hasattr(ctypes.CDLL(None), "mallinfo2"), reason="only glibc can be asked what is in use"
)
@pytest.mark.parametrize("what", ["picture", "snapshot"])
def test_a_picture_taken_from_the_ring_leaves_nothing_in_use(tmp_path: Path, what: str) -> None:
    clip = make_clip(tmp_path / "a.mp4", seconds=4, present=(0, 9))
    writer = RingWriter(tmp_path / "ring", 60.0)
    with av.open(str(clip)) as source:
        packets = [packet for packet in source.demux(video=0) if packet.size]
        for index, packet in enumerate(packets):
            writer.write(packet, source.streams.video[0], 1000.0 + index / 10)
    writer.close()
    (tmp_path / "out").mkdir()
    command = [sys.executable, "-c", IN_USE, str(tmp_path / "ring"), str(tmp_path / "out"), what]
    each = float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    assert each < 60.0, "bytes: a month has a million of them"
