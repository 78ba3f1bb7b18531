"""What the canary slice plugs in."""

from __future__ import annotations

from supervision.core.slice import Slice

SLICE = Slice(name="canary")
