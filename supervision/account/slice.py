"""What the account slice plugs in."""

from __future__ import annotations

from typing import Any

from flask import url_for
from flask_babel import lazy_gettext as _l

from supervision.account import administration, panels, queries, service
from supervision.account.models import Account
from supervision.account.views import bp, invitations
from supervision.core.actor import Actor
from supervision.core.permissions import Permission
from supervision.core.slice import Card, Directory, Findable, NavGroup, NavItem, Panel, Slice


def _user_menu(actor: Actor | None) -> dict[str, Any]:
    if actor is None:
        return {"user_menu": []}
    return {
        "user_menu": [
            {
                "label": _l("My account"),
                "icon": "user",
                "url": url_for("account.profile"),
                "method": "get",
            },
            {
                "label": _l("My exports"),
                "icon": "file-download",
                "url": url_for("export.index"),
                "method": "get",
            },
            {
                "label": _l("Sign out"),
                "icon": "logout",
                "url": url_for("account.sign_out"),
                "method": "post",
            },
        ]
    }


SLICE = Slice(
    name="account",
    blueprints=(bp, invitations.bp),
    nav=(
        NavItem(
            _l("Accounts"),
            "account.people",
            "users",
            Permission.ACCOUNT_ADMIN,
            90,
            group=NavGroup.MANAGEMENT,
        ),
        NavItem(
            _l("Invitations"),
            "invitation.index",
            "user-plus",
            Permission.INVITE,
            91,
            group=NavGroup.MANAGEMENT,
        ),
    ),
    panels=(Panel("people", _l("Accounts"), Permission.ENTERPRISE_READ, 80, panels.members),),
    cards=(Card("accounts", Permission.ACCOUNT_ADMIN, 90, panels.card),),
    findables=(
        Findable(
            _l("People"),
            "users",
            Permission.ACCOUNT_ADMIN,
            70,
            Account,
            panels.found,
            panels.found_all,
        ),
    ),
    officers=Directory(choices=queries.officers, names=queries.names),
    actor_of=service.actor_of,
    welcome=administration.welcome,
    follow=administration.follow,
    context=_user_menu,
    actions={
        "account.create": _l("Account created"),
        "account.change": _l("Account changed"),
        "account.follow": _l("Account follows a merger or split"),
        "account.deactivate": _l("Account closed"),
        "account.reactivate": _l("Account opened again"),
        "account.reset_password": _l("Password reset by an administrator"),
        "account.unlock": _l("Account unlocked"),
        "account.sign_in": _l("Signed in"),
        "account.sign_in_failed": _l("Sign-in failed"),
        "account.lock_out": _l("Account locked"),
        "account.change_password": _l("Password changed"),
        "account.set_language": _l("Language chosen"),
        "invitation.create": _l("Invitation given"),
        "invitation.renew": _l("Invitation given a new link"),
        "invitation.revoke": _l("Invitation taken back"),
        "invitation.accept": _l("Invitation accepted"),
        "invitation.join": _l("Invitation taken by an account"),
        "token.issue": _l("Token issued"),
        "token.revoke": _l("Token revoked"),
    },
)
