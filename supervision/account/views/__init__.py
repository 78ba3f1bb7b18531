"""HTTP of accounts: one's own, everybody's (``people``, for administrators), invitations."""

from __future__ import annotations

from supervision.account.views import invitations, own, people
from supervision.account.views.blueprint import bp

__all__ = ["bp", "invitations", "own", "people"]
