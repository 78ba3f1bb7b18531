"""Two people, two processes, one row: one of them wins, the other is told, nothing is doubled."""

from __future__ import annotations

import threading
from datetime import timedelta

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from supervision.core import audit, clock, numbering
from supervision.core.actor import SYSTEM
from supervision.core.audit import AuditSeal
from supervision.core.db import db, transaction
from supervision.core.errors import DomainError
from supervision.hazard import queries, service
from supervision.hazard.workflow import ExtensionState
from supervision.hazard.workflow import HazardState as S
from supervision.report import jobs as reports
from supervision.report import service as packaging
from supervision.report.models import MonthlyPackage
from supervision.video import service as reviews
from supervision.video.rules import RejectReason
from supervision.video.workflow import ReviewState
from tests.factories.hazards import load, make_hazard
from tests.factories.months import find, october
from tests.factories.video import make_camera, make_node, make_violation

# What the edge turns into a 409 (core/web/errors.py).
REFUSALS = (DomainError, StaleDataError, IntegrityError)


def race(app, *calls):
    """All at once, each in a context of its own; what each raised, or None."""
    results: list[Exception | None] = []
    start = threading.Barrier(len(calls))

    def run(call):
        with app.app_context():
            start.wait()
            try:
                with transaction():
                    call()
                results.append(None)
            except REFUSALS as error:
                results.append(error)

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.session.rollback()
    assert len(results) == len(calls), "somebody crashed"
    return results


def test_verified_or_returned_but_not_both(app, cast):
    officer, chief = cast["district_officer"], cast["section_chief"]
    for _round in range(5):
        ident = make_hazard(cast, S.SUBMITTED)
        results = race(
            app,
            lambda i=ident: service.verify(load(i, officer), officer, note="Seen"),
            lambda i=ident: service.send_back(load(i, chief), chief, reason="Not yet"),
        )
        assert results.count(None) == 1
        hazard = load(ident, officer)
        last = [e.action for e in hazard.events][-2:]
        assert last in (["submit", "verify"], ["submit", "return"])
        assert (hazard.status is S.CLOSED) == (last[-1] == "verify")


def test_an_extension_is_granted_or_refused_but_not_both(app, cast):
    officer, chief = cast["district_officer"], cast["section_chief"]
    for _round in range(5):
        ident = make_hazard(cast, S.RECTIFYING)
        asker = cast["safety_manager"]
        with transaction():
            hazard = load(ident, asker)
            due = hazard.due_on
            later = due + timedelta(days=3)
            extension = service.request_extension(
                hazard, asker, requested_due_on=later, reason="Part is late"
            )
            db.session.flush()
            number = extension.id

        def grant(i=ident, n=number, day=later):
            found = queries.get_extension(i, n, officer)
            service.grant_extension(found, officer, granted_due_on=day)

        def refuse(i=ident, n=number):
            service.refuse_extension(queries.get_extension(i, n, chief), chief, note="No")

        assert race(app, grant, refuse).count(None) == 1
        hazard = load(ident, officer)
        granted = hazard.extensions[0].status is ExtensionState.GRANTED
        assert hazard.due_on == (later if granted else due)


def test_confirmed_or_rejected_but_not_both(app, cast):
    node = make_node(app)
    camera = make_camera(cast, node)
    for _round in range(5):
        ident = make_violation(node, camera, with_files=False)
        results = race(
            app,
            lambda i=ident: reviews.confirm(i, cast["district_officer"]),
            lambda i=ident: reviews.reject(
                i, cast["video_operator"], reason=RejectReason.COMPLIANT
            ),
        )
        assert results.count(None) == 1
        from supervision.video import queries as videos

        seen = videos.get_violation(ident, SYSTEM)
        assert (seen.hazard_id is not None) == (seen.status is ReviewState.CONFIRMED)


def test_a_ticket_that_is_closed_gathers_no_new_sighting(app, cast):
    """Who closes has seen all the evidence; who confirms finds an open ticket or opens one."""
    from supervision.video import queries as videos

    node = make_node(app)
    camera = make_camera(cast, node)
    officer, fixer = cast["district_officer"], cast["safety_manager"]
    for _round in range(6):
        first = make_violation(node, camera, with_files=False)
        with transaction():
            hazard_id = reviews.confirm(first, officer).hazard_id
        _bring_to_submitted(hazard_id, officer, fixer)
        second = make_violation(node, camera, with_files=False)
        race(
            app,
            lambda i=hazard_id: service.verify(load(i, officer), officer, note="Seen"),
            lambda i=second: reviews.confirm(i, cast["section_chief"]),
        )
        closed = load(hazard_id, officer)
        if closed.status is S.CLOSED:
            assert closed.events[-1].action == "verify"
        for open_id in {hazard_id, videos.get_violation(second, SYSTEM).hazard_id} - {None}:
            _close(open_id, officer, fixer)


def _bring_to_submitted(hazard_id, officer, fixer):
    from supervision.hazard.rules import Grade
    from tests.factories.hazards import photo

    with transaction():
        hazard = load(hazard_id, officer)
        service.grade(hazard, officer, grade=Grade.GENERAL)
        service.assign(hazard, officer, responsible_person="S", due_on=clock.today())
        service.start(hazard, fixer, measures="Helmets")
        service.submit(hazard, fixer, note="Done", photos=[photo(fixer)])


def _close(hazard_id, officer, fixer):
    hazard = load(hazard_id, officer)
    if hazard.status is S.REPORTED:
        _bring_to_submitted(hazard_id, officer, fixer)
    if hazard.status is not S.CLOSED:
        with transaction():
            service.verify(load(hazard_id, officer), officer, note="Seen")


def test_numbers_in_parallel_are_all_different_and_leave_no_gap(app, cast):
    given: list[int] = []
    race(app, *[lambda: given.append(numbering.next_serial("test", 2026))] * 12)
    assert sorted(given) == list(range(1, 13))


def test_sealers_in_parallel_make_one_chain(app, cast):
    for _number in range(3):
        make_hazard(cast)
    assert race(app, *[lambda: audit.seal(5)] * 8) == [None] * 8
    verdict = audit.verify()
    assert verdict.is_intact
    assert verdict.sealed == db.session.scalar(db.select(db.func.count(AuditSeal.id))) > 0


def test_a_month_made_twice_at_once_is_frozen_under_one_number(app, cast):
    find(cast, october(3), october(20))
    from supervision.enterprise import queries as enterprises
    from supervision.report import queries as packages

    plant = packages.of_enterprise(enterprises.get_enterprise(cast.plant_id, SYSTEM))
    asked = race(app, *[lambda: packaging.ask(SYSTEM, plant, 2026, 10)] * 4)
    assert None in asked

    def make():
        with app.app_context():
            start.wait()
            reports.make_queued(clock.now())

    start = threading.Barrier(2)
    threads = [threading.Thread(target=make) for _maker in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = db.session.scalars(packages.visible(MonthlyPackage, SYSTEM)).all()
    assert [package.version for package in found] == [1]
