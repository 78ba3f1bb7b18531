"""Invitations to an enterprise."""

from __future__ import annotations

from supervision.account import invitations
from supervision.account.roles import Role
from supervision.core.actor import Actor
from supervision.core.db import transaction
from supervision.enterprise import queries as enterprises


def make_invitation(
    enterprise_id: int, actor: Actor, role: Role = Role.PRINCIPAL, name: str = "New Person"
) -> tuple[int, str]:
    """The id of an open invitation, and the token that its link ends with."""
    with transaction():
        plant = enterprises.get_enterprise(enterprise_id, actor)
        row, token = invitations.invite(plant, actor, role=role, name=name, phone="13900000000")
        return row.id, token


def an_invitation(enterprise_id: int, actor: Actor, mark: str) -> dict[str, int | str]:
    """For the world: one that an officer gave to the principal."""
    return {"invitation_id": make_invitation(enterprise_id, actor, name=f"{mark} person")[0]}
