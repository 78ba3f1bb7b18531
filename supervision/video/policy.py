"""What becomes of a violation: wait for a person, join an open ticket, or open one. Pure."""

from __future__ import annotations

import hashlib
from enum import StrEnum

from supervision.core.errors import InvalidInput
from supervision.core.text import N_

# What an administrator cannot go below: a rule that is wrong once in ten decides nothing.
LEAST_PRECISION = 0.9
LEAST_VERDICTS = 50
WINDOW_DAYS = (7, 365)
# One in so many waits for a person all the same: else nobody would ever know how right it is.
SAMPLE = 10


class Decision(StrEnum):
    HOLD = "hold"
    MERGE = "merge"
    OPEN = "open"


class Mode(StrEnum):
    """What an administrator lets a kind of rule do without a person."""

    HOLD = "hold"
    MERGE = "merge"
    AUTOMATIC = "automatic"


def decide(
    *, confirmed: bool, has_open_ticket: bool, automatic: bool = False, merges: bool = False
) -> Decision:
    """An alert holds for a person; a confirmed one merges where a ticket is already open.

    ``merges``: where a ticket is open, an alert joins it without a person. ``automatic``: it opens
    one, too; for rules whose measured precision an administrator found high enough
    (:func:`is_earned`). Penalty evidence is another matter (Administrative Penalties Law, art. 41)
    and never follows from here.
    """
    if confirmed or automatic:
        return Decision.MERGE if has_open_ticket else Decision.OPEN
    return Decision.MERGE if merges and has_open_ticket else Decision.HOLD


def is_earned(
    share: float | None, judged: int, *, least_precision: float, least_verdicts: int
) -> bool:
    """Whether a rule may act by itself: enough verdicts by people, and enough of them confirmed."""
    return judged >= least_verdicts and share is not None and share >= least_precision


def is_sample(event_id: str) -> bool:
    """One in :data:`SAMPLE`, by its name alone: asked again, the answer is the same."""
    digest = hashlib.sha256(event_id.encode("utf-8", "replace")).digest()
    return int.from_bytes(digest[:8], "big") % SAMPLE == 0


def check_terms(least_precision: float, least_verdicts: int, window_days: int) -> None:
    """Raises InvalidInput naming the field."""
    if not LEAST_PRECISION <= least_precision <= 1:
        raise InvalidInput(
            N_("Between %(least)s and 1."), field="least_precision", least=LEAST_PRECISION
        )
    if not LEAST_VERDICTS <= least_verdicts <= 100_000:
        raise InvalidInput(N_("At least %(least)s."), field="least_verdicts", least=LEAST_VERDICTS)
    if not WINDOW_DAYS[0] <= window_days <= WINDOW_DAYS[1]:
        raise InvalidInput(
            N_("Between %(least)s and %(most)s days."),
            field="window_days",
            least=WINDOW_DAYS[0],
            most=WINDOW_DAYS[1],
        )


def merge_key(camera_uid: str, rule_id: str, zone_id: str | None) -> str:
    """Sightings under the same key are one hazard while its ticket is open."""
    return f"{camera_uid}:{rule_id}:{zone_id or ''}"
