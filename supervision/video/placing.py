"""Where a camera hangs on a plan of the site."""

from __future__ import annotations

from decimal import Decimal

from supervision.core import audit
from supervision.core.actor import Actor
from supervision.core.errors import Forbidden, InvalidInput
from supervision.core.permissions import Permission
from supervision.core.text import N_
from supervision.enterprise.site_models import SitePlan
from supervision.video.models import Camera


def place(camera: Camera, actor: Actor, plan: SitePlan, *, x: Decimal, y: Decimal) -> None:
    """Hang the camera at fractions ``x``, ``y`` of the plan's picture. Raises InvalidInput."""
    if not actor.may(Permission.CAMERA_EDIT):
        raise Forbidden
    if plan.enterprise_id != camera.enterprise_id or plan.retired_at is not None:
        raise InvalidInput(N_("Choose one of the list."), field="camera_id")
    for field, value in (("x", x), ("y", y)):
        if not value.is_finite() or not 0 <= value <= 1:
            raise InvalidInput(N_("It lies outside the picture."), field=field)
    camera.site_plan_id = plan.id
    camera.plan_x, camera.plan_y = round(x, 4), round(y, 4)
    audit.record(actor, "camera.placed", camera, plan=plan.name, x=str(x), y=str(y))


def take_off(camera: Camera, actor: Actor) -> None:
    """It hangs on no plan any more."""
    if not actor.may(Permission.CAMERA_EDIT):
        raise Forbidden
    camera.site_plan_id = camera.plan_x = camera.plan_y = None
    audit.record(actor, "camera.taken_off_plan", camera)
