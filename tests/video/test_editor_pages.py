"""Zones, lines and masks are drawn, tried on stored clips, and saved."""

from __future__ import annotations

import json
from datetime import timedelta

import lxml.html
import pytest
from sqlalchemy import update

from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.audit import AuditEntry
from supervision.core.db import db, transaction
from supervision.core.scope import unscoped, visible
from supervision.video import jobs, masking, queries, replays, service
from supervision.video.job_models import NodeJob
from supervision.video.rules import RejectReason
from tests.factories.video import PRESS, make_camera, make_node, make_violation
from tests.pages import error_text
from vision import contract
from vision.contract import JobResult, Line, Mask, NodeWork, Raised, RuleKind

GATE = {"zone_id": "gate", "name": "Gate", "polygon": [[0, 0], [0.5, 0], [0.5, 1]], "shared": ""}
DESK = {"mask_id": "desk", "name": "Desk", "polygon": [[0.7, 0.1], [0.9, 0.1], [0.9, 0.4]]}
BOW = [[0.1, 0.1], [0.9, 0.9], [0.9, 0.1], [0.1, 0.9]]
HELMET = Raised("helmet_missing", RuleKind.HELMET_MISSING, 2.0, 6.5, 0.71)
INTRUSION = Raised("intrusion:press", RuleKind.INTRUSION, 3.0, 5.0, 0.8, "press")


@pytest.fixture
def node(app, cast):
    made = make_node(app)
    assert made.beat().status_code == 200
    return made


@pytest.fixture
def camera(cast, node):
    return make_camera(cast, node)


def now_of(camera):
    db.session.rollback()
    return queries.get_camera(camera, SYSTEM)


def sent(camera, *, zones=(), lines=(), masks=(), **more):
    """What the editor posts; the zone of the press stays unless it is said otherwise."""
    plain = [contract.to_json(zone) if not isinstance(zone, dict) else zone for zone in zones]
    drawn = {"zones": plain, "lines": list(lines), "masks": list(masks)}
    version = now_of(camera).row_version
    return {"drawing": json.dumps(drawn), "row_version": str(version), **more}


def drawn_on(page):
    [field] = lxml.html.fromstring(page).xpath("//input[@name='drawing']")
    return json.loads(field.get("value"))


@pytest.mark.parametrize(
    ("who", "status"),
    [(None, 302), ("video_operator", 403), ("plant_manager", 403), ("section_chief", 200)],
)
def test_who_may_draw(pages, camera, who, status):
    url = f"/video/cameras/{camera}/editor"
    assert pages.get(who, url).status_code == status
    assert pages.post(who, url).status_code == (422 if status == 200 else status)


def test_a_drawing_is_saved_shown_again_and_in_the_trail(pages, camera, node):
    url = f"/video/cameras/{camera}/editor"
    kerb = Line("kerb", "Kerb", (0.1, 0.8), (0.9, 0.8))
    data = sent(camera, zones=(PRESS, GATE), lines=[contract.to_json(kerb)], masks=[DESK])
    assert pages.post("section_chief", url, data).status_code == 302
    saved = now_of(camera)
    assert [zone.zone_id for zone in saved.zone_list] == ["press", "gate"]
    assert (saved.line_list, len(saved.rule_list)) == ((kerb,), 2)
    assert saved.mask_list == (Mask("desk", "Desk", ((0.7, 0.1), (0.9, 0.1), (0.9, 0.4))),)
    page = pages.get("section_chief", url).text
    assert drawn_on(page) == json.loads(data["drawing"]) | {"zones": saved.zones}
    told = db.session.scalars(
        visible(AuditEntry, SYSTEM).where(AuditEntry.action == "video.camera_change")
    ).one()
    assert set(told.data["changed"]) == {"zones", "lines", "masks"}
    # The node hears of the mask with its next configuration.
    [given] = node.call("GET", "/config").json["cameras"]
    assert given["masks"] == saved.masks


def test_what_cannot_be_saved_is_named_and_the_drawing_is_kept(pages, camera):
    url = f"/video/cameras/{camera}/editor"
    crossed = {**GATE, "polygon": BOW}
    answer = pages.post("section_chief", url, sent(camera, zones=(PRESS, crossed)))
    assert answer.status_code == 422
    assert "Gate: its outline crosses itself" in error_text(answer)
    assert drawn_on(answer.text)["zones"][1]["polygon"] == BOW
    assert now_of(camera).zone_list == (PRESS,)


def test_rules_go_with_their_zone_only_after_a_yes(pages, camera):
    url = f"/video/cameras/{camera}/editor"
    answer = pages.post("section_chief", url, sent(camera, zones=(GATE,)))
    assert answer.status_code == 422
    assert "these rules go too: Intrusion into a zone (Press)" in error_text(answer)
    answer = pages.post("section_chief", url, sent(camera, zones=(GATE,), drop_rules="y"))
    assert answer.status_code == 302
    assert [rule.rule_id for rule in now_of(camera).rule_list] == ["helmet_missing"]


@pytest.mark.parametrize("page", ["editor", "edit"])
def test_the_second_of_two_who_change_a_camera_is_told(pages, camera, page):
    url = f"/video/cameras/{camera}/editor"
    late = sent(camera, zones=(PRESS,), masks=[DESK])
    assert pages.post("section_chief", url, sent(camera, zones=(PRESS, GATE))).status_code == 302
    if page == "edit":
        shown = lxml.html.fromstring(pages.get("administrator", url[:-2]).text)
        late = dict(shown.xpath("//form[@data-camera-form]")[0].form_values())
        late["row_version"] = "1"
    answer = pages.post("administrator", url if page == "editor" else url[:-2], late)
    assert answer.status_code == 409
    assert "Someone else changed" in error_text(answer)
    assert now_of(camera).masks == []
    if page == "editor":
        assert drawn_on(answer.text)["masks"] == [DESK]


def test_masks_are_text_on_the_form_as_well_and_survive_it(pages, camera):
    url = f"/video/cameras/{camera}/edit"
    with_mask = "desk | Desk | 0.7,0.1 0.9,0.1 0.9,0.4"
    [form] = lxml.html.fromstring(pages.get("section_chief", url).text).xpath(
        "//form[@data-camera-form]"
    )
    data = {}
    for name, value in form.form_values():
        data.setdefault(name, []).append(value)
    assert pages.post("section_chief", url, {**data, "masks": with_mask}).status_code == 302
    assert [mask.mask_id for mask in now_of(camera).mask_list] == ["desk"]
    assert with_mask in pages.get("section_chief", url).text
    del data["row_version"]
    bad = pages.post("section_chief", url, {**data, "masks": "a | A | 0,0 1,1 1,0 0,1"})
    assert "A: its outline crosses itself" in error_text(bad)


def test_a_masked_camera_on_an_old_worker_is_said_not_to_be_watched(pages, app, cast):
    node = make_node(app)
    desk = Mask("desk", "Desk", ((0.7, 0.1), (0.9, 0.1), (0.9, 0.4)))
    camera = make_camera(cast, node, masks=(desk,))
    assert not masking.is_held_back(now_of(camera))  # nobody knows yet
    node.beat(contract=2)
    assert masking.is_held_back(now_of(camera))
    for page in ("", "/edit", "/editor"):
        text = pages.get("section_chief", f"/video/cameras/{camera}{page}").text
        assert "is not watched until the worker is renewed" in text
    node.beat()
    assert not masking.is_held_back(now_of(camera))


# ---- trials -----------------------------------------------------------------------------------


@pytest.fixture
def judged(node, camera, cast):
    """A confirmed violation of the helmet rule and two rejected ones."""
    ids = [make_violation(node, camera, colour=c) for c in ("orange", "green", "blue")]
    chief = cast["district_officer"]
    for ident in ids:
        with transaction():
            if ident == ids[0]:
                service.confirm(ident, chief)
            else:
                service.reject(ident, chief, reason=RejectReason.WRONG_OBJECT)
    return ids


def try_out(pages, camera, clips, **more):
    """The page of a trial without the zone of the press."""
    data = sent(camera, drop_rules="y", **{**more, "clips": [str(clip) for clip in clips]})
    return pages.post("section_chief", f"/video/cameras/{camera}/editor/try", data)


def answer_jobs(node, *results):
    """The node takes what waits and answers in the order of asking; None fails."""
    work = contract.parse(NodeWork, node.call("GET", "/jobs").json)
    for job, told in zip(work.jobs, results, strict=True):
        result = JobResult(job.job_id, ok=told is not None, problem="" if told else "no codec")
        if told is not None:
            before, after = told
            result = JobResult(
                job.job_id, ok=True, before=before, after=after, analysed=40, duration_s=10.0
            )
        path = f"/jobs/{job.job_id}/result"
        assert node.call("POST", path, json=contract.to_json(result)).status_code == 200
    return work.jobs


def test_changed_rules_are_tried_on_clips_and_then_saved(pages, node, camera, judged):
    page = pages.get("section_chief", f"/video/cameras/{camera}/editor").text
    assert page.count('name="clips"') == 3
    answer = try_out(pages, camera, judged)
    assert answer.status_code == 302
    url = answer.location
    waiting = pages.get("section_chief", url)
    assert "0 of 3 clips judged" in waiting.text
    assert "Save these rules" not in waiting.text
    assert pages.get("section_chief", f"{url}/state").json["over"] is False

    both = ((HELMET,), (HELMET,))
    silent = ((HELMET, INTRUSION), ())
    asked = answer_jobs(node, both, silent, ((), (HELMET,)))
    assert {job.before.url for job in asked} == {""}
    assert [rule.rule_id for rule in asked[0].before.rules] == ["helmet_missing", "intrusion:press"]
    assert [rule.rule_id for rule in asked[0].after.rules] == ["helmet_missing"]
    assert now_of(camera).zone_list == (PRESS,)  # nothing is saved by trying

    told = pages.get("section_chief", f"{url}/state").json
    assert (told["over"], told["percent"]) == (True, 100)
    done = pages.get("section_chief", url)
    [sentence] = lxml.html.fromstring(done.text).xpath("//*[@data-summary]")
    said = "1 rejected clip falls silent, 0 confirmed clips are lost."
    assert " ".join(sentence.text_content().split()) == said
    for word in ("falls silent", "as before", "is raised now, and was not before", "3.0–5.0 s"):
        assert word in done.text

    back = pages.get("section_chief", f"/video/cameras/{camera}/editor?trial={url.split('/')[-1]}")
    assert drawn_on(back.text)["zones"] == []
    assert pages.post("section_chief", f"{url}/save").status_code == 302
    saved = now_of(camera)
    assert (saved.zones, [rule.rule_id for rule in saved.rule_list]) == ([], ["helmet_missing"])
    assert saved.stream_hint == "rtsp://cameras.example:554"


def test_the_form_s_rules_are_tried_too_and_come_back_with_all_that_was_written(
    pages, node, camera, judged
):
    url = f"/video/cameras/{camera}/edit"
    [form] = lxml.html.fromstring(pages.get("section_chief", url).text).xpath(
        "//form[@data-camera-form]"
    )
    data = {}
    for name, value in form.form_values():
        data.setdefault(name, []).append(value)
    assert pages.post("section_chief", f"{url}/try", data).status_code == 422  # no clip ticked
    data |= {"clips": [str(judged[1])], "helmet_missing_dwell_s": "9", "name": "Renamed"}
    trial = pages.post("section_chief", f"{url}/try", data).location
    [job] = answer_jobs(node, None)
    assert (job.before.rules[0].dwell_s, job.after.rules[0].dwell_s) == (1.0, 9.0)
    done = pages.get("section_chief", trial).text
    assert "The node could not judge this clip:" in done
    assert "no codec" in done
    back = pages.get("section_chief", f"{url}?trial={trial.split('/')[-1]}").text
    assert 'value="Renamed"' in back
    [dwell] = lxml.html.fromstring(back).xpath("//input[@name='helmet_missing_dwell_s']")
    assert dwell.get("value") == "9.0"


def test_what_was_tried_is_not_saved_over_somebody_elses_change(pages, node, camera, judged):
    url = try_out(pages, camera, judged[:1]).location
    answer_jobs(node, ((), ()))
    editor = f"/video/cameras/{camera}/editor"
    assert pages.post("administrator", editor, sent(camera, zones=(PRESS, GATE))).status_code == 302
    assert pages.post("section_chief", f"{url}/save").status_code == 409
    assert len(now_of(camera).zone_list) == 2


def test_a_trial_needs_clips_of_this_camera_and_a_node_that_can(pages, app, cast, node, camera):
    other = make_violation(node, make_camera(cast, node, name="Other"))
    for clips, message in (
        ([], "Tick the clips"),
        ([other], "is not there any more"),
        (range(1, 12), "At most 10 clips"),
    ):
        answer = try_out(pages, camera, clips)
        assert (answer.status_code, message in error_text(answer)) == (422, True)
    old = make_camera(cast, make_node(app, "Old"), name="Old")
    film = make_violation(node, camera)
    stmt = update(queries.Violation).where(queries.Violation.id == film).values(camera_id=old)
    with transaction() as session:
        session.execute(unscoped(stmt, reason="a camera that was moved to another node"))
    answer = try_out(pages, old, [film])
    assert "The worker of node Old is too old" in error_text(answer)
    assert db.session.scalars(visible(NodeJob, SYSTEM)).all() == []


def test_a_node_that_is_silent_is_named_and_an_old_trial_is_forgotten(
    pages, node, camera, judged, monkeypatch
):
    url = try_out(pages, camera, judged[:1]).location
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(hours=1))
    text = pages.get("section_chief", f"{url}/state").json["text"]
    assert "Node Gate house has been silent since" in text
    assert jobs.forget_trials(now + replays.KEPT - timedelta(hours=1)) == 0
    assert jobs.forget_trials(now + replays.KEPT + timedelta(hours=1)) == 1
    assert pages.get("section_chief", url).status_code == 404


def test_another_cameras_trial_is_not_found_under_this_one(pages, cast, node, camera, judged):
    url = try_out(pages, camera, judged[:2]).location
    other = make_camera(cast, node, name="Other")
    number = int(url.rsplit("/", 1)[1])
    assert pages.get("section_chief", f"/video/cameras/{other}/trials/{number}").status_code == 404
    # Nor is one of its further clips a trial of its own.
    assert pages.get("section_chief", url.replace(str(number), str(number + 1))).status_code == 404
