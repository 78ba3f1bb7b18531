"""The digests of spans that have ended: made once each, and made up for when we were away."""

from __future__ import annotations

from datetime import datetime

from supervision.core import clock
from supervision.core.db import transaction
from supervision.core.web.state import settings
from supervision.digest import queries, rules, service


def make_digests(now: datetime) -> int:
    """Returns how many digests were written."""
    known = settings()
    total = 0
    for span in rules.spans_ended(now, rules.read_shifts(known.shifts), clock.SHANGHAI):
        if queries.is_made(span.kind, span.start):
            continue
        with transaction():
            # Looked at again inside: two schedulers would otherwise both begin.
            if not queries.is_made(span.kind, span.start):
                total += service.make(span, now, known.node_silent_seconds)
    return total
