"""What other pages show of accounts: a tab of the file, the administrator's card."""

from __future__ import annotations

from flask import render_template

from supervision.account import queries
from supervision.core.actor import Actor


def members(enterprise_id: int, actor: Actor) -> str:
    return render_template(
        "account/members.html",
        enterprise_id=enterprise_id,
        members=queries.members(enterprise_id, actor),
    )


def card(actor: Actor) -> str:
    return render_template("account/card.html", counts=queries.counts(actor))
