"""What the file, the timeline and the start page show of documents."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from flask import render_template, url_for
from flask_babel import gettext as _

from supervision.core.actor import Actor
from supervision.core.permissions import Permission
from supervision.core.slice import TimelineItem, Todo
from supervision.document import gaps, kinds, labels, queries
from supervision.enterprise import queries as enterprises

MOST_SHOWN = 100


def panel(enterprise_id: int, actor: Actor) -> str:
    """How complete the file is, what is missing, and what is there."""
    complete = gaps.completeness_of(enterprises.get_enterprise(enterprise_id, actor))
    return render_template(
        "document/panel.html",
        enterprise_id=enterprise_id,
        complete=complete,
        names=_names({*complete.required}),
        documents=queries.of_enterprise(enterprise_id, actor, MOST_SHOWN),
        most=MOST_SHOWN,
        may_edit=actor.may(Permission.DOCUMENT_EDIT),
        labels=labels,
    )


def _names(codes: set[str]) -> dict[str, str]:
    return {code: labels.kind_name(kind) for code, kind in kinds.by_codes(codes).items()}


def timeline(
    enterprise_id: int, actor: Actor, before: datetime | None, limit: int
) -> Sequence[TimelineItem]:
    if not actor.may(Permission.DOCUMENT_READ):
        return []
    events = queries.events_of_enterprise(enterprise_id, actor, before, limit, labels.TOLD)
    return [
        TimelineItem(
            at=event.at,
            title=_(
                "%(action)s: %(number)s",
                action=labels.ACTION_LABELS[event.action],
                number=event.document.title,
            ),
            body=event.note,
            url=url_for("document.detail", document_id=event.document_id),
            icon=labels.ACTION_ICONS.get(event.action, "file-text"),
            tone=labels.ACTION_TONES.get(event.action, "plain"),
            who=event.actor_name,
        )
        for event in events
    ]


def todos(actor: Actor) -> Sequence[Todo]:
    """What has ended or is due; filings that wait for an answer; what is missing in a file."""
    if not actor.may(Permission.DOCUMENT_EDIT):
        return ()
    found = queries.counts(actor)

    def todo(label: str, count: int, group: str, tone: str = "wait") -> Todo:
        return Todo(label, count, url_for("document.index", group=group), tone)

    waiting = [todo(_("Documents that have expired"), found.expired, "expired", "bad")]
    if actor.may(Permission.DOCUMENT_DECIDE):
        waiting.append(todo(_("Filings to answer"), found.submitted, "submitted"))
    else:
        waiting.append(todo(_("Documents to file"), found.to_file, "to_file"))
        waiting.append(todo(_("Documents to evaluate again"), found.review, "review"))
        url = url_for("document.missing")
        waiting.append(Todo(_("Documents that are missing"), found.missing, url, "bad"))
    return waiting
