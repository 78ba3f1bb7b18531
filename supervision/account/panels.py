"""What other pages show of accounts: a tab of the file, the administrator's card."""

from __future__ import annotations

from flask import render_template, url_for

from supervision.account import queries
from supervision.account.labels import ROLE_LABELS
from supervision.account.models import Account
from supervision.core.actor import Actor
from supervision.core.slice import Found


def members(enterprise_id: int, actor: Actor) -> str:
    return render_template(
        "account/members.html",
        enterprise_id=enterprise_id,
        members=queries.members(enterprise_id, actor),
    )


def card(actor: Actor) -> str:
    return render_template("account/card.html", counts=queries.counts(actor))


def found(account: Account) -> Found:
    """A person in the search on every page."""
    detail = f"{account.username} · {ROLE_LABELS[account.role]}"
    return Found(account.name, detail, url_for("account.person", account_id=account.id))


def found_all(text: str) -> str:
    return url_for("account.people", text=text)
