"""The registry between two districts: whoever sees one side writes in neither."""

from __future__ import annotations

from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.db import transaction
from supervision.enterprise import queries, relation_queries
from supervision.enterprise.models import RollStatus
from supervision.enterprise.uscc import demo_uscc
from supervision.licence import service as licences
from supervision.licence.workflow import LicenceState
from tests.factories.licences import load_licence, make_licence, paper
from tests.factories.orders import prepare, recorded
from tests.factories.roll import link, propose_merger
from tests.security.test_stale_pages import form_of


def test_the_other_sides_officer_reads_an_agreement_and_does_not_write_in_it(pages, cast):
    far = demo_uscc("330113", 3)
    row = link(cast, cast.plant_id, "plant_manager", counterpart_uscc=far)
    page = pages.get("other_district", f"/enterprises/links/{row}")
    assert page.status_code == 200
    assert f"/enterprises/links/{row}/end" not in page.get_data(as_text=True)
    check = {"done_on": clock.today().isoformat(), "checked_by": "X", "findings": "Y"}
    assert pages.post("other_district", f"/enterprises/links/{row}/check", check).status_code == 403
    end = pages.post("other_district", f"/enterprises/links/{row}/end", {"reason": "Over"})
    assert end.status_code == 403
    assert relation_queries.get_link(row, SYSTEM).ended_on is None
    end = pages.post("district_officer", f"/enterprises/links/{row}/end", {"reason": "Over"})
    assert end.status_code == 302


def test_nobody_ends_an_enterprise_of_another_district_by_a_merger_into_their_own(pages, cast):
    row = propose_merger(cast, cast.far_plant_id, cast.plant_id, "city_officer")
    where = f"/enterprises/restructurings/{row}"
    assert f"{where}/approve" not in pages.get("section_chief", where).get_data(as_text=True)
    typed = {"typed_name": "Invented Plant 3"}
    assert pages.post("section_chief", f"{where}/approve", typed).status_code == 403
    assert pages.post("section_chief", f"{where}/refuse", {"note": "No"}).status_code == 403
    far = queries.get_enterprise(cast.far_plant_id, SYSTEM)
    assert far.roll_status is RollStatus.IN_PRODUCTION


def test_a_licence_that_was_corrected_meanwhile_is_not_verified_unread(pages, cast):
    made = make_licence(cast, LicenceState.DRAFT)
    verify = f"/licences/{made}/verify"
    seen = form_of(pages.get("district_officer", f"/licences/{made}"), verify)
    with transaction():
        licences.correct(
            load_licence(made, cast["plant_manager"]),
            cast["plant_manager"],
            paper(issuing_authority="Another authority"),
        )
    seen |= {"means": "original"}
    assert pages.post("district_officer", verify, seen).status_code == 409
    assert load_licence(made).status is LicenceState.DRAFT


def test_a_filter_of_hundreds_of_fields_is_no_filter(pages):
    many = "&".join(f"f{i}=1" for i in range(150))
    assert pages.get("district_officer", f"/enterprises/?{many}").status_code == 200
    saved = {"name": "Many", "query": many}
    assert pages.post("district_officer", "/enterprises/filters", saved).status_code == 302


def test_a_division_of_thousands_of_digits_is_none(pages):
    for path in ("/enterprises/", "/licences/", "/people/", "/documents/", "/registrations/"):
        assert pages.get("district_officer", f"{path}?region={'9' * 4400}").status_code == 200


def test_the_story_of_a_file_holds_no_part_that_its_reader_may_not_open(pages, cast):
    prepare(cast)
    recorded(cast)
    make_licence(cast)
    file = f"/enterprises/{cast.plant_id}"
    known = pages.get("district_officer", file).get_data(as_text=True)
    told = pages.get("video_operator", file).get_data(as_text=True)
    for part in ("/inspections/", "/licences/"):
        assert f'href="{part}' in known
        assert f'href="{part}' not in told
