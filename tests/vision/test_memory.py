"""What was freed between two blocks in use goes back to the system."""

from __future__ import annotations

import ctypes
import subprocess
import sys
from pathlib import Path

import pytest

from vision.memory import give_back


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
