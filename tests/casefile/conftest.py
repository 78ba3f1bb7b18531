"""What every case needs: rules, templates, an authority with certified officers."""

from __future__ import annotations

import pytest

from tests.factories.cases import law


@pytest.fixture
def district(cast) -> int:
    """The plant's authority, with two handlers who are certified today."""
    return law(cast)
