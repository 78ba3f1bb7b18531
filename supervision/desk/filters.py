"""The desk's filters in an address. Nonsense narrows nothing."""

from __future__ import annotations

from typing import Any

from flask import request

from supervision.core.actor import Actor
from supervision.core.web.numbers import id_argument
from supervision.desk import forms, queries
from supervision.desk.queue import DeskFilter, OpinionFilter
from supervision.enterprise import queries as enterprises
from supervision.video import labels
from supervision.video import queries as video
from supervision.video.rules import Severity
from supervision.video.workflow import ReviewState

NAMES = (
    "severity",
    "rule",
    "camera",
    "enterprise",
    "region",
    "seen_from",
    "seen_to",
    "opinion",
)


def context() -> dict[str, Any]:
    """The filters in force, to be carried from page to page."""
    return {name: request.args[name] for name in NAMES if request.args.get(name)}


def read(actor: Actor, *, with_choices: bool = False) -> tuple[forms.FilterForm, DeskFilter]:
    """The filled form, and what it asks for; ``with_choices`` where the form is shown."""
    form = forms.FilterForm(request.args)
    _choices(form, actor, with_choices)
    form.validate()
    severity, region = (form.severity.data or "").upper(), form.region.data or ""
    opinion = form.opinion.data
    kinds = {str(kind): kind for kind in labels.KIND_LABELS}
    wanted = video.ViolationFilter(
        status=ReviewState.PENDING,
        severity=Severity[severity] if severity in Severity.__members__ else None,
        rule_kind=kinds.get(form.rule.data or ""),
        camera_id=id_argument("camera"),
        enterprise_id=id_argument("enterprise"),
        region=region if region.isdecimal() else "",
        seen_from=form.seen_from.data,
        seen_to=form.seen_to.data,
    )
    return form, DeskFilter(
        wanted, OpinionFilter(opinion) if opinion in set(OpinionFilter) else None
    )


def _choices(form: forms.FilterForm, actor: Actor, with_choices: bool) -> None:
    nothing: list[Any] = [("", "—")]
    form.camera.choices = [*nothing]
    form.enterprise.choices = [*nothing]
    form.region.choices = [*nothing]
    if with_choices:
        form.camera.choices += [(str(i), name) for i, name in video.camera_choices(actor)]
        form.enterprise.choices += queries.enterprise_choices(actor)
        form.region.choices += enterprises.region_choices(actor)
