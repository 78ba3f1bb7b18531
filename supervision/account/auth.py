"""From a request to an actor: a person's session or a machine's bearer token."""

from __future__ import annotations

from typing import Any

from flask import Flask, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, UserMixin, current_user, login_user
from sqlalchemy import select

from supervision.account import service
from supervision.account.models import Account
from supervision.core.actor import ActorKind
from supervision.core.db import db
from supervision.core.scope import unscoped

login_manager = LoginManager()


class SignedIn(UserMixin):  # type: ignore[misc]
    """What Flask-Login keeps: a thin holder, so that the account row itself stays a row."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.id = account.id

    def get_id(self) -> str:
        return f"{self.account.id}:{self.account.session_epoch}"


@login_manager.user_loader  # type: ignore[untyped-decorator]
def _load(key: str) -> SignedIn | None:
    ident, _, epoch = key.partition(":")
    stmt = unscoped(
        select(Account).where(Account.id == int(ident)), reason="the session says who it is"
    )
    account = db.session.scalars(stmt).first()
    if account is None or not account.is_active or str(account.session_epoch) != epoch:
        return None
    return SignedIn(account)


def init_auth(app: Flask) -> None:
    # Not "strong": an inspector's phone changes its address between two masts.
    login_manager.session_protection = "basic"
    login_manager.init_app(app)
    app.before_request(load_actor)
    app.before_request(insist_on_own_password)


def load_actor() -> None:
    """Set ``g.actor`` (or None). A bearer token counts only under /api/, a session only outside."""
    g.actor = None
    if request.endpoint == "static":
        return
    if request.path.startswith("/api/"):
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "bearer" and token:
            g.actor, g.token_problem = service.actor_of_token(token.strip())
        return
    user: Any = current_user
    if user.is_authenticated:
        g.actor = service.to_actor(user.account)


# What somebody whose password others know may still open.
_BEFORE_OWN_PASSWORD = frozenset(
    {
        "static",
        "account.profile",
        "account.change_password",
        "account.sign_out",
        "account.set_language",
        "home.healthz",
    }
)


def insist_on_own_password() -> ResponseReturnValue | None:
    """A one-time password opens the page where it is replaced, and nothing else."""
    user: Any = current_user
    if g.actor is None or g.actor.kind is not ActorKind.PERSON:
        return None
    if user.account.must_change_password and request.endpoint not in _BEFORE_OWN_PASSWORD:
        return redirect(url_for("account.profile"))
    return None


def start_session(account: Account) -> None:
    """Sign in: a fresh session, so that a planted session id is worth nothing."""
    language = session.get("language")
    session.clear()
    if language:
        session["language"] = language
    session.permanent = True
    login_user(SignedIn(account))
