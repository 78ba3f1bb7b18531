"""What leaves the worker in words: no password in it, and the fields that a machine looks for."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vision import logs
from vision.logs import JsonFormatter, TextFormatter, conceal, hide, hide_password_of

PASSWORDS = [
    "geheim-42",
    "p@ss:w/rd%41",
    "12/34@56",
    "what?now#yes",
    "密码Пароль",
    "50%/25%",
    "a:b:c:d@e@f",
]


@pytest.fixture(autouse=True)
def _forget_secrets() -> Iterator[None]:
    yield
    logs._secrets.clear()


def record(message: str, *arguments: object, **extra: object) -> logging.LogRecord:
    made = logging.LogRecord("vision.x", logging.INFO, __file__, 1, message, arguments, None)
    made.__dict__.update(extra)
    return made


@pytest.mark.parametrize("password", PASSWORDS)
@pytest.mark.parametrize("written", [str, lambda word: quote(word, safe="")])
def test_no_password_leaves_in_a_line_however_it_is_written(password: str, written: object) -> None:
    shown = written(password)  # type: ignore[operator]
    token = quote(password, safe="")
    line = conceal(f"cannot open rtsp://admin:{shown}@10.0.0.8:554/ch1?token={token} in time")
    assert shown not in line
    assert password not in line
    assert line.endswith(" in time")
    assert not any(part in line for part in (shown[:4], shown[-4:]))


@given(st.text(st.sampled_from("aZ9@:/%?#.-_密"), min_size=3, max_size=12))
def test_no_end_of_any_password_stays(password: str) -> None:
    line = conceal(f"rtsp://u:S3CRET{password}S3CRET@cam.example/live")
    assert "S3CRET" not in line


@pytest.mark.parametrize("password", PASSWORDS)
def test_a_password_that_left_its_address_is_known_again(password: str) -> None:
    hide_password_of(f"rtsp://admin:{quote(password, safe='')}@10.0.0.8/live")
    assert password not in conceal(f"the camera does not take {password}")
    assert quote(password, safe="") not in conceal(f"nor {quote(password, safe='')}")


def test_what_is_no_secret_stays_readable() -> None:
    line = conceal(
        "camera gate at rtsp://10.0.0.8:554/ch1/main: no answer (see http://a.example/x)"
    )
    assert line == (
        "camera gate at rtsp://10.0.0.8:554/ch1/main: no answer (see http://a.example/x)"
    )


def test_an_exceptions_text_is_looked_through_too() -> None:
    hide("token-of-node")
    try:
        raise ValueError("rtsp://u:p@ssw0rd@10.0.0.8/live with token-of-node")
    except ValueError:
        caught = sys.exc_info()
    for formatter in (TextFormatter(), JsonFormatter()):
        line = formatter.format(record("it broke", exc_info=caught))
        assert "ValueError" in line
        assert "ssw0rd" not in line
        assert "token-of-node" not in line


def test_a_json_line_carries_its_fields() -> None:
    fields = {"camera_id": "gate", "event_id": "ev-1", "fault": "timeout", "tries": 3}
    line = json.loads(JsonFormatter().format(record("camera %s: no data", "gate", **fields)))
    assert line["message"] == "camera gate: no data"
    assert {name: line[name] for name in fields} == fields
    assert {"at", "level", "logger", "process"} <= line.keys()
    assert "msg" not in line
