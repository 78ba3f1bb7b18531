"""What the inspection slice plugs in."""

from __future__ import annotations

from supervision.core.slice import Slice
from supervision.inspection import (
    views_qr,
    views_site,  # noqa: F401 - adds its addresses to the blueprint
)
from supervision.inspection.views import bp

SLICE = Slice(name="inspection", blueprints=(bp, views_qr.bp))
