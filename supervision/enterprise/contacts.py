"""Telephone numbers of the people in charge: pages mask them, a reason opens them for one look."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from supervision.core import audit
from supervision.core.actor import Actor
from supervision.core.errors import Forbidden, InvalidInput
from supervision.core.masking import masked_phone
from supervision.core.permissions import Permission
from supervision.core.text import N_
from supervision.enterprise.models import Enterprise
from supervision.enterprise.request_models import Registration

FIELDS = ("legal_representative_phone", "principal_phone", "safety_manager_phone")


def as_shown(name: str, value: Any) -> Any:
    """The value of a file's field as everybody sees it: of a telephone only its ends."""
    return masked_phone(str(value)) if name in FIELDS and value else value


def reveal(enterprise: Enterprise, actor: Actor, *, reason: str) -> dict[str, str]:
    """The numbers of a file in full. Who looked, whose, when and why is on the trail for ever."""
    _opened(actor, enterprise, "enterprise.reveal", reason, enterprise.id)
    return {name: getattr(enterprise, name) for name in FIELDS}


def reveal_registration(row: Registration, actor: Actor, *, reason: str) -> dict[str, str]:
    """The same of a registration, with the number of whoever sent it in."""
    _opened(actor, row, "registration.reveal", reason, row.enterprise_id)
    given: Mapping[str, Any] = row.given
    numbers = {name: str(given.get(name) or "") for name in FIELDS}
    return numbers | {"contact_phone": row.contact_phone}


def _opened(
    actor: Actor, subject: Any, action: str, reason: str, enterprise_id: int | None
) -> None:
    if not actor.may(Permission.PEOPLE_PERSONAL):
        raise Forbidden
    if not reason:
        raise InvalidInput(N_("This field is required."), field="reason")
    audit.record(actor, action, subject, enterprise_id=enterprise_id, reason=reason)
