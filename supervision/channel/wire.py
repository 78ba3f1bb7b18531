"""What goes over the wire to a group: exact bodies, signatures, and how an answer is read.

Plain text throughout: a place's name must not become a link or a call to everybody.
Sources: the makers' documentation of group bots (WeCom document/path/91770; DingTalk
"custom bot, signature"; Feishu "custom bot guide, signature"), see ``docs/notices.md``.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

from supervision.channel.rules import ChannelKind
from supervision.core import outbound
from supervision.core.outbound import Answer, SendError

SCHEMA = "anqi.notice/1"
# WeCom: "text" holds 2048 bytes at most; the others hold more than a notice ever has.
WECOM_BYTES = 2048
# How far a receiver lets our clock and its own differ.
REPLAY_S = 300


@dataclass(frozen=True, slots=True)
class Message:
    """One notice in words. ``link`` is absolute or ""; ``count`` how many more it stands for."""

    uid: str
    kind: str
    topic: str
    topic_label: str
    is_urgent: bool
    text: str
    link: str
    link_label: str
    heading: str
    language: str
    created_at: datetime
    params: Mapping[str, Any]
    count: int = 0
    more: str = ""

    @property
    def body(self) -> str:
        return f"{self.text} {self.more}".strip()


@dataclass(frozen=True, slots=True)
class Group:
    """Where a group listens; ``secret`` signs and may be "" for bots that ask for none."""

    kind: ChannelKind
    url: str
    secret: str
    allowed: Sequence[str]


@dataclass(frozen=True, slots=True)
class Call:
    """One POST."""

    url: str
    body: bytes
    headers: Mapping[str, str]


def send(group: Group, message: Message, now: datetime) -> str:
    """Send, and return what the other side said. Raises SendError."""
    call = _CALLS[group.kind](group, message, now)
    try:
        answer = outbound.post(call.url, call.body, call.headers, group.allowed)
        _READERS[group.kind](answer)
    except SendError as error:
        raise error.without(*_secrets(group)) from None
    return outbound.without(answer.told, *_secrets(group))


def _secrets(group: Group) -> tuple[str, ...]:
    parts = urlsplit(group.url)
    return group.url, group.secret, parts.query, parts.path.rpartition("/")[2]


# --- calls ---------------------------------------------------------------------------------------


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """``v1=`` and the hex HMAC-SHA256 over timestamp, a dot, and the body as it was sent."""
    digest = hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256)
    return "v1=" + digest.hexdigest()


def webhook(group: Group, message: Message, now: datetime) -> Call:
    """Our own webhook; the body is the same at every attempt, the timestamp is not."""
    stamp = str(int(now.timestamp()))
    body = _json(
        {
            "schema": SCHEMA,
            "id": message.uid,
            "kind": message.kind,
            "topic": message.topic,
            "urgent": message.is_urgent,
            "text": message.text,
            "language": message.language,
            "link": message.link,
            "params": dict(message.params),
            "merged": message.count,
            "created_at": message.created_at.isoformat(),
        }
    )
    headers = {
        **_headers(message),
        "X-Anqi-Timestamp": stamp,
        "X-Anqi-Signature": sign(group.secret, stamp, body),
        "X-Anqi-Kind": message.kind,
    }
    return Call(group.url, body, headers)


def wecom(group: Group, message: Message, _now: datetime) -> Call:
    link = f"\n{message.link}" if message.link else ""
    room = WECOM_BYTES - len(link.encode())
    words = _cut(f"{message.heading}\n{message.body}", room) + link
    return _bot(group.url, {"msgtype": "text", "text": {"content": words}}, message)


def dingtalk(group: Group, message: Message, now: datetime) -> Call:
    link = f"\n{message.link}" if message.link else ""
    words = f"{message.heading}\n{message.body}{link}"
    value = {"msgtype": "text", "text": {"content": words}, "at": {"isAtAll": False}}
    url = group.url
    if group.secret:
        stamp = str(int(now.timestamp() * 1000))
        text = f"{stamp}\n{group.secret}"
        signed = _base64_hmac(group.secret, text)
        url = _with_query(url, {"timestamp": stamp, "sign": signed})
    return _bot(url, value, message)


def feishu(group: Group, message: Message, now: datetime) -> Call:
    line: list[dict[str, str]] = [{"tag": "text", "text": message.body}]
    if message.link:
        line += [
            {"tag": "text", "text": " "},
            {"tag": "a", "text": message.link_label, "href": message.link},
        ]
    post = {"title": message.heading, "content": [line]}
    place = "zh_cn" if message.language.startswith("zh") else "en_us"
    value: dict[str, Any] = {"msg_type": "post", "content": {"post": {place: post}}}
    if group.secret:
        stamp = str(int(now.timestamp()))
        # Here the text to sign is the key, and the message is empty.
        signed = _base64_hmac(f"{stamp}\n{group.secret}", "")
        value = {"timestamp": stamp, "sign": signed, **value}
    return _bot(group.url, value, message)


def _bot(url: str, value: Mapping[str, Any], message: Message) -> Call:
    return Call(url, _json(value), _headers(message))


def _headers(message: Message) -> dict[str, str]:
    return {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Anqi",
        "Idempotency-Key": message.uid,
        "X-Anqi-Delivery": message.uid,
    }


def _json(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _base64_hmac(key: str, text: str) -> str:
    digest = hmac.new(key.encode(), text.encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def _with_query(url: str, more: Mapping[str, str]) -> str:
    parts = urlsplit(url)
    query = "&".join(part for part in (parts.query, urlencode(more)) if part)
    return urlunsplit(parts._replace(query=query))


def _cut(words: str, room: int) -> str:
    """``words`` in at most ``room`` bytes of UTF-8, no character broken."""
    raw = words.encode()
    return words if len(raw) <= room else raw[: room - 3].decode("utf-8", "ignore") + "\u2026"


# --- answers -------------------------------------------------------------------------------------


def _read_plain(answer: Answer) -> None:
    if not 200 <= answer.status < 300:
        raise SendError("redirect" if 300 <= answer.status < 400 else "refused", answer.told)


def _read_code(answer: Answer, *names: str) -> None:
    """Bots answer 200 even when they refuse: a code of 0 in the body is what counts."""
    _read_plain(answer)
    try:
        value = json.loads(answer.body)
        code = next(value[name] for name in names if name in value)
    except (ValueError, TypeError, StopIteration):
        raise SendError("bad_answer", answer.told) from None
    if code != 0:
        raise SendError("refused", answer.told)


_CALLS: Mapping[ChannelKind, Callable[[Group, Message, datetime], Call]] = {
    ChannelKind.WEBHOOK: webhook,
    ChannelKind.WECOM: wecom,
    ChannelKind.DINGTALK: dingtalk,
    ChannelKind.FEISHU: feishu,
}
_READERS: Mapping[ChannelKind, Callable[[Answer], None]] = {
    ChannelKind.WEBHOOK: _read_plain,
    ChannelKind.WECOM: lambda answer: _read_code(answer, "errcode"),
    ChannelKind.DINGTALK: lambda answer: _read_code(answer, "errcode"),
    ChannelKind.FEISHU: lambda answer: _read_code(answer, "code", "StatusCode"),
}
