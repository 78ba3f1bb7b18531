"""What the selfcheck slice plugs in."""

from __future__ import annotations

from supervision.core.slice import Slice

SLICE = Slice(name="selfcheck")
