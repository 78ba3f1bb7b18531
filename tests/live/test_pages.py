"""What people see on the wall, on the health board and on the board of figures."""

from __future__ import annotations

import io
from datetime import timedelta

import lxml.html
import pytest
from openpyxl import load_workbook

from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.db import db, transaction
from supervision.live import board
from supervision.live.rules import Standing, standing_of
from supervision.video import days, queries, ticket_queries
from supervision.video.rules import LiveState
from tests.factories.video import camera_uid, make_camera, make_event, make_node, make_violation
from tests.pages import error_text
from vision.contract import (
    CameraHealth,
    CameraState,
    RuleKind,
    StorageHealth,
    StreamFault,
    ViewState,
)


def report(camera, state=CameraState.RUNNING, **more):
    return CameraHealth(camera_uid(camera), state, **more)


@pytest.fixture
def yard(app, cast):
    """Eight cameras of the plant, one of each standing and more, and one of the far plant."""
    node, silent = make_node(app), make_node(app, "Silent")
    names = ("Well", "Covered", "Failed", "Stalled", "Begins", "Unheard")
    made = {name: make_camera(cast, node, name=name) for name in names}
    made["Lost"] = make_camera(cast, silent, name="Lost")
    made["Loose"] = make_camera(cast, None, name="Loose")
    made["Off"] = make_camera(cast, node, name="Off", is_enabled=False)
    made["Far"] = make_camera(cast, node, name="Far", enterprise_id=cast.far_plant_id)
    with clock.frozen(clock.now() - timedelta(hours=1)):
        silent.beat(report(made["Lost"]))
    last = clock.now() - timedelta(seconds=90)
    node.beat(
        report(made["Well"], fps=4.0, last_frame_at=last),
        report(made["Covered"], view=ViewState.COVERED, view_since=last),
        report(made["Failed"], CameraState.FAILED, fault=StreamFault.AUTHENTICATION),
        report(made["Stalled"], CameraState.STALLED),
        report(made["Begins"], CameraState.STARTING),
        report(made["Far"]),
        storage=StorageHealth(free_mb=10, used_mb=9000, recording=False),
    )
    return node, made


def rows(answer, column=0):
    page = lxml.html.fromstring(answer.text)
    return [row.xpath("./td")[column].text_content().split()[0] for row in page.xpath("//tbody/tr")]


def test_the_database_says_of_a_camera_s_state_what_the_rules_say(app, cast, yard):
    at = board.Clock(clock.now(), 90)
    stmt = board.cameras(SYSTEM, board.CameraFilter(), at).add_columns(board.standing(at))
    found = {}
    for camera, place in db.session.execute(stmt).unique():
        health = camera.fresh_health
        standing = standing_of(camera.live_state(90), health.view if health else None)
        assert list(Standing)[place] is standing, camera.name
        found[camera.name] = standing
    assert set(found.values()) == set(Standing)
    assert found["Covered"] is Standing.BLIND
    assert {standing_of(state, None) for state in LiveState} == set(Standing) - {Standing.BLIND}


def test_the_health_board_shows_the_worst_first_and_only_one_s_own(pages, yard):
    _node, made = yard
    with transaction():
        ran = {clock.today(): {"running_s": 7200.0, "reconnects": 3, "dropped": 41}}
        days.add({made["Well"]: ran, made["Covered"]: ran})
    answer = pages.get("plant_manager", "/live/health")
    assert rows(answer) == [
        "Failed", "Stalled", "Covered", "Lost", "Begins", "Unheard", "Well", "Loose", "Off",
    ]  # fmt: skip
    text = error_text(answer)
    for said in ("User name or password refused", "recording off: disk full", "2 min ago"):
        assert said in text
    page = lxml.html.fromstring(answer.text)
    counts = {
        " ".join(link.text_content().split()) for link in page.xpath("//nav[@class='standings']/a")
    }
    assert {"9All", "2No picture", "1Blind: view faulty"} <= counts
    assert rows(pages.get("plant_manager", "/live/health?standing=blind")) == ["Covered"]
    assert rows(pages.get("plant_manager", "/live/health?text=los&sort=name")) == ["Lost"]
    assert rows(pages.get("other_district", "/live/health")) == ["Far"]
    nonsense = "/live/health?standing=x&node=y&enterprise=9999999999&region=%27&sort=q"
    assert len(rows(pages.get("plant_manager", nonsense))) == 9
    [ticket] = ticket_queries.open_of_camera(queries.get_camera(made["Failed"], SYSTEM), SYSTEM)
    assert ticket is not None
    assert rows(answer, 6)[0] == "1"
    book = load_workbook(io.BytesIO(pages.get("plant_manager", "/live/health.xlsx").data))
    table = list(book.active.iter_rows(values_only=True))
    well = next(row for row in table if row[0] == "Well")
    assert (well[8], well[9], well[10]) == (3, 41, 2)


def test_the_wall_shows_tiles_with_their_state_and_what_waits(pages, yard):
    node, made = yard
    make_violation(node, made["Well"], with_files=False)
    answer = pages.get("plant_manager", "/live/wall?tiles=4&sort=name")
    page = lxml.html.fromstring(answer.text)
    [wall] = page.xpath("//*[@data-wall]")
    assert (wall.get("data-every"), wall.get("data-width")) == ("2", "960")
    tiles = wall.xpath(".//article")
    assert len(tiles) == 4
    whole = pages.get("plant_manager", "/live/wall?tiles=16&sort=name")
    tiles = lxml.html.fromstring(whole.text).xpath("//article")
    names = [tile.xpath(".//h2")[0].text for tile in tiles]
    assert names == sorted(names)
    assert len(names) == 9
    asked = {name: tile.get("data-picture") for name, tile in zip(names, tiles, strict=True)}
    assert asked["Well"] == f"/live/{made['Well']}.jpg"
    # Of what is switched off no picture can come: none is asked for.
    assert asked["Off"] is None
    states = pages.get("plant_manager", f"/live/states.json?camera={made['Well']}"
                       f"&camera={made['Far']}&camera={made['Covered']}&camera=x").json["cameras"]  # fmt: skip
    assert set(states) == {str(made["Well"]), str(made["Covered"])}
    assert states[str(made["Well"])]["waiting"] == 1
    assert states[str(made["Covered"])]["tone"] == "bad"


def test_one_camera_large_leads_to_its_neighbours_of_the_same_filter(pages, yard):
    _node, made = yard

    def beside(name, query="?sort=name"):
        answer = pages.get("plant_manager", f"/live/wall/{made[name]}{query}")
        page = lxml.html.fromstring(answer.text)
        links = {a.get("rel"): a.get("href") for a in page.xpath("//a[@rel]")}
        return tuple(
            next((n for n, i in made.items() if f"/wall/{i}?" in (links.get(rel) or "")), None)
            for rel in ("prev", "next")
        )

    assert beside("Covered") == ("Begins", "Failed")
    assert beside("Begins") == (None, "Covered")
    assert beside("Stalled", "?standing=no_picture") == ("Failed", None)
    assert beside("Well", "?standing=no_picture") == (None, None)
    assert pages.get("plant_manager", f"/live/wall/{made['Far']}").status_code == 404


def test_the_figures_show_what_was_made_of_what_was_flagged(pages, yard):
    node, made = yard
    for name, reason in (("Well", "wrong_object"), ("Well", "permitted"), ("Covered", "")):
        violation = make_violation(node, made[name], with_files=False)
        if reason:
            pages.post("video_operator", f"/video/{violation}/reject", {"reason": reason})
        else:
            pages.post("video_operator", f"/video/{violation}/confirm", {})
    smoke = {"rule_id": "fire_smoke", "rule_kind": RuleKind.FIRE_SMOKE}
    node.send(make_event(node, camera_uid(made["Well"]), **smoke))
    with transaction():
        days.add({made["Well"]: {clock.today(): {"running_s": 36000.0}}})
    answer = pages.get("plant_manager", "/live/figures?span=7")
    assert "50%" in answer.text
    assert "Not what it was taken for 1" in error_text(answer)
    [_rules, cameras] = lxml.html.fromstring(answer.text).xpath("//table")
    first = [" ".join(cell.text_content().split()) for cell in cameras.xpath("./tbody/tr[1]/td")]
    assert first[0].startswith("Well")
    # Flagged 3, one false alarm in ten hours, ten in a hundred; one waits.
    assert (first[2], first[4], first[6], first[9]) == ("3", "1", "10.00in 10 h", "1")
    nothing = pages.get("other_district", "/live/figures")
    assert "Nothing was flagged in this span" in nothing.text
    for query in ("?rule=fire_smoke", "?first=2020-01-01&last=1999-01-01", "?first=x&sort=y"):
        assert pages.get("plant_manager", f"/live/figures{query}").status_code == 200
    book = load_workbook(io.BytesIO(pages.get("plant_manager", "/live/figures.xlsx").data))
    table = [row[1] for row in book.active.iter_rows(values_only=True)]
    assert table.count("Well") == 2
    lines = pages.get("plant_manager", "/live/figures.csv").data.decode("utf-8-sig").splitlines()
    assert len(lines) == 4


def test_a_longer_wall_and_board_ask_no_more_questions(app, pages, cast):
    node, asked = make_node(app), []

    def note(_connection, _cursor, statement, *_rest):
        asked.append(statement)

    def questions(url):
        asked.clear()
        assert pages.get("administrator", url).status_code == 200
        return len(asked)

    def grow(count):
        for number in range(count):
            made = make_camera(cast, node, name=f"C{number}")
            make_violation(node, made, with_files=False)
            node.beat(report(made))

    urls = ("/live/wall?tiles=16", "/live/health", "/live/figures")
    db.event.listen(db.engine, "before_cursor_execute", note)
    try:
        grow(3)
        few = [questions(url) for url in urls]
        grow(9)
        assert [questions(url) for url in urls] == few
    finally:
        db.event.remove(db.engine, "before_cursor_execute", note)
