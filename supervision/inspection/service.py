"""Verbs of an inspection.

From the draft to the start they stand here; what is noted on site stands in ``onsite``, the
record in ``recording``, and both can be had from here.

Services flush; the edge commits. A raised error means that nothing happened.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from supervision.authority import queries as authorities
from supervision.core import clock, numbering
from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.errors import Forbidden, InvalidInput
from supervision.core.permissions import Permission
from supervision.core.text import N_
from supervision.enterprise.models import Enterprise
from supervision.inspection import caps, papers, queries, rules
from supervision.inspection.journal import log, tell_enterprise, tell_officers, tell_supervisors
from supervision.inspection.models import (
    Checklist,
    Inspection,
    InspectionItem,
    InspectionOfficer,
)
from supervision.inspection.onsite import (
    add_item,
    add_photo,
    check_item,
    describe,
    refuse,
    remove_photo,
    scan,
    sign,
)
from supervision.inspection.recording import check_certificates, record
from supervision.inspection.rules import NoticeForm
from supervision.inspection.workflow import INSPECTION_WORKFLOW, InspectionKind

__all__ = [
    "Task",
    "add_item",
    "add_photo",
    "approve",
    "cancel",
    "check_item",
    "create",
    "describe",
    "edit",
    "notify",
    "record",
    "refuse",
    "reject",
    "remove_photo",
    "scan",
    "sign",
    "start",
    "submit",
]


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be inspected, when and by whom.

    ``officer_ids`` are accounts. ``exemption`` is the code of a reason not to count against the
    cap; ``over_cap_reason`` is asked for where the cap is reached.
    """

    kind: InspectionKind
    subject: str
    planned_on: date
    officer_ids: Sequence[int]
    basis: str = ""
    place: str = ""
    checklist: Checklist | None = None
    exemption: str = ""
    over_cap_reason: str = ""
    plan_item_id: int | None = None


def create(enterprise: Enterprise, actor: Actor, task: Task) -> Inspection:
    """A draft with its number and the items of its checklist."""
    if not actor.may(Permission.INSPECTION_MAKE):
        raise Forbidden
    authority = authorities.authority_of(enterprise.region_code)
    inspection = Inspection(
        number=_number(enterprise),
        enterprise=enterprise,
        enterprise_id=enterprise.id,
        authority=authority,
        authority_id=authority.id,
        created_at=clock.now(),
        created_by_id=actor.id,
        created_by=actor.name,
    )
    _fill(inspection, actor, task)
    db.session.add(inspection)
    db.session.flush()
    log(inspection, actor, "create", None)
    return inspection


def edit(inspection: Inspection, actor: Actor, task: Task) -> None:
    """Change a draft."""
    step = INSPECTION_WORKFLOW.check("edit", inspection, actor)
    _fill(inspection, actor, task)
    inspection.status = step.target
    log(inspection, actor, "edit", step.target)


def _fill(inspection: Inspection, actor: Actor, task: Task) -> None:
    rules.check_day(task.planned_on, clock.today())
    rules.check_officers(task.kind, task.officer_ids)
    administrative = task.kind is InspectionKind.ADMINISTRATIVE
    if administrative and not task.basis:
        raise InvalidInput(N_("An administrative inspection names its basis."), field="basis")
    if task.exemption and administrative:
        caps.exemption_on(task.exemption, task.planned_on)
    inspection.kind, inspection.subject = task.kind, task.subject
    inspection.planned_on, inspection.cap_year = task.planned_on, task.planned_on.year
    inspection.basis, inspection.place = task.basis, task.place
    inspection.exemption = task.exemption if administrative else ""
    inspection.counts = administrative and not task.exemption
    inspection.over_cap_reason = task.over_cap_reason if inspection.counts else ""
    inspection.plan_item_id = task.plan_item_id or inspection.plan_item_id
    _name_officers(inspection, actor, task.officer_ids)
    _copy_items(inspection, task.checklist)


def _name_officers(inspection: Inspection, actor: Actor, account_ids: Sequence[int]) -> None:
    """Who goes, with the certificate that each holds on the day, as far as there is one."""
    named = queries.officers_by_id(account_ids, actor)
    if unknown := set(account_ids) - set(named):
        raise InvalidInput(
            N_("Not an officer whom you can send: %(ids)s."),
            field="officer_ids",
            ids=", ".join(str(i) for i in sorted(unknown)),
        )
    day = inspection.planned_on
    held = authorities.certificates_on(day, account_ids, authority_id=inspection.authority_id)
    officers = [
        InspectionOfficer(
            account_id=account_id,
            name=named[account_id],
            certificate_no=held[account_id].number if account_id in held else "",
        )
        for account_id in account_ids
    ]
    if inspection.kind is InspectionKind.ADMINISTRATIVE:
        rules.check_certified(officers, held, inspection.authority_id, day)
    known = {o.account_id: o for o in inspection.officers}
    for officer in officers:
        if (old := known.pop(officer.account_id, None)) is not None:
            old.certificate_no = officer.certificate_no
        else:
            inspection.officers.append(officer)
    for gone in known.values():
        inspection.officers.remove(gone)


def _copy_items(inspection: Inspection, checklist: Checklist | None) -> None:
    """The list's items as they stand today: a later version of the list changes nothing."""
    same = inspection.checklist_id == (checklist.id if checklist else None)
    if same and inspection.id is not None:
        return
    inspection.items.clear()
    db.session.flush()  # the old places are free before the new items take them
    inspection.checklist = checklist
    inspection.checklist_id = checklist.id if checklist else None
    for item in checklist.items if checklist else ():
        inspection.items.append(
            InspectionItem(
                position=item.position,
                section=item.section,
                text=item.text,
                basis=item.basis,
                method=item.method,
                factor=item.factor,
                category=item.category,
                criterion_code=item.criterion_code,
            )
        )


def submit(inspection: Inspection, actor: Actor) -> None:
    """Ask for the approval; refused beyond the cap unless a reason is given for it."""
    step = INSPECTION_WORKFLOW.check("submit", inspection, actor)
    rules.check_day(inspection.planned_on, clock.today())
    usage = caps.check_before_submit(inspection, inspection.enterprise)
    before, inspection.status = inspection.status, step.target
    log(inspection, actor, "submit", before, **_cap_data(inspection, usage))
    tell_supervisors(inspection, actor, "inspection.submitted")


def approve(inspection: Inspection, actor: Actor, *, note: str = "") -> None:
    """Another person says yes: the officers may inspect, within the cap or for its reason."""
    step = INSPECTION_WORKFLOW.check("approve", inspection, actor)
    rules.check_day(inspection.planned_on, clock.today())
    check_certificates(inspection)
    usage = caps.check_before_approval(inspection, inspection.enterprise)
    before, inspection.status = inspection.status, step.target
    inspection.approved_at, inspection.approval_note = clock.now(), note
    inspection.approved_by_id, inspection.approved_by = actor.id, actor.name
    db.session.flush()
    paper = papers.issue_further(inspection, actor, papers.PLAN)
    number = paper.number if paper is not None else None
    log(
        inspection,
        actor,
        "approve",
        before,
        note=note,
        document=number,
        **_cap_data(inspection, usage),
    )
    tell_officers(inspection, actor, "inspection.approved")


def _cap_data(inspection: Inspection, usage: rules.Usage | None) -> dict[str, Any]:
    """What was known of the cap when it was decided, for the history."""
    if usage is None:
        return {"exemption": inspection.exemption or None}
    return {
        "cap": usage.times,
        "used_before": usage.used,
        "over_cap_reason": inspection.over_cap_reason or None,
    }


def reject(inspection: Inspection, actor: Actor, *, reason: str) -> None:
    """Back to whoever asked, with what to change."""
    step = INSPECTION_WORKFLOW.check("reject", inspection, actor, {"reason": reason})
    before, inspection.status = inspection.status, step.target
    log(inspection, actor, "reject", before, note=reason)
    tell_officers(inspection, actor, "inspection.rejected")


def notify(inspection: Inspection, actor: Actor, *, form: NoticeForm) -> None:
    """Tell the enterprise; on entry, where telling it before would defeat the purpose."""
    step = INSPECTION_WORKFLOW.check("notify", inspection, actor)
    before, inspection.status = inspection.status, step.target
    inspection.notified_at, inspection.notice_form = clock.now(), form.value
    db.session.flush()
    paper = papers.issue_further(inspection, actor, papers.NOTICE)
    number = paper.number if paper is not None else None
    log(inspection, actor, "notify", before, form=form, document=number)
    if form is not NoticeForm.ON_SITE:
        link = f"/enterprises/{inspection.enterprise_id}"
        tell_enterprise(inspection, actor, "inspection.announced", link=link)


def start(inspection: Inspection, actor: Actor, *, at: datetime | None = None) -> None:
    """Begin on site. An administrative one after its notice, anything else from the draft."""
    administrative = inspection.kind is InspectionKind.ADMINISTRATIVE
    step = INSPECTION_WORKFLOW.check(
        "start" if administrative else "start_visit", inspection, actor
    )
    now = clock.now()
    inspection.started_at = min(at or now, now)
    if administrative:
        rules.check_year(inspection.cap_year, clock.day_of(inspection.started_at))
        check_certificates(inspection)
    before, inspection.status = inspection.status, step.target
    log(inspection, actor, "start", before)


def cancel(inspection: Inspection, actor: Actor, *, reason: str) -> None:
    """It does not take place, or no further; before it began, its place under the cap is free."""
    step = INSPECTION_WORKFLOW.check("cancel", inspection, actor, {"reason": reason})
    before, inspection.status = inspection.status, step.target
    inspection.cancelled_reason = reason
    log(inspection, actor, "cancel", before, note=reason)
    tell_officers(inspection, actor, "inspection.cancelled")


def _number(enterprise: Enterprise) -> str:
    """``JC-<district>-<year>-<serial>``; the serial is gap-free per district and year."""
    year, district = clock.today().year, enterprise.region_code[:6]
    return f"JC-{district}-{year}-{numbering.next_serial(f'inspection:{district}', year):05d}"
