"""Addresses of static files with their content's hash, and icons from the vendored sprite."""

from __future__ import annotations

import hashlib
import json
import time
from pathlib import Path

from flask import Flask, current_app, request, url_for
from markupsafe import Markup

_MOST_ICONS = 1000


class Assets:
    """``asset("css/app.css")`` for our own files, ``vendor("tabler.css")`` by the manifest."""

    def __init__(self, static: Path, *, look_again: float = 0.0) -> None:
        """``look_again``: seconds for which a file is taken to be what it was."""
        self.static = static
        self.look_again = look_again
        self._urls: dict[tuple[str, str], tuple[float, str]] = {}
        self._icons: dict[tuple[str, str], Markup] = {}
        self._hashes: dict[str, tuple[float, str]] = {}
        self._manifest: tuple[float, dict[str, dict[str, str]]] | None = None

    def url(self, name: str) -> str:
        """The address; a page has a hundred, so they are looked up once in :attr:`look_again`."""
        key, now = (request.script_root if request else "\0", name), time.monotonic()
        found = self._urls.get(key)
        if found is None or found[0] <= now:
            found = self._urls[key] = (now + self.look_again, self._url(name))
        return found[1]

    def _url(self, name: str) -> str:
        path = self.vendored(name) or name
        return url_for("static", filename=path, v=self._hash(path))

    def vendored(self, name: str) -> str | None:
        entry = self.manifest().get(name)
        return str(entry["path"]) if entry else None

    def manifest(self) -> dict[str, dict[str, str]]:
        """What `make vendor` brought, by logical name; read again when the file changes."""
        file = self.static / "vendor" / "manifest.json"
        try:
            changed = file.stat().st_mtime
        except OSError:
            return {}
        if self._manifest is None or self._manifest[0] != changed:
            files = json.loads(file.read_text(encoding="utf-8"))["files"]
            self._manifest = (changed, files)
        return self._manifest[1]

    def icon(self, name: str, *, title: str = "") -> Markup:
        """Inline ``<svg><use>``; decorative unless it has a title."""
        href = self.url("icons.svg")
        if title:
            label = Markup(' role="img" aria-label="{}"').format(title)
            return _svg(label, href, name)
        found = self._icons.get((href, name))
        if found is None:
            if len(self._icons) > _MOST_ICONS:
                self._icons.clear()
            found = self._icons[href, name] = _svg(Markup(' aria-hidden="true"'), href, name)
        return found

    def _hash(self, path: str) -> str:
        file = self.static / path
        try:
            changed = file.stat().st_mtime
        except OSError:
            return "0"
        known = self._hashes.get(path)
        if known is None or known[0] != changed:
            known = (changed, hashlib.sha256(file.read_bytes()).hexdigest()[:12])
            self._hashes[path] = known
        return known[1]


def _svg(label: Markup, href: str, name: str) -> Markup:
    return Markup('<svg class="icon"{}><use href="{}#{}"/></svg>').format(label, href, name)


def assets() -> Assets:
    found: Assets = current_app.extensions["anqi_assets"]
    return found


def init_assets(app: Flask) -> None:
    fixed = not (app.testing or app.debug)
    helper = Assets(Path(str(app.static_folder)), look_again=2.0 if fixed else 0.0)
    app.extensions["anqi_assets"] = helper
    app.jinja_env.globals.update(asset=helper.url, icon=helper.icon)
