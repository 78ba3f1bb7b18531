"""Why the system itself says that nobody had to walk a round. Pure.

Kept in English, shown in the reader's language. Whoever has walked such a round all the same, on a
phone without a network, is believed: what they found counts.
"""

from __future__ import annotations

from supervision.core.text import N_

FIRST_DAY = N_("The list was taken up on this day: it counts from the next day on.")
NOT_PRODUCING = N_("The enterprise was not in production.")
SUSPENDED = N_("Production was suspended.")
CLOSED = N_("The enterprise was closed.")
TAKEN_BACK = N_("The authority has taken the list back.")

OF_SYSTEM = frozenset({FIRST_DAY, NOT_PRODUCING, SUSPENDED, CLOSED, TAKEN_BACK})
