"""The health board and the figures as files: the same statements as the screen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select

from supervision.core import clock
from supervision.core.access import current_actor
from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.export.columns import Column, Kind
from supervision.core.web.state import settings
from supervision.live import board, spans
from supervision.live.figures import Line, Wanted, lines_of
from supervision.video import days, labels
from supervision.video.models import Camera, CameraDay, CameraHealth
from supervision.video.rules import RejectReason

CHUNK = 500
HOUR_S = 3600.0
STRIP_DAYS = 14
_KIND_TEXT: dict[str, Any] = {str(kind): text for kind, text in labels.KIND_LABELS.items()}
Table = tuple[Sequence[Column[Any]], Iterable[Any]]


@dataclass(frozen=True, slots=True)
class CameraRow:
    """A camera with what is counted beside it."""

    camera: Camera
    days: dict[Any, CameraDay]
    tickets: int

    @property
    def health(self) -> CameraHealth | None:
        return self.camera.fresh_health

    @property
    def today(self) -> CameraDay | None:
        return self.days.get(clock.today())

    @property
    def hours(self) -> float:
        return sum(day.running_s for day in self.days.values()) / HOUR_S


def _disk(row: CameraRow) -> str:
    storage = row.camera.node.storage_health if row.camera.node else None
    if storage is None:
        return ""
    return str(_("recording") if storage.recording else _("recording off: disk full"))


HEALTH_COLUMNS: tuple[Column[CameraRow], ...] = (
    Column("camera", _l("Camera"), lambda r: r.camera.name, width=26),
    Column("place", _l("Place"), lambda r: r.camera.place, width=22),
    Column("enterprise", _l("Enterprise"), lambda r: r.camera.enterprise.name, width=30),
    Column("state", _l("State"), lambda r: _state(r.camera), width=20),
    Column("fault", _l("Fault"), lambda r: _fault(r.health), width=24),
    Column("view", _l("The view"), lambda r: _view(r.health), width=20),
    Column(
        "frame",
        _l("Last frame"),
        lambda r: r.health.last_frame_at if r.health else None,
        Kind.INSTANT,
        width=17,
    ),
    Column(
        "fps",
        _l("Frames per second"),
        lambda r: r.health.fps if r.health else None,
        Kind.DECIMAL,
        width=10,
    ),
    Column(
        "reconnects",
        _l("Reconnects today"),
        lambda r: r.today.reconnects if r.today else 0,
        Kind.INTEGER,
        width=10,
    ),
    Column(
        "dropped",
        _l("Frames dropped today"),
        lambda r: r.today.dropped if r.today else 0,
        Kind.INTEGER,
        width=10,
    ),
    Column("hours", _l("Hours run in 14 days"), lambda r: r.hours, Kind.DECIMAL, width=12),
    Column("tickets", _l("Open tickets"), lambda r: r.tickets, Kind.INTEGER, width=10),
    Column("node", _l("Vision node"), lambda r: r.camera.node.name if r.camera.node else ""),
    Column("disk", _l("Disk of the node"), _disk, width=18),
)


def _state(camera: Camera) -> str:
    return str(labels.LIVE_LABELS[camera.live_state(settings().node_silent_seconds)])


def _fault(health: CameraHealth | None) -> str:
    return str(labels.FAULT_LABELS[health.fault]) if health and health.fault else ""


def _view(health: CameraHealth | None) -> str:
    return str(labels.VIEW_LABELS[health.view]) if health else ""


def health_table(stmt: Select[Any]) -> tuple[Sequence[Column[CameraRow]], Iterable[CameraRow]]:
    """The columns, and the rows of a filtered board, some hundred cameras at a time."""
    return HEALTH_COLUMNS, _camera_rows(stmt)


def _camera_rows(stmt: Select[Any]) -> Iterator[CameraRow]:
    actor, span = current_actor(), spans.lately(clock.today(), STRIP_DAYS)
    for cameras in db.session.scalars(stmt.execution_options(yield_per=CHUNK)).partitions():
        ids = [camera.id for camera in cameras]
        ran = days.of_cameras(actor, ids, span.first, span.last)
        tickets = board.open_tickets(actor, ids)
        for camera in cameras:
            yield CameraRow(camera, ran.get(camera.id, {}), tickets.get(camera.id, 0))


def _camera(line: Line) -> Camera:
    if line.camera is None:
        raise ValueError("a line of this file has its camera")
    return line.camera


def _kind(line: Line) -> str:
    return str(_KIND_TEXT[line.rule_kind]) if line.rule_kind else ""


def _reason(reason: RejectReason) -> Column[Line]:
    return Column(
        reason,
        labels.REASON_LABELS[reason],
        lambda line: line.tally.reasons.get(reason, 0),
        Kind.INTEGER,
        width=12,
        total=True,
    )


def _number(key: str, heading: Any, width: float = 10) -> Column[Line]:
    return Column(
        key, heading, lambda line: getattr(line.tally, key), Kind.INTEGER, width, total=True
    )


FIGURE_COLUMNS: tuple[Column[Line], ...] = (
    Column("enterprise", _l("Enterprise"), lambda x: _camera(x).enterprise.name, width=30),
    Column("camera", _l("Camera"), lambda x: _camera(x).name, width=26),
    Column("place", _l("Place"), lambda x: _camera(x).place, width=22),
    Column("rule", _l("Rule"), _kind, width=20),
    _number("told", _l("Flagged")),
    _number("confirmed", _l("Confirmed")),
    _number("rejected", _l("Rejected")),
    *(_reason(reason) for reason in RejectReason),
    _number("duplicates", _l("Marked duplicate")),
    _number("automatic", _l("By policy")),
    _number("waiting", _l("To be reviewed")),
    _number("false", _l("False alarms")),
    Column("precision", _l("Precision"), lambda x: x.tally.precision.share, Kind.PERCENT, width=10),
    Column("hours", _l("Hours run"), lambda x: x.hours, Kind.DECIMAL, width=12),
    Column(
        "per_hour",
        _l("False alarms per 100 camera-hours"),
        lambda x: x.false_per_hour * 100 if x.false_per_hour is not None else None,
        Kind.DECIMAL,
        width=14,
    ),
    Column(
        "median",
        _l("Median to a verdict (min)"),
        lambda x: x.times.median.total_seconds() / 60 if x.times else None,
        Kind.DECIMAL,
        width=14,
    ),
    Column(
        "p90",
        _l("Nine of ten decided within (min)"),
        lambda x: x.times.p90.total_seconds() / 60 if x.times else None,
        Kind.DECIMAL,
        width=14,
    ),
)


def figures_table(actor: Actor, wanted: Wanted, stmt: Select[Any]) -> Table:
    """The columns, and a line for each camera and kind of rule, some hundred at a time."""
    return FIGURE_COLUMNS, _figure_rows(actor, wanted, stmt)


def _figure_rows(actor: Actor, wanted: Wanted, stmt: Select[Any]) -> Iterator[Line]:
    for rows in db.session.execute(stmt.execution_options(yield_per=CHUNK)).partitions():
        yield from lines_of(actor, wanted, rows, with_kind=True)
