"""What the score slice plugs in."""

from __future__ import annotations

from supervision.core.slice import Slice

SLICE = Slice(name="score")
