"""HTTP of data sets: the list, the choice with what it holds, one with its archive."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from supervision.core import attachments, clock
from supervision.core.access import current_actor, requires
from supervision.core.db import transaction
from supervision.core.errors import Conflict, InvalidInput
from supervision.core.i18n import message_of
from supervision.core.permissions import Permission
from supervision.core.web.forms import check_seen, given
from supervision.core.web.paging import page_number, paginate
from supervision.core.web.state import settings
from supervision.dataset import forms, labels, queries, service
from supervision.dataset.models import DatasetState, TrainingSet
from supervision.dataset.rules import ACCUSED, Choice, LeftOut, verdict_of
from supervision.enterprise import queries as enterprises
from supervision.video.labels import KIND_LABELS
from vision.contract import BoxVerdict, RuleKind

bp = Blueprint("dataset", __name__, url_prefix="/datasets")

DAYS = 90
FEW = 50


@bp.get("/")
@requires(Permission.MODEL_ADMIN)
def index() -> ResponseReturnValue:
    form = forms.FilterForm(request.args)
    form.validate()
    status = form.status.data
    stmt = queries.list_sets(
        current_actor(),
        text=form.text.data or "",
        status=DatasetState(status) if status in set(DatasetState) else None,
    )
    return render_template(
        "dataset/index.html",
        form=form,
        page=paginate(stmt, number=page_number()),
        active=sum(1 for name in ("text", "status") if request.args.get(name)),
        labels=labels,
    )


@bp.get("/new")
@requires(Permission.MODEL_ADMIN)
def new() -> ResponseReturnValue:
    """The choice, and what it holds."""
    form, choice = _choice(request.args)
    return _choice_page(form, choice, forms.AskForm(formdata=None, name=_proposed(choice)))


@bp.post("/")
@requires(Permission.MODEL_ADMIN)
def create() -> ResponseReturnValue:
    form, choice = _choice(request.form)
    ask = forms.AskForm()
    if not ask.validate_on_submit():
        return _choice_page(form, choice, ask), 422
    actor = current_actor()
    try:
        with transaction():
            name, purpose = given(ask.name.data), given(ask.purpose.data)
            set_id = service.ask(actor, name, purpose, choice).id
    except InvalidInput as error:
        ask.add_error(error)
        return _choice_page(form, choice, ask), 422
    except Conflict as error:
        flash(message_of(error), "warning")
        return _choice_page(form, choice, ask), 409
    return redirect(url_for("dataset.detail", set_id=set_id))


def _choice(told: MultiDict[str, str]) -> tuple[forms.ChoiceForm, Choice]:
    """Without any word about it: the last three months, every rule, both kinds of verdict."""
    today = clock.today()
    filled = MultiDict(told)
    filled.setdefault("since", (today - timedelta(days=DAYS)).isoformat())
    filled.setdefault("until", today.isoformat())
    if "since" not in told:
        filled.setlistdefault("kinds", [str(kind) for kind in ACCUSED])
        filled.setlistdefault("verdicts", list(labels.KIND_CHOICES))
    form = forms.ChoiceForm(filled)
    form.region.choices = [("", "—"), *enterprises.region_choices(current_actor())]
    form.validate()
    region, chosen = form.region.data or "", set(form.kinds.data or [])
    verdicts = set(form.verdicts.data or [])
    choice = Choice(
        since=form.since.data or today - timedelta(days=DAYS),
        until=form.until.data or today,
        kinds=tuple(kind for kind in ACCUSED if str(kind) in chosen),
        confirmed="confirmed" in verdicts,
        rejected="rejected" in verdicts,
        region=region if region.isdecimal() else "",
        place=(form.place.data or "")[:80],
    )
    return form, choice


def _proposed(choice: Choice) -> str:
    return f"{choice.since:%Y%m%d}-{choice.until:%Y%m%d}"


@dataclass(slots=True)
class Line:
    """What a choice holds of one kind of rule."""

    kind: RuleKind
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def label(self) -> Any:
        return KIND_LABELS[self.kind]


def _lines(found: list[queries.Counted]) -> list[Line]:
    lines = {kind: Line(kind) for kind in ACCUSED}
    for one in found:
        verdict = verdict_of(one.status, one.reason, one.kind)
        counts = lines[one.kind].counts
        counts[verdict or LeftOut.NO_WORD] += one.pictured if verdict else one.count
        counts[LeftOut.NO_PICTURE] += one.count - one.pictured if verdict else 0
    return [line for line in lines.values() if line.counts.total()]


def _choice_page(form: forms.ChoiceForm, choice: Choice, ask: forms.AskForm) -> str:
    actor = current_actor()
    lines = _lines(queries.counted(choice, actor))
    total: Counter[str] = sum((line.counts for line in lines), Counter())
    right = total[BoxVerdict.RIGHT]
    wrong = total[BoxVerdict.NOTHING] + total[BoxVerdict.INSTEAD]
    return render_template(
        "dataset/new.html",
        form=form,
        ask=ask,
        lines=lines,
        total=total,
        right=right,
        wrong=wrong,
        cameras=queries.cameras_of(choice, actor) if lines else 0,
        few=FEW,
        keep_days=settings().dataset_days,
        labels=labels,
        BoxVerdict=BoxVerdict,
        LeftOut=LeftOut,
    )


@bp.get("/<int:set_id>")
@requires(Permission.MODEL_ADMIN)
def detail(set_id: int) -> ResponseReturnValue:
    return _detail_page(set_id)


def _detail_page(set_id: int) -> str:
    row = queries.get_set(set_id, current_actor())
    choice = service.choice_of(row)
    return render_template(
        "dataset/detail.html",
        row=row,
        choice=choice,
        text=_progress(row),
        step=forms.StepForm(formdata=None, row_version=row.row_version),
        region=dict(enterprises.region_choices(current_actor())).get(choice.region, choice.region),
        kinds=[str(KIND_LABELS[kind]) for kind in choice.kinds],
        boxes=row.counts.get("boxes", {}),
        listed=[(ident, labels.LEFT_OUT_LABELS[LeftOut(why)]) for ident, why in row.missing],
        labels=labels,
        BoxVerdict=BoxVerdict,
        LeftOut=LeftOut,
    )


@bp.get("/<int:set_id>/state")
@requires(Permission.MODEL_ADMIN)
def state(set_id: int) -> ResponseReturnValue:
    """For the page that waits: how far it is, and whether it is over."""
    row = queries.get_set(set_id, current_actor())
    return {
        "state": row.status,
        "label": str(labels.STATE_LABELS[row.status]),
        "percent": row.percent,
        "text": _progress(row),
        "over": not row.is_open,
    }


@bp.post("/<int:set_id>/file")
@requires(Permission.MODEL_ADMIN)
def file(set_id: int) -> ResponseReturnValue:
    """The archive. A POST: who takes it stands in the trail."""
    actor = current_actor()
    queries.get_set(set_id, actor)
    try:
        with transaction():
            found = service.fetch(queries.get_set(set_id, actor, for_update=True), actor)
    except Conflict as error:
        flash(message_of(error), "warning")
        return _detail_page(set_id), 409
    response = attachments.send(found, download=True)
    response.headers["Cache-Control"] = "private, no-store"
    return response


@bp.post("/<int:set_id>/cancel")
@requires(Permission.MODEL_ADMIN)
def cancel(set_id: int) -> ResponseReturnValue:
    return _act(set_id, service.cancel, _("Cancelled."), seen=False)


@bp.post("/<int:set_id>/discard")
@requires(Permission.MODEL_ADMIN)
def discard(set_id: int) -> ResponseReturnValue:
    return _act(set_id, service.discard, _("The archive is thrown away."))


def _act(
    set_id: int, act: Callable[[TrainingSet, Any], None], done: str, *, seen: bool = True
) -> ResponseReturnValue:
    actor = current_actor()
    queries.get_set(set_id, actor)
    form = forms.StepForm()
    try:
        with transaction():
            row = queries.get_set(set_id, actor, for_update=True)
            if seen:
                # While it is being made its version is its maker's business.
                check_seen(form, row.row_version)
            act(row, actor)
    except Conflict as error:
        flash(message_of(error), "warning")
        return _detail_page(set_id), 409
    flash(done, "success")
    return redirect(url_for("dataset.detail", set_id=set_id))


def _progress(row: TrainingSet) -> str:
    if not row.total:
        return str(_("Verdicts are being gathered") if row.holder else _("Waiting for its turn"))
    done, total = f"{row.done:,}", f"{row.total:,}"
    return str(_("%(done)s of %(total)s pictures", done=done, total=total))
