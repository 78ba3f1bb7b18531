"""Codes at gates."""

from __future__ import annotations

from supervision.core.db import transaction
from supervision.enterprise import queries as enterprises
from supervision.inspection import qr
from tests.cast import Cast


def gate_code(cast: Cast, who: str = "district_officer", enterprise_id: int | None = None) -> str:
    """The token of a new code of the plant, or of another enterprise that ``who`` sees."""
    actor = cast[who]
    with transaction():
        plant = enterprises.get_enterprise(enterprise_id or cast.plant_id, actor)
        return qr.issue(plant, actor).token
