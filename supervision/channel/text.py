"""Notices, digests and confirmations in the reader's language."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime

from flask_babel import force_locale, ngettext
from flask_babel import gettext as _

from supervision.channel.labels import TOPIC_LABELS
from supervision.channel.mail import Letter
from supervision.channel.models import Channel, Delivery
from supervision.channel.rules import Topic, subject_of
from supervision.channel.wire import Message
from supervision.core.i18n import LANGUAGES, format_instant
from supervision.core.notices import Notice
from supervision.core.web.state import settings
from supervision.inbox.labels import text_of

PREFERENCES = "/account/notices"

log = logging.getLogger(__name__)


def address_of(path: str) -> str:
    """The full address of a page, or "" where nobody said what this site is called."""
    base = settings().public_url.rstrip("/")
    is_path = path.startswith("/") and not path.startswith(("//", "/\\"))
    return base + path if base and is_path else ""


def language_of(*wishes: str | None) -> str:
    """The first that there is, else the installation's."""
    return next((wish for wish in wishes if wish in LANGUAGES), settings().language)


def sentence(notice: Notice | None) -> str:
    """The notice in words; one whose places cannot be filled says at least what it is."""
    if notice is None:
        return ""
    try:
        return text_of(notice)
    except (KeyError, TypeError, ValueError):
        log.exception("notice %s cannot be put into words", notice.id)
        return str(_("Notice: %(kind)s", kind=notice.kind))


def message(delivery: Delivery, channel: Channel) -> Message:
    """What a group is told."""
    notice = delivery.notice
    with force_locale(language_of(channel.language)):
        return Message(
            uid=delivery.uid,
            kind=delivery.kind,
            topic=delivery.subject.topic.value,
            topic_label=str(TOPIC_LABELS[delivery.subject.topic]),
            is_urgent=delivery.subject.is_urgent,
            text=sentence(notice),
            link=address_of(notice.link) if notice else "",
            link_label=_("Open in Anqi"),
            heading=_heading(delivery),
            language=language_of(channel.language),
            created_at=notice.created_at if notice else delivery.created_at,
            params=notice.params if notice else {},
            count=delivery.merged_count,
            more=_more(delivery.merged_count),
        )


def trial(channel: Channel, uid: str, at: datetime) -> Message:
    """What a test says."""
    with force_locale(language_of(channel.language)):
        return Message(
            uid=uid,
            kind="channel.test",
            topic=Topic.SYSTEM.value,
            topic_label=str(TOPIC_LABELS[Topic.SYSTEM]),
            is_urgent=False,
            text=_("This is a test of the channel %(name)s.", name=channel.name),
            link=address_of("/"),
            link_label=_("Open in Anqi"),
            heading=_("Test"),
            language=language_of(channel.language),
            created_at=at,
            params={},
        )


def _heading(delivery: Delivery) -> str:
    name = settings().authority_name or _("Anqi")
    topic = TOPIC_LABELS[delivery.subject.topic]
    if delivery.subject.is_urgent:
        return str(_("Urgent: %(name)s, %(topic)s", name=name, topic=topic))
    return f"{name} \u00b7 {topic}"


def _more(count: int) -> str:
    if not count:
        return ""
    return str(ngettext("(and one more like it)", "(and %(num)s more like it)", count))


def letter(delivery: Delivery, address: str, language: str) -> Letter:
    """One notice as mail."""
    notice = delivery.notice
    with force_locale(language):
        words = sentence(notice)
        urgent = delivery.subject.is_urgent
        lines = [words, _more(delivery.merged_count), "", _line_of(notice), "", *_foot()]
        return Letter(
            uid=delivery.uid,
            to=address,
            subject=_("Urgent: %(text)s", text=words) if urgent else words,
            text=_joined(lines),
            is_urgent=urgent,
        )


def digest(
    delivery: Delivery, parts: Sequence[Delivery], total: int, address: str, language: str
) -> Letter:
    """A day's notices by topic, oldest first; ``total`` may be more than are listed."""
    with force_locale(language):
        subject = ngettext("One notice of the day", "%(num)s notices of the day", total)
        lines: list[str] = [subject, ""]
        for topic in Topic:
            mine = [part for part in parts if subject_of(part.kind).topic is topic]
            if not mine:
                continue
            lines += [f"{TOPIC_LABELS[topic]} ({len(mine)})", ""]
            for part in mine:
                lines += _part(part)
            lines.append("")
        if total > len(parts):
            lines += [_("%(num)s more are in the application.", num=total - len(parts)), ""]
        inbox = address_of("/inbox/")
        lines += [_("All notices: %(address)s", address=inbox)] if inbox else []
        return Letter(delivery.uid, address, subject, _joined([*lines, "", *_foot()]))


def _part(part: Delivery) -> list[str]:
    notice = part.notice
    if notice is None:
        return []
    at = format_instant(notice.created_at)
    link = address_of(notice.link)
    words = " ".join(w for w in (sentence(notice), _more(part.merged_count)) if w)
    return [f"- {words} \u00b7 {at}", *([f"  {link}"] if link else [])]


def confirmation(delivery: Delivery, code: str, name: str, address: str, language: str) -> Letter:
    """The digits that prove that the address is read."""
    with force_locale(language):
        page = address_of(PREFERENCES)
        lines = [
            _("%(name)s asked for notices of Anqi at this address.", name=name),
            "",
            _("Code: %(code)s", code=code),
            "",
            _("Enter it on the page My account, Notices by mail, within 24 hours."),
            page,
            "",
            _("Did you not ask for it? Then ignore this letter: nothing more will come."),
        ]
        subject = _("%(code)s is the code for your address", code=code)
        return Letter(delivery.uid, address, subject, _joined(lines))


def trial_letter(channel: Channel, uid: str, address: str) -> Letter:
    with force_locale(language_of(channel.language)):
        words = _("This is a test of the channel %(name)s.", name=channel.name)
        return Letter(uid, address, words, _joined([words, "", address_of("/")]))


def _line_of(notice: Notice | None) -> str:
    return address_of(notice.link) if notice else ""


def _foot() -> list[str]:
    page = address_of(PREFERENCES)
    name = settings().authority_name or _("Anqi")
    if page:
        told = _(
            "%(name)s sends this. Choose what comes by mail: %(address)s", name=name, address=page
        )
    else:
        told = _("%(name)s sends this. Choose what comes by mail under My account.", name=name)
    return ["-- ", told]


def _joined(lines: Sequence[str]) -> str:
    """The lines, without several empty ones after each other."""
    kept: list[str] = []
    for line in lines:
        if line or (kept and kept[-1]):
            kept.append(line)
    return "\n".join(kept).strip("\n") + "\n"
