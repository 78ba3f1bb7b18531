"""Freed memory goes back to the system: glibc keeps what lies between two blocks still in use."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from functools import cache
from typing import cast

# Of glibc's mallopt(3).
_M_MMAP_THRESHOLD, _M_ARENA_MAX = -3, -8
LARGE = 64 * 1024  # bytes: half a small picture's plane


def keep_apart() -> None:
    """Large blocks of this process lie by themselves from now on, and go when they are freed.

    glibc begins like that and stops at the first one that is freed: decoded pictures then lie
    between what outlives them, and each reconnect finds the holes a little too small. Its threads
    share two heaps, none of which would otherwise take what another has freed.
    """
    for option, value in ((_M_MMAP_THRESHOLD, LARGE), (_M_ARENA_MAX, 2)):
        _function("mallopt", (ctypes.c_int, ctypes.c_int))(option, value)


def give_back() -> None:
    """Hand what is free to the system; takes a few milliseconds. Nothing happens without glibc."""
    _function("malloc_trim", (ctypes.c_size_t,))(0)


@cache
def _function(name: str, takes: tuple[type, ...]) -> Callable[..., object]:
    """A function of glibc; one that does nothing where there is none."""
    try:
        found = getattr(ctypes.CDLL(None), name)
    except (OSError, AttributeError):
        return lambda *_: None
    found.argtypes, found.restype = takes, ctypes.c_int
    return cast("Callable[..., object]", found)
