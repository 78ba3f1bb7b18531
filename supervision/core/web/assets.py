"""Addresses of static files with their content's hash, and icons from the vendored sprite."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from flask import Flask, current_app, url_for
from markupsafe import Markup


class Assets:
    """``asset("css/app.css")`` for our own files, ``vendor("tabler.css")`` by the manifest."""

    def __init__(self, static: Path) -> None:
        self.static = static
        self._hashes: dict[str, tuple[float, str]] = {}
        self._manifest: tuple[float, dict[str, dict[str, str]]] | None = None

    def url(self, name: str) -> str:
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
        label = (
            Markup(' role="img" aria-label="{}"').format(title)
            if title
            else Markup(' aria-hidden="true"')
        )
        return Markup('<svg class="icon"{}><use href="{}#{}"/></svg>').format(label, href, name)

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


def assets() -> Assets:
    found: Assets = current_app.extensions["anqi_assets"]
    return found


def init_assets(app: Flask) -> None:
    helper = Assets(Path(str(app.static_folder)))
    app.extensions["anqi_assets"] = helper
    app.jinja_env.globals.update(asset=helper.url, icon=helper.icon)
