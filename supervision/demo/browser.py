"""A browser without a window for the smoke test: pages, forms and files by HTTP alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests

TIMEOUT = 30.0


class SmokeError(RuntimeError):
    """A step did not do what it should; the message holds what the page said."""


@dataclass(slots=True)
class FormOnPage:
    """A form with what it holds already: hidden fields, chosen options, checked boxes."""

    action: str
    method: str
    values: dict[str, str | list[str]] = field(default_factory=dict)

    def add(self, name: str, value: str) -> None:
        """Boxes of one name are sent one after the other."""
        known = self.values.get(name)
        if known is None:
            self.values[name] = value
        else:
            self.values[name] = [*(known if isinstance(known, list) else [known]), value]


class _Reader(HTMLParser):
    """Forms, links, alerts and text of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[FormOnPage] = []
        self.links: list[str] = []
        self.sources: list[str] = []
        self.texts: list[str] = []
        self.errors: list[str] = []
        self._form: FormOnPage | None = None
        self._select = ""
        self._area = ""
        self._skip = 0
        self._alert = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "a" and given.get("href"):
            self.links.append(given["href"])
        if given.get("src"):
            self.sources.append(given["src"])
        if tag == "form":
            method = given.get("method", "get").lower()
            self._form = FormOnPage(given.get("action", ""), method)
            self.forms.append(self._form)
        self._read_control(tag, given)
        self._skip += tag in {"script", "style", "svg"}
        is_alert = {"alert-danger", "invalid-feedback", "alert-warning", "plain-lead"} & set(
            given.get("class", "").split()
        )
        if tag == "div" or is_alert:
            self._alert += bool(is_alert or self._alert)

    def _read_control(self, tag: str, given: Mapping[str, str]) -> None:
        if self._form is None:
            return
        name = given.get("name", "")
        if tag == "input" and name:
            kind = given.get("type", "text")
            if kind in {"checkbox", "radio"} and "checked" not in given:
                return
            if kind == "checkbox":
                self._form.add(name, given.get("value", "on"))
            elif kind not in {"submit", "button", "file"}:
                self._form.values[name] = given.get("value", "")
        elif tag == "select" and name:
            self._select = name
            self._form.values.setdefault(name, "")
        elif tag == "option" and self._select and "selected" in given:
            self._form.values[self._select] = given.get("value", "")
        elif tag == "textarea" and name:
            self._area = name
            self._form.values[name] = ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._area = ""
        elif tag in {"script", "style", "svg"}:
            self._skip -= 1
        elif tag == "div" and self._alert:
            self._alert -= 1

    def handle_data(self, data: str) -> None:
        if self._form is not None and self._area:
            before = str(self._form.values[self._area])
            self._form.values[self._area] = before + data.removeprefix("\n")
            return
        text = data.strip()
        if not text or self._skip:
            return
        self.texts.append(text)
        if self._alert:
            self.errors.append(text)


class Page:
    """What the server answered, read."""

    def __init__(self, answer: requests.Response) -> None:
        self.status = answer.status_code
        self.url = answer.url
        self.content = answer.content
        self._reader = _Reader()
        if answer.headers.get("Content-Type", "").startswith("text/html"):
            self._reader.feed(answer.text)

    @property
    def path(self) -> str:
        return urlsplit(self.url).path

    @property
    def links(self) -> list[str]:
        return self._reader.links

    @property
    def media(self) -> list[str]:
        """The pictures and films of violations that the page shows."""
        return [source for source in self._reader.sources if source.startswith("/media/")]

    @property
    def text(self) -> str:
        return " ".join(self._reader.texts)

    @property
    def actions(self) -> list[str]:
        """The paths that the page's forms go to."""
        return [urlsplit(form.action).path for form in self._reader.forms]

    def form(self, action: str) -> FormOnPage | None:
        """The form whose address has the path ``action``."""
        return next((f for f in self._reader.forms if urlsplit(f.action).path == action), None)

    def complaint(self) -> str:
        """What went wrong, in the page's own words."""
        said = "; ".join(dict.fromkeys(self._reader.errors)) or self.text[:400]
        return f"{self.status} at {self.path}: {said}"


class Person:
    """Somebody signed in, with a session of their own."""

    def __init__(self, base: str, username: str, password: str) -> None:
        self.base, self.username = base, username
        self.session = requests.Session()
        # A proxy of the environment has no business on the loopback.
        self.session.trust_env = False
        page = self.get("/account/sign-in")
        page = self.submit(page, "/account/sign-in", {"username": username, "password": password})
        if page.path == "/account/sign-in":
            raise SmokeError(f"{username} cannot sign in: {page.complaint()}")

    def get(self, path: str) -> Page:
        """A page that must be there. Raises SmokeError with what it says otherwise."""
        page = Page(self._send("GET", path))
        if page.status != 200:
            raise SmokeError(f"{self.username}: {page.complaint()}")
        return page

    def fetch(self, path: str) -> bytes:
        """A file's bytes; nothing where it is not (or not yet) there."""
        answer = self._send("GET", path)
        return answer.content if answer.status_code == 200 else b""

    def submit(
        self,
        page: Page,
        action: str,
        data: Mapping[str, Any] | None = None,
        files: Mapping[str, tuple[str, bytes, str]] | None = None,
    ) -> Page:
        """Fill in the form of ``page`` that goes to ``action`` and send it."""
        form = page.form(action)
        if form is None:
            raise SmokeError(f"{self.username}: no form for {action} on {page.complaint()}")
        values = {**form.values, **(data or {})}
        answer = Page(self._send(form.method.upper(), form.action, data=values, files=files))
        if answer.status >= 400:
            raise SmokeError(f"{self.username}: {answer.complaint()}")
        return answer

    def status(self, path: str) -> int:
        """Only how the server answers."""
        return self._send("GET", path).status_code

    def json(self, path: str) -> dict[str, Any]:
        """A small answer for scripts."""
        found: dict[str, Any] = self._send("GET", path).json()
        return found

    def send(self, path: str, token: str, **body: Any) -> dict[str, Any]:
        """Post as a script of a page does: ``json``, or ``data`` with ``files``."""
        answer = self.session.post(
            urljoin(self.base, path),
            headers={"X-CSRFToken": token, "Referer": urljoin(self.base, path)},
            timeout=TIMEOUT,
            **body,
        )
        if answer.status_code != 200:
            raise SmokeError(
                f"{self.username}: {answer.status_code} at {path}: {answer.text[:400]}"
            )
        found: dict[str, Any] = answer.json()
        return found

    def _send(
        self,
        method: str,
        path: str,
        data: Mapping[str, Any] | None = None,
        files: Mapping[str, tuple[str, bytes, str]] | None = None,
    ) -> requests.Response:
        address = urljoin(self.base, path)
        try:
            return self.session.request(method, address, data=data, files=files, timeout=TIMEOUT)
        except requests.RequestException as error:
            raise SmokeError(
                f"{self.base} does not answer ({error}); is `make demo` running?"
            ) from error
