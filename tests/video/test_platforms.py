"""Platforms of GB/T 28181: their trees imported, their channels made into cameras."""

from __future__ import annotations

import socket
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.audit import AuditEntry
from supervision.core.db import db, transaction
from supervision.core.errors import Conflict, InvalidInput
from supervision.core.outbound import SendError
from supervision.core.scope import unscoped
from supervision.enterprise import queries as enterprises
from supervision.video import (
    equipment,
    gb_codes,
    jobs,
    platform_client,
    platform_import,
    platform_queries,
    platforms,
    queries,
)
from supervision.video.equipment import CameraSpec
from supervision.video.platform_models import PlatformChannel, PlatformTask, VideoPlatform
from supervision.video.platform_queries import ChannelFilter, Shown
from supervision.video.platforms import PlatformSpec
from tests.factories.video import URL, make_node
from tests.vision.wvp import DEVICE, KEY, Wvp, channel_code, odd_server
from vision import contract

HOSTS = ("127.0.0.1", "cameras.example")
OTHER = "32058500001110000002"


def tree(*numbers, device=DEVICE, **more):
    return {device: [{"code": channel_code(n), "name": f"Camera {n}", **more} for n in numbers]}


@pytest.fixture
def wvp():
    server = Wvp(None, devices=tree(1, 2, 3)).start()
    yield server
    server.stop()


@pytest.fixture
def platform(app, cast, wvp):
    with transaction():
        spec = PlatformSpec("City", wvp.url, KEY)
        return platforms.create(cast["administrator"], spec, HOSTS).id


def get(platform_id):
    db.session.rollback()
    return platform_queries.get_platform(platform_id, SYSTEM)


def run_import(cast, platform_id, task=PlatformTask.IMPORT, *, minutes=0):
    with transaction():
        platforms.ask(get_in(platform_id), cast["administrator"], task)
    jobs.ask_platforms(clock.now() + timedelta(minutes=minutes))
    return get(platform_id)


def get_in(platform_id):
    return platform_queries.get_platform(platform_id, SYSTEM)


def channels(platform_id, **wanted):
    db.session.rollback()
    stmt = platform_queries.list_channels(SYSTEM, get_in(platform_id), ChannelFilter(**wanted))
    return db.session.scalars(stmt).unique().all()


def names(platform_id, **wanted):
    return [one.name for one in channels(platform_id, **wanted)]


def assign(cast, platform_id, rows, node=None, enterprise="plant"):
    with transaction():
        plant = enterprises.get_enterprise(cast.plant_id, SYSTEM)
        chosen = platform_queries.chosen(SYSTEM, get_in(platform_id), [row.id for row in rows])
        made = platforms.assign(
            get_in(platform_id), cast["administrator"], chosen, plant, node, hosts=HOSTS
        )
        return [camera.id for camera in made]


def test_a_code_says_its_division_and_whether_it_can_show_pictures():
    camera = "32058500001320000001"
    assert gb_codes.division_of(camera) == "320585"
    assert gb_codes.type_of(camera) == "132"
    assert gb_codes.shows_pictures(camera)
    for kind in ("134", "137", "200", "215", "216"):
        assert not gb_codes.shows_pictures(f"3205850000{kind}0000001")
    assert gb_codes.division_of("00000000001320000001") == gb_codes.division_of("12") == ""
    address = gb_codes.parse_address(f"gb28181://plat-1/{DEVICE}/{camera}")
    assert address is not None
    assert str(address).endswith(camera)
    assert gb_codes.parse_address("gb28181://plat-1/12/34") is None


def test_an_import_brings_the_tree_and_the_next_one_says_what_is_new_renamed_and_gone(
    cast, platform, wvp
):
    first = run_import(cast, platform)
    assert (first.task, first.problem) == (None, "")
    assert first.counts == {
        "devices": 1, "channels": 3, "new": 3, "renamed": 0, "gone": 0, "refused": 0,
    }  # fmt: skip
    assert [c.region_code for c in channels(platform)] == ["320585"] * 3
    assert names(platform, is_online=True) == ["Camera 1", "Camera 2", "Camera 3"]

    rows = tree(1, 4)[DEVICE]
    rows[0]["name"] = "Gate"
    wvp.devices, wvp.offline = {DEVICE: rows}, {channel_code(4)}
    second = run_import(cast, platform)
    told = {name: second.counts[name] for name in ("new", "renamed", "gone")}
    assert told == {"new": 1, "renamed": 1, "gone": 2}
    assert names(platform, shown=Shown.NEW) == ["Camera 4"]
    assert [(c.name, c.name_before) for c in channels(platform, shown=Shown.RENAMED)] == [
        ("Gate", "Camera 1")
    ]
    assert names(platform, shown=Shown.GONE) == ["Camera 2", "Camera 3"]
    assert names(platform, is_online=True) == ["Gate"]

    wvp.devices = tree(1, 2)
    run_import(cast, platform)
    assert channels(platform, text=channel_code(2))[0].gone_at is None, "it came back"


def test_a_bad_row_stops_nothing_and_is_told(cast, platform, wvp):
    good = tree(1)[DEVICE]
    group = {"code": "32058500002150000001", "name": "A group"}
    wvp.devices = {
        "12": [],
        DEVICE: [{"code": "not a code", "name": "x"}, *good, group, *good],
        OTHER: tree(7)[DEVICE],
    }
    done = run_import(cast, platform)
    assert names(platform) == ["Camera 1", "Camera 7"]
    assert done.counts["refused"] == 3
    assert [(one["channel"], one["problem"]) for one in done.refused] == [
        ("", "bad_code"), ("not a code", "bad_code"), (channel_code(1), "twice"),
    ]  # fmt: skip


def test_an_import_that_broke_off_goes_on_where_it_stood(cast, platform, wvp, monkeypatch):
    monkeypatch.setattr(platform_client, "PAGE", 2)
    wvp.devices = {**tree(1, 2, 3, 4, 5), **tree(6, 7, device=OTHER)}
    monkeypatch.setattr(platform_import, "LONGEST_S", -1.0)  # a page, and its time is over
    with transaction():
        platforms.ask(get_in(platform), cast["administrator"], PlatformTask.IMPORT)
    for _ in range(3):
        assert jobs.ask_platforms(clock.now()) == 0
    assert len(names(platform)) == 5
    assert get(platform).task is PlatformTask.IMPORT
    wvp.asked.clear()
    wvp.page_fails = 1
    assert jobs.ask_platforms(clock.now()) == 0
    assert get(platform).problem == "platform_error"
    monkeypatch.setattr(platform_import, "LONGEST_S", 60.0)
    assert jobs.ask_platforms(clock.now()) == 0, "not asked again at once"
    assert jobs.ask_platforms(clock.now() + timedelta(minutes=1)) == 1
    done = get(platform)
    assert (done.counts["channels"], done.counts["devices"], done.problem) == (7, 2, "")
    assert not [path for path in wvp.asked if DEVICE in path], "the first device was done"


def test_a_large_tree_comes_in_pages(cast, platform, wvp):
    wvp.devices = {
        f"3205850000111{n:07d}": [
            {"code": f"32058500001320{n:02d}{c:04d}", "name": f"C {n} {c}"} for c in range(150)
        ]
        for n in range(4)
    }
    done = run_import(cast, platform)
    assert done.counts["channels"] == 600
    assert len(wvp.asked) == 1 + 4 * 2
    wvp.pageless = True
    again = run_import(cast, platform)
    assert (again.counts["new"], again.counts["gone"], len(names(platform))) == (0, 0, 600)


def test_a_platform_that_is_away_is_tried_again_and_then_told_of(cast, platform):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
        with transaction():
            spec = PlatformSpec("City", url, api_key=KEY)
            platforms.change(get_in(platform), cast["administrator"], spec, HOSTS)
        assert run_import(cast, platform, PlatformTask.CHECK).task is PlatformTask.CHECK
        for minute in range(1, 4):
            jobs.ask_platforms(clock.now() + timedelta(minutes=minute))
    away = get(platform)
    assert (away.task, away.problem) == (None, "no_connection")


def test_a_key_that_is_refused_is_not_tried_again_and_not_shown(cast, platform, wvp):
    wvp.key = "another-key"
    refused = run_import(cast, platform, PlatformTask.CHECK)
    assert (refused.task, refused.problem) == (None, "key_refused")
    assert wvp.denied == 1
    trail = unscoped(select(AuditEntry), reason="a test")
    entries = db.session.scalars(trail).all()
    assert KEY not in " ".join(str(entry.data) for entry in entries)
    assert KEY not in refused.api_key


def test_a_key_that_cannot_be_read_any_more_stops_no_other_platform(cast, platform, wvp):
    with transaction():
        spec = PlatformSpec("Town", wvp.url, KEY)
        other = platforms.create(cast["administrator"], spec, HOSTS).id
        platforms.ask(get_in(other), cast["administrator"], PlatformTask.CHECK)
        get_in(platform).api_key = "encrypted with another data key"
    assert run_import(cast, platform).problem == "key_changed"
    assert (get(other).task, get(other).problem) == (None, "")


def test_an_empty_tree_makes_nothing_gone(cast, platform, wvp):
    run_import(cast, platform)
    wvp.devices = {}
    assert run_import(cast, platform).problem == "empty"
    assert len(names(platform, shown=Shown.GONE)) == 0


def test_what_is_no_listed_host_is_neither_entered_nor_called(cast, platform, wvp):
    for url in ("http://10.9.9.9:18080", "https://user:pw@127.0.0.1", "ftp://127.0.0.1", "x"):
        with pytest.raises(InvalidInput) as refused, transaction():
            platforms.create(cast["administrator"], PlatformSpec("X", url), HOSTS)
        assert refused.value.field == "base_url"
    with transaction():  # entered before the list was cut
        stmt = update(VideoPlatform).values(base_url="http://10.9.9.9:18080")
        db.session.execute(unscoped(stmt, reason="a test"))
    assert run_import(cast, platform).problem == "not_listed"


def test_ticked_channels_become_cameras_with_leased_addresses_and_each_only_once(
    cast, platform, wvp, app
):
    run_import(cast, platform)
    node = make_node(app)
    rows = channels(platform)
    first, _second = assign(cast, platform, rows[:2], queries.get_node(node.id, SYSTEM))
    uid = get(platform).uid
    camera = queries.get_camera(first, SYSTEM)
    assert (camera.name, camera.place) == ("Camera 1", "Recorder 001")
    assert camera.stream_hint == f"gb28181://{uid}/{DEVICE}/{channel_code(1)}"
    assert names(platform, shown=Shown.FREE) == ["Camera 3"]
    with pytest.raises(InvalidInput, match="a camera already"):
        assign(cast, platform, rows)
    assert names(platform, shown=Shown.FREE) == ["Camera 3"], "all or none"

    told = node.call("GET", "/config", headers={contract.HEADER: "4"}).json
    assert {one["url"][-20:] for one in told["cameras"]} == {channel_code(1), channel_code(2)}
    assert told["platforms"] == [
        {"platform_id": uid, "base_url": wvp.url, "api_key": KEY, "kind": "wvp"}
    ]
    old = node.call("GET", "/config", headers={contract.HEADER: "3"}).json
    assert old["cameras"] == []
    assert "platforms" not in old
    with pytest.raises(Conflict), transaction():
        platforms.remove(get_in(platform), cast["administrator"])


def test_a_changed_key_is_a_changed_configuration(cast, platform, app):
    run_import(cast, platform)
    node = make_node(app)
    assign(cast, platform, channels(platform)[:1], queries.get_node(node.id, SYSTEM))
    before = node.call("GET", "/config").headers["ETag"]
    with transaction():
        spec = PlatformSpec("City", get_in(platform).base_url, "a-new-key")
        platforms.change(get_in(platform), cast["administrator"], spec, HOSTS)
    assert node.call("GET", "/config").headers["ETag"] != before


def test_an_address_that_is_written_by_hand_claims_its_channel_and_lets_go_of_it(cast, platform):
    uid = get(platform).uid
    spec = CameraSpec("Gate", "Gate", f"gb28181://{uid}/{DEVICE}/{channel_code(1)}")
    with transaction():
        plant = enterprises.get_enterprise(cast.plant_id, SYSTEM)
        camera = equipment.create_camera(plant, SYSTEM, spec, stream_hosts=HOSTS).id
    assert [(c.name, c.camera_id, c.seen_at) for c in channels(platform)] == [
        ("Gate", camera, None)
    ]
    for url, field in (
        (spec.stream_url, "stream_url"),
        (f"gb28181://nobody/{DEVICE}/{channel_code(2)}", "stream_url"),
        (f"gb28181://{uid}/{DEVICE}", "stream_url"),
    ):
        with pytest.raises(InvalidInput) as refused, transaction():
            plant = enterprises.get_enterprise(cast.plant_id, SYSTEM)
            other = CameraSpec("Other", "Gate", url)
            equipment.create_camera(plant, SYSTEM, other, stream_hosts=HOSTS)
        assert refused.value.field == field
    done = run_import(cast, platform)
    assert done.counts["renamed"] == 0, "its first name was a camera's, not the platform's"
    assert names(platform, shown=Shown.CAMERAS) == ["Camera 1"]
    with transaction():
        camera_row = queries.get_camera(camera, SYSTEM)
        moved = CameraSpec("Gate", "Gate", URL)
        equipment.change_camera(camera_row, SYSTEM, moved, stream_hosts=HOSTS)
    assert names(platform, shown=Shown.CAMERAS) == []


def test_who_administers_no_nodes_takes_no_channel_by_guessing_its_address(cast, platform):
    """A platform plays whatever it is asked for with its key: also what is another district's."""
    uid, chief = get(platform).uid, cast["section_chief"]
    spec = CameraSpec("Gate", "Gate", f"gb28181://{uid}/{DEVICE}/{channel_code(1)}")
    with pytest.raises(InvalidInput) as refused, transaction():
        plant = enterprises.get_enterprise(cast.plant_id, chief)
        equipment.create_camera(plant, chief, spec, stream_hosts=HOSTS)
    assert refused.value.field == "stream_url"
    with transaction():
        plant = enterprises.get_enterprise(cast.plant_id, SYSTEM)
        camera = equipment.create_camera(plant, cast["administrator"], spec, stream_hosts=HOSTS).id
    other = CameraSpec("Gate", "Gate", sub_url=f"gb28181://{uid}/{DEVICE}/{channel_code(2)}")
    with pytest.raises(InvalidInput) as refused, transaction():
        equipment.change_camera(queries.get_camera(camera, chief), chief, other, stream_hosts=HOSTS)
    assert refused.value.field == "sub_url"
    with transaction():  # what is the camera's already stays writable
        equipment.change_camera(queries.get_camera(camera, chief), chief, spec, stream_hosts=HOSTS)


def test_a_platform_goes_with_its_tree(cast, platform):
    run_import(cast, platform)
    with transaction():
        platforms.remove(get_in(platform), cast["administrator"])
    left = select(func.count()).select_from(PlatformChannel)
    assert db.session.scalar(unscoped(left, reason="a test")) == 0


def test_a_number_that_is_none_spoils_no_import(cast, platform, wvp):
    """JSON as Python reads it knows infinity, which no integer is."""
    wvp.devices = tree(1, 2, ptz=float("inf"))
    done = run_import(cast, platform)
    assert names(platform) == ["Camera 1", "Camera 2"]
    assert done.problem == ""


@pytest.mark.parametrize("body", ['{"code": []}', '{"code": {}, "data": 1}', "[" * 100_000])
def test_an_answer_that_makes_no_sense_is_no_platforms(body):
    with odd_server(body.encode()) as url:
        place = platform_client.Place(url, KEY, HOSTS)
        with pytest.raises(SendError):
            platform_client.devices(place, 1)
