"""One's own record: an employee sees what the enterprise keeps of them, and a paper of it."""

from __future__ import annotations

from flask import render_template, send_file
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from supervision.core import clock
from supervision.core.access import current_actor, requires, signed_in
from supervision.core.errors import NotFound
from supervision.core.permissions import Permission
from supervision.people import labels, panels, paper, queries, training_queries
from supervision.people.models import Person
from supervision.people.rules import shown_name
from supervision.people.views.blueprint import bp


@bp.get("/me")
@signed_in
def own() -> ResponseReturnValue:
    """Certificates, hours and trainings of whoever is signed in."""
    actor = current_actor()
    records = [
        (
            person,
            training_queries.balances(person, actor),
            training_queries.attended(person, actor)[:20],
        )
        for person in queries.own_records(actor)
    ]
    return render_template("people/own.html", records=records, labels=labels, today=clock.today())


@bp.get("/<int:person_id>/training-record.pdf")
@requires(Permission.PEOPLE_READ)
def training_record(person_id: int) -> ResponseReturnValue:
    """The certificate of training records of one person."""
    person = queries.get_person(person_id, current_actor())
    return _paper(person, in_full=panels.sees_names(current_actor()))


@bp.get("/me/<int:person_id>/training-record.pdf")
@signed_in
def own_training_record(person_id: int) -> ResponseReturnValue:
    """The same for oneself; anybody else's is not found."""
    for person in queries.own_records(current_actor()):
        if person.id == person_id:
            return _paper(person, in_full=True)
    raise NotFound


def _paper(person: Person, *, in_full: bool) -> ResponseReturnValue:
    actor = current_actor()
    book = paper.training_record(
        person,
        shown_name(person.name, in_full=in_full),
        training_queries.attended(person, actor),
        training_queries.balances(person, actor),
    )
    name = f"{_('Record of training')}-{person.id}-{clock.today().isoformat()}.pdf"
    return send_file(book, mimetype="application/pdf", download_name=name, max_age=0)
