"""HTTP of how a person likes the roll: saved filters, chosen columns."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, StringField
from wtforms.validators import InputRequired, Length

from supervision.core.access import current_actor, requires
from supervision.core.db import transaction
from supervision.core.errors import InvalidInput
from supervision.core.permissions import Permission
from supervision.core.web.forms import Form, strip
from supervision.enterprise import exports, preferences
from supervision.enterprise.views import bp
from supervision.enterprise.views_list import LIST


class FilterNameForm(Form):
    query = HiddenField()
    name = StringField(_l("Name of the filter"), [InputRequired(), Length(max=60)], filters=[strip])
    is_default = BooleanField(_l("Open the list with it"))
    is_shared = BooleanField(_l("Also for the officers of my region"))


@bp.get("/filters")
@requires(Permission.ENTERPRISE_READ)
def saved_filters() -> ResponseReturnValue:
    """One's saved filters and those of colleagues; with ``?query=`` the form to save another."""
    form = FilterNameForm(formdata=None, query=request.args.get("query", ""))
    return _filters_page(form)


def _filters_page(form: FilterNameForm) -> str:
    actor = current_actor()
    return render_template(
        "enterprise/preferences/filters.html",
        form=form,
        saved=preferences.filters(actor, LIST),
        may_share=preferences.shareable_region(actor) is not None,
    )


@bp.post("/filters")
@requires(Permission.ENTERPRISE_READ)
def save_filter() -> ResponseReturnValue:
    form = FilterNameForm()
    if not form.validate_on_submit():
        return _filters_page(form), 422
    actor = current_actor()
    try:
        with transaction():
            query = preferences.save_filter(
                actor,
                LIST,
                form.name.data or "",
                form.query.data or "",
                is_default=form.is_default.data,
                is_shared=form.is_shared.data,
            ).query
    except InvalidInput as error:
        form.add_error(error)
        return _filters_page(form), 422
    flash(_("The filter is saved."), "success")
    return redirect(f"{url_for('enterprise.index')}?{query or 'all=1'}")


@bp.post("/filters/<int:filter_id>/default")
@requires(Permission.ENTERPRISE_READ)
def set_default_filter(filter_id: int) -> ResponseReturnValue:
    """Open the list with it from now on, or no longer."""
    actor = current_actor()
    with transaction():
        found = preferences.own_filter(filter_id, actor)
        preferences.set_default(found, actor, is_default=not found.is_default)
    return redirect(url_for("enterprise.saved_filters"))


@bp.post("/filters/<int:filter_id>/delete")
@requires(Permission.ENTERPRISE_READ)
def delete_filter(filter_id: int) -> ResponseReturnValue:
    actor = current_actor()
    with transaction():
        preferences.delete_filter(preferences.own_filter(filter_id, actor), actor)
    flash(_("The filter is deleted."), "success")
    return redirect(url_for("enterprise.saved_filters"))


@bp.get("/columns")
@requires(Permission.ENTERPRISE_READ)
def columns() -> ResponseReturnValue:
    """Which columns the roll has for this person, on the page, in Excel and on paper."""
    offered = exports.columns({}, {})
    chosen = preferences.chosen_keys(current_actor(), LIST)
    return render_template(
        "enterprise/preferences/columns.html",
        columns=offered,
        chosen=chosen or exports.SHOWN,
        query=preferences.tidy_query(request.query_string.decode()),
    )


@bp.post("/columns")
@requires(Permission.ENTERPRISE_READ)
def choose_columns() -> ResponseReturnValue:
    """Keep the choice; "reset" is the list's own columns again."""
    known = [column.key for column in exports.columns({}, {})]
    keys = [] if "reset" in request.form else ["name", *request.form.getlist("key")]
    with transaction():
        preferences.choose(current_actor(), LIST, keys, known)
    query = preferences.tidy_query(request.form.get("query", ""))
    return redirect(f"{url_for('enterprise.index')}?{query or 'all=1'}")
