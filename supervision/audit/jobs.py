"""The sealer: links what was written since by hash."""

from __future__ import annotations

from datetime import datetime

from supervision.core import audit
from supervision.core.db import transaction


def seal(_now: datetime) -> int:
    """Seal everything that is not yet sealed, batch by batch, each its own transaction."""
    total = 0
    while True:
        with transaction():
            count = audit.seal()
        total += count
        if count < audit.SEAL_BATCH:
            return total
