"""Which version is written, and which are read."""

from __future__ import annotations

from vision.contract.checks import ContractError

CONTRACT_VERSION = 4
JOBS_SINCE = 3
# Each version only adds fields with defaults, so what an older worker left in its outbox is read.
READS = frozenset({1, 2, 3, 4})


def check_version(version: int) -> None:
    if version not in READS:
        known = ", ".join(str(number) for number in sorted(READS))
        raise ContractError("contract", f"this side reads the versions {known}")
