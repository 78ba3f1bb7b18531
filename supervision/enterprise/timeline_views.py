"""HTTP of the timeline as a page of its own: every slice's events, narrowed, paged, printed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import DateField, SearchField, StringField
from wtforms.validators import Length, Optional

from supervision.core import clock
from supervision.core.access import current_actor, requires
from supervision.core.actor import Actor
from supervision.core.permissions import Permission
from supervision.core.slice import Panel, Slice
from supervision.core.web.forms import CodeField, Form, strip
from supervision.enterprise import labels, lineage, queries
from supervision.enterprise.timeline import PER_PAGE, Wanted, search
from supervision.enterprise.views import bp
from supervision.slices import slices

# On paper a page is as long as one likes to print.
PRINTED = 500


class TimelineForm(Form):
    """What the timeline is narrowed to; a GET form without CSRF."""

    class Meta:
        csrf = False

    text = SearchField(_l("Words, numbers"), [Length(max=80)], filters=[strip])
    source = CodeField(_l("Part of the file"), optional=True)
    who = StringField(_l("Done by"), [Length(max=40)], filters=[strip])
    since = DateField(_l("From"), [Optional()])
    until = DateField(_l("Until"), [Optional()])


@bp.get("/<int:enterprise_id>/timeline")
@requires(Permission.ENTERPRISE_READ)
def timeline(enterprise_id: int) -> ResponseReturnValue:
    """Everything that happened, newest first. ``?print=1`` is made for paper."""
    actor = current_actor()
    enterprise = queries.get_enterprise(enterprise_id, actor)
    form = TimelineForm(request.args)
    tellers = [m for m in slices() if m.timeline is not None]
    form.source.choices = [("", "—"), *((m.name, _part(m)) for m in tellers)]
    form.validate()
    printing = request.args.get("print") == "1"
    chosen = form.source.data if form.source.data in {m.name for m in tellers} else None
    own = [m.timeline for m in tellers if m.timeline and chosen in {None, m.name}]
    sources = lineage.with_predecessors(own, lineage.predecessors(enterprise_id, actor))
    return render_template(
        "enterprise/timeline.html",
        enterprise=enterprise,
        active="timeline",
        panels=panels_of(actor),
        region=queries.region_path_names({enterprise.region_code})[enterprise.region_code],
        labels=labels,
        form=form,
        chosen=sum(1 for name in ("source", "who", "since", "until") if form[name].data),
        story=search(
            sources,
            enterprise_id,
            actor,
            _wanted(form),
            before=_before(form),
            limit=PRINTED if printing else PER_PAGE,
        ),
        printing=printing,
        paged="before" in request.args,
        kept={k: v for k, v in request.args.items() if k not in {"before", "print"} and v},
    )


def panels_of(actor: Actor) -> list[Panel]:
    """The tabs of a file that ``actor`` may open, in their order."""
    found = [p for m in slices() for p in m.panels if actor.may(p.permission)]
    return sorted(found, key=lambda p: p.order)


def _part(manifest: Slice) -> Any:
    """How a reader calls the part of the file that a slice is."""
    if manifest.name == "enterprise":
        return _("The file itself")
    if manifest.panels:
        return manifest.panels[0].label
    return manifest.nav[0].label if manifest.nav else manifest.name


def _wanted(form: TimelineForm) -> Wanted:
    since = form.since.data
    return Wanted(
        since=clock.start_of(since) if since else None,
        text=form.text.data or "",
        who=form.who.data or "",
    )


def _before(form: TimelineForm) -> datetime | None:
    """``?before=`` or the end of the last day asked for, whichever is earlier."""
    ends = [clock.end_of(form.until.data)] if form.until.data else []
    try:
        instant = datetime.fromisoformat(request.args.get("before", ""))
        ends += [instant.astimezone(UTC)] if instant.tzinfo is not None else []
    except (ValueError, OverflowError):
        pass  # nonsense is the newest page
    return min(ends, default=None)
