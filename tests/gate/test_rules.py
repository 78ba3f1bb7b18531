"""What art. 41 asks of a camera, in days; no database."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import pytest

from supervision.core.errors import InvalidInput
from supervision.gate import rules
from supervision.gate.rules import Lack, Stand
from supervision.gate.workflow import GateState

DAY = date(2026, 3, 10)
AT = datetime(2026, 3, 10, 2, tzinfo=UTC)
HERE = Stand(rules.stream_print("rtsp://a:b@cam.example:554/1"), "Press shop")
BEFORE = {"legal_on": date(2026, 3, 1), "technical_on": date(2026, 3, 2)}


@dataclass(frozen=True)
class Record:
    status: GateState = GateState.APPROVED
    legal_by: str = "Legal section"
    legal_on: date | None = BEFORE["legal_on"]
    legal_number: str = "L-1"
    legal_scan_id: int | None = 1
    technical_by: str = "Institute"
    technical_on: date | None = BEFORE["technical_on"]
    technical_number: str = "T-1"
    technical_scan_id: int | None = 2
    certificate_until: date | None = None
    published_where: str = "Notice board"
    published_on: date | None = date(2026, 3, 3)
    published_scan_id: int | None = 3
    siting: str = "Looks at the press"
    valid_from: date | None = date(2026, 3, 4)
    valid_until: date | None = date(2027, 3, 3)
    ended_on: date | None = None
    approved_at: datetime | None = datetime(2026, 3, 4, tzinfo=UTC)
    stream_print: str = HERE.stream_print
    place: str = "Press shop"


def test_a_complete_approved_record_lacks_nothing():
    assert rules.lacks(Record(), HERE, AT) == ()


@pytest.mark.parametrize(
    ("changes", "lack"),
    [
        ({"legal_number": ""}, Lack.LEGAL),
        ({"legal_on": DAY + timedelta(days=1)}, Lack.LEGAL),
        ({"technical_scan_id": None}, Lack.TECHNICAL),
        ({"technical_on": DAY + timedelta(days=1)}, Lack.TECHNICAL),
        ({"siting": ""}, Lack.SITING),
        ({"published_where": ""}, Lack.PUBLISHED),
        # "Published before": the same day is not before.
        ({"published_on": DAY}, Lack.PUBLISHED),
        ({"status": GateState.SUBMITTED}, Lack.NOT_APPROVED),
        ({"approved_at": AT + timedelta(seconds=1)}, Lack.NOT_YET),
        ({"status": GateState.WITHDRAWN}, Lack.WITHDRAWN),
        ({"valid_from": DAY + timedelta(days=1)}, Lack.NOT_YET),
        ({"valid_until": DAY - timedelta(days=1)}, Lack.EXPIRED),
        ({"ended_on": DAY - timedelta(days=1), "status": GateState.SUPERSEDED}, Lack.EXPIRED),
        ({"certificate_until": DAY - timedelta(days=1)}, Lack.CERTIFICATE),
        ({"stream_print": "another"}, Lack.STREAM),
        ({"place": "Gate"}, Lack.PLACE),
    ],
)
def test_what_one_record_lacks(changes, lack):
    assert rules.lacks(replace(Record(), **changes), HERE, AT) == (lack,)


def test_a_camera_that_was_turned_after_its_review_is_another_camera():
    turned = replace(HERE, view_from=datetime(2026, 3, 5, tzinfo=UTC))
    assert rules.lacks(Record(), turned, AT) == (Lack.TURNED,)
    # The day of the review itself, in Shanghai, is the review's.
    same = replace(HERE, view_from=datetime(2026, 3, 2, 15, tzinfo=UTC))
    assert rules.lacks(Record(), same, AT) == ()
    assert rules.lacks(Record(), replace(HERE, was_moved=True), AT) == (Lack.MOVED,)


def test_without_any_record_all_three_are_named():
    assert rules.best([], HERE, AT) == (None, (Lack.LEGAL, Lack.TECHNICAL, Lack.PUBLISHED))


def test_the_record_that_covers_is_found_behind_one_that_does_not():
    newer = replace(Record(), valid_from=DAY + timedelta(days=1), siting="newer")
    assert rules.best([newer, Record()], HERE, AT) == (Record(), ())


def test_a_changed_password_is_no_other_stream_but_another_channel_is():
    first = rules.stream_print("rtsp://a:one@cam.example:554/ch/1?sub=0")
    assert rules.stream_print("rtsp://b:two@CAM.example:554/ch/1?sub=0") == first
    assert rules.stream_print("rtsp://a:one@cam.example:554/ch/2?sub=0") != first


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"legal_on": DAY + timedelta(days=1)}, "legal_on"),
        ({"valid_from": date(2026, 3, 2)}, "valid_from"),
        ({"valid_until": date(2026, 3, 3)}, "valid_until"),
        ({"certificate_until": date(2026, 3, 3)}, "certificate_until"),
    ],
)
def test_days_that_do_not_fit_are_named(changes, field):
    with pytest.raises(InvalidInput) as caught:
        rules.check_days(replace(Record(), **changes), DAY)
    assert caught.value.field == field
