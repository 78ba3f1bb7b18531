"""Work on many rows in few transactions, of which one bad row spoils only its own."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import TypeVar

from sqlalchemy.exc import OperationalError

from supervision.core.db import transaction

T = TypeVar("T")

log = logging.getLogger(__name__)


def in_parts(some: Sequence[T], act: Callable[[Sequence[T]], int], what: str) -> int:
    """``act`` on all of them in one transaction; where that fails, on each half of them.

    Returns the sum of what ``act`` returned. What fails alone is in the log, under ``what``. A
    database that cannot be reached, or is locked, is nobody's fault and raises.
    """
    try:
        with transaction():
            return act(some)
    except OperationalError:
        raise
    except Exception:
        if len(some) == 1:
            log.exception("%s: nothing for %s", what, some[0])
            return 0
    half = len(some) // 2
    return in_parts(some[:half], act, what) + in_parts(some[half:], act, what)
