"""The four-colour plan in A3: picture, areas, points, legend. Not by colour alone.

Each colour has its hatch, its letter and the shape of its points, so that a grey copy and a
reader who does not see red say the same.
"""

from __future__ import annotations

import math
from io import BytesIO
from typing import Any

from flask_babel import gettext as _
from reportlab.lib.colors import HexColor, white
from reportlab.lib.pagesizes import A3, landscape
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from supervision.core import attachments, clock
from supervision.core.export.fonts import BOLD, REGULAR, register_fonts
from supervision.risk import labels
from supervision.risk.coloured import WIDTH, ColouredPlan, DrawnArea, DrawnPoint
from supervision.risk.rules import RiskGrade

COLOURS = {
    RiskGrade.RED: HexColor("#b3261e"),
    RiskGrade.ORANGE: HexColor("#e07b10"),
    RiskGrade.YELLOW: HexColor("#f5c518"),
    RiskGrade.BLUE: HexColor("#17599f"),
}
# Corners of a point's sign; a circle has so many that it looks like one.
CORNERS = {RiskGrade.RED: 3, RiskGrade.ORANGE: 4, RiskGrade.YELLOW: 4, RiskGrade.BLUE: 24}
# Degrees of the hatch's lines. A general risk is dotted.
HATCHES: dict[RiskGrade, tuple[int, ...]] = {
    RiskGrade.RED: (45, -45),
    RiskGrade.ORANGE: (45,),
    RiskGrade.YELLOW: (90,),
    RiskGrade.BLUE: (0,),
}
_INK, _QUIET, _NONE = HexColor("#1f2937"), HexColor("#64748b"), HexColor("#94a3b8")
_EDGE = 14 * mm
_LEGEND = 62 * mm
_HEAD = 22 * mm
_GAP = 3.2 * mm


def plan_pdf(drawn: ColouredPlan) -> bytes:
    """One sheet; its bytes are the same for the same plan on the same day."""
    register_fonts()
    out = BytesIO()
    width, height = landscape(A3)
    canvas = Canvas(out, pagesize=(width, height), invariant=1, initialFontName=REGULAR)
    canvas.setTitle(_("Four-colour risk plan"))
    _head(canvas, drawn, width, height)
    room = (width - 2 * _EDGE - _LEGEND - 6 * mm, height - _EDGE - _HEAD - _EDGE)
    scale = min(room[0] / WIDTH, room[1] / drawn.height)
    top = height - _EDGE - _HEAD
    canvas.saveState()
    # Drawing units with y downwards, as on the screen.
    canvas.translate(_EDGE, top)
    canvas.scale(scale, scale)
    _picture(canvas, drawn)
    for area in drawn.areas:
        _area(canvas, area, scale)
    for point in drawn.points:
        _point(canvas, point, scale)
    canvas.restoreState()
    _legend(canvas, drawn, width - _EDGE - _LEGEND, top)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def _head(canvas: Canvas, drawn: ColouredPlan, width: float, height: float) -> None:
    canvas.setFillColor(_INK)
    canvas.setFont(BOLD, 20)
    canvas.drawString(_EDGE, height - _EDGE - 7 * mm, _("Four-colour risk plan"))
    canvas.setFont(REGULAR, 11)
    canvas.setFillColor(_QUIET)
    line = f"{drawn.plan.enterprise.name} · {drawn.plan.name}"
    canvas.drawString(_EDGE, height - _EDGE - 14 * mm, line)
    stage = f"{labels.STAGE_LABELS[drawn.stage]} · {clock.today().isoformat()}"
    canvas.drawRightString(width - _EDGE, height - _EDGE - 14 * mm, stage)


def _picture(canvas: Canvas, drawn: ColouredPlan) -> None:
    with attachments.storage().open(drawn.plan.picture.sha256) as handle:
        picture = ImageReader(BytesIO(handle.read()))
    canvas.drawImage(picture, 0, -drawn.height, WIDTH, drawn.height)


def _path(canvas: Canvas, corners: Any) -> Any:
    path = canvas.beginPath()
    path.moveTo(corners[0][0], -corners[0][1])
    for x, y in corners[1:]:
        path.lineTo(x, -y)
    path.close()
    return path


def _area(canvas: Canvas, area: DrawnArea, scale: float) -> None:
    colour = COLOURS[area.grade] if area.grade else _NONE
    canvas.saveState()
    canvas.setFillColor(colour, alpha=0.38 if area.grade else 0.12)
    canvas.setStrokeColor(colour, alpha=1)
    canvas.setLineWidth(1.6 / scale)
    canvas.drawPath(_path(canvas, area.corners), stroke=1, fill=1)
    if area.grade:
        _hatch(canvas, area.corners, area.grade, scale)
    canvas.restoreState()
    letter = labels.letter(area.grade) if area.grade else ""
    _tag(canvas, area.label, f"{area.area.name} {letter}".strip(), scale)


def _hatch(canvas: Canvas, corners: Any, grade: RiskGrade, scale: float) -> None:
    canvas.saveState()
    canvas.clipPath(_path(canvas, corners), stroke=0, fill=0)
    xs, ys = [c[0] for c in corners], [-c[1] for c in corners]
    centre = ((min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2)
    reach = math.hypot(max(xs) - min(xs), max(ys) - min(ys)) / 2
    canvas.setStrokeColor(COLOURS[grade], alpha=0.75)
    canvas.setLineWidth(0.5 / scale)
    if grade is RiskGrade.YELLOW:
        canvas.setDash([1 / scale, 4 / scale])
        canvas.setLineWidth(1.4 / scale)
    canvas.translate(*centre)
    step = _GAP / scale
    for angle in HATCHES[grade]:
        canvas.saveState()
        canvas.rotate(angle)
        at = -reach
        while at <= reach:
            canvas.line(-reach, at, reach, at)
            at += step
        canvas.restoreState()
    canvas.restoreState()


def _tag(canvas: Canvas, at: tuple[float, float], text: str, scale: float) -> None:
    size = 12 / scale
    half = stringWidth(text, BOLD, size) / 2 + 2 / scale
    canvas.setFillColor(white, alpha=0.85)
    canvas.roundRect(
        at[0] - half, -at[1] - size * 0.75, 2 * half, size * 1.5, 2 / scale, stroke=0, fill=1
    )
    canvas.setFillColor(_INK, alpha=1)
    canvas.setFont(BOLD, size)
    canvas.drawCentredString(at[0], -at[1] - size * 0.35, text)


def _point(canvas: Canvas, point: DrawnPoint, scale: float) -> None:
    _sign(canvas, point.x, -point.y, 7 / scale, point.grade, hollow=point.is_draft)
    canvas.setFont(BOLD, 9 / scale)
    canvas.setFillColor(_INK)
    canvas.drawString(point.x + 9 / scale, -point.y - 3 / scale, point.point.number)


def _sign(
    canvas: Canvas, x: float, y: float, size: float, grade: RiskGrade | None, *, hollow: bool
) -> None:
    """Triangle, diamond, square or circle."""
    colour = COLOURS[grade] if grade else _NONE
    count = CORNERS[grade] if grade else 24
    turn = 45 if grade is RiskGrade.YELLOW else 90
    path = canvas.beginPath()
    for corner in range(count):
        angle = math.radians(turn + 360 * corner / count)
        spot = (x + size * math.cos(angle), y + size * math.sin(angle))
        (path.moveTo if corner == 0 else path.lineTo)(*spot)
    path.close()
    canvas.setFillColor(white if hollow else colour, alpha=1)
    canvas.setStrokeColor(colour if hollow else white, alpha=1)
    canvas.setLineWidth(size / 5)
    canvas.drawPath(path, stroke=1, fill=1)


def _legend(canvas: Canvas, drawn: ColouredPlan, left: float, top: float) -> None:
    canvas.setFillColor(_INK)
    canvas.setFont(BOLD, 13)
    canvas.drawString(left, top - 5 * mm, _("Legend"))
    y = top - 14 * mm
    for grade in RiskGrade:
        box = [(left, -y - 3 * mm), (left + 14 * mm, -y - 3 * mm), (left + 14 * mm, -y + 5 * mm)]
        corners = [*box, (left, -y + 5 * mm)]
        canvas.saveState()
        canvas.setFillColor(COLOURS[grade], alpha=0.38)
        canvas.setStrokeColor(COLOURS[grade])
        canvas.drawPath(_path(canvas, corners), stroke=1, fill=1)
        _hatch(canvas, corners, grade, 1.0)
        canvas.restoreState()
        _sign(canvas, left + 19 * mm, y - 1 * mm, 6, grade, hollow=False)
        areas = sum(1 for area in drawn.areas if area.grade is grade)
        points = sum(1 for p in drawn.points if p.grade is grade and not p.is_draft)
        canvas.setFillColor(_INK)
        canvas.setFont(BOLD, 10)
        words = f"{labels.letter(grade)} · {labels.GRADE_LABELS[grade]}"
        canvas.drawString(left + 24 * mm, y + 0.5 * mm, words)
        canvas.setFont(REGULAR, 8)
        canvas.setFillColor(_QUIET)
        said = _("Areas: %(areas)s, points: %(points)s", areas=areas, points=points)
        canvas.drawString(left + 24 * mm, y - 4 * mm, said)
        y -= 15 * mm
    canvas.setFont(REGULAR, 8)
    canvas.setFillColor(_QUIET)
    canvas.drawString(left, y, _("The highest risk in an area gives its colour."))
    y -= 9 * mm
    for point in list(reversed(drawn.points))[: int((y - _EDGE) / (4.6 * mm))]:
        _sign(canvas, left + 2 * mm, y + 1 * mm, 3.2, point.grade, hollow=point.is_draft)
        canvas.setFillColor(_INK)
        canvas.setFont(REGULAR, 8)
        canvas.drawString(left + 5 * mm, y, _clipped(f"{point.point.number} {point.point.name}"))
        y -= 4.6 * mm


def _clipped(text: str) -> str:
    while stringWidth(text, REGULAR, 8) > _LEGEND - 6 * mm:
        text = text[:-2].rstrip("…") + "…"
    return text
