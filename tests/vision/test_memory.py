"""What was freed between two blocks in use goes back to the system."""

from __future__ import annotations

import ctypes
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
    size, count = 100_000, 400  # small enough to lie on the heap, 40 MB in all
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
