"""Who is in charge of an enterprise now, as SQL: nobody where its officer has left.

A notice to the account of somebody who has left reaches nobody; one to whoever supervises the
enterprise reaches those of its district.
"""

from __future__ import annotations

from typing import Any, TypeVar

from sqlalchemy import Select, case

from supervision.account.models import Account
from supervision.enterprise.models import Enterprise

S = TypeVar("S", bound=Select[Any])

OFFICER = case((Account.is_active, Enterprise.officer_id))


def with_officer(stmt: S) -> S:
    """``stmt``, which reads enterprises, with what :data:`OFFICER` needs."""
    return stmt.outerjoin(Account, Account.id == Enterprise.officer_id)
