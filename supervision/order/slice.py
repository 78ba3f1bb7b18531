"""What the order slice plugs in."""

from __future__ import annotations

from supervision.core.slice import Slice
from supervision.order import models  # noqa: F401 - the tables

SLICE = Slice(name="order")
