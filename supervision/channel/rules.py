"""Which notice goes where, when, and what is done when it does not arrive. Pure."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from supervision.core.dialling import split_url
from supervision.core.notices import Audience
from supervision.core.tables import TableError, read_table

TOPICS = Path(__file__).parent / "data" / "topics.tsv"


class ChannelKind(StrEnum):
    MAIL = "mail"
    WEBHOOK = "webhook"
    WECOM = "wecom"
    DINGTALK = "dingtalk"
    FEISHU = "feishu"


class Reach(StrEnum):
    """Whose notices a group's channel hears."""

    EVERYTHING = "everything"
    REGION = "region"
    ENTERPRISE = "enterprise"


class Topic(StrEnum):
    TASKS = "tasks"
    DEADLINES = "deadlines"
    PAPERS = "papers"
    SYSTEM = "system"


class Way(StrEnum):
    """How a person wants the notices of a topic by mail; in the application they always come."""

    NOW = "now"
    DIGEST = "digest"
    OFF = "off"


class Purpose(StrEnum):
    NOTICE = "notice"
    DIGEST = "digest"
    CONFIRM = "confirm"


class DeliveryState(StrEnum):
    """``merged``: told along with another of the same matter; ``bundled``: part of a digest."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    MERGED = "merged"
    BUNDLED = "bundled"


class Security(StrEnum):
    """Of the connection to a mail server."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


DEFAULT_WAYS = {
    Topic.TASKS: Way.DIGEST,
    Topic.DEADLINES: Way.NOW,
    Topic.PAPERS: Way.DIGEST,
    Topic.SYSTEM: Way.OFF,
}

# A group's bot takes 20 messages a minute (WeCom, DingTalk) or 100 (Feishu); a run comes every 20 s.
PER_RUN: Mapping[ChannelKind, int] = {
    ChannelKind.MAIL: 300,
    ChannelKind.WEBHOOK: 500,
    ChannelKind.WECOM: 6,
    ChannelKind.DINGTALK: 6,
    ChannelKind.FEISHU: 30,
}

# Failures in a row before a channel rests and the administrators are told.
TRIP = 3
_FIRST_RETRY_S, _LONGEST_RETRY_S = 30, 3600
_FIRST_REST_S, _LONGEST_REST_S = 60, 1800

CODE_DIGITS = 6
CODE_TRIES = 5
CODE_VALID = timedelta(hours=24)
CODE_AGAIN = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Subject:
    """What a kind of notice is about."""

    topic: Topic
    is_urgent: bool


@lru_cache(maxsize=1)
def _subjects() -> Mapping[str, Subject]:
    found: dict[str, Subject] = {}
    for row in read_table(TOPICS):
        if row["urgent"] not in {"yes", "no"}:
            raise TableError(f"{row['kind']}: urgent is yes or no, not {row['urgent']!r}")
        found[row["kind"]] = Subject(Topic(row["topic"]), row["urgent"] == "yes")
    return found


@lru_cache(maxsize=512)
def subject_of(kind: str) -> Subject:
    """The topic of a notice: its own line of ``data/topics.tsv``, else its noun's, else tasks."""
    table = _subjects()
    noun = kind.partition(".")[0] + "."
    return table.get(kind) or table.get(noun) or Subject(Topic.TASKS, is_urgent=False)


def hears(
    reach: Reach, *, region_code: str, enterprise_id: int | None, audience: Audience,
    about: int | None, about_region: str,
) -> bool:  # fmt: skip
    """Whether a group's channel is told what ``audience`` of enterprise ``about`` is told.

    A regulator's group hears what supervisors hear, an enterprise's group what its own people
    hear; what is told to one person is that person's own.
    """
    if audience is Audience.ADMINISTRATORS:
        return reach is Reach.EVERYTHING
    if audience is Audience.SUPERVISORS:
        in_region = reach is Reach.REGION and about_region.startswith(region_code)
        return reach is Reach.EVERYTHING or (in_region and bool(region_code))
    if audience is Audience.REGION_GROUPS:
        if about is None:
            return reach is Reach.EVERYTHING
        return reach is Reach.REGION and region_code == str(about)
    if audience in {Audience.ENTERPRISE_PEOPLE, Audience.ENTERPRISE_GROUPS}:
        return reach is Reach.ENTERPRISE and enterprise_id is not None and about == enterprise_id
    return False


# --- when ----------------------------------------------------------------------------------------


def after_quiet(local: datetime, begins: time | None, ends: time | None) -> datetime:
    """``local`` itself, or the end of the quiet hours that it falls into (they may span midnight)."""
    if begins is None or ends is None or begins == ends:
        return local
    clock = local.time()
    if begins < ends:
        return _at(local.date(), ends, local) if begins <= clock < ends else local
    if clock >= begins:
        return _at(local.date() + timedelta(days=1), ends, local)
    return _at(local.date(), ends, local) if clock < ends else local


def next_digest(local: datetime, hour: int, wanted: Callable[[date], bool]) -> datetime:
    """The first ``hour`` o'clock after ``local`` on a day that is ``wanted`` (within a month)."""
    day = local.date()
    for _ in range(31):
        moment = _at(day, time(hour), local)
        if moment > local and wanted(day):
            return moment
        day += timedelta(days=1)
    return _at(day, time(hour), local)


def _at(day: date, clock: time, like: datetime) -> datetime:
    return datetime.combine(day, clock, tzinfo=like.tzinfo)


def retry_after(attempts: int, roll: float) -> timedelta:
    """How long to wait after the ``attempts``-th failure; ``roll`` in [0, 1) spreads the crowd."""
    base = min(_FIRST_RETRY_S * 2 ** min(attempts - 1, 20), _LONGEST_RETRY_S)
    return timedelta(seconds=base * (0.8 + 0.4 * roll))


def rest_after(failures: int) -> timedelta | None:
    """How long a channel rests after so many failures in a row; None: it does not yet."""
    if failures < TRIP:
        return None
    return timedelta(seconds=min(_FIRST_REST_S * 2 ** min(failures - TRIP, 20), _LONGEST_REST_S))


def cool_key(kind: str, link: str) -> str:
    """The same matter: the same kind of notice about the same page. 32 hex digits."""
    return hashlib.sha256(f"{kind}\n{link}".encode()).hexdigest()[:32]


# --- addresses -----------------------------------------------------------------------------------

_CONTROL = re.compile(r"[\s\x00-\x1f\x7f]")
# One mailbox as people have them: no display name, no comment, no quoted part.
_MAILBOX = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?=.{4,190}$)[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+"
)


def is_mailbox(address: str) -> bool:
    """An address of mail in its plain form (RFC 5321, without quoting or other scripts)."""
    return _MAILBOX.fullmatch(address) is not None and ".." not in address


def mask(url: str) -> str:
    """Scheme and host: the path and the query of a bot's address are its password."""
    parts = split_url(url)
    return f"{parts.scheme}://{parts.netloc}/***" if parts else "***"


# --- confirming an address of mail ---------------------------------------------------------------


def code_for(secret: str, account_id: int, address: str, stamp: datetime) -> str:
    """The digits that prove that ``address`` is read; never stored, made again to compare."""
    text = f"notice-address\n{account_id}\n{address}\n{stamp.isoformat()}"
    digest = hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest()
    return f"{int.from_bytes(digest[:8]) % 10**CODE_DIGITS:0{CODE_DIGITS}d}"
