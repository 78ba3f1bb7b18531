"""What is done daily: alarms of certificates, and the reckoning of hours and staffing."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from supervision.core import alarms, clock
from supervision.core.actor import SYSTEM
from supervision.core.db import transaction
from supervision.core.masking import masked_name
from supervision.core.notices import Audience
from supervision.people import queries, standing, training_queries
from supervision.people.models import PersonCertificate

BATCH = 200
ENTERPRISES = 100
# What ended longer ago was told when it ended; a scheduler is never down for so long.
LOOKED_BACK = timedelta(days=60)
VALIDITY, REVIEW = "people.validity", "people.review"

log = logging.getLogger(__name__)


def tell_of_certificates(_now: datetime) -> int:
    """Alarms 90, 60, 30, 7 and 0 days before the end or the review, and once it has passed."""
    today = clock.today()
    first, last = today - LOOKED_BACK, alarms.last_day_to_ask(today)
    after, total = 0, 0
    while True:
        with transaction():
            batch: Sequence[PersonCertificate] = queries.ending(
                SYSTEM, first, last, after=after, limit=BATCH
            )
            if not batch:
                return total
            after = batch[-1].id
            total += alarms.raise_due([_subject(one) for one in batch], notice=_notice)


def _subject(certificate: PersonCertificate) -> alarms.Subject:
    """The enterprise's people are told, and the holder who has an account.

    The day that binds decides: a certificate whose review comes first is told of its review.
    """
    assert certificate.next_on is not None  # the query asks for it
    is_review = certificate.next_on == certificate.review_on
    tell: list[tuple[Audience, int | None]] = [
        (Audience.ENTERPRISE_PEOPLE, certificate.enterprise_id)
    ]
    if certificate.person.account_id is not None:
        tell.append((Audience.ACCOUNT, certificate.person.account_id))
    if certificate.next_on < clock.today():
        tell.append((Audience.SUPERVISORS, certificate.enterprise_id))
    return alarms.Subject(
        kind=REVIEW if is_review else VALIDITY,
        id=certificate.id,
        due_on=certificate.next_on,
        link=f"/people/certificates/{certificate.id}",
        tell=tell,
        params={
            "name": masked_name(certificate.person.name),
            "kind": certificate.kind.name,
        },
    )


def _notice(subject: alarms.Subject, step: int) -> str:
    ending = "review" if subject.kind == REVIEW else "validity"
    return f"people.{ending}_{'past' if step == alarms.EXPIRED_STEP else 'due'}"


def reckon_all(_now: datetime) -> int:
    """Hours and staffing of every enterprise on the roll; returns how many rows changed."""
    last, total = 0, 0
    while ids := training_queries.enterprises_after(last, ENTERPRISES):
        last = ids[-1]
        try:
            with transaction():
                total += standing.reckon(ids)
        except Exception:
            log.exception("hours and staffing of enterprises up to %s could not be reckoned", last)
    return total
