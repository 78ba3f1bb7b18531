"""What people can open and press on the review desk, and what they see of cameras and nodes."""

from __future__ import annotations

import re
from datetime import timedelta

import lxml.html
import pytest

from supervision.core import clock, crypto
from supervision.core.actor import SYSTEM
from supervision.core.audit import AuditEntry
from supervision.core.db import db, transaction
from supervision.core.scope import visible
from supervision.hazard.models import Hazard
from supervision.video import queries
from supervision.video.kinds import DEFAULT_RULES, SHAPES
from supervision.video.models import Camera
from supervision.video.workflow import ReviewState
from tests.factories.video import (
    PRESS,
    URL,
    make_camera,
    make_event,
    make_node,
    make_violation,
    media_of,
)
from tests.pages import error_text
from vision.contract import (
    CameraHealth,
    CameraState,
    DayKind,
    Direction,
    Line,
    Rule,
    RuleKind,
    Schedule,
    StreamFault,
    Zone,
)

READERS = [
    (None, 302),
    ("no_role", 403),
    ("worker", 403),
    ("other_district", 404),
    ("other_plant", 404),
    ("plant_manager", 200),
    ("safety_manager", 200),
    ("district_officer", 200),
    ("city_officer", 200),
    ("section_chief", 200),
    ("video_operator", 200),
    ("auditor", 200),
    ("administrator", 200),
]
CAMERA_EDITORS = [
    (None, 302),
    ("no_role", 403),
    ("plant_manager", 403),
    ("district_officer", 403),
    ("video_operator", 403),
    ("auditor", 403),
    ("section_chief", 200),
    ("administrator", 200),
]
NODE_ADMINS = [
    (None, 302),
    ("no_role", 403),
    ("plant_manager", 403),
    ("section_chief", 403),
    ("video_operator", 403),
    ("auditor", 403),
    ("administrator", 200),
]


@pytest.fixture
def node(app, cast):
    return make_node(app)


@pytest.fixture
def camera(cast, node):
    return make_camera(cast, node)


def status_of(violation_id):
    db.session.rollback()
    return queries.get_violation(violation_id, SYSTEM).status


@pytest.mark.parametrize(("who", "status"), READERS)
def test_who_may_open_a_violation_its_media_and_its_camera(pages, node, camera, who, status):
    ident = make_violation(node, camera)
    for url in (f"/video/{ident}", *media_of(ident), f"/video/cameras/{camera}"):
        assert pages.get(who, url).status_code == status, url


@pytest.mark.parametrize(("who", "seen"), [
    ("other_district", 0), ("other_plant", 0), ("plant_manager", 1), ("city_officer", 1),
])  # fmt: skip
def test_lists_show_what_one_may_see(pages, node, camera, who, seen):
    ident = make_violation(node, camera, with_files=False)
    assert pages.get(who, "/video/").text.count(f'link" href="/video/{ident}"') == seen
    assert pages.get(who, "/video/cameras/").text.count("Line 2 north") == seen


@pytest.mark.parametrize(("who", "status"), CAMERA_EDITORS)
def test_who_may_change_a_camera(pages, cast, camera, who, status):
    assert pages.get(who, f"/video/cameras/{camera}/edit").status_code == status
    assert pages.get(who, f"/video/cameras/new/{cast.plant_id}").status_code == status


def test_a_chief_adds_no_camera_to_another_districts_enterprise(pages, cast):
    url = f"/video/cameras/new/{cast.far_plant_id}"
    assert pages.get("section_chief", url).status_code == 404
    assert pages.post("section_chief", url, camera_form()).status_code == 404


@pytest.mark.parametrize(("who", "status"), NODE_ADMINS)
def test_who_may_administer_nodes(pages, node, who, status):
    for url in ("/video/nodes/", f"/video/nodes/{node.id}", "/video/nodes/parked"):
        assert pages.get(who, url).status_code == status, url


@pytest.mark.parametrize("language", ["zh_Hans_CN", "en"])
def test_the_queue_shows_what_waits_and_says_so_when_nothing_does(pages, node, camera, language):
    assert "/video/1" not in pages.get("video_operator", "/video/", language=language).text
    ident = make_violation(node, camera, with_files=False)
    assert f"/video/{ident}" in pages.get("video_operator", "/video/", language=language).text


@pytest.mark.parametrize(
    ("query", "seen"),
    [
        ("", 2),
        ("status=", 2),
        ("status=confirmed", 0),
        ("rule=fire_smoke", 1),
        ("region=330110", 2),
        ("region=330113", 0),
        ("camera=999", 0),
        ("seen_from=2020-01-01&seen_to=2020-01-02", 0),
        ("sort=oldest", 2),
        ("status=nonsense&rule=nonsense&region=x&seen_from=x&camera=x&sort=x&page=x", 2),
    ],
)
def test_the_queue_is_narrowed_by_its_filters(pages, node, camera, query, seen):
    make_violation(node, camera, with_files=False)
    make_violation(node, camera, with_files=False, rule_kind=RuleKind.FIRE_SMOKE)
    page = pages.get("city_officer", f"/video/?{query}")
    assert page.text.count('class="row-link"') == seen


def test_the_page_shows_clip_snapshot_boxes_and_model(pages, node, camera):
    ident = make_violation(node, camera, zone_id="press")
    page = pages.get("video_operator", f"/video/{ident}").text
    for address in media_of(ident):
        assert f'src="{address}"' in page
    assert 'x="400.0" y="200.0" width="100.0" height="150.0"' in page
    assert "boxes-zone" in page
    assert "site-safety 1" in page
    assert "Press" in page


def test_a_violation_whose_files_are_still_on_their_way_says_so(pages, node, camera):
    event = make_event(node, queries.get_camera(camera, SYSTEM).uid)
    node.send(event)
    [found] = db.session.scalars(queries.list_violations(SYSTEM, queries.ViolationFilter()))
    page = pages.get("video_operator", f"/video/{found.id}")
    assert "The clip has not arrived yet." in page.text


def test_a_clip_is_served_in_ranges(pages, node, camera):
    _snapshot, film = media_of(make_violation(node, camera))
    answer = pages.get("video_operator", film, headers={"Range": "bytes=4-7"})
    assert (answer.status_code, answer.data) == (206, b"ftyp")
    assert answer.headers["Content-Type"] == "video/mp4"


def test_a_verdict_leads_to_the_next_and_in_the_end_to_an_empty_queue(pages, node, camera):
    old = make_violation(
        node, camera, with_files=False, started_at=clock.now() - timedelta(minutes=9)
    )
    new = make_violation(node, camera, with_files=False, rule_id="vest_missing")
    answer = pages.post("video_operator", f"/video/{new}/reject?sort=newest", {"reason": "test"})
    assert answer.location == f"/video/{old}?sort=newest"
    answer = pages.post("video_operator", f"/video/{old}/confirm?sort=newest")
    assert answer.location == "/video/?sort=newest"
    assert [status_of(i) for i in (new, old)] == [ReviewState.REJECTED, ReviewState.CONFIRMED]


def test_verdicts_work_as_plain_forms(pages, node, camera):
    first = make_violation(node, camera, with_files=False)
    second = make_violation(node, camera, with_files=False)
    page = pages.get("video_operator", f"/video/{second}").text
    assert re.findall(r'action="(/video/\d+/\w+)', page) == [
        f"/video/{second}/confirm", f"/video/{second}/reject", f"/video/{second}/duplicate"
    ]  # fmt: skip
    answer = pages.post("video_operator", f"/video/{second}/duplicate", {"original": first})
    assert answer.status_code == 302
    assert status_of(second) is ReviewState.DUPLICATE


@pytest.mark.parametrize(
    ("step", "data"),
    [
        ("reject", {}),
        ("reject", {"reason": "nonsense"}),
        ("reject", {"reason": "other"}),
        ("confirm", {"confirm-note": "x" * 2001}),
        ("duplicate", {}),
        ("duplicate", {"original": "999"}),
        ("duplicate", {"original": "x"}),
    ],
)
def test_an_incomplete_verdict_changes_nothing(pages, node, camera, step, data):
    make_violation(node, camera, with_files=False)
    ident = make_violation(node, camera, with_files=False)
    assert pages.post("video_operator", f"/video/{ident}/{step}", data).status_code == 422
    assert status_of(ident) is ReviewState.PENDING


def test_the_second_of_two_people_sees_the_first_ones_verdict(pages, node, camera):
    ident = make_violation(node, camera, with_files=False)
    pages.post("video_operator", f"/video/{ident}/reject", {"reason": "compliant"})
    late = pages.post("district_officer", f"/video/{ident}/confirm")
    assert late.status_code == 409
    assert "Video Operator" in late.text
    assert not db.session.scalars(visible(Hazard, SYSTEM)).all()


@pytest.mark.parametrize(
    ("who", "status"),
    [(None, 302), ("auditor", 403), ("worker", 403), ("other_district", 404), ("other_plant", 404)],
)
def test_who_may_not_press_a_button(pages, node, camera, who, status):
    first = make_violation(node, camera, with_files=False)
    ident = make_violation(node, camera, with_files=False)
    for step, data in (
        ("confirm", {}), ("reject", {"reason": "test"}), ("duplicate", {"original": first}),
    ):  # fmt: skip
        answer = pages.post(who, f"/video/{ident}/{step}", data)
        assert answer.status_code == status, step
    assert status_of(ident) is ReviewState.PENDING


def test_whoever_may_not_decide_sees_no_buttons(pages, node, camera):
    ident = make_violation(node, camera, with_files=False)
    assert f"/video/{ident}/confirm" not in pages.get("auditor", f"/video/{ident}").text


def test_the_menu_counts_what_waits(pages, node, camera):
    make_violation(node, camera, with_files=False)
    assert re.search(
        r"Video review</span>\s*<span class=\"badge count\">1<",
        pages.get("video_operator", "/video/cameras/").text,
    )


# ---- cameras ----------------------------------------------------------------------------------


def camera_form(**changes):
    values = {
        "name": "Gate",
        "place": "North gate",
        "stream_url": "rtsp://viewer:secret-word@cameras.example/gate",
        "node_id": "0",
        "input_size": "640x384",
        "analysed_fps": "4",
        "is_enabled": "y",
        "adaptive": "y",
        "gate": "y",
        "scan_s": "10",
        "view_check": "y",
        "zones": "lane | Fire lane | 0.1,0.1 0.9,0.1 0.5,0.9",
        "lines": "gate | Gate | 0.1,0.8 0.9,0.8",
    }
    values |= {f"{kind}_weekdays": list("1234567") for kind in SHAPES}
    return {**values, **changes}


def only_camera():
    db.session.rollback()
    return db.session.scalars(visible(Camera, SYSTEM)).one()


def test_a_camera_with_zones_and_rules_is_added_and_its_address_never_shown(pages, cast, node):
    data = camera_form(
        node_id=str(node.id),
        intrusion_on="y",
        intrusion_zones="lane",
        intrusion_weekdays=list("12345"),
        intrusion_start="22:00",
        intrusion_end="06:00",
        helmet_missing_zones="*",
    )
    answer = pages.post("section_chief", f"/video/cameras/new/{cast.plant_id}", data)
    camera = only_camera()
    assert answer.location == f"/video/cameras/{camera.id}"
    assert crypto.decrypt(camera.stream_url) == data["stream_url"]
    assert "secret-word" not in camera.stream_url
    helmet, intrusion = camera.rule_list
    assert (helmet.rule_id, helmet.zone_id) == ("helmet_missing", None)
    assert (intrusion.rule_id, intrusion.zone_id) == ("intrusion:lane", "lane")
    assert intrusion.schedule.weekdays == (1, 2, 3, 4, 5)
    assert (intrusion.schedule.start_minute, intrusion.schedule.end_minute) == (1320, 360)
    for url in (
        f"/video/cameras/{camera.id}",
        f"/video/cameras/{camera.id}/edit",
        "/video/cameras/",
    ):
        for who in ("section_chief", "administrator"):
            page = pages.get(who, url).text
            assert "secret-word" not in page
            assert camera.stream_url not in page
    assert (
        "rtsp://cameras.example" in pages.get("section_chief", f"/video/cameras/{camera.id}").text
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"stream_url": ""}, "This field is required."),
        ({"stream_url": "rtsp://evil.example/x"}, "evil.example is not on the list"),
        ({"stream_url": "rtsp://127.0.0.1.evil.example/x"}, "is not on the list"),
        ({"stream_url": "rtsp://cameras.example@evil.example/x"}, "evil.example is not on"),
        ({"stream_url": "file:///etc/passwd"}, "A stream address starts with"),
        ({"stream_url": "gopher://cameras.example/x"}, "A stream address starts with"),
        ({"stream_url": "rtsp:///x"}, "names no host"),
        ({"stream_url": "rtsp://[bad/x"}, "cannot be read"),
        ({"stream_url": "rtsp://cameras.example/a b"}, "cannot be read"),
        ({"input_size": "640"}, "width x height"),
        ({"input_size": "641x384"}, "multiple of 32"),
        ({"analysed_fps": "0"}, "between 0.1 and 60"),
        ({"analysed_fps": "nan"}, "between 0.1 and 60"),
        ({"name": ""}, "This field is required."),
        ({"zones": "lane | Lane | 0.1,0.1 0.2,0.2"}, "three or more points"),
        ({"intrusion_on": "y", "intrusion_zones": "nowhere"}, "no zone called nowhere"),
        ({"intrusion_on": "y", "intrusion_votes_needed": "9"}, "votes_window"),
        ({"intrusion_on": "y", "intrusion_weekdays": "8"}, "at least one weekday"),
        ({"intrusion_on": "y", "intrusion_days": "feast"}, "Choose one of the list."),
        ({"vest_missing_zones": ["lane", "yard"]}, "no zone called yard"),
        ({"lines": "a | A | 0,0 1,0\n\nb | B | 0,0 0,0"}, "Line 3: it needs two different"),
        ({"line_crossing_on": "y"}, "Tick the lines"),
        ({"line_crossing_on": "y", "line_crossing_lines": "door"}, "no line called door"),
        ({"post_absent_on": "y"}, "Tick the zones"),
        ({"exit_blocked_on": "y", "exit_blocked_zones": "lane", "exit_blocked_min_share": "2"},
         "between 0 and 1"),
        ({"crowding_on": "y", "crowding_min_count": "0"}, "between 1 and 1000"),
        ({"scan_s": "0"}, "between 1 and 600"),
        ({"sub_url": "rtsp://evil.example/x"}, "evil.example is not on the list"),
    ],
)  # fmt: skip
def test_what_does_not_fit_a_camera_is_named_and_nothing_is_written(pages, cast, change, message):
    url = f"/video/cameras/new/{cast.plant_id}"
    answer = pages.post("section_chief", url, camera_form(**change))
    assert answer.status_code == 422
    assert message in error_text(answer)
    assert "secret-word" not in answer.text
    db.session.rollback()
    assert db.session.scalars(visible(Camera, SYSTEM)).all() == []


def test_an_empty_address_keeps_the_present_one(pages, camera):
    url = f"/video/cameras/{camera}/edit"
    answer = pages.post("section_chief", url, camera_form(stream_url="", name="Renamed"))
    assert answer.status_code == 302
    kept = only_camera()
    assert (kept.name, crypto.decrypt(kept.stream_url)) == ("Renamed", URL)
    pages.post("section_chief", url, camera_form(stream_url="rtsp://cameras.example/new"))
    assert crypto.decrypt(only_camera().stream_url) == "rtsp://cameras.example/new"


def saved_again(pages, camera, **changes):
    """The form as the page shows it, sent back; ``changes`` by name, None leaves a field out."""
    page = lxml.html.fromstring(pages.get("section_chief", f"/video/cameras/{camera}/edit").text)
    [form] = page.xpath("//form[@data-camera-form]")
    data = {}
    for name, value in form.form_values():
        data.setdefault(name, []).append(value)
    data = {k: v for k, v in {**data, **changes}.items() if v is not None}
    return pages.post("section_chief", f"/video/cameras/{camera}/edit", data)


def settings_of(camera):
    names = ("zones", "lines", "rules", "input_size", "analysed_fps", "node_id", "is_enabled")
    names += ("adaptive", "gate", "scan_s", "view_check", "stream_url", "sub_url")
    return {name: getattr(camera, name) for name in names}


def test_opening_and_saving_a_camera_changes_nothing(pages, cast, node):
    zones = (PRESS, Zone("post", "Post", ((0, 0), (1, 0), (1, 1)), shared="gate-a"))
    always = Schedule(weekdays=(6, 7), start_minute=480, end_minute=60, days=DayKind.REST_DAY)
    camera = make_camera(
        cast,
        node,
        sub_url=f"{URL}/sub",
        zones=zones,
        lines=(Line("gate", "Gate", (0.1, 0.8), (0.9, 0.8)),),
        adaptive=False,
        view_check=False,
        scan_s=20.0,
        rules=(
            DEFAULT_RULES[RuleKind.HELMET_MISSING],
            Rule("vest_missing:press", RuleKind.VEST_MISSING, "press"),
            Rule("vest_missing:post", RuleKind.VEST_MISSING, "post"),
            Rule("intrusion:press", RuleKind.INTRUSION, "press", always, dwell_s=2.5),
            Rule(
                "line_crossing:gate",
                RuleKind.LINE_CROSSING,
                dwell_s=0.0,
                line_id="gate",
                direction=Direction.TO_LEFT,
            ),
            Rule("crowding", RuleKind.CROWDING, dwell_s=10.0, min_count=7, severity="critical"),
            Rule("post_absent:post", RuleKind.POST_ABSENT, "post", dwell_s=90.0),
            Rule("exit_blocked:press", RuleKind.EXIT_BLOCKED, "press", min_share=0.5),
        ),
    )
    before = settings_of(only_camera())
    assert saved_again(pages, camera).status_code == 302
    assert settings_of(only_camera()) == before


def test_a_camera_of_version_1_keeps_working(pages, camera):
    """Zones and rules that were written before there were lines, shared places and kinds of day."""
    with transaction():
        row = only_camera()
        row.zones = [{"zone_id": "press", "name": "Press", "polygon": [[0, 0], [1, 0], [1, 1]]}]
        plain = {
            "weekdays": [1, 2],
            "start_minute": 0,
            "end_minute": 0,
            "timezone": "Asia/Shanghai",
        }
        row.rules = [
            {"rule_id": "intrusion:press", "kind": "intrusion", "zone_id": "press",
             "schedule": plain, "dwell_s": 3.0}
        ]  # fmt: skip
    assert pages.get("plant_manager", f"/video/cameras/{camera}").status_code == 200
    assert saved_again(pages, camera).status_code == 302
    [rule] = only_camera().rule_list
    assert (rule.dwell_s, rule.schedule.weekdays) == (3.0, (1, 2))


def test_equipment_is_ticked_for_each_zone_and_the_whole_picture_holds_in_all(pages, cast):
    data = camera_form(
        zones="a | A | 0,0 1,0 1,1\nb | B | 0,0 1,0 1,1",
        helmet_missing_zones=["a", "b"],
        vest_missing_zones=["*", "b"],
    )
    pages.post("section_chief", f"/video/cameras/new/{cast.plant_id}", data)
    assert [rule.rule_id for rule in only_camera().rule_list] == [
        "helmet_missing:a", "helmet_missing:b", "vest_missing"
    ]  # fmt: skip


def test_the_sub_streams_address_is_as_secret_as_the_other_and_can_be_taken_away(pages, camera):
    url = f"/video/cameras/{camera}/edit"
    sub = "rtsp://viewer:other-secret@cameras.example/sub"
    assert pages.post("section_chief", url, camera_form(sub_url=sub)).status_code == 302
    kept = only_camera()
    assert crypto.decrypt(kept.sub_url) == sub
    for page in (url, f"/video/cameras/{camera}"):
        text = pages.get("section_chief", page).text
        assert "other-secret" not in text
        assert "rtsp://cameras.example" in text
    refused = pages.post("section_chief", url, camera_form(sub_url=sub, name=""))
    assert refused.status_code == 422
    assert "other-secret" not in refused.text
    entries = visible(AuditEntry, SYSTEM, AuditEntry.data)
    assert "other-secret" not in str(db.session.scalars(entries).all())
    pages.post("section_chief", url, camera_form())
    assert crypto.decrypt(only_camera().sub_url) == sub
    pages.post("section_chief", url, camera_form(drop_sub="y"))
    assert only_camera().sub_url == ""


def test_what_was_typed_is_drawn(pages, cast):
    data = camera_form(name="", intrusion_on="y", intrusion_zones="lane")
    page = pages.post("section_chief", f"/video/cameras/new/{cast.plant_id}", data).text
    assert '<polygon points="160,90 1440,90 800,810 "' in page
    assert 'x1="160" y1="720" x2="1440" y2="720"' in page


def test_the_true_state_of_a_camera_is_shown(pages, node, camera):
    uid = only_camera().uid
    assert "Unknown: node is offline" in pages.get("plant_manager", "/video/cameras/").text
    node.beat(CameraHealth(uid, CameraState.FAILED, fault=StreamFault.AUTHENTICATION))
    page = pages.get("plant_manager", f"/video/cameras/{camera}").text
    assert "Failed" in page
    assert "User name or password refused" in page
    node.beat(CameraHealth(uid, CameraState.RUNNING, fps=3.9))
    assert "Running" in pages.get("plant_manager", "/video/cameras/").text
    with clock.frozen(clock.now() + timedelta(hours=1)):
        assert "Unknown: node is offline" in pages.get("plant_manager", "/video/cameras/").text


# ---- nodes ------------------------------------------------------------------------------------


def test_a_new_nodes_token_works_and_is_shown_once(app, pages):
    answer = pages.post("administrator", "/video/nodes/", {"name": "Gate house"})
    [token] = set(re.findall(r"anqi_[\w-]{43}", answer.text))
    headers = {"Authorization": f"Bearer {token}"}
    told = app.test_client().get("/api/vision/v1/config", headers=headers)
    assert told.status_code == 200
    [node] = db.session.scalars(queries.list_nodes(SYSTEM))
    assert told.json["node"] == node.uid
    assert token not in pages.get("administrator", f"/video/nodes/{node.id}").text
    assert "no-store" in answer.headers["Cache-Control"]


def test_a_second_token_works_until_its_day_has_passed_and_the_first_can_be_revoked(pages, node):
    url = f"/video/nodes/{node.id}"
    day = clock.today()
    answer = pages.post(
        "administrator", f"{url}/tokens", {"label": "spare", "expires_on": str(day)}
    )
    assert answer.status_code == 201
    first, node.token = node.token, re.search(r"anqi_[\w-]{43}", answer.text)[0]
    assert node.beat().status_code == 200
    with clock.frozen(clock.end_of(day)):
        assert node.beat().status_code == 401
    revoke = f"{url}/tokens/{node.token_id}/revoke"
    assert pages.post("administrator", revoke).status_code == 302
    node.token = first
    assert node.beat().status_code == 401
    assert "Revoked" in pages.get("administrator", url).text


def test_a_token_may_not_end_in_the_past(pages, node):
    data = {"label": "late", "expires_on": "2020-01-01"}
    answer = pages.post("administrator", f"/video/nodes/{node.id}/tokens", data)
    assert answer.status_code == 422
    assert "This day has passed." in error_text(answer)


def test_a_token_of_another_node_is_not_found_under_this_one(app, pages, node):
    other = make_node(app, "Other")
    url = f"/video/nodes/{node.id}/tokens/{other.token_id}/revoke"
    assert pages.post("administrator", url).status_code == 404
    assert other.beat().status_code == 200


@pytest.mark.parametrize("who", [w for w, status in NODE_ADMINS if status == 403])
def test_who_may_not_change_nodes(pages, node, who):
    assert pages.post(who, "/video/nodes/", {"name": "x"}).status_code == 403
    assert pages.post(who, f"/video/nodes/{node.id}/tokens", {"label": "x"}).status_code == 403
    revoke = f"/video/nodes/{node.id}/tokens/{node.token_id}/revoke"
    assert pages.post(who, revoke).status_code == 403
    assert node.beat().status_code == 200


def test_a_parked_message_is_shown_with_its_node_and_its_problem(pages, node):
    node.call("POST", "/violations", data=b'{"event_id": "ev-7", "colour": "<b>red</b>"}')
    page = pages.get("administrator", "/video/nodes/parked").text
    assert "unknown field" in page
    assert "ev-7" in page
    assert "<b>red</b>" not in page
    assert "1 parked message" in pages.get("administrator", "/").text


# ---- on other slices' pages ------------------------------------------------------------------


def test_the_start_page_tells_what_waits_and_which_node_is_silent(pages, node, camera):
    make_violation(node, camera, with_files=False)
    node.beat()
    assert "silent" not in error_text(pages.get("administrator", "/"))
    with clock.frozen(clock.now() + timedelta(hours=1)):
        assert "Gate house has been silent" in error_text(pages.get("administrator", "/"))
        assert "silent" not in error_text(pages.get("video_operator", "/"))
    assert "To be reviewed" in error_text(pages.get("video_operator", "/"))


def test_the_file_of_an_enterprise_shows_its_cameras_and_verdicts(pages, app, cast, node, camera):
    from supervision.video import panels

    ident = make_violation(node, camera, with_files=False)
    pages.post("video_operator", f"/video/{ident}/reject", {"reason": "permitted"})
    actor = cast["district_officer"]
    with app.test_request_context("/"):
        html = panels.panel(cast.plant_id, actor)
        assert "Line 2 north" in html
        assert f"/video/{ident}" in html
        [item] = panels.timeline(cast.plant_id, actor, None, 10)
        assert item.who == "Video Operator"
        assert panels.timeline(cast.plant_id, actor, item.at, 10) == []
        assert panels.timeline(cast.plant_id, cast["other_district"], None, 10) == []


def test_longer_lists_ask_no_more_questions(app, pages, cast, node):
    """A page of twelve rows reads the database as often as a page of three."""
    asked: list[str] = []

    def note(_connection, _cursor, statement, *_rest):
        asked.append(statement)

    def questions(url):
        asked.clear()
        assert pages.get("administrator", url).status_code == 200
        return len(asked)

    def grow(count):
        for number in range(count):
            make_violation(node, make_camera(cast, node, name=f"C{number}"), with_files=False)

    urls = ("/video/", "/video/cameras/", f"/video/nodes/{node.id}", "/video/nodes/")
    db.event.listen(db.engine, "before_cursor_execute", note)
    try:
        grow(3)
        few = [questions(url) for url in urls]
        grow(9)
        assert [questions(url) for url in urls] == few
    finally:
        db.event.remove(db.engine, "before_cursor_execute", note)
