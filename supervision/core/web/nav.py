"""The main menu, from the slices' manifests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import request, url_for
from flask_babel import get_locale

from supervision.core.actor import Actor
from supervision.core.i18n import LANGUAGES
from supervision.core.slice import Slice


@dataclass(frozen=True, slots=True)
class NavLink:
    """A line of the menu as the template wants it."""

    label: Any
    endpoint: str
    url: str
    icon: str
    active: bool
    badge: int


def nav_items(actor: Actor | None, manifests: Sequence[Slice]) -> list[NavLink]:
    """What ``actor`` may open, in order."""
    if actor is None or not request:
        return []
    items = sorted((n for m in manifests for n in m.nav), key=lambda n: n.order)
    here = request.blueprint or ""
    return [
        NavLink(
            item.label,
            item.endpoint,
            url_for(item.endpoint),
            item.icon,
            here == item.endpoint.split(".", 1)[0],
            item.badge(actor) if item.badge else 0,
        )
        for item in items
        if item.permission is None or actor.may(item.permission)
    ]


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
