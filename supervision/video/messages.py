"""From bytes to a message of the contract, or the reason why not. Pure."""

from __future__ import annotations

import json
from typing import TypeVar

from supervision.video.rules import LARGEST_SIDE
from vision.contract import ContractError, Heartbeat, LeaseAsk, ViolationEvent, parse

T = TypeVar("T")

LONGEST_NAME = 64
LARGEST_INT = 2**31 - 1


def read_message(kind: type[T], body: bytes) -> T:
    """``body`` as ``kind``; raises ContractError naming the field, for whatever is wrong with it."""
    try:
        data = json.loads(body)
        if not _is_plain(body):
            _check_text(json.dumps(data, ensure_ascii=False))
        message = parse(kind, data)
    except ContractError:
        raise
    except UnicodeError:
        raise ContractError("body", "is not valid Unicode") from None
    except (ValueError, RecursionError):
        raise ContractError("body", "is not JSON") from None
    except OverflowError:
        raise ContractError("body", "holds an instant out of range") from None
    if isinstance(message, ViolationEvent):
        _check_event(message)
    return message


def _is_plain(body: bytes) -> bool:
    """Whether it can hold nothing of what :func:`_check_text` refuses: neither escapes nor 0xED.

    UTF-8 writes a surrogate with 0xED; UTF-16 and UTF-32, which JSON may come in, hold NUL bytes.
    """
    return not (b"\\u" in body or b"\xed" in body or b"\x00" in body)


def _check_text(text: str) -> None:
    """What no database stores as text: NUL, and lone surrogates (a UnicodeError)."""
    if b"\\u0000" in text.encode():
        raise ContractError("body", "holds a NUL character")


def _check_event(event: ViolationEvent) -> None:
    """Limits of our columns, which the contract leaves open."""
    if event.zone_id is not None and not 0 < len(event.zone_id) <= LONGEST_NAME:
        raise ContractError("zone_id", f"has 1 to {LONGEST_NAME} characters")
    if event.frame_size and not all(0 < side <= LARGEST_SIDE for side in event.frame_size):
        raise ContractError("frame_size", f"sides lie between 1 and {LARGEST_SIDE}")
    hashes = [ref.sha256 for ref in event.evidence]
    if len(set(hashes)) != len(hashes):
        raise ContractError("evidence", "the same hash twice")


def check_node(message: ViolationEvent | Heartbeat | LeaseAsk, node_uid: str) -> None:
    """A token speaks for its own node only."""
    if message.node != node_uid:
        raise ContractError("node", "is not the node of this token")


def event_id_of(body: bytes) -> str:
    """The event's id as far as it can be read from a broken message, for the list of those."""
    try:
        found = json.loads(body).get("event_id", "")
    except (ValueError, AttributeError, RecursionError):
        return ""
    return found[:LONGEST_NAME] if isinstance(found, str) and found.isascii() else ""
