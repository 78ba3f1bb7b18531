"""Who is told when a notice goes to the supervisors of an enterprise. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping

DISTRICT_DIGITS = 6


def nearest_officers(regions: Mapping[int, Collection[str]], code: str) -> frozenset[int]:
    """The accounts closest to ``code`` among those whose region covers it.

    ``regions``: account id -> GB/T 2260 prefixes. Officers of the district come before those of
    the city: a city officer is not told of every ticket of every district, but is where the
    district has nobody. A street's officer counts as one of the district.
    """
    closeness = {
        account: max(
            (min(len(r), DISTRICT_DIGITS) for r in own if r and code.startswith(r)), default=0
        )
        for account, own in regions.items()
    }
    best = max(closeness.values(), default=0)
    return frozenset(a for a, near in closeness.items() if best and near == best)


def is_site_path(link: str) -> bool:
    """A path on this site, with nothing that a browser reads as another host."""
    return link.startswith("/") and not link.startswith(("//", "/\\"))
