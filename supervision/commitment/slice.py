"""What the commitment slice plugs in."""

from __future__ import annotations

from supervision.commitment import models  # noqa: F401 - its tables
from supervision.core.slice import Slice

SLICE = Slice(name="commitment")
