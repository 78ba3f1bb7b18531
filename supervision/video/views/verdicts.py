"""Verdicts as forms bring them: the same on a violation's own page and on the desk."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from flask_babel import gettext as _

from supervision.core.access import current_actor
from supervision.core.errors import InvalidInput, NotFound
from supervision.video import forms, queries, service
from supervision.video.models import Violation
from supervision.video.rules import RejectReason


class Verdict(NamedTuple):
    """``act`` takes it, inside a transaction and once ``form`` is valid; ``done`` says it is."""

    name: str
    form: Any
    act: Callable[[], Violation]
    done: Callable[[Violation], str]


def confirming(violation_id: int) -> Verdict:
    form = forms.ConfirmForm(prefix="confirm-")

    def act() -> Violation:
        return service.confirm(
            violation_id,
            current_actor(),
            note=form.note.data or "",
            seen=forms.seen_revision(violation_id),
        )

    def done(violation: Violation) -> str:
        again = queries.get_violation(violation.id, current_actor())
        number = again.hazard.number if again.hazard else ""
        return str(_("Confirmed: hazard %(number)s.", number=number))

    return Verdict("confirm", form, act, done)


def rejecting(violation_id: int) -> Verdict:
    form = forms.RejectForm()

    def act() -> Violation:
        return service.reject(
            violation_id,
            current_actor(),
            reason=RejectReason(form.reason.data),
            note=form.note.data or "",
            seen=forms.seen_revision(violation_id),
        )

    return Verdict("reject", form, act, lambda _violation: str(_("Rejected: not a violation.")))


def duplicating(violation_id: int, form: forms.DuplicateForm) -> Verdict:
    """The violation itself has been read: only its original can be missing."""

    def act() -> Violation:
        try:
            return service.mark_duplicate(
                violation_id,
                current_actor(),
                original_id=form.original.data,
                seen=forms.seen_revision(violation_id),
            )
        except NotFound:
            raise InvalidInput(service.ANOTHER_OF_THIS_CAMERA, field="original") from None

    return Verdict("duplicate", form, act, lambda _violation: str(_("Marked as a duplicate.")))
