"""Whether a workbook can be unpacked and laid out without taking the machine with it.

The reader fills a rectangle from the first cell to the last one before anybody sees a row: two
cells at opposite ends of a sheet, 5 kB in all, ask it for half a terabyte and end the process. So
the sheets are looked through first, as the bytes that they unpack to and not as they call
themselves.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from typing import IO

from supervision.core.errors import InvalidInput
from supervision.core.text import N_

# Unpacked bytes of a workbook; more is a trap or a file that needs to be cut in parts.
MOST_UNPACKED = 400 * 1024 * 1024
_CHUNK = 1 << 20
_ANY_SIZE = 1 << 60
# Longer than any tag that a spreadsheet writes: one is never cut in two unseen.
_OVERLAP = 1 << 12
_TOO_LARGE = N_("The workbook is too large. Cut it in parts.")
_TOO_WIDE = N_("Far from the other cells, in %(cell)s, stands something. Delete it and try again.")

# A place beyond column CZ or below row 299,999: asked of every byte, so it begins with a letter.
_FAR = rb"(?:[A-Za-z]{3}|[D-Zd-z][A-Za-z])\d{1,7}|[A-Za-z]{1,3}(?:[3-9]\d{5}|\d{7})"
_SUSPECT = re.compile(rb"""r\s*=\s*["'](?:""" + _FAR + rb"""|[3-9]\d{5}|\d{7,})["']""")
# A cell there that holds something. An empty one that is only coloured ends its tag at once, and
# takes no place.
_FAR_CELL = re.compile(rb"""r\s*=\s*["'](""" + _FAR + rb""")["'](?:[^>]*[^>/])?>""")
# A cell that does not say where it stands, and follows from the row.
_LOOSE_CELL = re.compile(rb"""<(?:\w+:)?c(?:\s(?![^>]*\br\s*=)[^>]*)?>""")


def check_workbook(file: IO[bytes]) -> None:
    """Raises InvalidInput for field ``file``, or what :mod:`zipfile` raises for a broken one."""
    room = MOST_UNPACKED
    file.seek(0)
    with zipfile.ZipFile(file) as packed:
        for entry in packed.infolist():
            is_suspect = False
            for chunk, size in _unpacked(packed, entry):
                room -= size
                if room < 0:
                    raise InvalidInput(_TOO_LARGE, field="file")
                is_suspect = is_suspect or _SUSPECT.search(chunk) is not None
                if is_suspect:
                    _check_far(chunk)
    file.seek(0)


def _check_far(chunk: bytes) -> None:
    if found := _FAR_CELL.search(chunk):
        raise InvalidInput(_TOO_WIDE, field="file", cell=found[1].decode())
    if _LOOSE_CELL.search(chunk):
        raise InvalidInput(_TOO_LARGE, field="file")


def _unpacked(packed: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[tuple[bytes, int]]:
    """Pieces of a file with the end of the one before, and how many bytes are new.

    What the archive says of its size is not believed: the reader would not either.
    """
    entry.file_size = _ANY_SIZE
    before = b""
    with packed.open(entry) as source:
        while chunk := source.read(_CHUNK):
            yield before + chunk, len(chunk)
            before = chunk[-_OVERLAP:]


__all__ = ["MOST_UNPACKED", "check_workbook"]
