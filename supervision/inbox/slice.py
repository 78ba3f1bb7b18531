"""What the inbox plugs in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import request, url_for
from flask_babel import lazy_gettext as _l

from supervision.core.actor import Actor
from supervision.core.slice import Job, NavItem, Slice
from supervision.inbox import jobs, queries
from supervision.inbox.jobs import exports
from supervision.inbox.views import bp
from supervision.inbox.views_exports import bp as export_pages


def _bell(actor: Actor | None) -> Mapping[str, Any]:
    """The bell of the top bar: its address and how many are unread, on every page."""
    if actor is None or not request:
        return {"inbox_url": "", "inbox_count": 0}
    return {"inbox_url": url_for("inbox.index"), "inbox_count": queries.unread_count(actor)}


SLICE = Slice(
    name="inbox",
    blueprints=(bp, export_pages),
    nav=(NavItem(_l("Notices"), "inbox.index", "bell", None, 15),),
    context=_bell,
    jobs=(
        Job("inbox.deliver", jobs.deliver, {"seconds": 5}),
        Job("export.make", exports.make_queued, {"seconds": 3}),
        Job("export.expire", exports.expire, {"hour": 4, "minute": 10}),
    ),
    notices={
        "export.ready": _l("Your export is ready"),
        "export.failed": _l("Your export could not be made"),
    },
    actions={
        "export.ask": _l("Long list asked for as a file"),
        "export.cancel": _l("Export cancelled"),
    },
)
