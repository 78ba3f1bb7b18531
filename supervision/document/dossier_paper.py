"""The dossier as a paper, chapter by chapter, and what each chapter holds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from flask_babel import gettext as _
from flask_babel import ngettext

from supervision.core.actor import Actor
from supervision.core.dossier import Chapter, Evidence, Section
from supervision.core.export.book import Book
from supervision.core.i18n import format_instant
from supervision.slices import slices


@dataclass(frozen=True, slots=True)
class Imprint:
    """What stands on the cover, and in the manifest."""

    enterprise_id: int
    name: str
    uscc: str
    issuer: str
    made_at: datetime
    made_for: str
    role: str
    reason: str


@dataclass(slots=True)
class Made:
    """The paper, and of each chapter its rows and files, in the paper's order."""

    pdf: bytes
    rows: dict[str, int] = field(default_factory=dict)
    files: dict[str, list[Evidence]] = field(default_factory=dict)


def chapters_for(actor: Actor) -> list[Chapter]:
    """The chapters that ``actor`` may read, in their order."""
    found = [c for m in slices() for c in m.chapters if actor.may(c.permission)]
    return sorted(found, key=lambda chapter: (chapter.order, chapter.key))


def make(imprint: Imprint, actor: Actor, *, with_files: bool, done: Callable[[int], None]) -> Made:
    """Read every chapter as ``actor`` sees it and set the paper; ``done(n)`` after each."""
    made = Made(b"")
    book = Book(_("Enterprise dossier"), issuer=imprint.issuer, footer=imprint.name)
    book.cover(imprint.name, _cover_lines(imprint))
    for number, chapter in enumerate(chapters_for(actor), start=1):
        sections = chapter.sections(imprint.enterprise_id, actor)
        made.rows[chapter.key] = sum(section.count for section in sections)
        if with_files:
            made.files[chapter.key] = list(chapter.files(imprint.enterprise_id, actor))
        book.chapter(str(chapter.label))
        _write(book, sections)
        done(number)
    made.pdf = book.build()
    return made


def _cover_lines(imprint: Imprint) -> list[str]:
    return [
        imprint.uscc,
        _("As of %(at)s", at=format_instant(imprint.made_at)),
        _("Made for %(who)s", who=imprint.made_for),
        _("What for: %(reason)s", reason=imprint.reason),
        _("It shows what this person may see. Personal data are masked."),
    ]


def _write(book: Book, sections: Sequence[Section]) -> None:
    if not any(section.facts or section.rows for section in sections):
        book.note(_("Nothing to list."))
    for section in sections:
        if section.title and (section.facts or section.rows or section.note):
            book.heading(section.title)
        if section.facts:
            book.facts(section.facts)
        if section.columns and section.rows:
            book.table(section.columns, section.rows)
            rest = section.count - len(section.rows)
            if rest > 0:
                text = ngettext(
                    "%(num)s more row is not printed.", "%(num)s more rows are not printed.", rest
                )
                book.note(text)
        if section.note:
            book.note(section.note)
