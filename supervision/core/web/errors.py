"""Every error becomes a page (or JSON) that says what to do next, in the reader's language."""

from __future__ import annotations

from flask import Flask, current_app, g, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

from supervision.core.errors import Conflict, DomainError, GoesOnElsewhere
from supervision.core.i18n import message_of
from supervision.core.storage import StorageError

DRAIN_LIMIT = 512 * 1024 * 1024
DRAIN_CHUNK = 1024 * 1024

PAGES = {403, 404, 409, 413, 422, 429, 500, 503}

_TOO_LARGE = lazy_gettext("The upload is larger than this system accepts.")


def init_errors(app: Flask) -> None:
    app.register_error_handler(DomainError, _domain)
    app.register_error_handler(GoesOnElsewhere, _elsewhere)
    app.register_error_handler(StaleDataError, lambda _error: _domain(Conflict()))
    app.register_error_handler(IntegrityError, _integrity)
    app.register_error_handler(StorageError, _storage)
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected)


def wants_json() -> bool:
    return request.path.startswith("/api/")


def _domain(error: DomainError) -> ResponseReturnValue:
    return _answer(error.http_status, message_of(error), field=error.field)


def _elsewhere(error: GoesOnElsewhere) -> ResponseReturnValue:
    if wants_json():
        return _domain(error)
    page = render_template("errors/elsewhere.html", message=message_of(error), url=error.url)
    return page, error.http_status


def _integrity(error: IntegrityError) -> ResponseReturnValue:
    """A constraint of the database had the last word: mostly a race that somebody else won."""
    # PostgreSQL's own words hold the whole row that was refused; the constraint's name will do.
    reason = getattr(getattr(error.orig, "diag", None), "constraint_name", None) or error.orig
    current_app.logger.warning("refused by the database: %s", reason)
    return _domain(Conflict())


def _storage(error: StorageError) -> ResponseReturnValue:
    """Files cannot be reached: nothing was saved, and whoever sent something keeps it."""
    current_app.logger.error("storage: %s", error)
    response = current_app.make_response(_answer(503, gettext("Files cannot be reached now.")))
    response.headers["Retry-After"] = "30"
    return response


def _csrf(_error: CSRFError) -> ResponseReturnValue:
    if wants_json():
        return _answer(400, gettext("This form has expired. Reload the page and send it again."))
    g.setdefault("actor", None)
    return render_template("errors/csrf.html"), 400


def _http(error: HTTPException) -> ResponseReturnValue:
    if error.code is None or error.code < 400:
        return error
    if error.code == 413:
        _drain()
        return _answer(413, str(_TOO_LARGE))
    return _answer(error.code, None)


def _drain() -> None:
    """Read what is still on its way, up to a bound, and forget it.

    A server that answers and closes while bytes come makes the browser show "connection reset"
    instead of our page.
    """
    stream = request.environ.get("wsgi.input")
    left = DRAIN_LIMIT
    while stream is not None and left > 0:
        try:
            chunk = stream.read(min(DRAIN_CHUNK, left))
        except (OSError, ValueError):
            return
        if not chunk:
            return
        left -= len(chunk)


def _unexpected(error: Exception) -> ResponseReturnValue:
    if current_app.testing or current_app.debug:
        raise error
    current_app.logger.error(
        "unexpected error on %s %s", request.method, request.path, exc_info=error
    )
    return _answer(500, None)


def _answer(status: int, message: str | None, field: str | None = None) -> ResponseReturnValue:
    if wants_json():
        return jsonify(error=status, message=message or "", field=field), status
    page = status if status in PAGES else (500 if status >= 500 else 422)
    g.setdefault("actor", None)
    return render_template(f"errors/{page}.html", message=message, status=status), status
