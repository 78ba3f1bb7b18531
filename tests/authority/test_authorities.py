"""Authorities: on record once for each division, changed by those who answer for it."""

from __future__ import annotations

import pytest

from supervision.authority import queries
from supervision.core.errors import NotFound
from tests.factories.authorities import LINPING, YUHANG, certified_district, certify, make_authority
from tests.pages import error_text


def form(**changes: object) -> dict[str, object]:
    values = {
        "name": "Bureau of Yuhang",
        "region_code": "330110",
        "abbreviation": YUHANG,
        "address": "1 Road",
        "phone": "0571",
        "reconsideration_organ": "Government of Yuhang",
        "court": "Court of Yuhang",
        "is_active": "y",
        "row_version": 1,
    }
    return {**values, **changes}


def test_a_chief_puts_the_authority_of_the_own_division_on_record(pages, cast):
    assert pages.get("section_chief", "/authorities/new").status_code == 200
    assert pages.post("section_chief", "/authorities/new", form()).status_code == 302
    assert queries.authority_of("330110001").court == "Court of Yuhang"
    assert "Bureau of Yuhang" in pages.get("district_officer", "/authorities/").text


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"region_code": "330113"}, "This division lies outside your own."),
        ({"region_code": "330199"}, "No division on record has this code."),
        ({"abbreviation": "YH"}, "One to six Chinese characters"),
        ({"court": ""}, "This field is required."),
        ({"region_code": "330110001", "name": "Other"}, "Another authority has this already."),
    ],
)
def test_a_file_that_does_not_fit_is_refused_with_its_field(pages, cast, changes, message):
    make_authority()
    answer = pages.post("section_chief", "/authorities/new", form(**changes))
    assert answer.status_code == 422
    assert message in error_text(answer)


def test_only_who_answers_for_the_division_changes_it(pages, cast):
    here, there = make_authority(), make_authority("330113")
    assert pages.get("section_chief", f"/authorities/{there}/edit").status_code == 404
    assert pages.post("section_chief", f"/authorities/{there}/edit", form()).status_code == 404
    assert pages.get("district_officer", f"/authorities/{here}/edit").status_code == 403
    changed = form(court="New court", abbreviation=YUHANG)
    assert pages.post("section_chief", f"/authorities/{here}/edit", changed).status_code == 302
    assert queries.get_authority(here).court == "New court"
    assert queries.get_authority(there).abbreviation == LINPING


def test_the_second_of_two_editors_is_told_and_keeps_what_was_typed(pages, cast):
    here = make_authority()
    url = f"/authorities/{here}/edit"
    assert pages.post("section_chief", url, form(court="First")).status_code == 302
    late = pages.post("administrator", url, form(court="Second"))
    assert late.status_code == 409
    assert 'value="Second"' in late.text
    assert queries.get_authority(here).court == "First"


def test_the_longest_prefix_answers_and_a_closed_one_does_not(app, cast):
    city = make_authority("3301", name="City", abbreviation=LINPING)
    district = make_authority()
    assert queries.authority_of("330110001").id == district
    assert queries.authority_of("330113001").id == city
    with pytest.raises(NotFound):
        queries.authority_of("440300")


def test_officers_are_those_whose_certificate_holds_each_once(app, cast):
    from datetime import timedelta

    from supervision.core import clock

    authority = queries.get_authority(certified_district(cast))
    today = clock.today()
    certify(cast, "section_chief", authority.id, valid_to=today + timedelta(days=9), number="NEW")
    names = [c.account.name for c in queries.certified_officers(authority, today)]
    assert names == ["District Officer", "Section Chief"]
    assert queries.certified_officers(authority, today + timedelta(days=400)) == []
