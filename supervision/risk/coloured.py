"""The four-colour plan: which colour each area has, and where points and labels go.

Drawn in units of a thousandth of the picture's width, so that lines and letters have one size
whatever the picture's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from supervision.enterprise.site_models import SiteArea, SitePlan
from supervision.risk.geometry import holds, middle
from supervision.risk.models import RiskPoint
from supervision.risk.rules import RANKS, RiskGrade, Stage, highest

WIDTH = 1000.0
_LABEL_DROP = 32.0


@dataclass(frozen=True, slots=True)
class DrawnArea:
    """``grade`` None: no risk that counts lies in it. Corners in drawing units."""

    area: SiteArea
    grade: RiskGrade | None
    corners: Sequence[tuple[float, float]]
    label: tuple[float, float]
    counts: dict[RiskGrade, int]

    @property
    def points(self) -> str:
        """As SVG wants them."""
        return " ".join(f"{x:.1f},{y:.1f}" for x, y in self.corners)


@dataclass(frozen=True, slots=True)
class DrawnPoint:
    """``is_draft``: drawn hollow, it colours nothing yet."""

    point: RiskPoint
    grade: RiskGrade | None
    x: float
    y: float
    is_draft: bool


@dataclass(frozen=True, slots=True)
class ColouredPlan:
    """``unplaced``: points said to be on this plan that have no position on it."""

    plan: SitePlan
    stage: Stage
    height: float
    areas: Sequence[DrawnArea]
    points: Sequence[DrawnPoint]
    unplaced: Sequence[RiskPoint] = field(default_factory=tuple)

    @property
    def present(self) -> list[RiskGrade]:
        """The colours on the plan, worst first, for its legend."""
        used = {p.grade for p in self.points} | {a.grade for a in self.areas}
        return [grade for grade in RiskGrade if grade in used]


def grade_at(point: RiskPoint, stage: Stage) -> RiskGrade | None:
    """Without its controls, or as it stands."""
    return point.inherent if stage is Stage.INHERENT else point.grade


def area_grade(points: Iterable[RiskPoint], stage: Stage) -> RiskGrade | None:
    """The highest risk in an area wins (FACTS 2.8); drafts do not count."""
    return highest(grade_at(p, stage) for p in points if p.is_counted)


def colour(plan: SitePlan, points: Sequence[RiskPoint], stage: Stage) -> ColouredPlan:
    """``plan`` with its areas loaded, and the points that are on it."""
    height = WIDTH * plan.height / plan.width
    standing = [a for a in plan.areas if a.retired_at is None or plan.retired_at is not None]
    return ColouredPlan(
        plan,
        stage,
        height,
        [_area(a, [p for p in points if p.area_id == a.id], stage, height) for a in standing],
        [
            DrawnPoint(
                p,
                grade_at(p, stage),
                float(p.x) * WIDTH,
                float(p.y) * height,
                is_draft=not p.is_counted,
            )
            for p in points
            if p.x is not None and p.y is not None
        ],
        [p for p in points if p.x is None],
    )


def _area(area: SiteArea, inside: Sequence[RiskPoint], stage: Stage, height: float) -> DrawnArea:
    grades = [grade_at(p, stage) for p in inside if p.is_counted]
    spot = _label_at(area.polygon, height)
    return DrawnArea(
        area,
        area_grade(inside, stage),
        [(x * WIDTH, y * height) for x, y in area.polygon],
        (spot[0] * WIDTH, spot[1] * height),
        {grade: grades.count(grade) for grade in RANKS if grade in grades},
    )


def _label_at(polygon: Sequence[Sequence[float]], height: float) -> tuple[float, float]:
    """Under the upper border where that lies within the area: points stand in its middle."""
    centre = middle(polygon)
    under = (centre[0], min(corner[1] for corner in polygon) + _LABEL_DROP / height)
    return under if under[1] < centre[1] and holds(polygon, under) else centre
