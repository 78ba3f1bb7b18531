"""Mail to people, against a mail server: letters, the day's mail, codes, TLS and refusals."""

from __future__ import annotations

import datetime as dt
import socket
import ssl
from dataclasses import replace
from datetime import time, timedelta
from email import message_from_bytes, policy

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from supervision.channel.rules import DeliveryState, Security, Topic, Way
from supervision.core import clock
from supervision.core.clock import SHANGHAI
from supervision.core.notices import Audience
from supervision.inbox import jobs as inbox
from tests.channel.conftest import Mailbox, MailServer

# A Wednesday, 15:00 in Shanghai.
WEDNESDAY = dt.datetime(2026, 11, 25, 15, 0, tzinfo=SHANGHAI)


def letters(mailbox):
    return [(to[0], message_from_bytes(raw, policy=policy.default)) for to, raw in mailbox.letters]


def test_who_wants_it_gets_a_letter_in_their_language_with_a_link(office, mailbox):
    office.mail(mailbox)
    office.wish("plant_manager", "pm@plant.example", language="zh_Hans_CN")
    office.wish("safety_manager", "sm@plant.example", language="en")
    office.tell(Audience.ENTERPRISE_PEOPLE, kind="hazard.overdue")
    assert office.send() == 2
    (to_one, one), (to_two, two) = letters(mailbox)
    assert (to_one, to_two) == ("pm@plant.example", "sm@plant.example")
    assert two["Subject"] == "Hazard YH-1 is overdue since 2026-12-01"
    assert two["From"] == "Bureau <anqi@bureau.example>"
    assert two["Auto-Submitted"] == "auto-generated"
    assert "https://anqi.example/hazards/1" in two.get_content()
    assert "https://anqi.example/account/notices" in two.get_content()
    assert "隐患" in one["Subject"]
    assert "选择哪些通知发邮件" in one.get_content()
    uids = {row.uid for row in office.deliveries()}
    assert {m["Message-ID"] for _to, m in letters(mailbox)} == {
        f"<{uid}@bureau.example>" for uid in uids
    }


def test_nobody_gets_mail_who_never_asked_for_it(office, mailbox, cast):
    office.mail(mailbox)
    office.wish("worker", "w@plant.example")
    office.tell(Audience.ACCOUNT, cast.accounts["plant_manager"], kind="hazard.overdue")
    assert office.deliveries() == []


def test_what_is_off_stays_in_the_application(office, mailbox):
    office.mail(mailbox)
    office.wish("plant_manager", ways={Topic.DEADLINES: Way.OFF})
    office.tell(Audience.ENTERPRISE_PEOPLE, kind="hazard.overdue")
    assert office.deliveries() == []


def test_the_day_comes_as_one_letter_by_topic_at_eight_and_only_once(office, mailbox):
    office.mail(mailbox)
    with clock.frozen(WEDNESDAY):
        office.wish("plant_manager", ways={Topic.DEADLINES: Way.DIGEST})
        for number in range(3):
            office.tell(
                Audience.ENTERPRISE_PEOPLE, kind="hazard.returned",
                number=f"YH-{number}", link=f"/hazards/{number}",
            )  # fmt: skip
        office.tell(Audience.ENTERPRISE_PEOPLE, kind="hazard.overdue", number="YH-9")
        office.send()
        office.send(timedelta(hours=16, minutes=59))
        assert mailbox.letters == []
        office.send(timedelta(hours=17, minutes=1))
        office.send(timedelta(hours=17, minutes=2))
    [(_to, letter)] = letters(mailbox)
    assert letter["Subject"] == "4 notices of the day"
    text = letter.get_content()
    assert text.index("My tasks (3)") < text.index("Deadlines and escalations (1)")
    assert "- Hazard YH-2 was returned: not yet rectified" in text
    assert "https://anqi.example/hazards/2" in text
    assert office.states() == ["sent"] * 5


def test_on_a_rest_day_no_daily_mail_comes_unless_it_is_wanted(office, mailbox):
    office.mail(mailbox)
    friday = WEDNESDAY + timedelta(days=2)
    with clock.frozen(friday):
        office.wish("plant_manager", "pm@plant.example")
        office.wish("safety_manager", "sm@plant.example", workdays_only=False)
        office.tell(Audience.ENTERPRISE_PEOPLE, kind="hazard.returned")
        office.send(timedelta(hours=18))
        assert [to for to, _m in letters(mailbox)] == ["sm@plant.example"]
        office.send(timedelta(days=2, hours=18))
    assert [to for to, _m in letters(mailbox)] == ["sm@plant.example", "pm@plant.example"]


def test_quiet_hours_hold_a_letter_until_the_morning_but_not_a_fire(office, mailbox):
    office.mail(mailbox)
    with clock.frozen(WEDNESDAY.replace(hour=23)):
        office.wish("plant_manager", quiet_from=time(22), quiet_to=time(7))
        office.tell(Audience.ENTERPRISE_PEOPLE, kind="hazard.overdue")
        office.tell(Audience.ENTERPRISE_PEOPLE, kind="video.fire", link="/video/1")
        office.send()
        [(_to, letter)] = letters(mailbox)
        assert letter["Subject"] == "Urgent: Fire or smoke on camera Gate at Line 2"
        assert letter["Importance"] == "high"
        office.send(timedelta(hours=7, minutes=59))
        assert len(mailbox.letters) == 1
        office.send(timedelta(hours=8, minutes=1))
    assert len(mailbox.letters) == 2


def test_a_reader_whom_the_server_refuses_for_good_fails_alone(office, mailbox):
    channel = office.mail(mailbox)
    office.wish("plant_manager", "gone@plant.example")
    office.wish("safety_manager", "here@plant.example")
    mailbox.refused["gone@plant.example"] = "550 no such mailbox"
    office.tell(Audience.ENTERPRISE_PEOPLE, kind="hazard.overdue")
    office.send()
    rows = office.deliveries()
    assert [row.state for row in rows] == [DeliveryState.FAILED, DeliveryState.SENT]
    assert rows[0].error == "reader_refused"
    assert "550 no such mailbox" in rows[0].detail
    assert office.channel(channel).state == "working"


def test_a_greylisted_reader_is_tried_again(office, mailbox):
    office.mail(mailbox)
    office.wish("plant_manager", "pm@plant.example")
    mailbox.refused["pm@plant.example"] = "450 come back later"
    office.tell(Audience.ENTERPRISE_PEOPLE, kind="hazard.overdue")
    office.send()
    assert office.states() == ["waiting"]
    mailbox.refused.clear()
    office.send(timedelta(minutes=2))
    assert office.states() == ["sent"]


def test_user_name_and_password_are_used_and_a_wrong_one_is_shown(office, mailbox):
    channel = office.mail(mailbox, username="anqi", password="wrong")
    office.wish("plant_manager")
    office.tell(Audience.ENTERPRISE_PEOPLE, kind="hazard.overdue")
    office.send()
    assert office.channel(channel).last_error == "sign_in_refused"
    assert mailbox.letters == []


def test_the_right_password_opens_the_server(office, mailbox):
    office.mail(mailbox, username="anqi", password="mail-secret")
    office.wish("plant_manager")
    office.tell(Audience.ENTERPRISE_PEOPLE, kind="hazard.overdue")
    office.send()
    assert len(mailbox.letters) == 1


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate for localhost that nobody but the test trusts."""
    folder = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return folder / "cert.pem", context


@pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
def test_tls_is_used_and_an_unknown_certificate_stops_the_letter(
    office, certificate, security, monkeypatch
):
    path, context = certificate
    box = Mailbox()
    starttls = security is Security.STARTTLS
    options = {"tls_context": context, "require_starttls": True} if starttls else {
        "ssl_context": context
    }  # fmt: skip
    server = MailServer(box, **options)
    box.port = server.port
    try:
        channel = office.mail(box, host="localhost", security=security)
        office.wish("plant_manager")
        office.tell(Audience.ENTERPRISE_PEOPLE, kind="hazard.overdue")
        office.send()
        assert office.channel(channel).last_error == "certificate"
        assert box.letters == []
        monkeypatch.setenv("SSL_CERT_FILE", str(path))
        office.send(timedelta(minutes=2))
        assert office.states() == ["sent"]
        assert len(box.letters) == 1
    finally:
        server.stop()


def test_a_server_without_starttls_gets_no_letter(office, mailbox):
    channel = office.mail(mailbox, security=Security.STARTTLS)
    office.wish("plant_manager")
    office.tell(Audience.ENTERPRISE_PEOPLE, kind="hazard.overdue")
    office.send()
    assert office.channel(channel).last_error == "no_starttls"
    assert mailbox.letters == []


def test_a_server_that_says_nothing_is_left_in_time(office, mailbox):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        mailbox.port = silent.getsockname()[1]
        channel = office.mail(mailbox)
        office.wish("plant_manager")
        office.tell(Audience.ENTERPRISE_PEOPLE, kind="hazard.overdue")
        office.send()
    assert office.channel(channel).last_error == "timeout"
    office.send(timedelta(minutes=2))
    assert office.channel(channel).last_error == "no_connection"


def test_without_tls_only_a_listed_server_is_used(office, mailbox, app, monkeypatch):
    channel = office.mail(mailbox)
    office.wish("plant_manager")
    office.tell(Audience.ENTERPRISE_PEOPLE, kind="hazard.overdue")
    monkeypatch.setitem(app.extensions, "anqi_settings", replace(office.settings, channel_hosts=()))
    office.send()
    assert office.channel(channel).last_error == "not_tls"
    assert mailbox.letters == []


# --- an address and its code ---------------------------------------------------------------------


def save(pages, who, **changes):
    values = {
        "address": "pm@plant.example", "tasks": "now", "deadlines": "now", "papers": "digest",
        "system": "off", "language": "en", "workdays_only": "y", **changes,
    }  # fmt: skip
    return pages.post(who, "/account/notices/", values)


def test_an_address_counts_after_its_code_was_entered(office, mailbox, pages):
    office.mail(mailbox)
    assert save(pages, "plant_manager").status_code == 302
    office.tell(Audience.ENTERPRISE_PEOPLE)
    office.send()
    [(to, letter)] = letters(mailbox)
    assert to == "pm@plant.example"
    code = office.code("plant_manager")
    assert code in letter["Subject"]
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    assert (
        pages.post("plant_manager", "/account/notices/confirm", {"code": wrong}).status_code == 422
    )
    office.tell(Audience.ENTERPRISE_PEOPLE, link="/hazards/2")
    office.send()
    assert len(mailbox.letters) == 1
    answer = pages.post("plant_manager", "/account/notices/confirm", {"code": code})
    assert answer.status_code == 302
    office.tell(Audience.ENTERPRISE_PEOPLE, link="/hazards/3")
    office.send()
    assert len(mailbox.letters) == 2


def test_a_changed_address_must_be_confirmed_anew(office, mailbox, pages):
    office.mail(mailbox)
    office.wish("plant_manager", "old@plant.example")
    with clock.frozen(clock.now() + timedelta(minutes=5)):
        save(pages, "plant_manager", address="new@plant.example")
    assert office.wishes("plant_manager").confirmed_at is None
    office.send(timedelta(minutes=6))
    assert [to for to, _m in letters(mailbox)] == ["new@plant.example"]


def test_a_code_cannot_be_guessed(office, mailbox, pages):
    office.mail(mailbox)
    save(pages, "plant_manager")
    code = office.code("plant_manager")
    for number in range(5):
        guess = f"{(int(code) + 1 + number) % 10**6:06d}"
        pages.post("plant_manager", "/account/notices/confirm", {"code": guess})
    pages.post("plant_manager", "/account/notices/confirm", {"code": code})
    assert office.wishes("plant_manager").confirmed_at is None


def test_another_code_comes_after_a_minute_and_the_first_no_longer_counts(office, mailbox, pages):
    office.mail(mailbox)
    save(pages, "plant_manager")
    first = office.code("plant_manager")
    pages.post("plant_manager", "/account/notices/code")
    assert office.code("plant_manager") == first
    with clock.frozen(clock.now() + timedelta(minutes=2)):
        pages.post("plant_manager", "/account/notices/code")
    second = office.code("plant_manager")
    assert second != first
    office.send(timedelta(minutes=3))
    [(_to, letter)] = letters(mailbox)
    assert second in letter["Subject"]


def test_a_closed_account_gets_no_letter_that_still_waits(office, mailbox, pages, cast):
    office.mail(mailbox)
    office.wish("worker", "w@plant.example")
    office.tell(Audience.ACCOUNT, cast.accounts["worker"], kind="hazard.overdue")
    pages.post("administrator", f"/account/people/{cast.accounts['worker']}/deactivate")
    office.send()
    [row] = office.deliveries()
    assert (row.state, row.error) == (DeliveryState.FAILED, "no_address")
    assert mailbox.letters == []


def test_a_failed_daily_mail_goes_out_again_whole(office, mailbox, pages):
    office.mail(mailbox)
    with clock.frozen(WEDNESDAY):
        office.wish("plant_manager")
        office.tell(Audience.ENTERPRISE_PEOPLE, link="/hazards/1")
        office.tell(Audience.ENTERPRISE_PEOPLE, link="/hazards/2")
        mailbox.refused["reader@plant.example"] = "550 not today"
        office.send(timedelta(hours=18))
        assert office.states() == ["failed"] * 3
        mailbox.refused.clear()
        parts, digest = office.deliveries()[:2], office.deliveries()[2]
        part = pages.post("administrator", f"/channels/deliveries/{parts[0].id}/retry")
        assert part.status_code == 409
        pages.post("administrator", f"/channels/deliveries/{digest.id}/retry")
        office.send(timedelta(hours=19))
    assert office.states() == ["sent"] * 3
    assert len(mailbox.letters) == 1
    assert inbox.deliver(clock.now()) == 0
