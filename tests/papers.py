"""What a paper says to whoever opens the stored file."""

from __future__ import annotations

import re

from pypdf import PdfReader

from supervision.core.attachments import storage
from supervision.core.documents import Document


def said(document: Document) -> str:
    """The text of the stored PDF without white space."""
    with storage().open(document.pdf.sha256) as file:
        pages = [page.extract_text() for page in PdfReader(file).pages]
    return re.sub(r"\s", "", "".join(pages))


def in_words(day: object) -> str:
    """A day as papers write it: year, month and day, unpadded."""
    year, month, rest = str(day).split("-")
    return f"{year}\u5e74{int(month)}\u6708{int(rest)}\u65e5"
