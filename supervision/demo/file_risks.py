"""Site plans and risks of the demonstration: every colour, from late to fresh."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from supervision.core import clock
from supervision.core.actor import SYSTEM, Actor
from supervision.core.tables import read_table
from supervision.demo.office import Event
from supervision.demo.stage import Stage
from supervision.demo.story import working_hours
from supervision.risk import assessing, queries, service, sites
from supervision.risk.assessing import Scoring
from supervision.risk.geometry import parse_polygon
from supervision.risk.rules import AXES, ControlKind, FactorGroup, Method
from supervision.risk.rules import Stage as Assessed
from supervision.risk.service import PointValues

DATA = Path(__file__).parent / "data"
SIZE = (1280, 860)
DRAWN, DECIDED = timedelta(days=1), timedelta(days=4)
_HUNDRED = Decimal(100)

Row = Mapping[str, str]


@dataclass
class Risks:
    """Plays the two tables. ``areas`` by place and name, ``made`` by the number of the row."""

    stage: Stage
    now: datetime
    areas: dict[tuple[str, str], tuple[int, int]] = field(default_factory=dict)
    made: dict[int, int] = field(default_factory=dict)

    def events(self, start: datetime) -> list[Event]:
        """Plans first, then each risk on the day of its assessment, then what the officer said."""
        by_place: dict[str, list[Row]] = {}
        for row in read_table(DATA / "site_areas.tsv"):
            by_place.setdefault(row["place"], []).append(row)
        found: list[Event] = [
            (working_hours(start + DRAWN), partial(self._draw, rows)) for rows in by_place.values()
        ]
        for number, row in enumerate(read_table(DATA / "risks.tsv")):
            apart = timedelta(minutes=9 * number)
            ago = timedelta(days=int(row["ago"]))
            at = max(start + 2 * DRAWN, self.now - ago) + apart
            found.append((working_hours(at), partial(self._enter, number, row)))
            if row["state"] in {"confirmed", "returned"}:
                found.append((working_hours(at + DECIDED), partial(self._decide, number, row)))
        return [event for event in found if event[0] < self.now]

    def _actor(self, row: Row) -> Actor:
        return self.stage.person(int(row["place"]) - 1, "safety")

    def _draw(self, rows: Sequence[Row]) -> None:
        actor = self._actor(rows[0])
        enterprise = self.stage.enterprises[int(rows[0]["place"]) - 1]
        shapes = [parse_polygon(row["polygon"]) for row in rows]
        picture = sites.store_picture(actor, io.BytesIO(floor(shapes)), "plan.png")
        plan = sites.add_plan(enterprise, actor, name=rows[0]["plan"], picture=picture)
        for row, shape in zip(rows, shapes, strict=True):
            area = sites.add_area(plan, actor, name=row["area"], polygon=shape)
            self.areas[row["place"], row["area"]] = plan.id, area.id

    def _enter(self, number: int, row: Row) -> None:
        actor = self._actor(row)
        enterprise = self.stage.enterprises[int(row["place"]) - 1]
        plan_id, area_id = self.areas[row["place"], row["area"]]
        values = PointValues(
            name=row["name"],
            place=row["area"],
            factor_group=FactorGroup(row["group"]),
            factor=row["factor"],
            accidents=tuple(row["accidents"].split(",")),
            people_exposed=int(row["people"]),
            responsible_person=enterprise.safety_manager,
            responsible_post=row["post"],
            plan_id=plan_id,
            area_id=area_id,
            x=Decimal(row["x"]) / _HUNDRED,
            y=Decimal(row["y"]) / _HUNDRED,
        )
        point = service.create(enterprise, actor, values)
        for text in row["controls"].split(";"):
            kind, words, post = text.split(":")
            service.add_control(
                point, actor, kind=ControlKind(kind), text=words, responsible_post=post
            )
        assessing.assess(point, actor, self._scoring(row, Assessed.INHERENT))
        assessing.assess(point, actor, self._scoring(row, Assessed.RESIDUAL))
        if row["state"] != "draft":
            service.file(point, actor)
        self.made[number] = point.id

    def _scoring(self, row: Row, stage: Assessed) -> Scoring:
        method = Method(row["method"])
        scores = [Decimal(score) for score in row[stage.value].split(",")]
        day = clock.day_of(self.now - timedelta(days=int(row["ago"])))
        by_rule = stage is Assessed.INHERENT and row["rule"]
        return Scoring(
            stage=stage,
            method=method,
            assessed_on=min(day, clock.today()),
            scores=dict(zip(AXES[method], scores, strict=True)),
            direct_code=row["rule"] if by_rule else "",
            reason=row["reason"] if by_rule else "",
        )

    def _decide(self, number: int, row: Row) -> None:
        point = queries.get_point(self.made[number], SYSTEM)
        officer = self.stage.pair(int(row["place"]) - 1)[0]
        if row["state"] == "confirmed":
            service.confirm(point, officer, note="现场核查，管控措施与台账一致")
        else:
            service.send_back(point, officer, reason="泄爆口朝向通道，请补充照片并重新评估")


def floor(shapes: Sequence[Sequence[Sequence[float]]]) -> bytes:
    """A drawing of a site from above, plainly a drawing: walls around the areas, ways between."""
    width, height = SIZE
    image = Image.new("RGB", SIZE, "#f4f1ea")
    draw = ImageDraw.Draw(image)
    for x in range(0, width, 40):
        draw.line((x, 0, x, height), fill="#e7e2d6")
    for y in range(0, height, 40):
        draw.line((0, y, width, y), fill="#e7e2d6")
    for shape in shapes:
        corners = [(x * width, y * height) for x, y in shape]
        draw.polygon(corners, fill="#ffffff", outline="#4b5563", width=6)
        left, top = corners[0]
        draw.rectangle((left + 40, top - 4, left + 90, top + 6), fill="#c9a36a")
    draw.rectangle((3, 3, width - 4, height - 4), outline="#4b5563", width=5)
    font = ImageFont.load_default(18)
    draw.text((18, height - 34), "ANQI DEMO DRAWING  N ^", fill="#6b7280", font=font)
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()
