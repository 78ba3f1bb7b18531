"""HTTP of accounts: one's own (``own``) and everybody's (``people``, for administrators)."""

from __future__ import annotations

from supervision.account.views import own, people
from supervision.account.views.blueprint import bp

__all__ = ["bp", "own", "people"]
