"""HTTP of the telephone numbers in a file: masked, and in full for one look with a reason."""

from __future__ import annotations

from flask import Response, make_response
from flask.typing import ResponseReturnValue

from supervision.core.access import current_actor, requires
from supervision.core.db import transaction
from supervision.core.permissions import Permission
from supervision.enterprise import contacts, forms, queries, request_queries, views
from supervision.enterprise import views_registration as registrations


@views.bp.post("/<int:enterprise_id>/telephones")
@requires(Permission.PEOPLE_PERSONAL)
def reveal(enterprise_id: int) -> ResponseReturnValue:
    """The file with its numbers in full: the answer is kept nowhere."""
    actor, form = current_actor(), forms.RevealForm()
    queries.get_enterprise(enterprise_id, actor)
    if not form.validate_on_submit():
        return views.overview(enterprise_id, form), 422
    with transaction():
        enterprise = queries.get_enterprise(enterprise_id, actor)
        numbers = contacts.reveal(enterprise, actor, reason=form.reason.data or "")
    return _unkept(views.overview(enterprise_id, numbers=numbers))


@registrations.bp.post("/<int:registration_id>/telephones")
@requires(Permission.ENTERPRISE_DECIDE)
def reveal_registration(registration_id: int) -> ResponseReturnValue:
    """The registration with its numbers in full, for whoever has to ask back."""
    actor, form = current_actor(), forms.RevealForm()
    request_queries.get_registration(registration_id, actor)
    if not form.validate_on_submit():
        return registrations.detail_page(registration_id, "reveal", form), 422
    with transaction():
        row = request_queries.get_registration(registration_id, actor)
        numbers = contacts.reveal_registration(row, actor, reason=form.reason.data or "")
    return _unkept(registrations.detail_page(registration_id, numbers=numbers))


def _unkept(page: str) -> Response:
    answer: Response = make_response(page)
    answer.headers["Cache-Control"] = "no-store, private, max-age=0"
    return answer
