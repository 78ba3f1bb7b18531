"""What the detector slice plugs in."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from supervision.core.permissions import Permission
from supervision.core.slice import NavGroup, NavItem, Slice
from supervision.detector import labels
from supervision.detector.cli import detector_group
from supervision.detector.views import bp

SLICE = Slice(
    name="detector",
    blueprints=(bp,),
    nav=(
        NavItem(
            _l("Detector models"),
            "detector.index",
            "cpu",
            Permission.MODEL_READ,
            50,
            group=NavGroup.VIDEO,
        ),
    ),
    notices={
        "detector.damaged": _l(
            "The stored file of model %(name)s has changed: no node gets it any more"
        ),
    },
    actions=labels.ACTION_LABELS,
    cli=(detector_group,),
)
