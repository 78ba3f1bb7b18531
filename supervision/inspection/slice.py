"""What the inspection slice plugs in."""

from __future__ import annotations

from supervision.core.slice import Slice
from supervision.inspection.views import bp

SLICE = Slice(name="inspection", blueprints=(bp,))
