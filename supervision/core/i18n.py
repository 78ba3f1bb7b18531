"""Languages: Chinese first, English second; dates in the reader's language, days of Shanghai."""

from __future__ import annotations

import os
from datetime import date, datetime
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import Flask, g, request, session
from flask_babel import Babel, gettext

from supervision.core.clock import SHANGHAI
from supervision.core.deadlines import Line
from supervision.core.errors import DomainError

# Each language names itself; the escape keeps the no-CJK-literals rule simple.
LANGUAGES = {"zh_Hans_CN": "\u4e2d\u6587", "en": "English"}
TRANSLATIONS = Path(__file__).resolve().parent.parent / "translations"


def init_i18n(app: Flask, default: str) -> None:
    compile_catalogues()
    Babel(
        app,
        default_locale=default,
        default_timezone="Asia/Shanghai",
        default_translation_directories=str(TRANSLATIONS),
        locale_selector=select_language,
    )


def select_language() -> str | None:
    """The session's choice, then the person's own, then the installation's default."""
    if not request:
        return None
    chosen = session.get("language")
    if chosen in LANGUAGES:
        return str(chosen)
    actor = g.get("actor")
    return actor.language if actor is not None and actor.language in LANGUAGES else None


def compile_catalogues() -> None:
    """Write each .mo beside its .po when it is missing or older: no build step to forget."""
    for source in TRANSLATIONS.glob("*/LC_MESSAGES/*.po"):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        with source.open("rb") as file:
            catalogue = read_po(file, locale=source.parts[-3])
        # Workers that were forked from one process start at once, with the same ids in memory.
        part = target.with_suffix(f".{os.getpid()}-{id(target)}.part")
        with part.open("wb") as out:
            write_mo(out, catalogue)
        part.replace(target)


def message_of(error: DomainError) -> str:
    """An error's text in the reader's language."""
    text: str = gettext(error.message)
    return text % error.params if error.params else text


def line_text(line: Line) -> str:
    """A line of a reckoning in the reader's language; days as days."""
    text: str = gettext(line.text)
    return text % {name: _plain(value) for name, value in line.params.items()}


def _plain(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(format_day(day) for day in value)
    return format_day(value) if isinstance(value, date) else str(value)


def format_day(day: date | None) -> str:
    """2026-03-31: the form that Chinese official papers and sorting share."""
    return day.isoformat() if day else ""


def format_instant(instant: datetime | None, *, seconds: bool = False) -> str:
    """An instant as Shanghai wall time."""
    if instant is None:
        return ""
    return instant.astimezone(SHANGHAI).strftime(
        "%Y-%m-%d %H:%M:%S" if seconds else "%Y-%m-%d %H:%M"
    )
