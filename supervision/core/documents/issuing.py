"""Numbers and papers: what other slices call. Everything runs in the caller's transaction."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date, datetime
from io import BytesIO
from typing import Any

from sqlalchemy import select

from supervision.core import clock
from supervision.core.actor import Actor
from supervision.core.attachments import Attachment, storage, store_file
from supervision.core.db import db
from supervision.core.documents import docx, editing, fields, pdf
from supervision.core.documents.layout import Paper, lay_out, pictures_of
from supervision.core.documents.models import Document, DocumentTemplate
from supervision.core.errors import InvalidInput, NotFound
from supervision.core.numbering import next_serial
from supervision.core.text import N_

PDF_TYPE = "application/pdf"
DOCX_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
# A paper with forty photos has some ten megabytes.
LARGEST = 64 * 1024 * 1024
LONGEST_REGION = 6


def template_on(code: str, day: date) -> DocumentTemplate:
    """The version of a paper in force on ``day``; raises NotFound when none is."""
    stmt = (
        select(DocumentTemplate)
        .where(DocumentTemplate.code == code, DocumentTemplate.effective_from <= day)
        .where(DocumentTemplate.effective_to.is_(None) | (DocumentTemplate.effective_to >= day))
        .order_by(DocumentTemplate.effective_from.desc(), DocumentTemplate.id.desc())
        .limit(1)
    )
    found = db.session.scalars(stmt).first()
    if found is None:
        raise NotFound(
            N_("No template of the paper %(code)s is in force on %(day)s."), code=code, day=day
        )
    return found


def next_number(
    template: DocumentTemplate, *, series: str, abbreviation: str, year: int
) -> tuple[str, int]:
    """The next number of this class of paper, and its serial; from 1 in each ``year``.

    ``series`` names whose counter it is (``authority:7``). The counter stays locked until the
    transaction ends; one that is rolled back gives its number back, so there is no gap. Call it
    when the paper is issued, never for a draft.
    """
    compose_number(template, abbreviation=abbreviation, year=year, serial=1)
    serial = next_serial(f"paper:{series}:{template.infix}", year)
    number = compose_number(template, abbreviation=abbreviation, year=year, serial=serial)
    return number, serial


def compose_number(template: DocumentTemplate, *, abbreviation: str, year: int, serial: int) -> str:
    """A number in the form of its class, of a serial that another paper has already got."""
    if not template.infix:
        raise InvalidInput(
            N_("%(paper)s has no number of its own."), field="number", paper=template.name
        )
    region = abbreviation.strip()
    if not 0 < len(region) <= LONGEST_REGION:
        raise InvalidInput(
            N_("The authority's abbreviation in numbers has one to six characters."),
            field="abbreviation",
        )
    return template.number_format.format(
        region=region, infix=template.infix, year=year, serial=serial
    )


def issue(
    actor: Actor,
    template: DocumentTemplate,
    data: Mapping[str, Any],
    *,
    number: str = "",
    at: datetime,
) -> Document:
    """Keep the snapshot, render it and store both files. The audit entry is the caller's.

    Raises InvalidInput naming what the paper lacks, and for a template without a body.
    """
    snapshot = _snapshot(template, data, number, at)
    paper = lay_out(template.body, snapshot)
    _check_pictures(template, paper)
    name = f"{template.name} {number}".strip()
    files = _render(paper)
    document = Document(
        code=template.code,
        number=number,
        template=template,
        data=snapshot,
        issued_at=at,
        issued_by_id=actor.id,
        issued_by=actor.name,
        pdf=_keep(actor, files[0], f"{name}.pdf", PDF_TYPE),
        docx=_keep(actor, files[1], f"{name}.docx", DOCX_TYPE),
    )
    db.session.add(document)
    db.session.flush()
    return document


def draft_pdf(template: DocumentTemplate, data: Mapping[str, Any]) -> bytes:
    """A preview: marked as a draft, without a number, lines where something is still missing."""
    _check_has_body(template)
    paper = lay_out(template.body, _plain({**data, "number": ""}), draft=True)
    _check_pictures(template, paper)
    return pdf.draw(paper, storage().open)


def preview_pdf(body: Mapping[str, Any]) -> bytes:
    """What a template looks like: every block, each field by its name.

    Raises InvalidInput for one without a text.
    """
    if not body.get("blocks"):
        raise InvalidInput(N_("This paper has no text yet."), field="template")
    paper = lay_out(body, editing.sample(body), draft=True, every_block=True)
    return pdf.draw(paper, storage().open)


def render_again(document: Document) -> tuple[bytes, bytes]:
    """PDF and DOCX from the stored snapshot and the template version it was issued under."""
    return _render(lay_out(document.template.body, document.data))


def _render(paper: Paper) -> tuple[bytes, bytes]:
    open_picture: Callable[[str], Any] = storage().open
    drawn, density = pdf.fit(paper, open_picture)
    return drawn, docx.draw(paper, open_picture, density)


def _snapshot(
    template: DocumentTemplate, data: Mapping[str, Any], number: str, at: datetime
) -> dict[str, Any]:
    _check_has_body(template)
    if bool(number) != bool(template.infix):
        lacks = N_("%(paper)s needs a number."), N_("%(paper)s has no number of its own.")
        raise InvalidInput(lacks[bool(number)], field="number", paper=template.name)
    snapshot = _plain({"issued_on": clock.day_of(at).isoformat(), **data, "number": number})
    fields.check(template.body, template.name, snapshot)
    return snapshot


def _plain(data: Mapping[str, Any]) -> dict[str, Any]:
    """The data as it will be read back from the database: JSON and nothing else."""
    found: dict[str, Any] = json.loads(json.dumps(data, allow_nan=False))
    return found


def _check_has_body(template: DocumentTemplate) -> None:
    if not template.body.get("blocks"):
        raise InvalidInput(
            N_("The paper %(paper)s has no text yet: it can be listed, not issued."),
            field="template",
            paper=template.name,
        )


def _check_pictures(template: DocumentTemplate, paper: Paper) -> None:
    for picture in pictures_of(paper):
        if not storage().exists(picture.sha256):
            raise InvalidInput(
                N_("%(paper)s: the picture %(sha)s is not stored."),
                field="photos",
                paper=template.name,
                sha=picture.sha256[:12],
            )


def _keep(actor: Actor, data: bytes, name: str, media_type: str) -> Attachment:
    return store_file(actor, BytesIO(data), name, media_type, limit=LARGEST)
