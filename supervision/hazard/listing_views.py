"""HTTP of listed supervision: the board, and the steps of a listing on its ticket."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select

from supervision.core.access import current_actor, requires
from supervision.core.export.lists import ListExport
from supervision.core.permissions import Permission
from supervision.core.web.exporting import answer
from supervision.core.web.forms import Form, given
from supervision.core.web.numbers import id_argument
from supervision.core.web.paging import page_number, paginate
from supervision.enterprise import queries as enterprises
from supervision.hazard import (
    listing,
    listing_exports,
    listing_forms,
    listing_labels,
    listing_queries,
)
from supervision.hazard.blueprint import bp
from supervision.hazard.listing_models import HazardListing
from supervision.hazard.listing_queries import ListingFilter
from supervision.hazard.listing_workflow import ListingLevel
from supervision.hazard.models import Hazard
from supervision.hazard.views_detail import act_on

# A blueprint of its own, so that the menu tells the board from the ledger.
board = Blueprint("listing", __name__, url_prefix="/listings")


@board.get("/")
@requires(Permission.HAZARD_READ)
def index() -> ResponseReturnValue:
    actor = current_actor()
    form, wanted = _filter()
    page = paginate(listing_queries.list_listings(actor, wanted), number=page_number())
    return render_template(
        "hazard/listings.html",
        form=form,
        page=page,
        counts=listing_queries.listing_counts(actor),
        labels=listing_labels,
        active=sum(1 for name in ("group", "level", "region") if form[name].data),
    )


def _board() -> Select[Any]:
    return listing_queries.list_listings(current_actor(), _filter()[1])


BOARD = ListExport(
    "hazard.listings",
    _l("Listed supervision"),
    Permission.HAZARD_READ,
    _board,
    listing_exports.board_table,
)


@board.get("/export.xlsx")
@requires(Permission.HAZARD_READ)
def export() -> ResponseReturnValue:
    """The filtered board as Excel."""
    return answer(BOARD)


def _filter() -> tuple[listing_forms.BoardForm, ListingFilter]:
    form = listing_forms.BoardForm(request.args)
    actor = current_actor()
    form.region.choices = [("", "—"), *enterprises.region_choices(actor)]
    if not actor.is_regulator:
        # A proposal is none of the enterprise's business, not even as a word in a list.
        offered: Any = form.group.choices
        form.group.choices = [c for c in offered if c[0] != "proposed"]
    form.validate()
    level = form.level.data
    return form, ListingFilter(
        text=form.text.data or "",
        group=form.group.data or "",
        level=ListingLevel(level) if level in set(ListingLevel) else None,
        enterprise_id=id_argument("enterprise"),
        region=form.region.data if (form.region.data or "").isdecimal() else "",
        sort=form.sort.data or "due",
    )


@bp.post("/<int:hazard_id>/listings")
@requires(Permission.HAZARD_ASSIGN)
def propose_listing(hazard_id: int) -> ResponseReturnValue:
    form = listing_forms.ProposeForm()

    def act(hazard: Hazard) -> None:
        terms = listing.Terms(
            level=ListingLevel(form.level.data),
            organ=form.organ.data or "",
            due_on=given(form.due_on.data),
            requirements=form.requirements.data or "",
            leader=form.leader.data or "",
            reason=form.reason.data or "",
        )
        listing.propose(hazard, current_actor(), terms)

    return act_on(hazard_id, "listing-propose", form, act, _("Proposed for listed supervision."))


def _step(
    where: tuple[int, int], name: str, form: Form, verb: Callable[..., None], done: str
) -> ResponseReturnValue:
    """One step of a listing; the form's fields are the verb's arguments."""
    hazard_id, listing_id = where

    def act(_hazard: Hazard) -> None:
        actor = current_actor()
        found: HazardListing = listing_queries.get_listing(hazard_id, listing_id, actor)
        verb(found, actor, **_fields(form))

    return act_on(hazard_id, f"listing-{name}", form, act, done)


def _fields(form: Form) -> dict[str, Any]:
    return {f.short_name: f.data or "" for f in form if f.short_name != "csrf_token"}


@bp.post("/<int:hazard_id>/listings/<int:listing_id>/approve")
@requires(Permission.SUPERVISION_LIST)
def approve_listing(hazard_id: int, listing_id: int) -> ResponseReturnValue:
    form = listing_forms.ApproveForm()
    done = _("The hazard is under listed supervision.")
    return _step((hazard_id, listing_id), "approve", form, listing.approve, done)


@bp.post("/<int:hazard_id>/listings/<int:listing_id>/refuse")
@requires(Permission.SUPERVISION_LIST)
def refuse_listing(hazard_id: int, listing_id: int) -> ResponseReturnValue:
    form = listing_forms.ReasonForm()
    return _step(
        (hazard_id, listing_id), "refuse", form, listing.refuse, _("The proposal was refused.")
    )


@bp.post("/<int:hazard_id>/listings/<int:listing_id>/withdraw")
@requires(Permission.HAZARD_ASSIGN)
def withdraw_listing(hazard_id: int, listing_id: int) -> ResponseReturnValue:
    form = listing_forms.ReasonForm()
    done = _("The proposal was withdrawn.")
    return _step((hazard_id, listing_id), "withdraw", form, listing.withdraw, done)


@bp.post("/<int:hazard_id>/listings/<int:listing_id>/apply")
@requires(Permission.HAZARD_RECTIFY)
def apply_listing(hazard_id: int, listing_id: int) -> ResponseReturnValue:
    form = listing_forms.ApplyForm()
    return _step(
        (hazard_id, listing_id), "apply", form, listing.apply, _("The review is applied for.")
    )


@bp.post("/<int:hazard_id>/listings/<int:listing_id>/pass")
@requires(Permission.HAZARD_VERIFY)
def pass_listing(hazard_id: int, listing_id: int) -> ResponseReturnValue:
    form = listing_forms.PassForm()
    done = _("Review passed: the hazard is delisted.")
    return _step((hazard_id, listing_id), "pass", form, listing.pass_review, done)


@bp.post("/<int:hazard_id>/listings/<int:listing_id>/fail")
@requires(Permission.HAZARD_VERIFY)
def fail_listing(hazard_id: int, listing_id: int) -> ResponseReturnValue:
    form = listing_forms.FailForm()
    done = _("Review not passed: the hazard stays listed.")
    return _step((hazard_id, listing_id), "fail", form, listing.fail_review, done)


@bp.post("/<int:hazard_id>/listings/<int:listing_id>/revoke")
@requires(Permission.SUPERVISION_LIST)
def revoke_listing(hazard_id: int, listing_id: int) -> ResponseReturnValue:
    form = listing_forms.ReasonForm()
    return _step((hazard_id, listing_id), "revoke", form, listing.revoke, _("Taken off the list."))
