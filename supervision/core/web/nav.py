"""The main menu, from the slices' manifests."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from flask import g, request, url_for
from flask_babel import get_locale
from flask_babel import lazy_gettext as _l

from supervision.core.actor import Actor
from supervision.core.i18n import LANGUAGES
from supervision.core.slice import NavGroup, NavItem, Slice
from supervision.core.web.remembered import remembered_count

GROUP_LABELS = {
    NavGroup.TOP: "",
    NavGroup.SELF: _l("Self-check and reports"),
    NavGroup.REGISTRY: _l("Enterprise files"),
    NavGroup.SUPERVISION: _l("Oversight"),
    NavGroup.ENFORCEMENT: _l("Papers and cases"),
    NavGroup.VIDEO: _l("Video"),
    NavGroup.MANAGEMENT: _l("Rules and accounts"),
}
# So many lines are taken in at a glance and need no headings.
SHORT = 10


@dataclass(frozen=True, slots=True)
class NavLink:
    """A line of the menu as the template wants it; ``heading`` stands above it, "" for none."""

    label: Any
    endpoint: str
    url: str
    icon: str
    active: bool
    badge: int
    heading: Any = ""


_REMEMBERED = "anqi_of_this_page"
T = TypeVar("T")


def once_a_page(key: Hashable, make: Callable[[], T]) -> T:
    """What ``make`` gives, made once a request: a page of ten parts is ten templates."""
    if not request:
        return make()
    kept: dict[Hashable, Any] = g.setdefault(_REMEMBERED, {})
    if key not in kept:
        kept[key] = make()
    found: T = kept[key]
    return found


def nav_items(
    actor: Actor | None, manifests: Sequence[Slice], *, with_badges: bool = True
) -> list[NavLink]:
    """What ``actor`` may open, part by part; a long menu has headings."""
    if actor is None or not request:
        return []
    parts = list(NavGroup)
    items = [n for m in manifests for n in m.nav if _is_for(n, actor)]
    items.sort(key=lambda n: (parts.index(n.group), n.order))
    here = _line_here(manifests)
    links: list[NavLink] = []
    before = NavGroup.TOP
    for item in items:
        is_first = len(items) > SHORT and item.group is not before
        before = item.group
        links.append(
            NavLink(
                item.label,
                item.endpoint,
                url_for(item.endpoint),
                item.icon,
                item.endpoint == here,
                _badge(item, actor) if with_badges else 0,
                GROUP_LABELS[item.group] if is_first else "",
            )
        )
    return links


def _badge(item: NavItem, actor: Actor) -> int:
    if item.badge is None:
        return 0
    return remembered_count(actor, item.endpoint, partial(item.badge, actor))


def _line_here(manifests: Sequence[Slice]) -> str:
    """The endpoint of the line that this page belongs to: its blueprint's, else its slice's only one."""
    name = request.blueprint or ""
    for manifest in manifests:
        lines = [item.endpoint for item in manifest.nav]
        own = [endpoint for endpoint in lines if endpoint.split(".", 1)[0] == name]
        if own:
            return own[0]
        if len(lines) == 1 and name in {bp.name for bp in manifest.blueprints}:
            return lines[0]
    return ""


def _is_for(item: NavItem, actor: Actor) -> bool:
    if item.for_regulator and not actor.is_regulator:
        return False
    return item.permission is None or actor.may(item.permission)


def language_links() -> list[dict[str, Any]]:
    """Each language in its own name, and whether it is the present one."""
    if not request:
        return []
    return [
        {"label": label, "code": code, "active": str(get_locale() or "") == code}
        for code, label in LANGUAGES.items()
    ]


def here() -> str:
    """Where a switch of the language comes back to: this page, or the start after a form."""
    return request.full_path.rstrip("?") if request and request.method == "GET" else "/"
