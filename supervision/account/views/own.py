"""Sign-in, sign-out, one's own profile and language."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

from flask import flash, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user, logout_user
from sqlalchemy import select

from supervision.account import auth, service
from supervision.account.forms import PasswordForm, SignInForm
from supervision.account.models import Account
from supervision.account.views.blueprint import bp
from supervision.core.access import current_actor, public, signed_in
from supervision.core.db import db, transaction
from supervision.core.errors import DomainError, NotFound
from supervision.core.i18n import LANGUAGES
from supervision.core.scope import unscoped
from supervision.core.web.limits import limiter, sign_in_limit
from supervision.core.web.state import settings


@bp.get("/sign-in")
@public
def sign_in() -> ResponseReturnValue:
    if g.actor is not None:
        return redirect(url_for("home.start"))
    return render_template("account/sign_in.html", form=SignInForm(next=request.args.get("next")))


@bp.post("/sign-in")
@public
@limiter.limit(sign_in_limit)
def sign_in_now() -> ResponseReturnValue:
    form = SignInForm()
    if form.validate_on_submit():
        conf = settings()
        with transaction():
            account = service.sign_in(
                form.username.data or "",
                form.password.data or "",
                attempts=conf.sign_in_attempts,
                lockout=timedelta(minutes=conf.lockout_minutes),
            )
        if account is not None:
            auth.start_session(account)
            return redirect(_inside(form.next.data) or url_for("home.start"))
        form.form_errors.append(
            _("The user name or the password is not right, or the account is locked for a while.")
        )
    return render_template("account/sign_in.html", form=form), 422


@bp.post("/sign-out")
@signed_in
def sign_out() -> ResponseReturnValue:
    logout_user()
    session.clear()
    return redirect(url_for("account.sign_in"))


@bp.get("/profile")
@signed_in
def profile() -> ResponseReturnValue:
    return render_template(
        "account/profile.html", account=current_user.account, form=PasswordForm()
    )


@bp.post("/password")
@signed_in
@limiter.limit(sign_in_limit)
def change_password() -> ResponseReturnValue:
    form = PasswordForm()
    if form.validate_on_submit():
        try:
            with transaction():
                account = _own()
                service.change_password(
                    account, current_actor(), old=form.old.data or "", new=form.new.data or ""
                )
        except DomainError as error:
            form.add_error(error)
        else:
            auth.start_session(account)
            flash(_("The password is changed. Other sessions have ended."))
            return redirect(url_for("account.profile"))
    page = render_template("account/profile.html", account=current_user.account, form=form)
    return page, 422


@bp.post("/language")
@public
def set_language() -> ResponseReturnValue:
    """By POST: the choice is kept with the account, so no other site may make it."""
    language = request.form.get("language", "")
    if language not in LANGUAGES:
        raise NotFound
    session["language"] = language
    if g.actor is not None:
        with transaction():
            service.set_language(_own(), current_actor(), language)
    return redirect(_inside(request.form.get("next")) or url_for("home.start"))


def _own() -> Account:
    stmt = select(Account).where(Account.id == current_actor().id)
    return db.session.scalars(unscoped(stmt, reason="one's own account")).one()


def _inside(target: str | None) -> str | None:
    """``target`` when it is a path on this site: no open redirect."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return None
    try:
        parts = urlsplit(target)
    except ValueError:
        return None
    return target if not parts.netloc and not parts.scheme else None
