"""Roles: what a person is. Pure."""

from __future__ import annotations

from enum import StrEnum

from supervision.core.actor import Side


class Role(StrEnum):
    ADMINISTRATOR = "administrator"
    SECTION_CHIEF = "section_chief"
    OFFICER = "officer"
    VIDEO_OPERATOR = "video_operator"
    AUDITOR = "auditor"
    PRINCIPAL = "principal"
    SAFETY_MANAGER = "safety_manager"
    EMPLOYEE = "employee"
    NONE = "none"


ENTERPRISE_ROLES = frozenset({Role.PRINCIPAL, Role.SAFETY_MANAGER, Role.EMPLOYEE})
EVERYTHING_ROLES = frozenset({Role.ADMINISTRATOR, Role.AUDITOR})


def side_of(role: Role) -> Side:
    return Side.ENTERPRISE if role in ENTERPRISE_ROLES else Side.REGULATOR
