"""HTTP of the figures: how right the cameras are, and how soon somebody says so."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select

from supervision.core import clock
from supervision.core.access import current_actor, requires
from supervision.core.actor import Actor
from supervision.core.export.lists import FileKind, ListExport
from supervision.core.permissions import Permission
from supervision.core.web.exporting import answer
from supervision.core.web.paging import page_number
from supervision.live import exports, forms, labels, spans
from supervision.live import figures as counting
from supervision.live.views.blueprint import active, bp, offer_places, region_of, row_id
from supervision.video import labels as video_labels
from supervision.video.rules import RejectReason


@bp.get("/figures")
@requires(Permission.VIDEO_READ)
def figures() -> ResponseReturnValue:
    actor = current_actor()
    form, wanted = _filter(actor)
    board = counting.overview(actor, wanted)
    return render_template(
        "live/figures.html",
        form=form,
        wanted=wanted,
        total=board.total,
        kinds=board.kinds,
        weeks=board.weeks,
        page=counting.by_camera(actor, wanted, page_number()),
        reasons=list(RejectReason),
        labels=labels,
        video_labels=video_labels,
        active=active(form, "text", "enterprise", "region", "rule", "first", "last"),
    )


def _listed() -> Select[tuple[object, ...]]:
    actor = current_actor()
    return counting.cameras(actor, _filter(actor)[1], with_kind=True)


def _table(stmt: Select[tuple[object, ...]]) -> exports.Table:
    actor = current_actor()
    return exports.figures_table(actor, _filter(actor)[1], stmt)


FIGURES = ListExport(
    "live.figures",
    _l("Figures of video review"),
    Permission.VIDEO_READ,
    _listed,
    _table,
    (FileKind.XLSX, FileKind.CSV),
)


@bp.get("/figures.<any(xlsx, csv):kind>")
@requires(Permission.VIDEO_READ)
def export_figures(kind: str) -> ResponseReturnValue:
    """A line for each camera and kind of rule, as Excel or CSV."""
    return answer(FIGURES, FileKind(kind))


def _filter(actor: Actor) -> tuple[forms.FiguresForm, counting.Wanted]:
    """From the address, forgiving; dates win over a number of days."""
    form = forms.FiguresForm(request.args)
    offer_places(form, actor)
    form.validate()
    days = int(form.span.data) if form.span.data in labels.SPAN_LABELS else spans.USUAL
    kinds = {str(kind): kind for kind in video_labels.KIND_LABELS}
    chosen = spans.between(form.first.data, form.last.data, clock.today(), days=days)
    return form, counting.Wanted(
        days=chosen,
        enterprise_id=row_id(form.enterprise.data),
        region=region_of(form),
        text=form.text.data or "",
        rule_kind=kinds.get(form.rule.data or ""),
        sort=form.sort.data or "worst",
    )
