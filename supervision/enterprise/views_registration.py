"""HTTP of registration: the public pages of whoever applies, the officer's desk.

The public pages say the same to everybody: neither whether a code is on the roll, nor whether a
number exists. What a receipt shows is opened by its number together with the telephone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import (
    Blueprint,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from supervision.core import attachments
from supervision.core.access import current_actor, public, requires
from supervision.core.actor import Actor
from supervision.core.attachments import Attachment
from supervision.core.db import db, transaction
from supervision.core.errors import InvalidInput, NotFound
from supervision.core.masking import masked_phone
from supervision.core.permissions import Permission
from supervision.core.scope import unscoped
from supervision.core.text import N_
from supervision.core.web.forms import Form, SeenForm, check_seen
from supervision.core.web.limits import limiter
from supervision.core.web.paging import page_number, paginate
from supervision.enterprise import (
    labels,
    queries,
    registration,
    relation_queries,
    request_forms,
    request_labels,
    request_queries,
    rules,
)
from supervision.enterprise.file_values import restored
from supervision.enterprise.forms import RevealForm
from supervision.enterprise.registration import APPLICANT, Applicant
from supervision.enterprise.request_models import Registration
from supervision.enterprise.workflow import REGISTRATION_WORKFLOW, RegistrationState
from supervision.slices import slices

bp = Blueprint("registration", __name__, url_prefix="/registrations")

MOST_SCANS = 6
_KEPT = "registration"


def apply_limit() -> str:
    """Registrations per address; a business park's agents may share one."""
    return str(current_app.config.get("ANQI_REGISTRATION_LIMIT", "30 per hour"))


def follow_limit() -> str:
    """Guesses at a number and telephone per address."""
    return str(current_app.config.get("ANQI_REGISTRATION_LIMIT", "20 per minute"))


@bp.get("/regions.json")
@public
def regions() -> ResponseReturnValue:
    """The divisions below ``?parent=``: GB/T 2260, which is public."""
    parent = request.args.get("parent", "")
    if not parent.isdecimal() or len(parent) > 9:
        raise NotFound
    return {"choices": queries.region_children(APPLICANT, parent)}


@bp.get("/apply")
@public
def apply() -> ResponseReturnValue:
    form = request_forms.RegistrationForm(formdata=None)
    _offer(form)
    return _apply_page(form)


@bp.post("/apply")
@public
@limiter.limit(apply_limit)
def apply_now() -> ResponseReturnValue:
    form = request_forms.RegistrationForm()

    def act(scans: Sequence[Attachment]) -> Registration:
        return registration.submit(form.values(), _applicant(form), scans)

    return _take(form, act)


def _take(
    form: request_forms.RegistrationForm, act: Callable[[Sequence[Attachment]], Registration]
) -> ResponseReturnValue:
    _offer(form)
    if "narrow" in request.form:
        return _apply_page(form)
    if not form.validate_on_submit():
        return _apply_page(form), 422
    if form.website.data:
        # A machine filled in what people do not see: it gets an answer like theirs.
        session[_KEPT] = registration.receipt_number()
        return redirect(url_for("registration.receipt"))
    try:
        with transaction():
            # Bytes stay where a transaction is rolled back: nobody fills the disk by mistakes.
            registration.check(form.values(), _applicant(form))
            session[_KEPT] = act(scans_of(form, APPLICANT)).number
    except InvalidInput as error:
        form.add_error(error)
        return _apply_page(form), 422
    return redirect(url_for("registration.receipt"))


def scans_of(form: Any, actor: Actor) -> list[Attachment]:
    """The scans of a form, checked and kept; runs in a transaction."""
    given = [f for f in form.scans.data or () if isinstance(f, FileStorage) and f.filename]
    if len(given) > MOST_SCANS:
        raise InvalidInput(N_("At most %(count)s files."), field="scans", count=MOST_SCANS)
    kept: list[Attachment] = []
    try:
        for f in given:
            scan = attachments.store_scan(actor, f.stream, f.filename or "", field="scans")
            kept.append(scan)  # at once: what came before a faulty file goes again
    except InvalidInput:
        for one in kept:
            attachments.forget(one)
        raise
    return kept


def _applicant(form: request_forms.RegistrationForm) -> Applicant:
    return Applicant(form.contact.data or "", form.contact_phone.data or "")


def _offer(form: request_forms.RegistrationForm) -> None:
    form.narrow(APPLICANT)
    # Parks are for the officer to choose: their list is nobody else's.
    form.park_id.choices = [("", "—")]


def _apply_page(form: request_forms.RegistrationForm, row: Registration | None = None) -> str:
    return render_template(
        "enterprise/registration/apply.html",
        form=form,
        row=row,
        divisions=rules.industry_divisions(),
    )


@bp.get("/receipt")
@public
def receipt() -> ResponseReturnValue:
    """The number of what was just sent in; another visitor sees nothing."""
    number = session.get(_KEPT)
    if not number:
        return redirect(url_for("registration.follow"))
    return render_template("enterprise/registration/receipt.html", number=number)


@bp.get("/follow")
@public
def follow() -> ResponseReturnValue:
    form = request_forms.FollowForm(formdata=None, number=session.get(_KEPT, ""))
    return render_template("enterprise/registration/follow.html", form=form, row=None)


@bp.post("/follow")
@public
@limiter.limit(follow_limit)
def follow_now() -> ResponseReturnValue:
    form = request_forms.FollowForm()
    row = None
    if form.validate_on_submit():
        row = registration.find(form.number.data or "", form.phone.data or "")
        if row is None:
            form.form_errors.append(_("There is no registration with this number and telephone."))
        else:
            session[_KEPT] = row.number
            session["registration_open"] = row.id
    page = render_template(
        "enterprise/registration/follow.html", form=form, row=row, labels=request_labels
    )
    return page, 200 if row is not None else 422


def _opened() -> Registration:
    """The registration that this visitor opened with its number and telephone."""
    from sqlalchemy import select

    row_id = session.get("registration_open")
    stmt = select(Registration).where(Registration.id == (row_id or 0))
    reason = "this visitor showed its number and telephone"
    found = db.session.scalars(unscoped(stmt, reason=reason)).first()
    if found is None or found.status is not RegistrationState.RETURNED:
        raise NotFound
    return found


@bp.get("/mend")
@public
def mend() -> ResponseReturnValue:
    row = _opened()
    given = restored(row.given)
    form = request_forms.RegistrationForm(
        formdata=None, data=given, contact=row.contact, contact_phone=row.contact_phone
    )
    form.start_region(row.region_code)
    _offer(form)
    return _apply_page(form, row)


@bp.post("/mend")
@public
@limiter.limit(apply_limit)
def mend_now() -> ResponseReturnValue:
    _opened()
    form = request_forms.RegistrationForm()

    def act(scans: Sequence[Attachment]) -> Registration:
        row = _opened()
        registration.resend(row, form.values(), _applicant(form), scans)
        return row

    return _take(form, act)


@bp.get("/")
@requires(Permission.ENTERPRISE_DECIDE)
def index() -> ResponseReturnValue:
    """Registrations in one's region, those that wait on top."""
    actor = current_actor()
    form, wanted = request_filter(request_labels.REGISTRATION_LABELS)
    page = paginate(request_queries.list_registrations(actor, wanted), number=page_number())
    return render_template(
        "enterprise/registration/index.html",
        form=form,
        page=page,
        labels=request_labels,
        regions=queries.region_path_names({r.region_code for r in page.items}),
        active=sum(1 for name in ("region", "status") if form[name].data),
    )


def request_filter(states: Any) -> tuple[request_forms.ListForm, request_queries.RequestFilter]:
    """The filters of a list of requests."""
    form = request_forms.ListForm(request.args)
    form.region.choices = [("", "—"), *queries.region_choices(current_actor())]
    form.status.choices = [("", "—"), *((str(code), text) for code, text in states.items())]
    form.validate()
    region = form.region.data or ""
    return form, request_queries.RequestFilter(
        text=form.text.data or "",
        status=form.status.data or "",
        region=region if region.isdecimal() else "",
    )


@bp.get("/<int:registration_id>")
@requires(Permission.ENTERPRISE_DECIDE)
def detail(registration_id: int) -> ResponseReturnValue:
    return detail_page(registration_id)


def detail_page(
    registration_id: int,
    failed: str = "",
    form: Form | None = None,
    numbers: Mapping[str, str] | None = None,
) -> str:
    """``numbers``: telephones in full, for one look; ``form``: the step that ``failed``."""
    actor = current_actor()
    row = request_queries.get_registration(registration_id, actor)
    known, others = request_queries.same_code(row, actor)
    steps = REGISTRATION_WORKFLOW.names(row, actor)
    made: dict[str, Any] = {
        name: kind(formdata=None, row_version=row.row_version).mark(name)
        for name, kind in _STEPS.items()
        if name in steps
    }
    if form is not None and failed in made:
        made[failed] = form.mark(failed)
    asked = form if failed == "reveal" else RevealForm(formdata=None)
    if "accept" in made:
        made["accept"].officer_id.choices = _officers(actor)
    return render_template(
        "enterprise/registration/detail.html",
        row=row,
        given=restored(row.given),
        region=queries.region_path_names({row.region_code})[row.region_code],
        parks=relation_queries.park_names({row.given.get("park_id") or 0}),
        known=known,
        others=others,
        forms=made,
        failed=failed,
        reveal_form=asked.mark("reveal") if asked and _may_open(actor) else None,
        numbers=numbers or {},
        mask=masked_phone,
        labels=request_labels,
        file_labels=labels,
    )


def _may_open(actor: Actor) -> bool:
    return actor.may(Permission.PEOPLE_PERSONAL)


_STEPS: dict[str, type[SeenForm]] = {
    "accept": request_forms.AcceptForm,
    "return": request_forms.AnswerForm,
    "refuse": request_forms.AnswerForm,
}


def _officers(actor: Actor) -> list[tuple[str, str]]:
    found = [m.officers for m in slices() if m.officers is not None]
    people = found[0].choices(actor) if found else ()
    return [("", "—"), *((str(i), name) for i, name in people)]


@bp.post("/<int:registration_id>/accept")
@requires(Permission.ENTERPRISE_DECIDE)
def accept(registration_id: int) -> ResponseReturnValue:
    """Put it on the roll; the first password stands in the answer and nowhere else."""
    actor = current_actor()
    form = request_forms.AcceptForm()
    form.officer_id.choices = _officers(actor)
    request_queries.get_registration(registration_id, actor)
    if not form.validate_on_submit():
        return detail_page(registration_id, "accept", form), 422
    welcome = next((m.welcome for m in slices() if m.welcome is not None), None)
    try:
        with transaction():
            row = request_queries.get_registration(registration_id, actor)
            check_seen(form, row.row_version)
            enterprise, account = registration.accept(
                row,
                actor,
                officer_id=int(form.officer_id.data) if form.officer_id.data else None,
                answer=form.answer.data or "",
                welcome=welcome,
            )
            enterprise_id, principal = enterprise.id, enterprise.principal
    except InvalidInput as error:
        error.field = None
        form.add_error(error)
        return detail_page(registration_id, "accept", form), 422
    if account is None:
        return redirect(url_for("enterprise.file", enterprise_id=enterprise_id))
    return render_template(
        "enterprise/registration/accepted.html",
        enterprise_id=enterprise_id,
        principal=principal,
        username=account[0],
        password=account[1],
    )


@bp.post("/<int:registration_id>/return")
@requires(Permission.ENTERPRISE_DECIDE)
def give_back(registration_id: int) -> ResponseReturnValue:
    return _answer(registration_id, "return", registration.give_back, _("Returned."))


@bp.post("/<int:registration_id>/refuse")
@requires(Permission.ENTERPRISE_DECIDE)
def refuse(registration_id: int) -> ResponseReturnValue:
    return _answer(registration_id, "refuse", registration.refuse, _("Refused."))


def _answer(
    registration_id: int, name: str, verb: Callable[..., None], done: str
) -> ResponseReturnValue:
    actor = current_actor()
    form = request_forms.AnswerForm()
    request_queries.get_registration(registration_id, actor)
    if not form.validate_on_submit():
        return detail_page(registration_id, name, form), 422
    with transaction():
        row = request_queries.get_registration(registration_id, actor)
        check_seen(form, row.row_version)
        verb(row, actor, answer=form.answer.data or "")
    flash(done, "success")
    return redirect(url_for("registration.detail", registration_id=registration_id))


@bp.get("/<int:registration_id>/files/<int:file_id>")
@requires(Permission.ENTERPRISE_DECIDE)
def file(registration_id: int, file_id: int) -> ResponseReturnValue:
    row = request_queries.get_registration(registration_id, current_actor())
    for found in row.files:
        if found.id == file_id:
            return attachments.send_scan(found.attachment)
    raise NotFound
