"""An enterprise on the map, and a camera on its plan."""

from __future__ import annotations

from decimal import Decimal

from supervision.atlas import jobs
from supervision.atlas import queries as atlas
from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.db import transaction
from supervision.enterprise import queries as enterprises
from supervision.enterprise import service as registry
from supervision.video import placing
from supervision.video import queries as cameras

# A window that holds whatever :func:`a_map` placed, as ``atlas.data`` asks for it.
WINDOW = "?bbox=119.5,29.9,120.8,30.8&zoom=11"


def a_map(enterprise_id: int, camera_id: int, plan_id: int) -> dict[str, int]:
    """The plan's id as addresses name it; the enterprise has a position, its camera a place."""
    with transaction():
        plant = enterprises.get_enterprise(enterprise_id, SYSTEM)
        east = Decimal(enterprise_id % 10) / 100
        place = {"longitude": Decimal("120.1") + east, "latitude": Decimal("30.3")}
        registry.change(plant, SYSTEM, place)
        camera = cameras.get_camera(camera_id, SYSTEM)
        half = Decimal("0.5")
        placing.place(camera, SYSTEM, atlas.get_plan(plan_id, SYSTEM), x=half, y=half)
    jobs.keep_points(clock.now())
    return {"atlas.plan_id": plan_id}
