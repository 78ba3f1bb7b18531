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
# A search in words reads so many events at a time, and at most so many a page: what a person
# looks for is said in their own language, which no index holds.
_BLOCK = 250
MOST_READ = 2000


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a story is narrowed to: not before ``since``, holding ``text``, done by ``who``."""

    since: datetime | None = None
    text: str = ""
    who: str = ""

    @property
    def searches(self) -> bool:
        return bool(self.text or self.who)

    def fits(self, item: TimelineItem) -> bool:
        """Whether the words are in what a reader sees, in any case."""
        if self.who and self.who.casefold() not in item.who.casefold():
            return False
        seen = f"{item.title}\n{item.body}\n{item.who}"
        return self.text.casefold() in seen.casefold()


@dataclass(frozen=True, slots=True)
class Story:
    """``older`` is the instant to ask with for the next page, None at the end.

    ``searched_to``: a search stopped here with less than a page, and may go on from ``older``.
    """

    items: Sequence[TimelineItem]
    older: datetime | None
    searched_to: datetime | None = None


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


def search(
    sources: Sequence[TimelineSource],
    enterprise_id: int,
    actor: Actor,
    wanted: Wanted,
    *,
    before: datetime | None = None,
    limit: int = PER_PAGE,
) -> Story:
    """As :func:`tell`, narrowed: never more than :data:`MOST_READ` events are read for a page."""
    if not wanted.searches:
        return _since(tell(sources, enterprise_id, actor, before, limit), wanted.since)
    fitting: list[TimelineItem] = []
    read = 0
    while True:
        block = _since(tell(sources, enterprise_id, actor, before, _BLOCK), wanted.since)
        fitting += [item for item in block.items if wanted.fits(item)]
        read += len(block.items)
        if len(fitting) > limit:
            return _cut(fitting, limit)
        if block.older is None:
            return Story(fitting, None)
        if read >= MOST_READ:
            return Story(fitting, block.older, searched_to=block.older)
        before = block.older


def _cut(fitting: Sequence[TimelineItem], limit: int) -> Story:
    """The first ``limit``, and those of the same instant as the last of them."""
    last = fitting[limit - 1].at
    page = [item for item in fitting if item.at >= last]
    return Story(page, last if len(page) < len(fitting) else page[-1].at)


def _since(story: Story, since: datetime | None) -> Story:
    if since is None or not story.items or story.items[-1].at >= since:
        return story
    return Story([item for item in story.items if item.at >= since], None)
