"""What is refused, and by which name; shared by all messages."""

from __future__ import annotations

import re

EARLIEST_YEAR, LATEST_YEAR = 1970, 2100
LONGEST_TEXT = 2000
MIN_LEASE_S, MAX_LEASE_S = 2.0, 600.0

Point = tuple[float, float]
Box = tuple[float, float, float, float]

_SHA256 = re.compile(r"[0-9a-f]{64}")
_TOKEN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}")


class ContractError(ValueError):
    """A message that breaks the contract; ``field`` is the dotted path to the culprit."""

    def __init__(self, field_path: str, problem: str) -> None:
        super().__init__(f"{field_path}: {problem}")
        self.field = field_path
        self.problem = problem


def check_sha256(name: str, value: str) -> None:
    if not _SHA256.fullmatch(value):
        raise ContractError(name, "must be 64 lower-case hex digits")


def check_token(name: str, value: str) -> None:
    if not _TOKEN.fullmatch(value):
        raise ContractError(name, "must be 1 to 64 letters, digits, dots, colons, dashes")


def check_unit(name: str, values: tuple[float, ...]) -> None:
    if not all(0.0 <= v <= 1.0 for v in values):
        raise ContractError(name, "coordinates must lie between 0 and 1")


def check_lease_s(name: str, seconds: float) -> None:
    if not MIN_LEASE_S <= seconds <= MAX_LEASE_S:
        raise ContractError(name, f"must lie between {MIN_LEASE_S:.0f} and {MAX_LEASE_S:.0f} s")
