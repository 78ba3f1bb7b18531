"""Papers of law: versioned templates, a snapshot of data, PDF and DOCX of the same bytes for ever.

A slice asks for the version in force, takes a number when it issues, and hands over plain data::

    template = documents.template_on("RECTIFY_ORDER", day)
    number, serial = documents.next_number(
        template, series=f"authority:{authority.id}", abbreviation=authority.abbreviation, year=2026
    )
    paper = documents.issue(actor, template, data, number=number, at=clock.now())
"""

from supervision.core.documents.issuing import (
    compose_number,
    draft_pdf,
    issue,
    next_number,
    preview_pdf,
    render_again,
    template_on,
)
from supervision.core.documents.models import Document, DocumentTemplate

__all__ = [
    "Document",
    "DocumentTemplate",
    "compose_number",
    "draft_pdf",
    "issue",
    "next_number",
    "preview_pdf",
    "render_again",
    "template_on",
]
