"""The answer to "download this list": the file, or the question whether it shall be made."""

from __future__ import annotations

from flask import render_template, request, send_file
from flask.typing import ResponseReturnValue

from supervision.core.export import lists
from supervision.core.export.lists import FileKind, ListExport


def answer(spec: ListExport, kind: FileKind = FileKind.XLSX) -> ResponseReturnValue:
    """A short list at once. A long one is the scheduler's: a page says so and asks to begin.

    Asking is a POST of its own, so that nobody fills the queue by following a link.
    """
    rows = lists.count(spec, most=lists.AT_ONCE + 1)
    if lists.is_short(kind, rows):
        return send_file(
            lists.render(spec, kind),
            mimetype=lists.MEDIA_TYPES[kind],
            as_attachment=True,
            download_name=lists.filename(spec, kind),
        )
    return render_template(
        "exports/ask.html",
        spec=spec,
        kind=kind,
        rows=lists.count(spec),
        query=request.query_string.decode(),
        most_on_paper=lists.MOST_ON_PAPER,
        most_in_book=lists.MOST_IN_BOOK,
    )
