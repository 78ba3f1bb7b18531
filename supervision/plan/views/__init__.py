"""HTTP of plans: versions and steps, items, lines and progress, draws, caps, avoidances."""

from __future__ import annotations

from supervision.plan.views import avoidances, caps, draws, exemptions, items, lines, plans
from supervision.plan.views.blueprint import bp

__all__ = ["avoidances", "bp", "caps", "draws", "exemptions", "items", "lines", "plans"]
