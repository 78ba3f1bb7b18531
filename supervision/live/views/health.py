"""HTTP of the health board: what every camera truly does, the worst first."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select

from supervision.core import clock
from supervision.core.access import current_actor, requires
from supervision.core.actor import Actor
from supervision.core.export.lists import ListExport
from supervision.core.permissions import Permission
from supervision.core.web.exporting import answer
from supervision.core.web.paging import page_number, paginate
from supervision.core.web.state import settings
from supervision.live import board, exports, forms, labels, spans
from supervision.live.rules import standing_of as stands
from supervision.live.views.blueprint import (
    EVERY,
    active,
    bp,
    clock_now,
    offer_places,
    region_of,
    row_id,
    standing_of,
)
from supervision.video import days
from supervision.video import labels as video_labels
from supervision.video.models import Camera

STRIP_DAYS = 14


@bp.get("/health")
@requires(Permission.VIDEO_READ)
def health() -> ResponseReturnValue:
    actor = current_actor()
    form, wanted = _filter(actor)
    at = clock_now()
    page = paginate(board.cameras(actor, wanted, at), number=page_number())
    ids = [camera.id for camera in page.items]
    strip = spans.lately(clock.today(), STRIP_DAYS)
    return render_template(
        "live/health.html",
        form=form,
        page=page,
        counts=board.counts(actor, wanted, at),
        days=days.of_cameras(actor, ids, strip.first, strip.last),
        strip=[strip.first + spans.DAY * number for number in range(STRIP_DAYS)],
        tickets=board.open_tickets(actor, ids),
        now=clock.now(),
        stands=stands,
        silent=settings().node_silent_seconds,
        labels=labels,
        video_labels=video_labels,
        active=active(form, "text", "enterprise", "region", "node", "standing"),
    )


def _listed() -> Select[tuple[Camera]]:
    actor = current_actor()
    return board.cameras(actor, _filter(actor)[1], clock_now())


HEALTH = ListExport(
    "live.health", _l("Camera health"), Permission.VIDEO_READ, _listed, exports.health_table
)


@bp.get("/health.xlsx")
@requires(Permission.VIDEO_READ)
def export_health() -> ResponseReturnValue:
    """The filtered board as Excel."""
    return answer(HEALTH)


def _filter(actor: Actor) -> tuple[forms.HealthForm, board.CameraFilter]:
    form = forms.HealthForm(request.args)
    offer_places(form, actor)
    form.node.choices = [EVERY, *board.node_choices(actor)]
    form.validate()
    return form, board.CameraFilter(
        text=form.text.data or "",
        enterprise_id=row_id(form.enterprise.data),
        region=region_of(form),
        node_id=row_id(form.node.data),
        standing=standing_of(form),
        sort=form.sort.data or "worst",
    )
