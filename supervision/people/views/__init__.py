"""HTTP of people, certificates, trainings, hours and staffing."""

from __future__ import annotations

from supervision.people.views import (
    certificates,
    own,  # noqa: F401 - adds its addresses to the blueprint
    persons,
    sessions,
    staffing,
    tables,  # noqa: F401 - likewise
)
from supervision.people.views.blueprint import bp

EXPORTS = (
    persons.PEOPLE,
    certificates.CERTIFICATES,
    sessions.TRAININGS,
    staffing.HOURS,
    staffing.STAFFING,
)

__all__ = ["EXPORTS", "bp"]
