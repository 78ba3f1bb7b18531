"""HTTP of orders: the register, one order with its steps, its papers."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select

from supervision.authority import queries as authorities
from supervision.authority.models import Authority
from supervision.core import attachments, clock
from supervision.core.access import current_actor, requires
from supervision.core.actor import Actor
from supervision.core.db import transaction
from supervision.core.documents import Document
from supervision.core.errors import Conflict, InvalidInput, NotFound
from supervision.core.export.lists import ListExport
from supervision.core.holidays import workday_table
from supervision.core.permissions import Permission
from supervision.core.text import N_
from supervision.core.web.exporting import answer
from supervision.core.web.forms import Form, check_seen
from supervision.core.web.numbers import LARGEST_ID, id_argument
from supervision.core.web.paging import page_number, paginate
from supervision.core.workdays import is_workday
from supervision.enterprise import queries as enterprises
from supervision.order import (
    clockwork,
    exports,
    extension,
    forms,
    labels,
    papers,
    queries,
)
from supervision.order.models import Order
from supervision.order.workflow import (
    BINDING,
    EXTENSION_WORKFLOW,
    ORDER_WORKFLOW,
    OrderKind,
    OrderState,
)
from supervision.slices import slices

bp = Blueprint("order", __name__, url_prefix="/orders")

# The form of each step; "edit" and the re-inspection have pages of their own.
STEP_FORMS: dict[str, type[Form]] = {
    "submit": forms.NothingForm,
    "approve": forms.ApproveForm,
    "reject": forms.ReasonForm,
    "issue": forms.NothingForm,
    "serve": forms.ServeForm,
    "apply_recheck": forms.ApplyForm,
    "apply_again": forms.ApplyForm,
    "hand_over": forms.ReasonForm,
    "discard": forms.ReasonForm,
    "void": forms.ReasonForm,
}


@bp.get("/")
@requires(Permission.ORDER_READ)
def index() -> ResponseReturnValue:
    actor = current_actor()
    form, wanted = _filter(actor)
    page = paginate(queries.list_orders(actor, wanted), number=page_number())
    return render_template(
        "order/index.html",
        form=form,
        page=page,
        counts=queries.counts(actor),
        labels=labels,
        active=sum(1 for f in form if f.name not in {"text", "sort"} and f.data),
        today=clock.today(),
    )


def _register() -> Select[Any]:
    actor = current_actor()
    return queries.list_orders(actor, _filter(actor)[1])


REGISTER = ListExport(
    "order.register",
    _l("Register of orders"),
    Permission.ORDER_READ,
    _register,
    exports.register_table,
)


@bp.get("/export.xlsx")
@requires(Permission.ORDER_READ)
def export() -> ResponseReturnValue:
    """The filtered register as Excel: same query as the screen."""
    return answer(REGISTER)


def _filter(actor: Actor) -> tuple[forms.FilterForm, queries.OrderFilter]:
    form = forms.FilterForm(request.args)
    years = [str(y) for y in range(clock.today().year, clock.today().year - 6, -1)]
    form.year.choices = [("", "—"), *((y, y) for y in years)]
    form.authority.choices = [
        ("", "—"),
        *((str(a.id), a.name) for a in queries.authorities_of(actor)),
    ]
    form.officer.choices = [("", "—"), *((str(i), n) for i, n in queries.officers_of(actor))]
    form.region.choices = [("", "—"), *enterprises.region_choices(actor)]
    form.validate()
    kind, status = form.kind.data, form.status.data
    return form, queries.OrderFilter(
        text=form.text.data or "",
        kind=OrderKind(kind) if kind in set(OrderKind) else None,
        status=OrderState(status) if status in set(OrderState) else None,
        group=form.group.data or "",
        year=_number(form.year.data),
        authority_id=_number(form.authority.data),
        officer_id=_number(form.officer.data),
        enterprise_id=id_argument("enterprise"),
        region=form.region.data if (form.region.data or "").isdecimal() else "",
        issued_from=form.issued_from.data,
        issued_to=form.issued_to.data,
        sort=form.sort.data or "newest",
    )


def _number(text: str | None) -> int | None:
    """A choice of a list as a number; nonsense is no filter."""
    number = int(text) if text and text.isascii() and text.isdecimal() else 0
    return number if 0 < number <= LARGEST_ID else None


@bp.get("/<int:order_id>")
@requires(Permission.ORDER_READ)
def detail(order_id: int) -> ResponseReturnValue:
    return detail_page(order_id)


def detail_page(order_id: int, failed: str = "", form: Form | None = None) -> str:
    """The order with a form for each step that this actor may take now."""
    actor = current_actor()
    order = queries.get_order(order_id, actor)
    offered = [t.name for t in ORDER_WORKFLOW.available(order, actor)]
    step_forms = {n: _step_form(n, order) for n in offered if n in STEP_FORMS}
    step_forms |= _extension_forms(order, actor)
    if actor.may(Permission.ORDER_MAKE) and order.status in BINDING:
        step_forms["transfer"] = _transfer_form(order)
    if failed and form is not None:
        step_forms[failed] = form
    for name, one in step_forms.items():
        one.mark(name)
    shown = _events(order, actor)
    return render_template(
        "order/detail.html",
        order=order,
        offered=offered,
        forms=step_forms,
        failed=failed,
        papers=_papers(order, actor),
        events=shown,
        window=_window(order) if "extend" in step_forms else None,
        labels=labels,
        today=clock.today(),
        rest_days=_rest_days(order),
        confirmation=queries.confirmation_of(order.enterprise_id, clock.today())
        if "serve" in offered
        else None,
        may_follow=_may_follow(order, actor),
        parts=_parts(order_id, actor),
    )


def _parts(order_id: int, actor: Actor) -> list[Any]:
    """What follows from this order in upper slices, in their order."""
    mine = [p for m in slices() for p in m.order_parts if actor.may(p.permission)]
    shown = [part.render(order_id, actor) for part in sorted(mine, key=lambda p: p.order)]
    return [html for html in shown if html]


def _rest_days(order: Order) -> set[Any]:
    """Days of the order that are days of rest: shown, never moved."""
    table = workday_table()
    return {i.due_on for i in order.items if i.due_on and not is_workday(i.due_on, table)}


def _step_form(name: str, order: Order) -> Form:
    """An empty form with what is known filled in; never from a POST."""
    if name == "serve":
        now = clock.now().astimezone(clock.SHANGHAI).replace(tzinfo=None)
        receiver = order.inspection.party_name or order.enterprise.principal
        return forms.ServeForm(
            formdata=None, served_at=now, receiver=receiver, relation=order.inspection.party_post
        )
    return STEP_FORMS[name](formdata=None, row_version=order.row_version)


def _extension_forms(order: Order, actor: Actor) -> dict[str, Form]:
    found: dict[str, Form] = {}
    if extension.may_ask(order, actor):
        found["extend"] = extend_form(order, formdata=None)
    pending = order.pending_extension
    if pending is not None and "grant" in EXTENSION_WORKFLOW.names(pending, actor):
        found["reply"] = reply_form(order, formdata=None)
    return found


def extend_form(order: Order, **values: Any) -> forms.ExtensionForm:
    """The request, with the problems that it may be about."""
    items = extension.extendable(order)
    form = forms.ExtensionForm(items=[i.id for i in items], **values)
    form.items.choices = [(i.id, f"{i.position}. {i.text[:60]}") for i in items]
    return form


def reply_form(order: Order, **values: Any) -> Any:
    """The reply to the request that waits: the day asked for stands in each problem's field."""
    pending = order.pending_extension
    if pending is None:
        raise Conflict
    known = {f"due_{row.id}": pending.wanted_on for row in pending.items}
    form = forms.reply_form(pending.items, officers=list(order.officer_ids), **known, **values)
    offer_officers(form, order.authority)
    return form


def _transfer_form(order: Order) -> Any:
    matter = "\n".join(f"{i.position}. {i.text}" for i in order.open_items)
    form = forms.TransferForm(formdata=None, matter=matter, officers=list(order.officer_ids))
    return offer_officers(form, order.authority)


def offer_officers(form: Any, authority: Authority) -> Any:
    """Those who may sign for the authority today."""
    held = authorities.certified_officers(authority, clock.today())
    form.officers.choices = [(c.account_id, f"{c.account.name} ({c.number})") for c in held]
    return form


def _window(order: Order) -> Any:
    """What is said about asking for an extension today."""
    found, rule = clockwork.window(order, clock.today())
    return {"window": found, "rule": rule}


def _events(order: Order, actor: Actor) -> list[Any]:
    """The enterprise reads nothing of how an order was written and approved."""
    return [e for e in order.events if actor.is_regulator or e.action in queries.EXTERNAL_ACTIONS]


def _may_follow(order: Order, actor: Actor) -> bool:
    """Whether a second order may be written now."""
    busy = any(o.is_open for o in order.successors)
    failed = order.status is OrderState.RECHECKED and bool(order.failed_items)
    return failed and not busy and actor.may(Permission.ORDER_MAKE)


def _papers(order: Order, actor: Actor) -> list[Document]:
    """The papers that this reader may have, the order's own first."""
    own = [order.document] if order.document is not None else []
    found = [*own, *(p.document for p in order.papers)]
    return [d for d in found if actor.is_regulator or d.code != "TRANSFER"]


@bp.get("/<int:order_id>/papers/<int:document_id>.<any(pdf, docx):ending>")
@requires(Permission.ORDER_READ)
def paper(order_id: int, document_id: int, ending: str) -> ResponseReturnValue:
    """A paper as it was issued; the PDF to be looked at unless it is to be downloaded."""
    order = queries.get_order(order_id, current_actor())
    return send_paper(_papers(order, current_actor()), document_id, ending)


def send_paper(documents: Sequence[Document], document_id: int, ending: str) -> ResponseReturnValue:
    found = next((d for d in documents if d.id == document_id), None)
    if found is None:
        raise NotFound
    wanted = found.pdf if ending == "pdf" else found.docx
    return attachments.send(wanted, download=ending == "docx" or "download" in request.args)


@bp.get("/<int:order_id>/draft.pdf")
@requires(Permission.ORDER_MAKE)
def draft_paper(order_id: int) -> ResponseReturnValue:
    """How it would look if it were issued today, marked as a draft and without a number."""
    order = queries.get_order(order_id, current_actor())
    if not order.is_unissued:
        raise Conflict(N_("It was issued: the paper itself can be opened."))
    made = io.BytesIO(papers.draft_pdf(order))
    return send_file(made, mimetype="application/pdf", download_name=f"{_('Draft')}.pdf")


@bp.get("/<int:order_id>/recheck-files/<int:file_id>")
@requires(Permission.ORDER_READ)
def recheck_file(order_id: int, file_id: int) -> ResponseReturnValue:
    found = queries.get_recheck_file(order_id, file_id, current_actor())
    return attachments.send(found.attachment)


def act_on(
    order_id: int, name: str, form: Form, act: Callable[[Order], None], done: str
) -> ResponseReturnValue:
    """Run one step in its transaction; what the form got wrong is shown beside its field."""
    if not form.validate_on_submit():
        return detail_page(order_id, name, form), 422
    try:
        with transaction():
            order = queries.get_order(order_id, current_actor(), lock=True)
            check_seen(form, order.row_version)
            act(order)
    except InvalidInput as error:
        form.add_error(error)
        return detail_page(order_id, name, form), 422
    flash(done, "success")
    return redirect(url_for("order.detail", order_id=order_id))


def check_version(order: Order, text: str | None) -> None:
    """Whoever edits from a page that is no longer true is told so."""
    if text and text != str(order.row_version):
        raise Conflict
