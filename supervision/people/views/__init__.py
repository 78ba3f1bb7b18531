"""HTTP of people, certificates, trainings, hours and staffing."""

from __future__ import annotations

from supervision.people.views import (
    certificates,  # noqa: F401 - adds its addresses to the blueprint
    own,  # noqa: F401 - likewise
    persons,  # noqa: F401 - likewise
    sessions,  # noqa: F401 - likewise
    staffing,  # noqa: F401 - likewise
    tables,  # noqa: F401 - likewise
)
from supervision.people.views.blueprint import bp

__all__ = ["bp"]
