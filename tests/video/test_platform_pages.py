"""What an administrator sees and presses on the pages of GB/T 28181 platforms."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from supervision.core.actor import SYSTEM
from supervision.core.db import db
from supervision.core.scope import unscoped
from supervision.video import platform_queries, queries
from supervision.video.platform_models import PlatformChannel, PlatformTask
from supervision.video.platform_queries import ChannelFilter
from tests.factories.platforms import make_platform
from tests.factories.video import make_camera, make_node
from tests.pages import error_text
from tests.statements import counted
from tests.vision.wvp import DEVICE, channel_code


@pytest.fixture
def platform(app, cast):
    return make_platform(channels=4)


def ids_of(platform_id):
    db.session.rollback()
    found = platform_queries.get_platform(platform_id, SYSTEM)
    stmt = platform_queries.list_channels(SYSTEM, found, ChannelFilter())
    return [one.id for one in db.session.scalars(stmt).unique()]


def get(platform_id):
    db.session.rollback()
    return platform_queries.get_platform(platform_id, SYSTEM)


@pytest.mark.parametrize(
    ("who", "status"),
    [(None, 302), ("plant_manager", 403), ("section_chief", 403), ("administrator", 200)],
)
def test_who_may_see_platforms(pages, platform, who, status):
    for url in ("/video/platforms/", f"/video/platforms/{platform}", "/video/platforms/new"):
        assert pages.get(who, url).status_code == status, url


def test_a_platform_is_added_and_its_tree_asked_for_at_once(pages, cast):
    data = {"name": "City", "base_url": "https://cameras.example:18080/", "node_id": 0}
    wrong = data | {"base_url": "https://10.1.2.3"}
    refused = pages.post("administrator", "/video/platforms/new", wrong)
    assert refused.status_code == 422
    assert "ANQI_STREAM_HOSTS" in error_text(refused)
    made = pages.post("administrator", "/video/platforms/new", data | {"api_key": "the-key-of-it"})
    assert made.status_code == 302
    found = get(int(made.location.rpartition("/")[2]))
    assert (found.base_url, found.task) == ("https://cameras.example:18080", PlatformTask.IMPORT)
    page = pages.get("administrator", made.location).text
    assert "The device tree is being imported" in page
    told = pages.get("administrator", f"{made.location}/state").json
    assert (told["over"], told["label"]) == (False, "The device tree is being imported")


def test_a_key_is_kept_when_the_field_is_left_empty_and_never_shown(pages, cast, platform):
    before = get(platform)
    url = f"/video/platforms/{platform}/edit"
    assert "a-key-of-it" not in pages.get("administrator", url).text
    data = {
        "name": "Town",
        "base_url": before.base_url,
        "node_id": 0,
        "row_version": before.row_version,
    }
    assert pages.post("administrator", url, data).status_code == 302
    assert (get(platform).name, get(platform).api_key) == ("Town", before.api_key)
    assert pages.post("administrator", url, data).status_code == 409, "somebody was faster"
    data |= {"row_version": get(platform).row_version, "drop_key": "y"}
    assert pages.post("administrator", url, data).status_code == 302
    assert get(platform).api_key == ""


def test_a_key_is_told_to_nobody_but_whom_it_was_entered_for(pages, cast, platform):
    before = get(platform)
    url = f"/video/platforms/{platform}/edit"
    data = {"name": "Town", "node_id": 0, "row_version": before.row_version}
    host = before.base_url.partition("://")[2]
    for other in (f"http://{host}", "https://cameras.example:1", "https://127.0.0.1:18080"):
        refused = pages.post("administrator", url, data | {"base_url": other})
        assert refused.status_code == 422, other
        assert "enter its key, or use none" in error_text(refused)
        assert (get(platform).base_url, get(platform).api_key) == (before.base_url, before.api_key)
    new = data | {"base_url": "https://cameras.example:1", "api_key": "another"}
    assert pages.post("administrator", url, new).status_code == 302
    assert get(platform).base_url == "https://cameras.example:1"
    none = new | {"base_url": before.base_url, "api_key": "", "drop_key": "y"}
    none |= {"row_version": get(platform).row_version}
    assert pages.post("administrator", url, none).status_code == 302
    assert get(platform).api_key == ""


def test_the_tree_is_searched_and_filtered(pages, platform):
    url = f"/video/platforms/{platform}"
    for query, shown in (
        ("", 4),
        ("text=yard+2", 1),
        (f"text={channel_code(4)}", 1),
        ("online=no", 1),
        ("shown=free", 4),
        ("shown=gone", 0),
        (f"device={DEVICE}", 4),
        ("region=3301", 4),
        ("region=32", 0),
        ("shown=nonsense&online=maybe&page=x", 4),
    ):
        page = pages.get("administrator", f"{url}?{query}").text
        assert page.count('name="id"') == shown, query


@pytest.mark.parametrize(
    "query",
    ["text=%00", "region=%EF%BC%91%EF%BC%92", "region=9999999999999", "device=%00", "page=-3",
     "id=99999999999999999999&id=x&id=-1", "text=%25_%5C&shown=%00&online=%00"],
)  # fmt: skip
def test_what_no_honest_page_asks_is_answered(pages, platform, query):
    for url in (f"/video/platforms/{platform}", f"/video/platforms/{platform}/assign"):
        assert pages.get("administrator", f"{url}?{query}").status_code in {200, 422}, url
    data = dict(part.split("=") for part in query.split("&"))
    posted = pages.post("administrator", f"/video/platforms/{platform}/assign", data)
    assert posted.status_code == 422


def test_ticked_channels_become_cameras_of_the_chosen_enterprise(pages, cast, app, platform):
    node = make_node(app)
    one, two, *_ = ids_of(platform)
    url = f"/video/platforms/{platform}/assign"
    page = pages.get("administrator", f"{url}?id={one}&id={two}").text
    assert "Yard 1" in page
    assert "Yard 3" not in page
    found = pages.get("administrator", f"{url}?id={one}&text=nobody+like+that").text
    assert "No enterprise matches" in found
    data = {"id": [str(one), str(two)], "node_id": node.id}
    assert pages.post("administrator", url, data).status_code == 422, "no enterprise is chosen"
    made = pages.post("administrator", url, data | {"enterprise": cast.plant_id})
    assert made.status_code == 302
    listed = pages.get("administrator", made.location).text
    assert "Yard 1" in listed
    assert "Yard 2" in listed
    camera = db.session.scalars(
        unscoped(select(PlatformChannel.camera_id).where(PlatformChannel.id == one), reason="test")
    ).one()
    assert queries.get_camera(camera, SYSTEM).enterprise_id == cast.plant_id
    again = pages.post("administrator", url, data | {"enterprise": cast.plant_id})
    assert again.status_code == 422
    assert "a camera already" in error_text(again)
    assert "Yard 1" in pages.get("administrator", f"/video/platforms/{platform}?shown=cameras").text


def test_three_times_the_channels_are_the_same_number_of_questions(pages, cast, app, platform):
    node = make_node(app)
    many = make_platform("Town", channels=12, camera_id=make_camera(cast, node))
    few = make_platform("Port", channels=4, camera_id=make_camera(cast, node))

    def asked(url):
        pages.get("administrator", url)
        with counted() as statements:
            assert pages.get("administrator", url).status_code == 200
        return len(statements)

    assert asked(f"/video/platforms/{many}") == asked(f"/video/platforms/{few}") < 25
    before = asked("/video/platforms/")
    make_platform("Quay", channels=2)
    assert asked("/video/platforms/") == before
    ids = "&".join(f"id={one}" for one in ids_of(platform))
    url = f"/video/platforms/{platform}/assign?"
    assert asked(url + ids) == asked(url + ids.partition("&")[0])


def test_a_camera_says_when_its_nodes_worker_is_too_old_for_platforms(pages, cast, app, platform):
    node = make_node(app)
    data = {"id": str(ids_of(platform)[0]), "node_id": node.id, "enterprise": cast.plant_id}
    made = pages.post("administrator", f"/video/platforms/{platform}/assign", data)
    camera = pages.get("administrator", made.location).text
    url = re.search(r"/video/cameras/\d+", camera)[0]
    for version, told in (("3", True), ("4", False)):
        node.beat(contract=int(version))
        assert ("too old to ask a platform" in pages.get("administrator", url).text) is told


def test_a_platform_that_cameras_need_is_not_removed(pages, cast, platform):
    url = f"/video/platforms/{platform}"
    data = {"id": str(ids_of(platform)[0]), "node_id": 0, "enterprise": cast.plant_id}
    pages.post("administrator", f"{url}/assign", data)
    kept = pages.post("administrator", f"{url}/remove", follow_redirects=True)
    assert "still take their streams" in kept.text
    other = make_platform("Town")
    gone = pages.post("administrator", f"/video/platforms/{other}/remove", follow_redirects=True)
    assert "Platform removed" in gone.text
    assert pages.get("administrator", f"/video/platforms/{other}").status_code == 404


def test_asking_again_and_again_is_one_task(pages, platform):
    url = f"/video/platforms/{platform}"
    assert pages.post("administrator", f"{url}/check").status_code == 302
    assert get(platform).task is PlatformTask.CHECK
    assert pages.post("administrator", f"{url}/import").status_code == 302
    assert get(platform).task is PlatformTask.IMPORT
    page = pages.get("administrator", url).text
    assert f"{url}/import" not in page, "nothing to press while it is under way"
