"""Names of everything about channels."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from supervision.channel.rules import (
    ChannelKind,
    DeliveryState,
    Purpose,
    Reach,
    Security,
    Topic,
    Way,
)

KIND_LABELS = {
    ChannelKind.MAIL: _l("E-mail server"),
    ChannelKind.WEBHOOK: _l("Webhook"),
    ChannelKind.WECOM: _l("WeCom group bot"),
    ChannelKind.DINGTALK: _l("DingTalk group bot"),
    ChannelKind.FEISHU: _l("Feishu group bot"),
}
KIND_HELP = {
    ChannelKind.MAIL: _l("Mail to every person who confirmed an address, at once or as a digest"),
    ChannelKind.WEBHOOK: _l("Signed JSON to another system"),
    ChannelKind.WECOM: _l("Messages into a WeCom group"),
    ChannelKind.DINGTALK: _l("Messages into a DingTalk group, with signature"),
    ChannelKind.FEISHU: _l("Messages into a Feishu group, with signature"),
}
KIND_ICONS = {
    ChannelKind.MAIL: "mail",
    ChannelKind.WEBHOOK: "plug-connected",
    ChannelKind.WECOM: "message",
    ChannelKind.DINGTALK: "message",
    ChannelKind.FEISHU: "message",
}
REACH_LABELS = {
    Reach.EVERYTHING: _l("Whole installation: what supervisors and administrators are told"),
    Reach.REGION: _l("A region: what its supervisors are told"),
    Reach.ENTERPRISE: _l("One enterprise: what its people are told"),
}
TOPIC_LABELS = {
    Topic.TASKS: _l("My tasks"),
    Topic.DEADLINES: _l("Deadlines and escalations"),
    Topic.PAPERS: _l("Papers and reports"),
    Topic.SYSTEM: _l("System"),
}
TOPIC_HELP = {
    Topic.TASKS: _l("Hazards, inspections and enterprises that concern me"),
    Topic.DEADLINES: _l("What is due soon, overdue, extended or escalated"),
    Topic.PAPERS: _l("Orders, case papers and monthly packages"),
    Topic.SYSTEM: _l("Nodes, channels, rules of law"),
}
WAY_LABELS = {
    Way.NOW: _l("By mail at once"),
    Way.DIGEST: _l("In the daily mail"),
    Way.OFF: _l("In the application only"),
}
SECURITY_LABELS = {
    Security.STARTTLS: _l("STARTTLS (port 587)"),
    Security.TLS: _l("TLS from the start (port 465)"),
    Security.NONE: _l("None: only to a server on the list of allowed hosts"),
}
STATE_LABELS = {
    "working": _l("Working"),
    "failing": _l("Failing"),
    "resting": _l("Resting"),
    "off": _l("Switched off"),
}
STATE_TONES = {"working": "good", "failing": "wait", "resting": "bad", "off": "off"}
DELIVERY_LABELS = {
    DeliveryState.WAITING: _l("Waiting"),
    DeliveryState.SENDING: _l("Being sent"),
    DeliveryState.SENT: _l("Sent"),
    DeliveryState.FAILED: _l("Not delivered"),
    DeliveryState.MERGED: _l("Told with another"),
    DeliveryState.BUNDLED: _l("In a daily mail"),
}
DELIVERY_TONES = {
    DeliveryState.WAITING: "wait",
    DeliveryState.SENDING: "active",
    DeliveryState.SENT: "good",
    DeliveryState.FAILED: "bad",
    DeliveryState.MERGED: "off",
    DeliveryState.BUNDLED: "info",
}
PURPOSE_LABELS = {
    Purpose.NOTICE: _l("Notice"),
    Purpose.DIGEST: _l("Daily mail"),
    Purpose.CONFIRM: _l("Confirmation of an address"),
}
# What went wrong, and what to do about it.
ERROR_LABELS: dict[str, Any] = {
    "unknown_host": _l("The host was not found. Check its name."),
    "inner_address": _l(
        "The host lies in an internal network. Whoever runs the server may allow it with"
        " ANQI_CHANNEL_HOSTS."
    ),
    "not_https": _l("Without HTTPS only hosts on ANQI_CHANNEL_HOSTS are called."),
    "not_tls": _l("Without TLS only a mail server on ANQI_CHANNEL_HOSTS is used."),
    "bad_address": _l("This address cannot be called."),
    "timeout": _l("No answer in time."),
    "no_connection": _l("Nobody answers at this host and port."),
    "broken_off": _l("The connection broke off."),
    "certificate": _l("The server's certificate is not trusted."),
    "tls": _l("TLS could not be agreed on."),
    "bad_answer": _l("The answer cannot be read. Is the address right?"),
    "redirect": _l("The server points elsewhere; redirects are not followed."),
    "refused": _l("The receiver refused the message."),
    "sign_in_refused": _l("The mail server refused user name or password."),
    "no_starttls": _l("The mail server offers no STARTTLS."),
    "sender_refused": _l("The mail server refused the sender's address."),
    "reader_refused": _l("The mail server refused the reader's address."),
    "letter_refused": _l("The mail server refused the letter."),
    "no_address": _l("The person has no confirmed address any more."),
    "expired": _l("It could not be delivered in the time allowed."),
    "key_changed": _l("The stored key cannot be read: the data key was changed. Enter it again."),
    "broken": _l("It could not be put into words; the log of the scheduler has the reason."),
}
NOTICE_LABELS = {
    "channel.failing": _l("The channel %(name)s fails; its messages wait"),
    "channel.recovered": _l("The channel %(name)s works again"),
}
ACTION_LABELS = {
    "channel.create": _l("Channel added"),
    "channel.change": _l("Channel changed"),
    "channel.enable": _l("Channel switched on"),
    "channel.disable": _l("Channel switched off"),
    "channel.test": _l("Channel tested"),
    "channel.retry": _l("Delivery sent again by hand"),
    "channel.retry_all": _l("Failed deliveries sent again by hand"),
    "channel.preference": _l("Notices by mail chosen"),
    "channel.confirm": _l("Address of mail confirmed"),
}
