"""States of a round. Pure."""

from __future__ import annotations

from enum import StrEnum


class RoundState(StrEnum):
    """Late and missed are derived from ``due_at``; ``missed_at`` says when that was noted."""

    OPEN = "open"
    DONE = "done"
    # Nobody worked: said with a reason, which the authority reads.
    EXCUSED = "excused"
