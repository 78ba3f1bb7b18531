"""The steps of a ticket: translate, call the service, redirect. Nothing else."""

from __future__ import annotations

from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from supervision.core import clock
from supervision.core.access import current_actor, requires
from supervision.core.permissions import Permission
from supervision.core.web.forms import given
from supervision.hazard import (
    assignment,
    assignment_parts,
    at_once,
    forms,
    queries,
    service,
)
from supervision.hazard.blueprint import bp
from supervision.hazard.models import Hazard
from supervision.hazard.rules import Grade, InvalidReason
from supervision.hazard.views_detail import act_on, photos_of


@bp.post("/<int:hazard_id>/grade")
@requires(Permission.HAZARD_GRADE)
def grade(hazard_id: int) -> ResponseReturnValue:
    form = forms.GradeForm()

    def act(hazard: Hazard) -> None:
        wanted = form.criterion_id.data
        criterion = queries.get_criterion(wanted, clock.today()) if wanted else None
        service.grade(
            hazard,
            current_actor(),
            grade=Grade(form.grade.data),
            criterion=criterion,
            reason=form.reason.data or "",
        )

    return act_on(hazard_id, "grade", form, act, _("Hazard graded."))


@bp.post("/<int:hazard_id>/at-once")
@requires(Permission.HAZARD_GRADE)
def rectify_at_once(hazard_id: int) -> ResponseReturnValue:
    """From its report to its acceptance in one form, for what is made good already."""
    form = forms.SubmitForm()

    def act(hazard: Hazard) -> None:
        at_once.rectify(
            hazard,
            current_actor(),
            note=form.note.data or "",
            photos=photos_of(form),
            funds_spent=form.funds_spent.data,
        )

    done = _("Handed in: somebody else of the enterprise accepts it.")
    return act_on(hazard_id, "at-once", form, act, done)


@bp.post("/<int:hazard_id>/assign")
@requires(Permission.HAZARD_ASSIGN)
def assign(hazard_id: int) -> ResponseReturnValue:
    form = forms.AssignForm()
    actor = current_actor()
    found = queries.get_hazard(hazard_id, actor)
    assignment_parts.fit(form, found, assignment_parts.offer(found, actor))

    def act(hazard: Hazard) -> None:
        offer = assignment_parts.offer(hazard, actor)
        person = form.responsible_person.data or ""
        service.assign(
            hazard,
            actor,
            responsible_person=person,
            due_on=given(form.due_on.data),
            note=form.note.data or "",
        )
        assignment.choose(
            hazard,
            actor,
            officer_id=int(form.officer_id.data)
            if "officer_id" in form and form.officer_id.data
            else None,
            person=person,
            proposals=offer.officers,
            proposed_person=offer.person,
        )

    return act_on(hazard_id, "assign", form, act, _("Rectification assigned."))


@bp.post("/<int:hazard_id>/start")
@requires(Permission.HAZARD_RECTIFY)
def start(hazard_id: int) -> ResponseReturnValue:
    if queries.get_hazard(hazard_id, current_actor()).grade is Grade.MAJOR:
        return _start_major(hazard_id)
    form = forms.StartForm()

    def act(hazard: Hazard) -> None:
        service.start(
            hazard,
            current_actor(),
            measures=form.measures.data or "",
            plan=form.plan.data or "",
            funds_planned=form.funds_planned.data,
            workers_notified_on=form.workers_notified_on.data,
        )

    return act_on(hazard_id, "start", form, act, _("Rectification has begun."))


def _start_major(hazard_id: int) -> ResponseReturnValue:
    form = forms.MajorStartForm()

    def act(hazard: Hazard) -> None:
        service.start(
            hazard,
            current_actor(),
            measures=form.measures.data or "",
            parts=form.parts,
            funds_planned=form.funds_planned.data,
        )

    return act_on(hazard_id, "start", form, act, _("Rectification has begun."))


@bp.post("/<int:hazard_id>/submit")
@requires(Permission.HAZARD_RECTIFY)
def submit(hazard_id: int) -> ResponseReturnValue:
    form = forms.SubmitForm()

    def act(hazard: Hazard) -> None:
        service.submit(
            hazard,
            current_actor(),
            note=form.note.data or "",
            photos=photos_of(form),
            funds_spent=form.funds_spent.data,
        )

    return act_on(hazard_id, "submit", form, act, _("Submitted for re-inspection."))


@bp.post("/<int:hazard_id>/verify")
@requires(Permission.HAZARD_VERIFY)
def verify(hazard_id: int) -> ResponseReturnValue:
    form = forms.VerifyForm()

    def act(hazard: Hazard) -> None:
        service.verify(hazard, current_actor(), note=form.note.data or "")

    return act_on(hazard_id, "verify", form, act, _("Hazard closed."))


@bp.post("/<int:hazard_id>/return")
@requires(Permission.HAZARD_VERIFY)
def send_back(hazard_id: int) -> ResponseReturnValue:
    form = forms.ReturnForm()

    def act(hazard: Hazard) -> None:
        service.send_back(hazard, current_actor(), reason=form.reason.data or "")

    return act_on(hazard_id, "return", form, act, _("Returned to the enterprise."))


@bp.post("/<int:hazard_id>/transfer")
@requires(Permission.HAZARD_TRANSFER)
def transfer(hazard_id: int) -> ResponseReturnValue:
    form = forms.TransferForm()

    def act(hazard: Hazard) -> None:
        service.transfer(
            hazard,
            current_actor(),
            receiver=form.receiver.data or "",
            reason=form.reason.data or "",
        )

    return act_on(hazard_id, "transfer", form, act, _("Transferred."))


@bp.post("/<int:hazard_id>/invalidate")
@requires(Permission.HAZARD_INVALIDATE)
def invalidate(hazard_id: int) -> ResponseReturnValue:
    form = forms.InvalidateForm()

    def act(hazard: Hazard) -> None:
        service.invalidate(
            hazard,
            current_actor(),
            invalid_reason=InvalidReason(form.invalid_reason.data),
            note=form.note.data or "",
        )

    return act_on(hazard_id, "invalidate", form, act, _("Declared invalid."))
