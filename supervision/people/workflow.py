"""States of a certificate and of a training, and what leads from one to the next. Pure."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from supervision.core.actor import Actor
from supervision.core.permissions import Permission as P
from supervision.core.text import N_
from supervision.core.workflow import Workflow, transition
from supervision.people.rules import Result


class CertificateState(StrEnum):
    """Whether it still holds today is derived from its days, never stored."""

    VALID = "valid"
    RENEWED = "renewed"
    REVOKED = "revoked"


class SessionState(StrEnum):
    """OPEN: participants and results are being entered; hours count once it is RECORDED."""

    OPEN = "open"
    RECORDED = "recorded"
    VOID = "void"


def _is_employed(certificate: Any, _actor: Actor) -> str | None:
    """Only somebody who works here."""
    return N_("This person has left.") if certificate.person.employed_to else None


def _has_participants(session: Any, _actor: Actor) -> str | None:
    """Somebody took part."""
    return None if session.attendances else N_("Nobody is entered as a participant yet.")


def _has_results(session: Any, _actor: Actor) -> str | None:
    """Everybody has a result (Work Safety Law, art. 28)."""
    pending = any(a.result is Result.PENDING for a in session.attendances)
    return N_("Every participant needs a result first.") if pending else None


_C, _S = CertificateState, SessionState

CERTIFICATE_WORKFLOW: Workflow[CertificateState] = Workflow(
    "certificate",
    (
        transition("change", [_C.VALID], _C.VALID, P.PEOPLE_EDIT),
        transition("review", [_C.VALID], _C.VALID, P.PEOPLE_EDIT, _is_employed),
        transition("renew", [_C.VALID], _C.RENEWED, P.PEOPLE_EDIT, _is_employed),
        transition("revoke", [_C.VALID], _C.REVOKED, P.PEOPLE_EDIT, needs=("reason",)),
    ),
    lambda certificate: certificate.status,
)

TRAINING_WORKFLOW: Workflow[SessionState] = Workflow(
    "training",
    (
        transition("change", [_S.OPEN], _S.OPEN, P.PEOPLE_EDIT),
        transition("attend", [_S.OPEN], _S.OPEN, P.PEOPLE_EDIT),
        transition(
            "record", [_S.OPEN], _S.RECORDED, P.PEOPLE_EDIT, _has_participants, _has_results
        ),
        transition("void", [_S.OPEN, _S.RECORDED], _S.VOID, P.PEOPLE_EDIT, needs=("reason",)),
    ),
    lambda session: session.status,
)
