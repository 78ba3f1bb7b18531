"""Which role holds which permission. Finer rules (own work, own enterprise) are guards."""

from __future__ import annotations

from supervision.account.roles import Role
from supervision.core.permissions import Permission as P

_READ = frozenset({P.ENTERPRISE_READ, P.HAZARD_READ, P.VIDEO_READ, P.REPORT_READ})

_OFFICER = _READ | {
    P.ENTERPRISE_EDIT,
    P.ENTERPRISE_CREATE,
    P.HAZARD_REPORT,
    P.HAZARD_GRADE,
    P.HAZARD_ASSIGN,
    P.HAZARD_VERIFY,
    P.HAZARD_TRANSFER,
    P.HAZARD_INVALIDATE,
    P.HAZARD_EXTENSION_DECIDE,
    P.VIDEO_REVIEW,
    P.REPORT_MAKE,
    P.STATUTE_READ,
}

# Both may propose and both may approve; that it takes two of them is the workflow's business.
_STATUTE = frozenset({P.STATUTE_READ, P.STATUTE_PROPOSE, P.STATUTE_APPROVE})

_ENTERPRISE = _READ | {P.HAZARD_REPORT, P.HAZARD_RECTIFY, P.HAZARD_EXTENSION_REQUEST}

_ENTERPRISE_MANAGEMENT = _ENTERPRISE | {
    P.REPORT_MAKE,
    P.HAZARD_EXTENSION_DECIDE,
    P.HAZARD_GRADE,
    P.HAZARD_ASSIGN,
    P.HAZARD_VERIFY,
    P.HAZARD_INVALIDATE,
    P.VIDEO_REVIEW,
}

ROLE_GRANTS: dict[Role, frozenset[P]] = {
    Role.ADMINISTRATOR: _READ
    | {P.ENTERPRISE_EDIT, P.ENTERPRISE_CREATE, P.ACCOUNT_ADMIN, P.CAMERA_EDIT, P.NODE_ADMIN}
    | {P.REPORT_MAKE, P.AUDIT_READ}
    | _STATUTE,
    Role.SECTION_CHIEF: _OFFICER | _STATUTE | {P.CAMERA_EDIT},
    Role.OFFICER: _OFFICER,
    Role.VIDEO_OPERATOR: frozenset(
        {P.ENTERPRISE_READ, P.HAZARD_READ, P.VIDEO_READ, P.VIDEO_REVIEW, P.HAZARD_REPORT}
        | {P.STATUTE_READ}
    ),
    Role.AUDITOR: _READ | {P.AUDIT_READ, P.STATUTE_READ},
    Role.PRINCIPAL: _ENTERPRISE_MANAGEMENT,
    Role.SAFETY_MANAGER: _ENTERPRISE_MANAGEMENT,
    Role.EMPLOYEE: frozenset({P.HAZARD_READ, P.HAZARD_REPORT, P.HAZARD_RECTIFY}),
    Role.NONE: frozenset(),
}

NODE_GRANTS = frozenset({P.NODE_INGEST})
