"""What the cluster must remember: kept by Ray's head, read by coordinator and groups alike.

It outlives every actor. With the head it is lost, and the coordinator that starts with the next one
plans anew: cameras may change groups then, and the web's leases see to it that each has one owner.
"""

from __future__ import annotations

import json
from typing import Any, cast

from vision.cluster.plan import Group

NAMESPACE = "anqi"
_GROUP, _SITES, _LEAVING = "group/", "sites", "leaving/"


def groups() -> tuple[Group, ...]:
    """All groups, by name."""
    found = [_read(name) for name in sorted(_names(_GROUP))]
    return tuple(
        Group(one["name"], one["site"], tuple(one["cameras"])) for one in found if one is not None
    )


def cameras_of(name: str) -> tuple[str, ...] | None:
    """A group's cameras; None where there is no such group (any more)."""
    found = _read(f"{_GROUP}{name}")
    return None if found is None else tuple(found["cameras"])


def keep(group: Group) -> None:
    told = {"name": group.name, "site": group.site, "cameras": group.cameras}
    _write(f"{_GROUP}{group.name}", told)


def drop(name: str) -> None:
    _call("del", f"{_GROUP}{name}")


def sites() -> set[str]:
    """Every label of a machine that was ever there: one that is away just now is still a site."""
    return set(_read(_SITES) or ())


def keep_sites(labels: set[str]) -> None:
    _write(_SITES, sorted(labels))


def leave(node: str) -> None:
    """Ask that the groups on this machine be moved away."""
    _write(f"{_LEAVING}{node}", True)


def leaving() -> set[str]:
    return {name.removeprefix(_LEAVING) for name in _names(_LEAVING)}


def _read(key: str) -> Any:
    found = _call("get", key)
    return None if found is None else json.loads(found)


def _write(key: str, value: object) -> None:
    body = json.dumps(value).encode()
    _call("put", key, body, overwrite=True)


def _names(prefix: str) -> list[str]:
    found = _call("list", prefix)
    return [cast("bytes", name).decode() for name in found]


def _call(what: str, *given: Any, **more: Any) -> Any:
    """Ray has this store for its own libraries, and no other that outlives an actor."""
    from ray.experimental import internal_kv

    verb = getattr(internal_kv, f"_internal_kv_{what}")
    return verb(*given, namespace=NAMESPACE.encode(), **more)
