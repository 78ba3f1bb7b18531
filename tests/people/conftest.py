"""The shipped tables, without which nobody has a post or a certificate."""

from __future__ import annotations

import pytest

from tests.factories.people import load_tables


@pytest.fixture(autouse=True)
def tables(request):
    if "cast" in request.fixturenames:
        request.getfixturevalue("cast")
        load_tables()
