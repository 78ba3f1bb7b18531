"""Deliveries to groups, against receivers that answer, refuse, hang and close."""

from __future__ import annotations

import hashlib
import hmac
import socket
import threading
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from supervision.channel import jobs, sending
from supervision.channel.models import Delivery
from supervision.channel.rules import ChannelKind, DeliveryState, Reach, Topic
from supervision.core import clock, outbound
from supervision.core.db import db, transaction
from supervision.core.notices import Audience, Notice
from supervision.core.scope import unscoped
from supervision.inbox import jobs as inbox
from tests.channel.helpers import KEY, WHY

MINUTE = timedelta(minutes=1)


def test_a_webhook_gets_a_signed_notice_once(office, receiver):
    channel = office.group(receiver)
    office.tell()
    assert office.send() == 1
    assert office.send() == 0
    [got] = receiver.seen
    stamp = got.headers["X-Anqi-Timestamp"]
    assert abs(int(stamp) - clock.now().timestamp()) < 60
    digest = hmac.new(KEY.encode(), stamp.encode() + b"." + got.body, hashlib.sha256).hexdigest()
    assert got.headers["X-Anqi-Signature"] == f"v1={digest}"
    assert got.json["text"] == "Hazard YH-1 waits for re-inspection"
    assert got.json["link"] == "https://anqi.example/hazards/1"
    [row] = office.deliveries()
    assert row.state is DeliveryState.SENT
    assert got.json["id"] == row.uid == got.headers["Idempotency-Key"]
    assert office.channel(channel).last_sent_at is not None


def test_it_fails_three_times_and_then_arrives_under_the_same_key(office, receiver):
    office.group(receiver)
    office.tell()
    receiver.script = [500, 503, 429]
    for wait in (0, 2, 6, 20):
        office.send(wait * MINUTE)
    assert len(receiver.seen) == 4
    assert len({got.headers["Idempotency-Key"] for got in receiver.seen}) == 1
    assert len({got.body for got in receiver.seen}) == 1
    [row] = office.deliveries()
    assert (row.state, row.attempts, row.error) == (DeliveryState.SENT, 4, "")


@pytest.mark.parametrize(
    ("what", "code"),
    [("hang", "timeout"), ("drip", "timeout"), ("close", "bad_answer"), (302, "redirect"),
     (404, "refused")],
)  # fmt: skip
def test_a_receiver_that_does_not_take_it_is_shown_and_tried_again(office, receiver, what, code):
    channel = office.group(receiver)
    office.tell()
    receiver.script = [what]
    office.send()
    [row] = office.deliveries()
    assert row.state is DeliveryState.WAITING
    assert row.error == code
    assert row.due_at > clock.now()
    assert office.channel(channel).last_error == code
    assert [got.path for got in receiver.seen] == ["/hook/secret-word?key=secret-key"]
    office.send(2 * MINUTE)
    assert office.states() == ["sent"]


@pytest.mark.parametrize("kind", [ChannelKind.WECOM, ChannelKind.DINGTALK, ChannelKind.FEISHU])
def test_a_bot_that_answers_200_with_an_error_code_has_not_taken_it(office, receiver, kind):
    office.group(receiver, kind)
    office.tell()
    receiver.script = [b'{"errcode":45009,"errmsg":"api freq out of limit","code":11232}']
    office.send()
    [row] = office.deliveries()
    assert row.error == "refused"
    assert "api freq out of limit" in row.detail
    office.send(2 * MINUTE)
    assert office.states() == ["sent"]


def test_a_bot_that_answers_something_else_has_not_taken_it(office, receiver):
    office.group(receiver, ChannelKind.WECOM)
    office.tell()
    receiver.script = [b"<html>sign in</html>", b"[1]"]
    office.send()
    assert office.deliveries()[0].error == "bad_answer"
    office.send(2 * MINUTE)
    assert office.deliveries()[0].error == "bad_answer"


def test_a_secret_that_the_other_side_repeats_is_not_kept(office, receiver):
    channel = office.group(receiver)
    office.tell()
    receiver.script = [400]
    receiver.answer = f"no {KEY} at /hook/secret-word?key=secret-key".encode()
    office.send()
    kept = office.channel(channel).last_detail + office.deliveries()[0].detail
    assert "HTTP 400 no ***" in kept
    assert "secret" not in kept
    assert KEY not in kept


def test_after_three_failures_the_channel_rests_and_administrators_hear_of_it_once(
    office, receiver, pages
):
    channel = office.group(receiver, topics=(Topic.TASKS,))
    for number in range(8):
        office.tell(link=f"/hazards/{number}")
    receiver.script = [500] * 5
    for _ in range(3):
        office.send()
    assert office.channel(channel).state == "resting"
    office.send()
    assert len(receiver.seen) == 3, "a channel that rests is left alone"
    office.send(2 * MINUTE)
    office.send(2 * MINUTE)
    assert len(receiver.seen) == 4, "after its rest it is tried with one delivery"
    inbox.deliver(clock.now())
    page = pages.get("administrator", "/inbox/").get_data(as_text=True)
    assert page.count("The channel webhook everything fails") == 1
    for wait in (10, 20, 30, 40):
        office.send(wait * MINUTE)
    assert office.channel(channel).state == "working"
    assert office.states() == ["sent"] * 8
    inbox.deliver(clock.now())
    page = pages.get("administrator", "/inbox/").get_data(as_text=True)
    assert page.count("works again") == 1
    assert page.count("fails; its messages wait") == 1


def test_what_cannot_be_delivered_in_a_day_is_failed_and_may_be_sent_again(office, receiver, pages):
    office.group(receiver)
    office.tell()
    receiver.script = [500] * 60
    office.send()
    office.send(25 * 60 * MINUTE)
    [row] = office.deliveries()
    assert (row.state, row.error) == (DeliveryState.FAILED, "expired")
    assert "HTTP 500" in row.detail
    receiver.script = []
    office.send(26 * 60 * MINUTE)
    assert office.states() == ["failed"]
    answer = pages.post("administrator", f"/channels/deliveries/{row.id}/retry")
    assert answer.status_code == 302
    office.send(MINUTE)
    assert office.states() == ["sent"]
    again = pages.post("administrator", f"/channels/deliveries/{row.id}/retry")
    assert again.status_code == 409


def test_a_scheduler_that_slept_for_days_still_sends(office, receiver):
    office.group(receiver)
    office.tell()
    office.send(timedelta(days=3))
    assert office.states() == ["sent"]


def test_a_channel_that_is_off_sends_nothing_and_gets_nothing_new(office, receiver, pages):
    channel = office.group(receiver)
    office.tell()
    pages.post("administrator", f"/channels/{channel}/disable")
    office.tell(link="/hazards/2")
    office.send()
    assert receiver.seen == []
    assert office.states() == ["waiting"]
    pages.post("administrator", f"/channels/{channel}/enable")
    office.send()
    assert office.states() == ["sent"]


def test_regions_and_enterprises_hear_their_own_and_topics_are_kept(office, receiver, cast):
    office.group(receiver, reach=Reach.REGION, region="330110", name="Yuhang")
    office.group(receiver, reach=Reach.REGION, region="330113", name="Linping")
    office.group(receiver, reach=Reach.ENTERPRISE, enterprise=cast.plant_id, name="Plant")
    office.group(receiver, topics=(Topic.PAPERS,), name="Papers")
    office.group(receiver, only_urgent=True, name="Urgent")
    office.tell(Audience.SUPERVISORS, link="/a")
    office.tell(Audience.ENTERPRISE_PEOPLE, link="/b")
    office.tell(Audience.SUPERVISORS, cast.far_plant_id, link="/c")
    office.tell(Audience.SUPERVISORS, kind="video.fire", link="/d")
    office.tell(Audience.ACCOUNT, cast.accounts["district_officer"], link="/e")
    stmt = select(Delivery, Notice.link).join(Notice, Notice.id == Delivery.notice_id)
    rows = db.session.execute(unscoped(stmt, reason=WHY)).all()
    heard = {(office.channel(row.channel_id).name, link) for row, link in rows}
    assert heard == {
        ("Yuhang", "/a"), ("Yuhang", "/d"), ("Linping", "/c"), ("Plant", "/b"), ("Urgent", "/d"),
    }  # fmt: skip


def test_a_notice_that_is_told_again_makes_no_second_delivery(office, receiver):
    office.group(receiver)
    office.tell()
    with transaction():  # a database restored from before the mark "sent"
        db.session.execute(update(Notice).values(sent_at=None))
    assert inbox.deliver(clock.now()) == 1
    assert office.states() == ["waiting"]


def test_the_same_matter_within_ten_minutes_is_told_once_with_a_count(office, receiver):
    office.group(receiver)
    for _ in range(3):
        office.tell()
    office.tell(link="/hazards/2")
    assert office.states() == ["waiting", "merged", "merged", "waiting"]
    office.send()
    assert [got.json["merged"] for got in receiver.seen] == [2, 0]
    # The first was sent: what comes now waits for the end of the ten minutes, and is not lost.
    office.tell()
    office.tell()
    office.send(5 * MINUTE)
    assert len(receiver.seen) == 2
    office.send(11 * MINUTE)
    assert [got.json["merged"] for got in receiver.seen] == [2, 0, 1]
    assert "waiting" not in office.states()


def test_a_claim_runs_out_and_an_answer_that_comes_too_late_changes_nothing(office, receiver):
    channel = office.group(receiver)
    office.tell()
    with transaction():
        [lost] = sending.claim(channel, clock.now(), 5)
    assert office.send() == 0
    office.send(11 * MINUTE)
    assert office.states() == ["sent"]
    with transaction():
        assert not sending.settle(lost, None, clock.now())
    assert len(receiver.seen) == 1


def test_two_senders_at_once_take_different_deliveries(office, receiver):
    channel = office.group(receiver)
    for number in range(4):
        office.tell(link=f"/hazards/{number}")
    with transaction():
        first = sending.claim(channel, clock.now(), 2)
    with transaction():
        second = sending.claim(channel, clock.now(), 5)
    ids = [parcel.delivery_id for parcel in (*first, *second)]
    assert len(first) == len(second) == 2
    assert len(set(ids)) == 4


def test_two_schedulers_at_once_send_each_delivery_once(office, receiver, app):
    """The lease keeps a second one idle; should it fail, the claims still hold."""
    office.group(receiver)
    for number in range(30):
        office.tell(link=f"/hazards/{number}", deliver=False)
    inbox.deliver(clock.now())
    failures: list[BaseException] = []

    def work() -> None:
        with app.app_context():
            try:
                jobs.send(clock.now())
            except BaseException as error:  # noqa: BLE001 - told to the test below
                failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []
    keys = [got.headers["Idempotency-Key"] for got in receiver.seen]
    assert len(keys) == len(set(keys)) == 30
    assert office.states() == ["sent"] * 30


def test_a_bots_limit_a_minute_is_kept(office, receiver):
    office.group(receiver, ChannelKind.DINGTALK)
    for number in range(9):
        office.tell(link=f"/hazards/{number}")
    office.send()
    assert len(receiver.seen) == 6
    office.send()
    assert len(receiver.seen) == 9


def test_one_that_cannot_be_put_into_words_stops_nothing(office, receiver, monkeypatch):
    office.group(receiver)
    bad = office.tell(link="/hazards/1", deliver=False)
    with transaction():
        db.session.execute(update(Notice).where(Notice.id == bad).values(params={}))
    inbox.deliver(clock.now())
    office.tell(link="/hazards/2")
    office.send()
    assert sorted(got.json["text"] for got in receiver.seen) == [
        "Hazard YH-1 waits for re-inspection", "Notice: hazard.submitted",
    ]  # fmt: skip


def test_old_deliveries_are_forgotten_and_waiting_ones_are_not(office, receiver):
    office.group(receiver)
    office.tell(link="/hazards/1")
    office.send()
    office.tell(link="/hazards/2")
    later = clock.now() + timedelta(days=91)
    assert jobs.prune(clock.now() + timedelta(days=89)) == 0
    assert jobs.prune(later) == 1
    assert jobs.prune(later) == 0
    assert office.states() == ["waiting"]


def test_a_name_that_points_inside_is_refused_before_a_byte_is_sent(receiver, monkeypatch):
    """The address that is dialled is checked, not the name; and all of a name's addresses are."""
    inner = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", receiver.port))
    outer = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("8.8.8.8", receiver.port))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_a, **_k: [outer, inner])
    url = f"https://hook.example:{receiver.port}/"
    with pytest.raises(outbound.SendError) as refused:
        outbound.post(url, b"{}", {}, ())
    assert refused.value.code == "inner_address"
    with pytest.raises(outbound.SendError) as refused:
        outbound.post(url.replace("https", "http"), b"{}", {}, ())
    assert refused.value.code == "not_https"
    assert receiver.seen == []
