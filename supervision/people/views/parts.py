"""What the pages of this slice share: saving a form, uploads, names of codes, filters."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

from flask import flash, redirect, request, send_file
from flask.typing import ResponseReturnValue

from supervision.core import attachments, audit, clock
from supervision.core.access import current_actor
from supervision.core.actor import Actor
from supervision.core.attachments import Attachment
from supervision.core.db import transaction
from supervision.core.errors import InvalidInput
from supervision.core.text import N_
from supervision.core.web.forms import Form
from supervision.core.web.numbers import id_argument
from supervision.enterprise import queries as enterprises
from supervision.people import exports, labels, ruletables
from supervision.people.tables import RuleTable

MOST_FILES = 9


def save(
    form: Form,
    act: Callable[[], Any],
    page: Callable[[Form], str],
    done: str,
    url: Callable[[Any], str],
) -> ResponseReturnValue:
    """One action of a form: what the page says if it fails, where it leads if not."""
    if not form.validate_on_submit():
        return page(form), 422
    try:
        with transaction():
            made = act()
            where = url(made)
    except InvalidInput as error:
        form.add_error(error)
        return page(form), 422
    flash(done, "success")
    return redirect(where)


def uploads(form: Any, actor: Actor) -> list[Attachment]:
    """Photos or PDFs of the field ``files``; the type is found in the content."""
    given = [one for one in form.files.data or () if getattr(one, "filename", "")]
    if len(given) > MOST_FILES:
        raise InvalidInput(N_("At most %(count)s files."), field="files", count=MOST_FILES)
    return [attachments.store_scan(actor, o.stream, o.filename, field="files") for o in given]


def choices(kind: RuleTable) -> list[tuple[str, str]]:
    """Codes and names of a table as it holds today."""
    rows = ruletables.in_force(kind, clock.today())
    return [(row.code, labels.rule_name(row)) for row in rows]


def offer(field: Any, kind: RuleTable, *, optional: bool = False, empty: str = "—") -> None:
    """Put a table's rows into a select."""
    found = choices(kind)
    field.choices = [("", empty), *found] if optional else found


def region(form: Any) -> str:
    """The chosen division of a filter whose choices are set here."""
    form.region.choices = [("", "—"), *enterprises.region_choices(current_actor())]
    form.validate()
    chosen = form.region.data or ""
    return chosen if chosen.isdecimal() else ""


def code(value: str | None, table: Any, default: str = "") -> str:
    """A filter's code, forgiving: nonsense is the default."""
    return value if value is not None and value in {str(key) for key in table} else default


def enterprise_argument() -> int | None:
    return id_argument("enterprise")


def active(form: Any, *names: str) -> int:
    """How many filters are set; ``?enterprise=`` is one of them."""
    count = sum(1 for name in names if form[name].data)
    return count + (1 if request.args.get("enterprise") else 0)


def workbook(book: BytesIO, title: str) -> ResponseReturnValue:
    name = f"{title}-{clock.today().isoformat()}.xlsx"
    return send_file(book, mimetype=exports.XLSX, as_attachment=True, download_name=name)


def send_personal(subject: Any, scan: Attachment, actor: Actor) -> ResponseReturnValue:
    """A file that shows somebody's number or name in full; runs in a transaction.

    Who opened it is on record, and no browser keeps it.
    """
    audit.record(actor, "people.scan_open", subject, sha256=scan.sha256)
    response = attachments.send_scan(scan)
    response.headers["Cache-Control"] = "private, no-store"
    return response
