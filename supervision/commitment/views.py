"""HTTP of commitments: the list of a period, an enterprise's own page, what hangs at the gate."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from flask import make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select

from supervision.account import queries as accounts
from supervision.account.models import Account
from supervision.commitment import arranging, exports, forms, labels, queries, rules
from supervision.commitment.blueprint import bp
from supervision.commitment.models import Commitment, CommitmentSetting, CommitmentStandard
from supervision.commitment.queries import DayFilter
from supervision.commitment.rules import Period, Standing
from supervision.commitment.workflow import CommitmentState
from supervision.core import clock
from supervision.core.access import current_actor, public, requires
from supervision.core.actor import SYSTEM, Actor
from supervision.core.export.columns import Column
from supervision.core.export.lists import ListExport
from supervision.core.permissions import Permission
from supervision.core.web.exporting import answer
from supervision.core.web.numbers import id_argument
from supervision.core.web.paging import page_number, paginate
from supervision.enterprise import queries as enterprises
from supervision.enterprise.models import RollStatus

S = CommitmentState
MISSED_SHOWN = 10


@bp.get("/")
@requires(Permission.COMMITMENT_READ)
def index() -> ResponseReturnValue:
    """Who has committed for a day or year and who has not; one enterprise's people see theirs."""
    actor = current_actor()
    if not actor.is_regulator and len(actor.enterprise_ids) == 1:
        own = next(iter(actor.enterprise_ids))
        return redirect(url_for("commitment.of_enterprise", enterprise_id=own))
    form, wanted = _filter(actor)
    page = paginate(queries.list_of(actor, wanted), number=page_number())
    return render_template(
        "commitment/index.html",
        form=form,
        page=page,
        lines=exports.lines(page.items, wanted, actor),
        wanted=wanted,
        counts={s: queries.standing_count(actor, wanted, s) for s in Standing},
        regions=enterprises.region_path_names({s.enterprise.region_code for s in page.items}),
        labels=labels,
        active=sum(1 for name in ("standing", "region", "text") if form[name].data),
    )


def _filter(actor: Actor) -> tuple[forms.FilterForm, DayFilter]:
    form = forms.FilterForm(request.args)
    form.region.choices = [("", "—"), *enterprises.region_choices(actor)]
    form.validate()
    kind, standing = form.period.data, form.standing.data
    period = Period(kind) if kind in set(Period) else Period.DAILY
    day = rules.first_day(period, form.day.data or clock.today())
    if form.day.data is None:
        form.day.data = day
    region = form.region.data or ""
    return form, DayFilter(
        period=period,
        day=day,
        now=clock.now(),
        text=form.text.data or "",
        standing=Standing(standing) if standing in set(Standing) else None,
        region=region if region.isdecimal() else "",
        enterprise_id=id_argument("enterprise"),
    )


def _listed() -> Select[Any]:
    actor = current_actor()
    return queries.list_of(actor, _filter(actor)[1])


def _table(
    stmt: Select[Any],
) -> tuple[Sequence[Column[exports.Line]], Iterable[exports.Line]]:
    actor = current_actor()
    return exports.table(stmt, _filter(actor)[1], actor)


LIST = ListExport(
    "commitment.index",
    _l("Safety commitments"),
    Permission.COMMITMENT_READ,
    _listed,
    _table,
)


@bp.get("/export.xlsx")
@requires(Permission.COMMITMENT_READ)
def export() -> ResponseReturnValue:
    """The filtered list as Excel."""
    return answer(LIST)


@bp.get("/enterprises/<int:enterprise_id>")
@requires(Permission.COMMITMENT_READ)
def of_enterprise(enterprise_id: int) -> ResponseReturnValue:
    """What is due now, who signs, where it is shown, and everything before."""
    return enterprise_page(enterprise_id)


def enterprise_page(enterprise_id: int, **failed: Any) -> str:
    """The page, with a form that came back in place of its empty one."""
    actor = current_actor()
    enterprise = enterprises.get_enterprise(enterprise_id, actor)
    setting = queries.setting_of(enterprise_id, actor)
    standard = queries.standard_of(setting, clock.today()) if setting else None
    is_own = not actor.is_regulator and enterprise_id in actor.enterprise_ids
    people = accounts.members(enterprise_id, actor)
    shown: dict[str, Any] = {
        "signer_form": forms.SignerForm(formdata=None).mark("signer"),
        **failed,
    }
    shown["signer_form"].offer(standard.levels if standard else [], offered(people, actor))
    return render_template(
        "commitment/enterprise.html",
        enterprise=enterprise,
        setting=setting,
        standard=standard,
        signers=_signers(setting, people),
        is_own=is_own,
        may_arrange=is_own and actor.may(Permission.COMMITMENT_ARRANGE),
        may_sign=is_own and actor.may(Permission.COMMITMENT_SIGN),
        now=_state_now(setting, standard, actor),
        page=paginate(queries.history(enterprise_id, actor), number=page_number()),
        months=queries.months(enterprise_id, actor),
        missed=queries.missed_latest(enterprise_id, actor, None, MISSED_SHOWN),
        labels=labels,
        **shown,
    )


def offered(people: Collection[Account], actor: Actor) -> list[tuple[int, str]]:
    """Whom ``actor`` may name as a signer: the principal only by the principal."""
    is_last = actor.may(Permission.COMMITMENT_SIGN)
    return [
        (a.id, a.name)
        for a in people
        if a.is_active and (is_last or not arranging.may_sign_last(a))
    ]


def _signers(
    setting: CommitmentSetting | None, people: Collection[Account]
) -> list[dict[str, Any]]:
    if setting is None:
        return []
    names = accounts.names({s.account_id for s in setting.signers})
    above = {a.id for a in people if arranging.may_sign_last(a)}
    return [
        {
            "id": s.id,
            "level": s.level,
            "post": s.post,
            "name": names.get(s.account_id, "—"),
            "is_principal": s.account_id in above,
        }
        for s in sorted(setting.signers, key=lambda s: (s.level, s.id))
    ]


def _state_now(
    setting: CommitmentSetting | None, standard: CommitmentStandard | None, actor: Actor
) -> dict[str, Any] | None:
    """The period that runs: its draft, its commitment, by when, and how it stands."""
    if setting is None or standard is None:
        return None
    day = rules.first_day(standard.period, clock.today())
    found = queries.of_period(setting.enterprise_id, standard.period, day, actor)
    if not found and setting.enterprise.roll_status is not RollStatus.IN_PRODUCTION:
        return None  # whoever has left the roll, or stands still, owes nothing
    there: Commitment | None = found.get(S.PUBLISHED)
    due = there.due_at if there else rules.due_for(standard, day, setting.since)
    return {
        "day": day,
        "due_at": due,
        "draft": found.get(S.DRAFT),
        "published": there,
        "standing": rules.standing(due, there.first_published_at if there else None, clock.now()),
    }


@bp.get("/shown/<string:key>")
@public
def shown(key: str) -> ResponseReturnValue:
    """What hangs at the gate: only what anybody may read there, and nothing that leads on."""
    setting = queries.shown(key)
    standard = queries.standard_of(setting, clock.today())
    response = make_response(
        render_template(
            "commitment/shown.html",
            name=setting.enterprise.name,
            now=_state_now(setting, standard, SYSTEM),
            standard=standard,
            labels=labels,
            read_at=clock.now(),
        )
    )
    response.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-store"
    return response
