"""Words of an address that mean something to Flask, and not to us, on the lists of issue 7."""

from __future__ import annotations

import pytest

LISTS = (
    "/self-checks/",
    "/self-checks/months",
    "/returns/",
    "/commitments/",
    "/scores/",
    "/duties/",
    "/duties/enterprises/{plant}",
    "/duties/supervision",
    "/hazards/",
)
ODD = "?endpoint=a&kind=b&enterprise_id=c&values=d&_external=1&_scheme=javascript&_method=PUT"


@pytest.mark.parametrize("address", LISTS)
def test_no_word_of_an_address_breaks_a_list_or_turns_its_links(cast, pages, address):
    answer = pages.get("city_officer", address.format(plant=cast.plant_id) + ODD)
    assert answer.status_code == 200
    assert "javascript:" not in answer.text
