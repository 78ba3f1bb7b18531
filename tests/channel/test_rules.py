"""Which notice goes where and when; signatures as the makers document them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, time, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from supervision.channel import rules, wire
from supervision.channel.rules import ChannelKind, Reach, Topic
from supervision.channel.wire import Group, Message
from supervision.core import dialling
from supervision.core.clock import SHANGHAI
from supervision.core.notices import Audience

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


def at(hour, minute=0, day=23):
    return datetime(2026, 11, day, hour, minute, tzinfo=SHANGHAI)


def test_a_kind_has_the_topic_of_its_own_line_or_of_its_noun():
    assert rules.subject_of("hazard.overdue").topic is Topic.DEADLINES
    assert rules.subject_of("hazard.reported").topic is Topic.TASKS
    assert rules.subject_of("video.fire").is_urgent
    assert not rules.subject_of("video.node_silent").is_urgent
    assert rules.subject_of("escalation_urgent.overdue") == rules.Subject(Topic.DEADLINES, True)
    assert rules.subject_of("something.new").topic is Topic.TASKS


@pytest.mark.parametrize(
    ("reach", "region", "audience", "heard"),
    [
        (Reach.EVERYTHING, "", Audience.SUPERVISORS, True),
        (Reach.EVERYTHING, "", Audience.ADMINISTRATORS, True),
        (Reach.EVERYTHING, "", Audience.ACCOUNT, False),
        (Reach.EVERYTHING, "", Audience.ENTERPRISE_PEOPLE, False),
        (Reach.REGION, "330110", Audience.SUPERVISORS, True),
        (Reach.REGION, "330113", Audience.SUPERVISORS, False),
        (Reach.REGION, "330110", Audience.ADMINISTRATORS, False),
        (Reach.ENTERPRISE, "", Audience.ENTERPRISE_PEOPLE, True),
        (Reach.ENTERPRISE, "", Audience.ENTERPRISE_GROUPS, True),
        # About region 7, which is told to its own groups alone.
        (Reach.REGION, "7", Audience.REGION_GROUPS, True),
        (Reach.REGION, "330110", Audience.REGION_GROUPS, False),
        (Reach.EVERYTHING, "", Audience.REGION_GROUPS, False),
        # An enterprise's group never hears what its supervisors are told.
        (Reach.ENTERPRISE, "", Audience.SUPERVISORS, False),
    ],
)
def test_a_group_hears_what_the_people_of_its_scope_are_told(reach, region, audience, heard):
    got = rules.hears(
        reach, region_code=region, enterprise_id=7, audience=audience,
        about=7, about_region="330110001",
    )  # fmt: skip
    assert got is heard


def test_quiet_hours_end_in_the_morning_also_over_midnight():
    night = (time(22), time(7))
    assert rules.after_quiet(at(23), *night) == at(7, day=24)
    assert rules.after_quiet(at(3), *night) == at(7)
    assert rules.after_quiet(at(7), *night) == at(7)
    assert rules.after_quiet(at(12), *night) == at(12)
    assert rules.after_quiet(at(13), time(12), time(14)) == at(14)
    assert rules.after_quiet(at(13), None, None) == at(13)


def test_the_daily_mail_comes_at_the_next_morning_that_is_wanted():
    every = lambda _day: True
    assert rules.next_digest(at(7, 59), 8, every) == at(8)
    assert rules.next_digest(at(8), 8, every) == at(8, day=24)
    weekdays = lambda day: day.weekday() < 5
    assert rules.next_digest(at(9, day=27), 8, weekdays) == at(8, day=30)


def test_retries_come_ever_later_but_within_the_hour():
    waits = [rules.retry_after(n, 0.5).total_seconds() for n in range(1, 12)]
    assert waits[:3] == [30, 60, 120]
    assert waits == sorted(waits)
    assert max(waits) == 3600
    assert rules.retry_after(1, 0.0) < rules.retry_after(1, 0.99)
    assert rules.rest_after(2) is None
    assert rules.rest_after(3) == timedelta(minutes=1)
    assert rules.rest_after(99) == timedelta(minutes=30)


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "192.168.0.9", "169.254.169.254", "100.64.0.1", "0.0.0.1", "::1",
     "fe80::1", "fd00::1", "::ffff:10.0.0.1", "224.0.0.1", "198.18.0.1",
     "64:ff9b::7f00:1", "64:ff9b:1::a00:1", "2002:a00:1::", "::7f00:1"],
)  # fmt: skip
def test_an_inner_address_is_dialled_only_when_it_is_listed(address):
    assert not dialling.may_dial("hook.example", address, ())
    assert dialling.may_dial("hook.example", address, ("hook.example",))
    assert dialling.may_dial("hook.example", address, ("*.example",))
    assert dialling.may_dial("hook.example", "203.0.113.9", ()) is False  # documentation only
    for public in ("8.8.8.8", "::ffff:8.8.8.8", "64:ff9b::808:808", "2001:4860:4860::8888"):
        assert dialling.may_dial("hook.example", public, ())


def test_only_plain_web_addresses_are_taken():
    assert dialling.split_url("https://hook.example/x?key=1") is not None
    for url in (
        "ftp://hook.example", "https://", "https://user:pw@hook.example/", "https://h.example/#a",
        "https://h.example/ x", "https://h.example:99999/", "file:///etc/passwd", "hook.example",
    ):  # fmt: skip
        assert dialling.split_url(url) is None, url
    assert rules.mask("https://hook.example:8443/robot?key=abc") == "https://hook.example:8443/***"


def test_an_address_of_mail_is_one_plain_mailbox():
    for good in ("a@b.cn", "first.last+x@plant.example"):
        assert rules.is_mailbox(good)
    for bad in (
        "a", "a@b", "a b@c.cn", "a@b.cn, c@d.cn", "A <a@b.cn>", "a@b.cn\nBcc: x@y.cn",
        "a..b@c.cn", "a@-", "",
    ):  # fmt: skip
        assert not rules.is_mailbox(bad), bad


def test_the_digits_belong_to_one_person_address_and_letter():
    one = rules.code_for("s" * 32, 1, "a@b.cn", NOW)
    assert one.isdigit()
    assert len(one) == 6
    others = {
        rules.code_for("s" * 32, 2, "a@b.cn", NOW),
        rules.code_for("s" * 32, 1, "a@c.cn", NOW),
        rules.code_for("s" * 32, 1, "a@b.cn", NOW + timedelta(seconds=1)),
        rules.code_for("t" * 32, 1, "a@b.cn", NOW),
    }
    assert one not in others


# --- bodies and signatures -----------------------------------------------------------------------


SECRET = "SECsecret"


def message(**changes):
    values = {
        "uid": "u" * 32, "kind": "hazard.overdue", "topic": "deadlines", "topic_label": "Deadlines",
        "is_urgent": False, "text": "Hazard YH-1 is overdue", "link": "https://anqi.example/h/1",
        "link_label": "Open", "heading": "Anqi", "language": "en", "created_at": NOW,
        "params": {"number": "YH-1"},
    }  # fmt: skip
    return Message(**{**values, **changes})


def group(kind, secret=SECRET):
    return Group(kind, "https://hook.example/robot?access_token=abc", secret, ())


def test_a_webhook_is_signed_over_timestamp_and_body():
    call = wire.webhook(group(ChannelKind.WEBHOOK), message(), NOW)
    stamp = call.headers["X-Anqi-Timestamp"]
    assert stamp == "1795399200"
    expected = hmac.new(b"SECsecret", stamp.encode() + b"." + call.body, hashlib.sha256)
    assert call.headers["X-Anqi-Signature"] == "v1=" + expected.hexdigest()
    assert call.headers["Idempotency-Key"] == "u" * 32
    assert json.loads(call.body) == {
        "schema": "anqi.notice/1", "id": "u" * 32, "kind": "hazard.overdue", "topic": "deadlines",
        "urgent": False, "text": "Hazard YH-1 is overdue", "language": "en",
        "link": "https://anqi.example/h/1", "params": {"number": "YH-1"}, "merged": 0,
        "created_at": "2026-11-23T02:00:00+00:00",
    }  # fmt: skip


def test_dingtalk_is_signed_in_the_address_with_milliseconds():
    """key = secret, text = timestamp + newline + secret, Base64, then URL-encoded."""
    call = wire.dingtalk(group(ChannelKind.DINGTALK), message(), NOW)
    query = parse_qs(urlsplit(call.url).query)
    assert query["access_token"] == ["abc"]
    assert query["timestamp"] == ["1795399200000"]
    text = b"1795399200000\nSECsecret"
    signed = base64.b64encode(hmac.new(b"SECsecret", text, hashlib.sha256).digest()).decode()
    assert query["sign"] == [signed]
    body = json.loads(call.body)
    assert body["msgtype"] == "text"
    assert body["text"]["content"].splitlines() == [
        "Anqi", "Hazard YH-1 is overdue", "https://anqi.example/h/1",
    ]  # fmt: skip
    unsigned = wire.dingtalk(group(ChannelKind.DINGTALK, ""), message(), NOW)
    assert unsigned.url == "https://hook.example/robot?access_token=abc"


def test_feishu_is_signed_in_the_body_with_seconds_and_the_text_as_key():
    body = json.loads(wire.feishu(group(ChannelKind.FEISHU), message(), NOW).body)
    assert body["timestamp"] == "1795399200"
    key = b"1795399200\nSECsecret"
    signed = base64.b64encode(hmac.new(key, b"", hashlib.sha256).digest()).decode()
    assert body["sign"] == signed
    assert body["msg_type"] == "post"
    [line] = body["content"]["post"]["en_us"]["content"]
    assert line[0] == {"tag": "text", "text": "Hazard YH-1 is overdue"}
    assert line[2] == {"tag": "a", "text": "Open", "href": "https://anqi.example/h/1"}


def test_wecom_gets_plain_text_within_2048_bytes_and_no_broken_character():
    long = message(text="隐患" * 900, link="https://anqi.example/h/1")
    body = json.loads(wire.wecom(group(ChannelKind.WECOM, ""), long, NOW).body)
    content = body["text"]["content"]
    assert body["msgtype"] == "text"
    assert len(content.encode()) <= 2048
    assert content.endswith("…\nhttps://anqi.example/h/1")
    assert "�" not in content
