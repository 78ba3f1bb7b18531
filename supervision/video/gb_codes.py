"""The 20-digit codes of GB/T 28181: what is read out of one, and addresses made of two. Pure.

From the standard (its annex on the unified coding rules, D in the edition of 2016): digits 1 to 8 are
the centre's code, of which 1 to 6 are the administrative division of GB/T 2260 (certain) and 7 to 8 the
access unit; 9 and 10 the industry (its table is left alone here); 11 to 13 the type; 14 the network; 15
to 20 the serial number. Of the types only those stand here that the platforms at hand use alike; their
certainty is medium, and nothing is decided by a type but whether a row looks like a camera's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from vision.contract import PLATFORM_SCHEME

LENGTH = 20
# Alarms in and out, sound in and out (134 to 137, M); groups and virtual organisations (215, 216);
# signalling and media servers, users (200 to 299, 300 to 499 in part: M).
_NO_PICTURE = frozenset({"134", "135", "136", "137"})
_CODE = re.compile(r"[0-9]{20}")
_ADDRESS = re.compile(
    rf"{PLATFORM_SCHEME}://([A-Za-z0-9][A-Za-z0-9._:-]{{0,63}})/([0-9]{{20}})/([0-9]{{20}})"
)


@dataclass(frozen=True, slots=True)
class Address:
    """``gb28181://<platform>/<device>/<channel>``."""

    platform_uid: str
    device_id: str
    channel_id: str

    def __str__(self) -> str:
        return f"{PLATFORM_SCHEME}://{self.platform_uid}/{self.device_id}/{self.channel_id}"


def parse_address(url: str) -> Address | None:
    """None where it is none."""
    found = _ADDRESS.fullmatch(url)
    return Address(*found.groups()) if found else None


def is_code(text: str) -> bool:
    return _CODE.fullmatch(text) is not None


def division_of(code: str) -> str:
    """The six digits of GB/T 2260 in front; "" where they can be none."""
    return code[:6] if is_code(code) and code[:2] != "00" else ""


def type_of(code: str) -> str:
    return code[10:13]


def shows_pictures(code: str) -> bool:
    """Whether a code of this type may be a camera's; unsure ones may."""
    kind = type_of(code)
    return kind not in _NO_PICTURE and not kind.startswith(("2", "3", "4"))
