"""One story from many slices: newest first, page by page, nothing lost between pages. Pure."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from supervision.core.actor import Actor
from supervision.core.slice import TimelineItem, TimelineSource

PER_PAGE = 30
# Beyond this many events of one instant a page simply ends.
_WIDEST = 4000


@dataclass(frozen=True, slots=True)
class Story:
    """``older`` is the instant to ask with for the next page, None at the end."""

    items: Sequence[TimelineItem]
    older: datetime | None


def tell(
    sources: Sequence[TimelineSource],
    enterprise_id: int,
    actor: Actor,
    before: datetime | None,
    limit: int = PER_PAGE,
) -> Story:
    """The newest ``limit`` events before ``before`` of all sources together.

    Pages are cut by instant ("earlier than"), so a page never ends among events of one and the
    same instant: it is cut before them, or made wider when it holds nothing else.
    """
    found = [source(enterprise_id, actor, before, limit + 1) for source in sources]
    merged = list(islice(heapq.merge(*found, key=lambda i: i.at, reverse=True), limit + 1))
    if len(merged) <= limit:
        return Story(merged, None)
    cut = merged[limit].at
    page = [item for item in merged[:limit] if item.at > cut]
    if page:
        return Story(page, page[-1].at)
    if limit < _WIDEST:
        return tell(sources, enterprise_id, actor, before, limit * 4)
    return Story(merged[:limit], cut)
