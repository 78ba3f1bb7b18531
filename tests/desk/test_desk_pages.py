"""What people see and press on the desk and its grid, and what their browsers ask for."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from supervision.core.db import db
from supervision.desk import queries as desk
from supervision.desk.workflow import OpinionState
from supervision.video import queries
from supervision.video.workflow import ReviewState
from tests.factories.video import make_camera, make_node, make_violation
from tests.pages import error_text
from tests.statements import counted
from vision.contract import RuleKind

JSON = {"Accept": "application/json"}
FIRE = {"rule_id": "fire_smoke", "rule_kind": RuleKind.FIRE_SMOKE}


@pytest.fixture
def node(app, cast):
    return make_node(app)


@pytest.fixture
def camera(cast, node):
    return make_camera(cast, node)


def cards_of(response):
    return [int(i) for i in re.findall(r'data-violation="(\d+)"', response.text)]


def tiles_of(response):
    return [int(i) for i in re.findall(r'name="id" value="(\d+)"', response.text)]


def status_of(violation_id, cast):
    db.session.rollback()
    return queries.get_violation(violation_id, cast["video_operator"]).status


def test_the_desk_shows_the_gravest_that_has_waited_longest(pages, node, camera):
    first = make_violation(node, camera)
    make_violation(node, camera, with_files=False)
    fire = make_violation(node, camera, colour="navy", **FIRE)
    page = pages.get("video_operator", "/desk/")
    assert cards_of(page) == [fire]
    assert "/media/" in page.text
    assert "Critical" in error_text(page)
    assert cards_of(pages.get("video_operator", f"/desk/{first}?rule=fire_smoke")) == [first]
    ahead = pages.as_("video_operator").get(f"/desk/ahead?after={fire}&without={fire}")
    assert cards_of(ahead)[0] == first
    assert ahead.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_an_empty_desk_says_when_the_last_one_came(pages, node, camera, language):
    assert pages.get("video_operator", "/desk/", language=language).status_code == 200
    ident = make_violation(node, camera, with_files=False)
    pages.post("video_operator", f"/desk/{ident}/reject", {"reason": "test"})
    for address in ("/desk/", "/desk/grid"):
        said = error_text(pages.get("video_operator", address, language=language))
        assert re.search(r"20\d\d", said)
    assert "Without filters" in error_text(pages.get("video_operator", "/desk/grid?rule=fall"))


def test_a_plain_form_goes_on_to_the_next_and_a_script_gets_a_word(pages, node, camera, cast):
    first = make_violation(node, camera)
    second = make_violation(node, camera, colour="navy")
    gone = pages.post("video_operator", f"/desk/{first}/confirm", {"confirm-note": "Seen"})
    assert gone.location.endswith(f"/desk/{second}")
    answer = pages.as_("video_operator").post(
        f"/desk/{second}/reject", data={"reason": "compliant"}, headers=JSON
    )
    assert answer.json["message"] == "Rejected: not a violation."
    assert status_of(first, cast) is ReviewState.CONFIRMED
    page = pages.get("video_operator", f"/desk/{first}")
    assert "Video Operator" in error_text(page)
    assert 'data-pending=""' in page.text


def test_what_is_refused_says_why_and_keeps_its_place(pages, node, camera, cast):
    ident = make_violation(node, camera, with_files=False)
    client = pages.as_("video_operator")
    for data in ({}, {"reason": "other"}):
        answer = client.post(f"/desk/{ident}/reject", data=data, headers=JSON)
        assert answer.status_code == 422
        assert answer.json["message"]
        assert pages.post("video_operator", f"/desk/{ident}/reject", data).status_code == 422
    assert pages.post("video_operator", f"/desk/{ident}/duplicate", {}).status_code == 422
    assert status_of(ident, cast) is ReviewState.PENDING
    pages.post("district_officer", f"/desk/{ident}/reject", {"reason": "test"})
    late = client.post(f"/desk/{ident}/confirm", headers=JSON)
    assert late.status_code == 409
    assert "District Officer" in late.json["message"]
    assert pages.post("video_operator", f"/desk/{ident}/confirm").status_code == 409


def test_a_duplicate_is_chosen_among_the_others_of_the_camera(pages, node, camera, cast):
    first = make_violation(node, camera)
    second = make_violation(node, camera, colour="navy")
    page = pages.get("video_operator", f"/desk/{second}/originals")
    assert f'value="{first}"' in page.text
    pages.post("video_operator", f"/desk/{second}/duplicate", {"original": first})
    assert status_of(second, cast) is ReviewState.DUPLICATE


def test_the_grid_is_paged_and_narrowed_and_decides_many_at_once(pages, node, camera, cast):
    south = make_camera(cast, node, name="South")
    ids = [make_violation(node, camera, with_files=False) for _ in range(3)]
    other = make_violation(node, south, with_files=False)
    fire = make_violation(node, camera, with_files=False, **FIRE)
    assert tiles_of(pages.get("video_operator", "/desk/grid")) == [fire, *ids, other]
    narrowed = f"/desk/grid?severity=general&camera={camera}&after={ids[0]}&region=330110001"
    assert tiles_of(pages.get("video_operator", narrowed)) == ids[1:]
    assert tiles_of(pages.get("video_operator", f"/desk/grid?before={ids[1]}")) == [fire, ids[0]]
    assert tiles_of(pages.get("video_operator", "/desk/grid?enterprise=999999")) == []

    bulk = {"id": [ids[0], *ids[1:], other], "verdict": "duplicate"}
    done = pages.post("video_operator", "/desk/bulk", bulk)
    assert "2 decided." in error_text(done)
    assert "Choose another violation of the same camera." in error_text(done)
    assert f'value="{other}" tabindex="-1" checked' in done.text
    assert status_of(ids[2], cast) is ReviewState.DUPLICATE
    assert status_of(other, cast) is ReviewState.PENDING


@pytest.mark.parametrize(
    "data",
    [
        {"id": ["{id}"]},
        {"verdict": "reject", "reason": "test"},
        {"id": ["{id}"], "verdict": "reject"},
        {"id": ["{id}"], "verdict": "reject", "reason": "other"},
        {"id": ["{id}"], "verdict": "duplicate"},
        {"id": [str(i) for i in range(1, 102)], "verdict": "confirm"},
    ],
)
def test_an_incomplete_verdict_on_many_changes_nothing(pages, node, camera, cast, data):
    ident = make_violation(node, camera, with_files=False)
    sent = {k: [i.format(id=ident) for i in v] if k == "id" else v for k, v in data.items()}
    assert pages.post("video_operator", "/desk/bulk", sent).status_code == 422
    assert status_of(ident, cast) is ReviewState.PENDING


def test_one_of_many_that_somebody_else_decided_stops_none_of_the_others(pages, node, camera, cast):
    ids = [make_violation(node, camera, with_files=False) for _ in range(3)]
    far = make_violation(
        node, make_camera(cast, node, enterprise_id=cast.far_plant_id), with_files=False
    )
    pages.post("district_officer", f"/desk/{ids[1]}/reject", {"reason": "test"})
    bulk = {"id": [*ids, far], "verdict": "reject", "reason": "compliant", "note": "Yard"}
    said = error_text(pages.post("video_operator", "/desk/bulk", bulk))
    assert "2 decided." in said
    assert "Not found." in said
    assert status_of(ids[0], cast) is status_of(ids[2], cast) is ReviewState.REJECTED


def test_a_question_goes_to_a_colleague_and_comes_back_with_an_answer(pages, node, camera, cast):
    ident = make_violation(node, camera, with_files=False)
    later = make_violation(node, camera, with_files=False)
    page = pages.get("video_operator", f"/desk/{ident}/opinion")
    chief = str(cast.accounts["section_chief"])
    assert f'value="{chief}"' in page.text
    assert "Video Operator" not in page.text.split("<select")[-1]
    for data in ({"question": "?", "colleague": "999"}, {"colleague": chief}):
        assert pages.post("video_operator", f"/desk/{ident}/opinion", data).status_code == 422
    asked = {"question": "Is that a helmet?", "colleague": chief}
    went = pages.post("video_operator", f"/desk/{ident}/opinion", asked)
    assert went.location.endswith(f"/desk/{later}")
    # It does not come back to whoever asked, and stands first for whom was asked.
    assert cards_of(pages.get("video_operator", "/desk/")) == [later]
    assert tiles_of(pages.get("video_operator", "/desk/grid?opinion=mine")) == [ident]
    assert tiles_of(pages.get("section_chief", "/desk/grid?opinion=asked")) == [ident]
    assert tiles_of(pages.get("district_officer", "/desk/grid?opinion=asked")) == []
    start = pages.get("section_chief", "/")
    assert "Second opinions asked of you" in error_text(start)
    card = pages.get("section_chief", f"/desk/{ident}")
    assert "Is that a helmet?" in error_text(card)
    [opinion] = re.findall(r"/desk/opinions/(\d+)/answer", card.text)
    answered = {"advice": "reject", "reason": "compliant", "words": "A white one"}
    pages.post("section_chief", f"/desk/opinions/{opinion}/answer", answered)
    said = error_text(pages.get("video_operator", "/desk/"))
    assert "Is that a helmet?" in said
    assert "A white one" in said
    assert tiles_of(pages.get("video_operator", "/desk/grid?opinion=answered")) == [ident]
    assert "A white one" in error_text(pages.get("auditor", f"/video/{ident}"))
    assert "A white one" not in error_text(pages.get("plant_manager", f"/video/{ident}"))


def test_a_question_is_for_ones_own_side_and_ends_with_the_verdict(pages, node, camera, cast):
    ident = make_violation(node, camera, with_files=False)
    pages.post("video_operator", f"/desk/{ident}/opinion", {"question": "Ours?", "colleague": ""})
    [opinion] = desk.get_card(ident, cast["video_operator"]).opinions
    assert "Ours?" not in error_text(pages.get("safety_manager", f"/desk/{ident}"))
    answer = f"/desk/opinions/{opinion.id}/answer"
    client = pages.as_("safety_manager")
    assert client.post(answer, data={"advice": "confirm"}).status_code == 404
    # Nobody answers oneself, and a second question waits for the first.
    own = pages.as_("video_operator").post(answer, data={"advice": "confirm"}, headers=JSON)
    assert own.status_code == 403
    again = pages.as_("district_officer").post(
        f"/desk/{ident}/opinion", data={"question": "And?", "colleague": ""}, headers=JSON
    )
    assert again.status_code == 409
    others = pages.as_("district_officer").post(f"/desk/opinions/{opinion.id}/withdraw")
    assert others.status_code == 302
    pages.post("video_operator", f"/desk/opinions/{opinion.id}/withdraw")
    db.session.rollback()
    assert desk.get_opinion(opinion.id, cast["auditor"]).status is OpinionState.WITHDRAWN
    pages.post("video_operator", f"/desk/{ident}/opinion", {"question": "Now?", "colleague": ""})
    [last] = desk.get_card(ident, cast["video_operator"]).opinions
    pages.post("video_operator", f"/desk/{ident}/reject", {"reason": "test"})
    late = pages.as_("district_officer").post(
        f"/desk/opinions/{last.id}/answer", data={"advice": "confirm"}, headers=JSON
    )
    assert late.status_code == 409


def test_who_looks_at_a_violation_is_shown_and_it_is_left_to_them(pages, node, camera):
    first = make_violation(node, camera, with_files=False)
    second = make_violation(node, camera, with_files=False)
    officer = pages.as_("district_officer")
    assert officer.post(f"/desk/{first}/viewing").json == {"others": [], "decided": ""}
    assert cards_of(pages.get("video_operator", "/desk/")) == [second]
    seen = pages.as_("video_operator").post(f"/desk/{first}/viewing").json
    assert seen["others"] == ["District Officer"]
    grid = error_text(pages.get("video_operator", "/desk/grid"))
    assert "District Officer is looking at it" in grid
    # Moving on leaves the first; the other side's names stay its own.
    officer.post(f"/desk/{second}/viewing", data={"left": first})
    assert "looking" not in error_text(pages.get("video_operator", f"/desk/{first}"))
    assert "looking" not in error_text(pages.get("safety_manager", "/desk/grid"))
    pages.post("video_operator", f"/desk/{second}/reject", {"reason": "test"})
    assert "Video Operator" in officer.post(f"/desk/{second}/viewing").json["decided"]


def test_a_longer_grid_asks_no_more_questions(pages, node, camera):
    def questions(address):
        client = pages.as_("video_operator")
        with counted() as statements:
            assert client.get(address).status_code == 200
        return len(statements)

    def grow(count):
        for number in range(count):
            ident = make_violation(node, camera, with_files=False)
            pages.as_("district_officer").post(f"/desk/{ident}/viewing")
            if number % 2:
                asked = {"question": "?", "colleague": ""}
                pages.post("district_officer", f"/desk/{ident}/opinion", asked)

    grow(4)
    first = [questions(a) for a in ("/desk/grid", "/desk/", "/desk/ahead")]
    grow(8)
    assert [questions(a) for a in ("/desk/grid", "/desk/", "/desk/ahead")] == first


def test_of_two_who_decide_at_once_one_is_told_that_it_was_too_late(app, pages, node, camera, cast):
    ident = make_violation(node, camera, with_files=False)
    clients = [pages.as_(who) for who in ("video_operator", "district_officer")]
    steps = (("confirm", {}), ("reject", {"reason": "test"}))
    with ThreadPoolExecutor() as pool:
        sent = [
            pool.submit(client.post, f"/desk/{ident}/{step}", data=data, headers=JSON)
            for client, (step, data) in zip(clients, steps, strict=True)
        ]
        answers = [one.result() for one in sent]
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    assert status_of(ident, cast) is not ReviewState.PENDING
