"""HTTP of invitations: whom one invited, a link shown once, the public page where it leads.

The public page says the same of a link that never was and of one that is no longer good.
"""

from __future__ import annotations

from typing import Any

import segno
from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup

from supervision.account import auth, invitation_queries, invitations
from supervision.account.invitation_forms import AcceptForm, InvitationFilterForm, InviteForm
from supervision.account.invitation_models import Invitation, InvitationState
from supervision.account.labels import INVITATION_LABELS, INVITATION_TONES, ROLE_LABELS
from supervision.account.roles import Role
from supervision.core.access import current_actor, public, requires, signed_in
from supervision.core.db import transaction
from supervision.core.errors import Conflict, DomainError, NotFound
from supervision.core.masking import masked_phone
from supervision.core.permissions import Permission
from supervision.core.web.limits import limiter, sign_in_limit
from supervision.core.web.paging import page_number, paginate
from supervision.core.web.state import settings
from supervision.enterprise import queries as enterprises
from supervision.enterprise.ended import open_file

bp = Blueprint("invitation", __name__)


@bp.get("/invitations/")
@requires(Permission.INVITE)
def index() -> ResponseReturnValue:
    actor = current_actor()
    form = InvitationFilterForm(request.args)
    form.validate()
    state = form.state.data
    wanted = invitation_queries.InvitationFilter(
        text=form.text.data or "",
        state=InvitationState(state) if state in set(InvitationState) else None,
        by=actor.id if form.by.data == "me" else None,
    )
    page = paginate(invitation_queries.list_invitations(actor, wanted), number=page_number())
    return render_template(
        "account/invitations.html",
        form=form,
        page=page,
        active=sum(1 for name in ("state", "by") if form[name].data),
        labels=INVITATION_LABELS,
        tones=INVITATION_TONES,
        may_change=invitations.roles_for(actor),
        masked_phone=masked_phone,
        own=enterprises.own_enterprises(actor) if not actor.is_regulator else (),
    )


@bp.get("/enterprises/<int:enterprise_id>/invitations/new")
@requires(Permission.INVITE)
def new(enterprise_id: int) -> ResponseReturnValue:
    enterprise = open_file(enterprise_id, current_actor())
    role = request.args.get("role", "")
    return render_template("account/invite.html", form=_form(role), enterprise=enterprise)


@bp.post("/enterprises/<int:enterprise_id>/invitations/new")
@requires(Permission.INVITE)
def create(enterprise_id: int) -> ResponseReturnValue:
    """The link is shown in the answer itself: it is kept nowhere."""
    actor = current_actor()
    enterprise, form = open_file(enterprise_id, actor), _form()
    if not form.validate_on_submit():
        return render_template("account/invite.html", form=form, enterprise=enterprise), 422
    with transaction():
        row, token = invitations.invite(
            open_file(enterprise_id, actor),
            actor,
            role=Role(form.role.data),
            name=form.name.data or "",
            phone=form.phone.data or "",
        )
        invitation_id = row.id
    return _link_page(invitation_id, token)


def _form(role: str = "") -> InviteForm:
    form = InviteForm()
    # The least first: nobody is made a principal by not looking.
    offered = invitations.roles_for(current_actor())[::-1]
    form.offer(offered)
    if role in set(offered):
        form.role.data = role
    return form


@bp.post("/invitations/<int:invitation_id>/renew")
@requires(Permission.INVITE)
def renew(invitation_id: int) -> ResponseReturnValue:
    actor = current_actor()
    with transaction():
        found = invitation_queries.get_invitation(invitation_id, actor, for_update=True)
        open_file(found.enterprise_id, actor)
        token = invitations.renew(found, actor)
    return _link_page(invitation_id, token)


@bp.post("/invitations/<int:invitation_id>/revoke")
@requires(Permission.INVITE)
def revoke(invitation_id: int) -> ResponseReturnValue:
    actor = current_actor()
    with transaction():
        found = invitation_queries.get_invitation(invitation_id, actor, for_update=True)
        invitations.revoke(found, actor)
    flash(_("The invitation is taken back: its link leads nowhere now."), "success")
    return redirect(url_for("invitation.index"))


def _link_page(invitation_id: int, token: str) -> str:
    invitation = invitation_queries.get_invitation(invitation_id, current_actor())
    address = _address_of(token)
    drawn = segno.make(address, error="m", micro=False)
    return render_template(
        "account/invitation_once.html",
        invitation=invitation,
        address=address,
        code=Markup(drawn.svg_inline(scale=5, border=4, light="white", svgclass="invite-code")),  # noqa: S704 - drawn here out of our own address
        role=ROLE_LABELS[invitation.role],
    )


def _address_of(token: str) -> str:
    """Under the address that people reach this system by, else the one this request came by."""
    base = settings().public_url.rstrip("/")
    if base:
        return base + url_for("invitation.accept", token=token)
    return url_for("invitation.accept", token=token, _external=True)


@bp.get("/invitations/<string:token>")
@public
@limiter.limit(sign_in_limit)
def accept(token: str) -> ResponseReturnValue:
    """Who invites to what; a form for one's user name and password."""
    found = invitations.by_token(token)
    if found is None or not invitations.still_holds(found):
        return _gone(found)
    return _accept_page(found, AcceptForm(), token)


@bp.post("/invitations/<string:token>")
@public
@limiter.limit(sign_in_limit)
def accept_now(token: str) -> ResponseReturnValue:
    found = invitations.by_token(token)
    if found is None or not invitations.still_holds(found):
        return _gone(found)
    form = AcceptForm()
    if g.actor is not None or not form.validate_on_submit():
        return _accept_page(found, form, token), 422
    try:
        with transaction():
            row = invitations.by_token(token, for_update=True)
            if row is None:
                raise NotFound
            account = invitations.accept(
                row, username=form.username.data or "", password=form.password.data or ""
            )
    except Conflict:
        return _gone(invitations.by_token(token))
    except DomainError as error:
        form.add_error(error)
        # Read anew: what was read before went with the transaction.
        again = invitations.by_token(token)
        return (_accept_page(again, form, token), 422) if again else _gone(None)
    auth.start_session(account)
    flash(_("Welcome. Your account is ready."), "success")
    leads = account.role in {Role.PRINCIPAL, Role.SAFETY_MANAGER}
    return redirect(url_for("guide.index" if leads else "today.index"))


@bp.post("/invitations/<string:token>/join")
@signed_in
@limiter.limit(sign_in_limit)
def join(token: str) -> ResponseReturnValue:
    """Whoever has an account already belongs to one enterprise more."""
    actor = current_actor()
    if invitations.by_token(token) is None:
        return _gone(None)
    try:
        with transaction():
            row = invitations.by_token(token, for_update=True)
            if row is None:
                raise NotFound
            enterprise_id, name = row.enterprise_id, row.enterprise.name
            invitations.join(row, actor)
    except Conflict:
        return _gone(invitations.by_token(token))
    flash(_("You belong to %(name)s too.", name=name), "success")
    if actor.may(Permission.SELFCHECK_PLAN):
        return redirect(url_for("guide.steps", enterprise_id=enterprise_id))
    return redirect(url_for("today.index"))


def _accept_page(invitation: Invitation, form: AcceptForm, token: str) -> str:
    role: Any = ROLE_LABELS[invitation.role]
    return render_template(
        "account/invitation_accept.html",
        invitation=invitation,
        form=form,
        token=token,
        role=role,
        may_join=g.actor is not None and invitations.may_join(invitation, g.actor),
        is_member=g.actor is not None and invitation.enterprise_id in g.actor.enterprise_ids,
    )


def _gone(invitation: Invitation | None) -> ResponseReturnValue:
    """Used, taken back, expired or never there: what to do about it, and nothing of the enterprise."""
    state = invitation.state if invitation is not None else InvitationState.REVOKED
    if invitation is not None and state is InvitationState.OPEN:
        state = InvitationState.REVOKED  # whoever gave it has left
    return render_template("account/invitation_gone.html", state=state.value), 410
