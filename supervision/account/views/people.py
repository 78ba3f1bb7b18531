"""The administrator's pages: who has an account, as what, and for which region or enterprise."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from supervision.account import administration, forms, queries
from supervision.account.labels import STATE_LABELS
from supervision.account.models import Account
from supervision.account.roles import EVERYTHING_ROLES, Role, side_of
from supervision.account.views.blueprint import bp
from supervision.core import clock
from supervision.core.access import current_actor, requires
from supervision.core.actor import Side
from supervision.core.db import transaction
from supervision.core.errors import InvalidInput
from supervision.core.permissions import Permission
from supervision.core.text import N_
from supervision.core.web.numbers import id_argument
from supervision.core.web.paging import page_number, paginate
from supervision.enterprise import queries as enterprises
from supervision.enterprise import uscc


@bp.get("/people")
@requires(Permission.ACCOUNT_ADMIN)
def people() -> ResponseReturnValue:
    actor = current_actor()
    form, wanted = _filter()
    page = paginate(queries.list_accounts(actor, wanted), number=page_number())
    return render_template(
        "account/people.html",
        form=form,
        page=page,
        state_of=_state_of,
        state_labels=STATE_LABELS,
        regions=enterprises.region_path_names({a.region_code for a in page.items}),
        everything_roles=EVERYTHING_ROLES,
        active=sum(1 for name in ("role", "region", "state") if form[name].data),
    )


def _filter() -> tuple[forms.PeopleFilterForm, queries.AccountFilter]:
    form = forms.PeopleFilterForm(request.args)
    codes = queries.regions_in_use(current_actor())
    names = enterprises.region_path_names(set(codes))
    form.region.choices = [("", "—"), *((code, names[code] or code) for code in codes)]
    form.validate()
    role = form.role.data
    return form, queries.AccountFilter(
        text=form.text.data or "",
        role=Role(role) if role in set(Role) else None,
        region=form.region.data if (form.region.data or "").isdecimal() else "",
        state=form.state.data or "",
        sort=form.sort.data or "name",
    )


def _state_of(account: Account) -> str:
    if not account.is_active:
        return "closed"
    is_locked = account.locked_until is not None and account.locked_until > clock.now()
    return "locked" if is_locked else "active"


@bp.get("/people/new")
@requires(Permission.ACCOUNT_ADMIN)
def new_person() -> ResponseReturnValue:
    """``?enterprise=`` (an id) fills in the enterprise's code."""
    form = forms.NewPersonForm(formdata=None)
    wanted = id_argument("enterprise")
    if wanted is not None:
        form.enterprise.data = enterprises.get_enterprise(wanted, current_actor()).uscc
        form.role.data = Role.SAFETY_MANAGER.value
    form.narrow(current_actor())
    return _form_page(form, None)


@bp.post("/people/new")
@requires(Permission.ACCOUNT_ADMIN)
def create_person() -> ResponseReturnValue:
    """Show the first password in the answer itself: it is never stored, nor put in a session."""
    form = forms.NewPersonForm()
    form.narrow(current_actor())
    if "narrow" in request.form:
        return _form_page(form, None)
    if not form.validate_on_submit():
        return _form_page(form, None), 422
    try:
        with transaction():
            account, password = administration.add_person(
                current_actor(),
                username=form.username.data or "",
                password=form.password.data or "",
                **_values(form),
            )
            account_id = account.id
    except InvalidInput as error:
        form.add_error(error)
        return _form_page(form, None), 422
    if form.password.data:
        flash(_("The account is open."), "success")
        return redirect(url_for("account.person", account_id=account_id))
    return _password_page(account_id, password)


@bp.get("/people/<int:account_id>")
@requires(Permission.ACCOUNT_ADMIN)
def person(account_id: int) -> ResponseReturnValue:
    account = queries.get_account(account_id, current_actor())
    return render_template(
        "account/person.html",
        account=account,
        state=_state_of(account),
        state_labels=STATE_LABELS,
        region=enterprises.region_path_names({account.region_code})[account.region_code],
        sees_everything=account.role in EVERYTHING_ROLES,
        is_oneself=account.id == current_actor().id,
    )


@bp.get("/people/<int:account_id>/edit")
@requires(Permission.ACCOUNT_ADMIN)
def edit_person(account_id: int) -> ResponseReturnValue:
    account = queries.get_account(account_id, current_actor())
    codes = " ".join(m.enterprise.uscc for m in account.memberships)
    form = forms.PersonForm(formdata=None, obj=account, enterprise=codes)
    form.start_region(account.region_code)
    form.narrow(current_actor())
    return _form_page(form, account)


@bp.post("/people/<int:account_id>/edit")
@requires(Permission.ACCOUNT_ADMIN)
def change_person(account_id: int) -> ResponseReturnValue:
    actor = current_actor()
    account = queries.get_account(account_id, actor)
    form = forms.PersonForm()
    form.narrow(actor)
    if "narrow" in request.form:
        return _form_page(form, account)
    if not form.validate_on_submit():
        return _form_page(form, account), 422
    try:
        with transaction():
            found = queries.get_account(account_id, actor)
            administration.change_person(found, actor, **_values(form))
    except InvalidInput as error:
        form.add_error(error)
        return _form_page(form, queries.get_account(account_id, actor)), 422
    flash(_("The account is changed."), "success")
    return redirect(url_for("account.person", account_id=account_id))


def _values(form: forms.PersonForm) -> dict[str, Any]:
    """What the service takes: of the two scopes only the one that belongs to the role."""
    role = Role(form.role.data)
    is_enterprise = side_of(role) is Side.ENTERPRISE
    is_regional = not is_enterprise and role not in EVERYTHING_ROLES and role is not Role.NONE
    return {
        "name": form.name.data or "",
        "phone": form.phone.data or "",
        "role": role,
        "region_code": form.region_code if is_regional else "",
        "enterprise_ids": _enterprise_ids(form.enterprise.data or "") if is_enterprise else (),
        "certificate_no": form.certificate_no.data or "",
    }


def _enterprise_ids(text: str) -> tuple[int, ...]:
    codes = [uscc.normalise_uscc(part) for part in text.replace(",", " ").split()]
    found = {e.uscc: e.id for e in enterprises.by_uscc(codes, current_actor())}
    for code in codes:
        if code not in found:
            raise InvalidInput(
                N_("No enterprise on the roll has the code %(code)s."),
                field="enterprise",
                code=code,
            )
    return tuple(dict.fromkeys(found[code] for code in codes))


def _form_page(form: forms.PersonForm, account: Account | None) -> str:
    return render_template("account/person_form.html", form=form, account=account)


def _password_page(account_id: int, password: str) -> str:
    account = queries.get_account(account_id, current_actor())
    return render_template("account/password_once.html", account=account, password=password)


@bp.post("/people/<int:account_id>/reset-password")
@requires(Permission.ACCOUNT_ADMIN)
def reset_password(account_id: int) -> ResponseReturnValue:
    with transaction():
        account = queries.get_account(account_id, current_actor())
        password = administration.reset_password(account, current_actor())
    return _password_page(account_id, password)


@bp.post("/people/<int:account_id>/unlock")
@requires(Permission.ACCOUNT_ADMIN)
def unlock(account_id: int) -> ResponseReturnValue:
    return _act(account_id, administration.unlock, _("The account may be used again."))


@bp.post("/people/<int:account_id>/deactivate")
@requires(Permission.ACCOUNT_ADMIN)
def deactivate(account_id: int) -> ResponseReturnValue:
    return _act(account_id, administration.deactivate, _("The account is closed."))


@bp.post("/people/<int:account_id>/reactivate")
@requires(Permission.ACCOUNT_ADMIN)
def reactivate(account_id: int) -> ResponseReturnValue:
    return _act(account_id, administration.reactivate, _("The account is open again."))


def _act(account_id: int, act: Callable[[Account, Any], None], done: str) -> ResponseReturnValue:
    actor = current_actor()
    with transaction():
        act(queries.get_account(account_id, actor), actor)
    flash(done, "success")
    return redirect(url_for("account.person", account_id=account_id))
