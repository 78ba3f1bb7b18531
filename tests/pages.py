"""A page client that checks every page it loads, so that no test has to."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser
from typing import Any

import lxml.html
from flask import Flask, g, has_app_context
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from supervision.account.models import Account
from supervision.core.db import db
from supervision.core.scope import unscoped
from tests.cast import Cast


class PageProblem(AssertionError):
    """A page that no reader should get."""


_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source"}
_VOID |= {"track", "wbr"}
# A comment or declaration, or a tag with its attributes as they are written. A parser of the
# standard library takes three times as long, and the tests load thousands of pages.
_TAG = re.compile(
    r"""<(/?)([a-zA-Z][^\s/>]*)([^>"']*(?:(?:"[^"]*"|'[^']*')[^>"']*)*)>|<!--.*?-->|<![^>]*>""",
    re.DOTALL,
)
_ATTRIBUTE = re.compile(r"""([^\s=/>"']+)(?:\s*=\s*("[^"]*"|'[^']*'|[^\s"'>]+))?""")


class _Outline:
    """What a page must have, and must not."""

    def __init__(self) -> None:
        self.lang = ""
        self.headings = 0
        self.ids: list[str] = []
        self.problems: list[str] = []
        self.labelled: set[str] = set()
        self.controls: list[tuple[str, dict[str, str | None]]] = []
        self._open: list[str] = []

    def feed(self, page: str) -> None:
        """All of the page at once."""
        at = 0
        while found := _TAG.search(page, at):
            at = found.end()
            closes, tag, written = found.groups()
            if tag is None:
                continue
            tag = tag.lower()
            if closes:
                self._close(tag)
                continue
            self._begin(tag, _attributes(written))
            if written.endswith("/"):
                self._close(tag)
            elif tag in {"script", "style"}:
                # Nothing is a tag in there but its own end.
                end = page.find(f"</{tag}", at)
                at = len(page) if end < 0 else end

    def _begin(self, tag: str, given: dict[str, str | None]) -> None:
        if tag not in _VOID:
            self._open.append(tag)
        if tag == "html":
            self.lang = given.get("lang") or ""
        if tag == "h1":
            self.headings += 1
        if given.get("id"):
            self.ids.append(str(given["id"]))
        if tag == "label" and given.get("for"):
            self.labelled.add(str(given["for"]))
        if tag in {"input", "select", "textarea"}:
            self.controls.append(
                (tag, {**given, "_in_label": "y" if "label" in self._open else None})
            )
        if tag == "script" and not given.get("src"):
            self.problems.append("an inline script, which the content policy refuses")
        if tag == "img" and "alt" not in given:
            self.problems.append("a picture without alt")
        self.problems += [f"an inline handler {n}" for n in given if n.startswith("on")]
        for name in ("src", "href"):
            if (given.get(name) or "").startswith(("http://", "https://", "//")):
                self.problems.append(f"{name} leaves the site: {given[name]}")

    def _close(self, tag: str) -> None:
        if tag in _VOID:
            return
        if tag not in self._open:
            self.problems.append(f"</{tag}> without its beginning")
            return
        while self._open.pop() != tag:
            pass

    def verdict(self) -> list[str]:
        found = list(self.problems)
        if not self.lang:
            found.append("no language")
        if self.headings != 1:
            found.append(f"{self.headings} first headings")
        doubles = {i for i in self.ids if self.ids.count(i) > 1}
        if doubles:
            found.append(f"ids twice: {sorted(doubles)}")
        for tag, given in self.controls:
            if given.get("type") in {"hidden", "submit", "button"} or given["_in_label"]:
                continue
            if given.get("aria-label") or given.get("id") in self.labelled:
                continue
            found.append(f"{tag} {given.get('name')} has no label")
        return found


def _attributes(written: str) -> dict[str, str | None]:
    return {
        name.lower(): unescape(value[1:-1] if value[0] in "\"'" else value) if value else None
        for name, value in _ATTRIBUTE.findall(written)
    }


class FreshClient(FlaskClient):
    """Each request begins with nothing remembered, as it does in production.

    Tests hold an application context open; Flask's client reuses it, and with it ``g`` and the
    person that Flask-Login keeps there.
    """

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        if has_app_context():
            for name in list(g):
                g.pop(name)
        return super().open(*args, **kwargs)


class PageClient:
    """``pages.get("plant_manager", "/hazards/")`` → response; None is somebody signed out."""

    def __init__(self, app: Flask, cast: Cast) -> None:
        self.app = app
        self.cast = cast

    def as_(self, who: str | None, language: str = "en") -> FlaskClient:
        """A client signed in as ``who``, reading ``language``."""
        client = self.app.test_client()
        with client.session_transaction() as session:
            session["language"] = language
            if who is not None:
                account = db.session.scalars(
                    unscoped(
                        db.select(Account).where(Account.id == self.cast.accounts[who]),
                        reason="tests sign in as anybody",
                    )
                ).one()
                session["_user_id"] = f"{account.id}:{account.session_epoch}"
                session["_fresh"] = True
        db.session.rollback()
        return client

    def get(
        self, who: str | None, url: str, *, language: str = "en", **kwargs: Any
    ) -> TestResponse:
        return self._checked(self.as_(who, language).get(url, **kwargs))

    def post(self, who: str | None, url: str, data: Any = None, **kwargs: Any) -> TestResponse:
        return self._checked(self.as_(who).post(url, data=data or {}, **kwargs))

    def _checked(self, response: TestResponse) -> TestResponse:
        if response.mimetype == "text/html" and response.status_code not in range(300, 400):
            outline = _Outline()
            outline.feed(response.get_data(as_text=True))
            if problems := outline.verdict():
                raise PageProblem(f"{response.request.path}: {'; '.join(problems)}")
        db.session.rollback()
        return response


def form_values(page: str, action: str) -> MultiDict[str, str]:
    """What a browser would send if somebody pressed the button of this form untouched."""
    (form,) = [f for f in lxml.html.fromstring(page).forms if f.action == action]
    return MultiDict(form.form_values())


def error_text(response: TestResponse) -> str:
    """The text of a page without its markup, for assertions about messages."""

    class _Text(HTMLParser):
        def __init__(self) -> None:
            super().__init__()
            self.parts: list[str] = []

        def handle_data(self, data: str) -> None:
            self.parts.append(data.strip())

    reader = _Text()
    reader.feed(response.get_data(as_text=True))
    return " ".join(part for part in reader.parts if part)


__all__ = ["PageClient", "PageProblem", "error_text"]
