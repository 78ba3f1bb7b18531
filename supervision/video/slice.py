"""What the video slice plugs in."""

from __future__ import annotations

from supervision.core.slice import Slice
from supervision.video.api import bp as api

SLICE = Slice(name="video", blueprints=(api,))
