"""The outbox of notices: written in the transaction of what they tell, sent afterwards.

A slice says what happened and to whom; ``inbox`` turns each row into one item per person.
Further channels (mail, group bots) hang on the same rows later.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from supervision.core import clock
from supervision.core.db import Base, JsonValue, code_of, db


class Audience(StrEnum):
    """Who is told. ``audience_id`` is an account's, an enterprise's, a region's code or nothing.

    The last two are group channels alone and no person's inbox: of a region (nothing: of
    everything) and of an enterprise.
    """

    ACCOUNT = "account"
    ENTERPRISE_PEOPLE = "enterprise_people"
    SUPERVISORS = "supervisors"
    ADMINISTRATORS = "administrators"
    REGION_GROUPS = "region_groups"
    ENTERPRISE_GROUPS = "enterprise_groups"


class Notice(Base):
    """One thing to tell. ``kind`` and ``params`` become text in the reader's language."""

    __tablename__ = "notice"

    kind: Mapped[str] = mapped_column(String(64))
    audience: Mapped[Audience] = mapped_column(code_of(Audience))
    audience_id: Mapped[int | None]
    params: Mapped[dict[str, Any]] = mapped_column(JsonValue)
    link: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime]
    except_account_id: Mapped[int | None]
    sent_at: Mapped[datetime | None] = mapped_column(index=True)


def queue(
    kind: str,
    audience: Audience,
    audience_id: int | None,
    *,
    link: str,
    but_not: int | None = None,
    **params: object,
) -> Notice:
    """Add a notice to the running transaction. ``but_not``: the account that did it itself."""
    notice = Notice(
        kind=kind,
        audience=audience,
        audience_id=audience_id,
        params={key: str(value) for key, value in params.items()},
        link=link,
        created_at=clock.now(),
        except_account_id=but_not,
    )
    db.session.add(notice)
    return notice
