"""Verbs of the file of a major hazard source: submit, file, send back, cancel, keep; the alarm."""

from __future__ import annotations

from datetime import date
from typing import Any

from supervision.chemical.journal import log, tell_enterprise, tell_supervisors
from supervision.chemical.models import ChemicalIdentification, ChemicalSource, ChemicalUnit
from supervision.chemical.workflow import SOURCE_WORKFLOW, SourceState
from supervision.core import clock
from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.errors import InvalidInput
from supervision.core.text import N_


def follow(unit: ChemicalUnit, actor: Actor, made: ChemicalIdentification) -> None:
    """What an identification does to the file: open it, ask for another filing, or let it end."""
    db.session.flush()
    source = unit.source
    if made.grade is None:
        if source is not None:
            _none_any_more(source, actor)
        return
    if source is None:
        source = ChemicalSource(
            enterprise_id=unit.enterprise_id, unit_id=unit.id, created_at=clock.now()
        )
        unit.source = source
        db.session.add(source)
    source.identification_id = made.id
    source.grade, source.due_on, source.is_major_now = made.grade, made.due_on, True
    source.status, source.cancelled_on = SourceState.IDENTIFIED, None
    db.session.flush()
    tell_supervisors(unit, actor, "chemical.identified", _link(source))


def _none_any_more(source: ChemicalSource, actor: Actor) -> None:
    """Below 1 now: what is on file waits for its cancellation, what never was ends by itself."""
    source.is_major_now = False
    source.due_on = None
    if source.status in {SourceState.IDENTIFIED, SourceState.SUBMITTED}:
        if source.filing_number:
            source.status = SourceState.FILED
        else:
            source.status, source.cancelled_on = SourceState.CANCELLED, clock.today()
            log(source.unit, actor, "lapse", source)


def submit(source: ChemicalSource, actor: Actor) -> None:
    """The enterprise asks the bureau to file it."""
    _step(source, actor, "submit", {})
    tell_supervisors(source.unit, actor, "chemical.submitted", _link(source))


def file(source: ChemicalSource, actor: Actor, *, filing_number: str, filed_on: date) -> None:
    """The bureau files it under a number."""
    if filed_on > clock.today():
        raise InvalidInput(N_("The day lies in the future."), field="filed_on")
    if filed_on < source.identification.done_on:
        raise InvalidInput(
            N_("It was identified on %(day)s."),
            field="filed_on",
            day=source.identification.done_on,
        )
    given = {"filing_number": filing_number, "filed_on": filed_on}
    SOURCE_WORKFLOW.check("file", source, actor, given)
    source.filing_number, source.filed_on, source.filed_by = filing_number, filed_on, actor.name
    _step(source, actor, "file", given, note=filing_number)
    tell_enterprise(
        source.unit, actor, "chemical.filed", _link(source), filing_number=filing_number
    )


def send_back(source: ChemicalSource, actor: Actor, *, reason: str) -> None:
    _step(source, actor, "send_back", {"reason": reason}, note=reason)
    tell_enterprise(source.unit, actor, "chemical.sent_back", _link(source))


def request_cancel(source: ChemicalSource, actor: Actor, *, reason: str) -> None:
    """The enterprise says that it is none any more."""
    _step(source, actor, "request_cancel", {"reason": reason}, note=reason)
    tell_supervisors(source.unit, actor, "chemical.cancel_requested", _link(source))


def cancel(source: ChemicalSource, actor: Actor, *, reason: str) -> None:
    """The bureau takes it off its file; the unit can be identified again at any time."""
    SOURCE_WORKFLOW.check("cancel", source, actor, {"reason": reason})
    source.cancelled_on, source.due_on = clock.today(), None
    _step(source, actor, "cancel", {"reason": reason}, note=reason)
    tell_enterprise(source.unit, actor, "chemical.cancelled", _link(source))


def keep(source: ChemicalSource, actor: Actor, *, reason: str) -> None:
    """The bureau does not follow the request."""
    _step(source, actor, "keep", {"reason": reason}, note=reason)
    tell_enterprise(source.unit, actor, "chemical.kept", _link(source))


def _step(
    source: ChemicalSource, actor: Actor, name: str, data: dict[str, Any], *, note: str = ""
) -> None:
    step = SOURCE_WORKFLOW.check(name, source, actor, data)
    before = source.status
    source.status = step.target
    log(
        source.unit,
        actor,
        name,
        source,
        note=note,
        before=before,
        after=step.target,
        **({"filed_on": data["filed_on"]} if "filed_on" in data else {}),
    )


def _link(source: ChemicalSource) -> str:
    return f"/chemicals/sources/{source.id}"
