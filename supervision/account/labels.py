"""Names of roles and of the states of an account."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from supervision.account.invitation_models import InvitationState
from supervision.account.roles import Role

ROLE_LABELS = {
    Role.ADMINISTRATOR: _l("Administrator"),
    Role.SECTION_CHIEF: _l("Section chief"),
    Role.OFFICER: _l("Inspector"),
    Role.VIDEO_OPERATOR: _l("Video operator"),
    Role.AUDITOR: _l("Auditor"),
    Role.PRINCIPAL: _l("Principal"),
    Role.SAFETY_MANAGER: _l("Safety manager"),
    Role.EMPLOYEE: _l("Employee"),
    Role.NONE: _l("No role"),
}

STATE_LABELS = {
    "active": _l("Account open"),
    "closed": _l("Account closed"),
    "locked": _l("Locked out"),
}

SORT_LABELS = {
    "name": _l("By name"),
    "username": _l("By user name"),
    "role": _l("By role"),
    "newest": _l("Newest first"),
}

INVITATION_LABELS = {
    InvitationState.OPEN: _l("Not yet accepted"),
    InvitationState.USED: _l("Accepted"),
    InvitationState.REVOKED: _l("Taken back"),
    InvitationState.EXPIRED: _l("Expired"),
}

INVITATION_TONES = {
    InvitationState.OPEN: "wait",
    InvitationState.USED: "good",
    InvitationState.REVOKED: "off",
    InvitationState.EXPIRED: "off",
}
