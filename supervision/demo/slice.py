"""What the demonstration plugs in: its commands."""

from __future__ import annotations

from supervision.core.slice import Slice
from supervision.demo.cli import demo_group

SLICE = Slice(name="demo", cli=(demo_group,))
