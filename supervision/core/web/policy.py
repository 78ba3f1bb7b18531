"""What pages may load from elsewhere: nothing, but for pictures of the map's tiles where set."""

from __future__ import annotations

import re
from functools import lru_cache

_ORIGIN = re.compile(r"(https?://)([^/]+)/")


@lru_cache(maxsize=4)
def with_tiles(policy: str, tiles: str) -> str:
    """``policy`` with the tiles' origin among its sources of pictures.

    ``{s}`` stands for a subdomain of one or two letters: all of them are allowed.
    """
    found = _ORIGIN.match(tiles)
    if found is None:
        return policy
    host = found[2].replace("{s}.", "*.")
    return policy.replace("img-src 'self'", f"img-src 'self' {found[1]}{host}", 1)
