"""How long a worker leaves the web alone: whoever is answered slowly asks less often, with more.

A web that is at its limit answers everything late, and stays there as long as all that ask it go on
as before: each request costs more than what another message in it does.
"""

from __future__ import annotations

import math
import random

# Of what an answer took longer than the quickest one did: a far line is no busy web.
REST_TIMES = 20.0
MOST_REST_S = 5.0


class Patience:
    """The rest after each answer, by how long it took."""

    def __init__(self) -> None:
        self._quickest = math.inf

    def rest_s(self, took_s: float) -> float:
        """Seconds in which nothing more is told, unless a request would be full."""
        if took_s <= 0:  # the clock was set back meanwhile: no answer is that quick
            return 0.0
        self._quickest = min(self._quickest, took_s)
        # By chance: all that one slow moment has sent away must not come back in another.
        some = 0.5 + random.random()  # noqa: S311 - no secret
        return min(MOST_REST_S, REST_TIMES * (took_s - self._quickest) * some)
