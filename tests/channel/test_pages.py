"""The administrator's pages, the log and the page of one's own wishes."""

from __future__ import annotations

from dataclasses import replace

from supervision.channel.rules import ChannelKind, Topic
from supervision.core.notices import Audience
from tests.channel.helpers import KEY
from tests.pages import error_text

GROUP = {
    "name": "Duty group", "language": "en", "key": KEY, "reach": "everything",
    "topics": ["tasks", "deadlines"],
}  # fmt: skip


def made(answer):
    assert answer.status_code == 302, error_text(answer)
    return int(answer.location.rpartition("/")[2])


def test_an_administrator_adds_a_bot_tests_it_and_sees_the_answer(office, receiver, pages):
    values = {**GROUP, "url": receiver.url}
    channel = made(pages.post("administrator", "/channels/new/dingtalk", values))
    receiver.answer = b'{"errcode":0,"errmsg":"welcome"}'
    answer = pages.post("administrator", f"/channels/{channel}/test")
    assert answer.status_code == 200
    assert "welcome" in error_text(answer)
    assert "This is a test of the channel Duty group." in receiver.seen[0].body.decode()
    receiver.script = [b'{"errcode":310000,"errmsg":"sign not match"}']
    answer = pages.post("administrator", f"/channels/{channel}/test")
    assert answer.status_code == 422
    assert "The receiver refused the message." in error_text(answer)
    assert "sign not match" in error_text(answer)


def test_a_test_of_the_mail_server_goes_to_the_address_that_is_given(office, mailbox, pages):
    values = {
        "name": "Mail", "language": "en", "host": "127.0.0.1", "port": mailbox.port,
        "security": "none", "sender": "anqi@bureau.example", "username": "anqi",
        "password": "mail-secret",
    }  # fmt: skip
    channel = made(pages.post("administrator", "/channels/new/mail", values))
    url = f"/channels/{channel}/test"
    assert pages.post("administrator", url, {"address": "nobody"}).status_code == 422
    answer = pages.post("administrator", url, {"address": "admin@bureau.example"})
    assert "250 kept as 42" in error_text(answer)
    assert mailbox.letters[0][0] == ["admin@bureau.example"]
    second = pages.post("administrator", "/channels/new/mail", {**values, "name": "Other"})
    assert second.status_code == 409


def test_a_webhooks_key_is_made_and_shown_once(office, receiver, pages):
    values = {**GROUP, "url": receiver.url, "key": ""}
    answer = pages.post("administrator", "/channels/new/webhook", values)
    assert answer.status_code == 201
    key = answer.get_data(as_text=True).split('readonly value="')[1].split('"')[0]
    assert len(key) >= 40
    page = pages.get("administrator", "/channels/").get_data(as_text=True)
    number = page.split('class="row-link" href="/channels/')[1].split('"')[0]
    for url in (f"/channels/{number}", f"/channels/{number}/edit"):
        assert key not in pages.get("administrator", url).get_data(as_text=True)


def test_secrets_are_stored_encrypted_and_never_shown_nor_written_to_the_trail(
    office, receiver, pages, caplog
):
    channel = office.group(receiver)
    office.tell()
    receiver.script = [500]
    office.send()
    pages.post("administrator", f"/channels/{channel}/edit", {**GROUP, "url": receiver.url})
    row = office.channel(channel)
    shown = [row.secret, caplog.text]
    own = f"/channels/{channel}"
    urls = ("/channels/", own, f"{own}/edit", "/channels/deliveries/", "/audit/")
    shown += [pages.get("administrator", url).get_data(as_text=True) for url in urls]
    for text in shown:
        assert KEY not in text
        assert "secret-word" not in text
        assert "secret-key" not in text


def test_an_empty_address_and_key_keep_the_present_ones(office, receiver, pages):
    channel = office.group(receiver)
    answer = pages.post(
        "administrator", f"/channels/{channel}/edit", {**GROUP, "url": "", "key": "", "name": "New"}
    )
    assert answer.status_code == 302
    assert pages.post("administrator", f"/channels/{channel}/test").status_code == 200
    assert "X-Anqi-Signature" in receiver.seen[0].headers
    assert office.channel(channel).name == "New"


def test_a_mail_password_does_not_follow_the_channel_to_another_server(office, mailbox, pages):
    channel = office.mail(mailbox, username="anqi", password="mail-secret")
    values = {
        "name": "Mail", "language": "en", "host": "evil.example", "port": 587,
        "security": "starttls", "sender": "anqi@bureau.example", "username": "anqi",
    }  # fmt: skip
    answer = pages.post("administrator", f"/channels/{channel}/edit", values)
    assert answer.status_code == 422
    assert "Enter the password again" in error_text(answer)


FAULTS = (
    ({"url": ""}, "This field is required."),
    ({"url": "http://hook.example/x"}, "Without HTTPS only hosts"),
    ({"url": "https://u:p@hook.example/x"}, "holds no user, password"),
    ({"url": "ftp://hook.example/x"}, "starts with https://"),
    ({"key": "short"}, "At least 16 characters."),
    ({"topics": []}, "Choose at least one."),
    ({"reach": "region"}, "Choose a region."),
    ({"reach": "enterprise"}, "Choose an enterprise."),
    ({"reach": "enterprise", "enterprise": "NOPE"}, "No enterprise has this code."),
    ({"name": ""}, "This field is required."),
)


def test_what_does_not_fit_is_said_at_its_field(office, pages):
    for changes, words in FAULTS:
        values = {**GROUP, "url": "https://hook.example/x", **changes}
        answer = pages.post("administrator", "/channels/new/webhook", values)
        assert answer.status_code == 422, changes
        assert words in error_text(answer), changes


def test_a_channel_of_one_enterprise_or_region_is_kept_so(office, pages, cast):
    values = {**GROUP, "url": "https://hook.example/x", "reach": "enterprise"}
    plant = cast.plant
    channel = made(
        pages.post("administrator", "/channels/new/wecom", {**values, "enterprise": plant.uscc})
    )
    assert office.channel(channel).enterprise_id == cast.plant_id
    page = pages.get("administrator", f"/channels/{channel}/edit").get_data(as_text=True)
    assert cast.plant.uscc in page
    changed = {
        **values, "reach": "region", "province": "33", "city": "3301", "district": "330110",
    }  # fmt: skip
    assert pages.post("administrator", f"/channels/{channel}/edit", changed).status_code == 302
    row = office.channel(channel)
    assert (row.region_code, row.enterprise_id) == ("330110", None)


def test_the_second_of_two_editors_is_told(office, receiver, pages):
    channel = office.group(receiver)
    values = {**GROUP, "url": "", "key": "", "row_version": 1}
    url = f"/channels/{channel}/edit"
    assert pages.post("administrator", url, values).status_code == 302
    assert pages.post("administrator", url, {**values, "name": "Mine"}).status_code == 409


def test_sending_meanwhile_does_not_disturb_an_open_form(office, receiver, pages):
    channel = office.group(receiver)
    before = office.channel(channel).row_version
    office.tell()
    receiver.script = [500]
    office.send()
    values = {**GROUP, "url": "", "key": "", "row_version": before}
    assert pages.post("administrator", f"/channels/{channel}/edit", values).status_code == 302


def test_channels_are_the_administrators(office, receiver, pages):
    channel = office.group(receiver)
    for who in ("district_officer", "section_chief", "plant_manager", "auditor"):
        for url in ("", channel, "deliveries/", "new/mail"):
            assert pages.get(who, f"/channels/{url}").status_code == 403
        assert pages.post(who, f"/channels/{channel}/test").status_code == 403


def test_the_log_is_narrowed_by_channel_state_reader_and_day(office, receiver, mailbox, pages):
    office.group(receiver)
    office.mail(mailbox)
    office.wish("plant_manager")
    office.tell(Audience.SUPERVISORS, link="/hazards/1", number="YH-GROUP")
    office.tell(Audience.ENTERPRISE_PEOPLE, kind="hazard.overdue", number="YH-PERSON")
    mailbox.refused["reader@plant.example"] = "550 no"
    office.send()

    def log(query):
        return error_text(pages.get("administrator", f"/channels/deliveries/?{query}"))

    assert "YH-GROUP" in log("")
    assert "YH-PERSON" in log("")
    assert "YH-GROUP" not in log("state=failed")
    assert "550 no" in log("state=failed")
    assert "YH-GROUP" not in log("text=Plant")
    assert "YH-PERSON" in log("text=Plant+Manager")
    assert "No deliveries match" in log("day_to=2020-01-01")
    assert log("state=nonsense&channel=x&sort=due&day_from=nonsense")


def test_everything_that_failed_goes_out_again_at_once(office, mailbox, pages):
    channel = office.mail(mailbox)
    office.wish("plant_manager")
    mailbox.refused["reader@plant.example"] = "550 no"
    for number in range(3):
        office.tell(Audience.ENTERPRISE_PEOPLE, kind="hazard.overdue", link=f"/hazards/{number}")
    office.send()
    assert office.states() == ["failed"] * 3
    mailbox.refused.clear()
    pages.post("administrator", f"/channels/{channel}/retry")
    office.send()
    assert office.states() == ["sent"] * 3


def test_each_kind_has_its_form_in_both_languages(office, pages):
    for kind in ChannelKind:
        for language in ("en", "zh_Hans_CN"):
            url = f"/channels/new/{kind}"
            assert pages.get("administrator", url, language=language).status_code == 200
    assert pages.get("administrator", "/channels/new/fax").status_code == 404
    for language in ("en", "zh_Hans_CN"):
        page = pages.get("administrator", "/channels/", language=language)
        assert page.status_code == 200
        wishes = pages.get("worker", "/account/notices/", language=language)
        assert wishes.status_code == 200


def test_ones_wishes_are_ones_own(office, pages):
    values = {
        "address": "pm@plant.example", "tasks": "off", "deadlines": "now", "papers": "digest",
        "system": "off", "quiet_from": "22:00", "quiet_to": "07:00",
    }  # fmt: skip
    assert pages.post("plant_manager", "/account/notices/", values).status_code == 302
    own = office.wishes("plant_manager")
    assert own.way_of(Topic.TASKS) == "off"
    assert office.wishes("safety_manager") is None
    page = pages.get("safety_manager", "/account/notices/").get_data(as_text=True)
    assert "pm@plant.example" not in page
    version = own.row_version
    stale = pages.post("plant_manager", "/account/notices/", {**values, "row_version": version - 1})
    assert stale.status_code == 409
    for changes, words in (
        ({"address": "nobody"}, "This is no address of mail."),
        ({"quiet_to": ""}, "Quiet hours have a beginning and an end."),
        ({"tasks": "carrier-pigeon"}, "Choose one of the list."),
    ):
        answer = pages.post("plant_manager", "/account/notices/", {**values, **changes})
        assert answer.status_code == 422
        assert words in error_text(answer)


def test_a_channel_whose_key_was_lost_says_so(office, receiver, pages, app, monkeypatch):
    from supervision.core import crypto
    from supervision.factory import throwaway_settings

    channel = office.group(receiver)
    office.tell()
    other = crypto.check_key(throwaway_settings().data_key)
    monkeypatch.setitem(app.extensions, "anqi_crypto", other)
    office.send()
    assert office.channel(channel).last_error == "key_changed"
    answer = pages.post("administrator", f"/channels/{channel}/test")
    assert "the data key was changed" in error_text(answer)
    values = {**GROUP, "url": receiver.url}
    assert pages.post("administrator", f"/channels/{channel}/edit", values).status_code == 302
    assert pages.post("administrator", f"/channels/{channel}/test").status_code == 200


def test_without_the_sites_own_address_no_link_is_made_up(office, receiver, app, monkeypatch):
    office.group(receiver)
    bare = replace(office.settings, public_url="")
    monkeypatch.setitem(app.extensions, "anqi_settings", bare)
    office.tell()
    office.send()
    assert receiver.seen[0].json["link"] == ""
