"""Small mechanisms: settings, clock, numbers, leases, storage, photos, audit."""

from __future__ import annotations

import io
import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from PIL import Image
from sqlalchemy import select

from supervision.core import audit, clock, lease, numbering
from supervision.core.actor import SYSTEM
from supervision.core.attachments import Attachment, storage, store_photo
from supervision.core.db import db, transaction
from supervision.core.errors import InvalidInput, NotFound
from supervision.core.numbering import Counter
from supervision.core.statutory import rule_on
from supervision.factory import create_app, throwaway_settings
from supervision.settings import Settings, SettingsError

KEYS = {"ANQI_SECRET_KEY": "s", "ANQI_DATA_KEY": "d"}


def test_settings_come_from_the_environment():
    found = Settings.from_env(
        {**KEYS, "ANQI_STREAM_HOSTS": "a, b", "ANQI_SECURE_COOKIES": "true", "PATH": "x"}
    )
    assert (found.stream_hosts, found.secure_cookies) == (("a", "b"), True)


@pytest.mark.parametrize(
    ("environ", "told"),
    [
        ({**KEYS, "ANQI_SECRTE": "x"}, "ANQI_SECRTE"),
        ({}, "ANQI_DATA_KEY, ANQI_SECRET_KEY"),
        ({**KEYS, "ANQI_TRUSTED_PROXIES": "many"}, "ANQI_TRUSTED_PROXIES"),
        ({**KEYS, "ANQI_SECURE_COOKIES": "perhaps"}, "ANQI_SECURE_COOKIES"),
    ],
)
def test_a_wrong_setting_is_refused_by_name(environ, told):
    with pytest.raises(SettingsError, match=told):
        Settings.from_env(environ)


def test_the_workers_names_are_not_ours_to_judge():
    Settings.from_env({**KEYS, "ANQI_VISION_THREADS": "2", "ANQI_NODE_TOKEN": "t"})


def test_a_data_key_that_is_no_key_stops_the_start(tmp_path):
    with pytest.raises(SettingsError, match="ANQI_DATA_KEY"):
        create_app(throwaway_settings(data_key="abc", database_url=f"sqlite:///{tmp_path}/x.db"))


def test_a_statutory_day_begins_in_shanghai():
    late = datetime(2026, 3, 31, 16, 30, tzinfo=UTC)
    assert clock.day_of(late) == date(2026, 4, 1)
    assert clock.start_of(date(2026, 4, 1)) == datetime(2026, 3, 31, 16, tzinfo=UTC)
    with clock.frozen(late):
        assert clock.today() == date(2026, 4, 1)


def test_parallel_numbers_have_no_gap_and_no_double(app):
    got: list[int] = []

    def take() -> None:
        for attempt in range(5):
            with app.app_context():
                try:
                    with transaction():
                        number = numbering.next_serial("test", 2026)
                        if attempt == 2:
                            raise InvalidInput("given back")
                except InvalidInput:
                    continue
                got.append(number)

    threads = [threading.Thread(target=take) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got) == list(range(1, 25))
    assert db.session.scalar(select(Counter.value)) == 24


def test_a_lease_has_one_holder_and_passes_on_when_it_runs_out(app):
    start = clock.now()
    term = timedelta(seconds=30)

    def ask(holder: str, after: int) -> bool:
        with transaction():
            return lease.acquire("x", holder, start + timedelta(seconds=after), term)

    assert ask("a", 0)
    assert not ask("b", 10)
    assert ask("a", 20)
    assert not ask("b", 49)
    assert ask("b", 51)
    assert not ask("a", 52)


def jpeg_with_place() -> bytes:
    out = io.BytesIO()
    picture = Image.new("RGB", (40, 20), "red")
    exif = picture.getexif()
    exif[0x010F] = "Phone maker"
    exif[0x0112] = 6  # turned by 90 degrees
    picture.save(out, "JPEG", exif=exif)
    return out.getvalue()


def test_a_photo_loses_what_the_phone_wrote_into_it_and_stands_upright(app):
    with transaction():
        photo = store_photo(SYSTEM, io.BytesIO(jpeg_with_place()), "IMG.HEIC.jpg", field="photos")
        sha256 = photo.sha256
        assert (photo.width, photo.height) == (20, 40)
    with Image.open(storage().open(sha256)) as kept:
        assert dict(kept.getexif()) == {}
        assert kept.size == (20, 40)


@pytest.mark.parametrize("data", [b"", b"not a picture", jpeg_with_place()[:60]])
def test_what_is_no_picture_is_refused_by_name(app, data):
    with pytest.raises(InvalidInput) as refused, transaction():
        store_photo(SYSTEM, io.BytesIO(data), "x.jpg", field="photos")
    assert refused.value.field == "photos"
    assert refused.value.params == {"name": "x.jpg"}
    assert db.session.scalar(select(db.func.count(Attachment.id))) == 0


def test_the_seeds_load_once_and_rules_have_versions(app):
    from supervision import seeds

    with transaction():
        first = seeds.load_all(provinces=frozenset({"33"}))
    with transaction():
        second = seeds.load_all(provinces=frozenset({"33"}))
    # These are a handful; of everything else there are dozens.
    few = "exemptions from the cap", "standards of commitments", "layouts of local returns"
    for name in (*few, "detector models"):
        assert first.pop(name) > 0
    assert min(first.values()) > 5
    assert set(second.values()) == {0}
    old, new = rule_on("RECHECK", date(2026, 1, 31)), rule_on("RECHECK", date(2026, 2, 1))
    assert old.id != new.id
    assert (old.certainty, new.certainty) == ("H", "L")
    with pytest.raises(NotFound):
        rule_on("RECHECK", date(1990, 1, 1))


def test_the_chain_of_the_trail_is_intact_and_grows(cast):
    while True:
        with transaction():
            if not audit.seal(limit=5):
                break
    verdict = audit.verify()
    assert verdict.is_intact
    assert verdict.sealed > 10
    assert verdict.unsealed == 0
    with transaction():
        audit.record(SYSTEM, "test.more", cast.plant)
    assert audit.verify().unsealed == 1
