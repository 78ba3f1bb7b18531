"""What the scheduler does: rounds are made, those that were missed are noted."""

from __future__ import annotations

from datetime import datetime

from supervision.selfcheck import making, missing


def make_rounds(now: datetime) -> int:
    """Returns how many rounds were made."""
    return making.make(now)


def note_missed(now: datetime) -> int:
    """Returns how many rounds were noted and how many zero reports overtaken, together."""
    return missing.note(now) + missing.overtake(now)
