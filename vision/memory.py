"""What is not needed any more goes back to the system, although Python and glibc would keep it.

Python looks for rings of objects that hold each other only when what is new outweighs a quarter of
what is old, which with its libraries is hours away in a process as quiet as these; it keeps small
freed objects in store until then, too. glibc keeps what lies between two blocks still in use.
"""

from __future__ import annotations

import ctypes
import gc
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


def settle() -> None:
    """What is here by now stays: to look for rings takes a millisecond from now on, and is done often.

    To be called once, when all libraries are loaded.
    """
    gc.collect()
    gc.freeze()
    gc.collect()  # by this one it is measured from now on what is old: nothing


def give_back() -> None:
    """Free what only holds itself, and hand what is free to the system; takes a few milliseconds.

    Without glibc the system gets nothing.
    """
    gc.collect()
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
