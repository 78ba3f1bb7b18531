"""What the demonstration plugs in: its commands."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from supervision.core.slice import Slice
from supervision.demo.cli import demo_group

SLICE = Slice(
    name="demo",
    cli=(demo_group,),
    actions={"demo.scale": _l("Batch of invented rows written, to measure on")},
)
