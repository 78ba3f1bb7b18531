"""The tab of an enterprise's file that leads to its plans."""

from __future__ import annotations

from flask import render_template

from supervision.atlas import queries
from supervision.core.actor import Actor


def panel(enterprise_id: int, actor: Actor) -> str:
    return render_template("atlas/panel.html", plans=queries.plans_of(enterprise_id, actor))
