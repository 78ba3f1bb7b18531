"""An inspection on a phone: the server that it needs, and what an officer does on its page."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from flask import Flask
from PIL import Image, ImageDraw
from werkzeug.serving import WSGIRequestHandler, make_server


class _Quiet(WSGIRequestHandler):
    def log_request(self, *_args: object) -> None:
        """A failing test's output is about the test."""


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """``app`` on a port of its own, in threads; its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()


def camera_photo() -> dict[str, Any]:
    """What a camera hands to a file input: larger than what travels."""
    image = Image.new("RGB", (3000, 2000), "#6b8a3a")
    ImageDraw.Draw(image).rectangle((900, 600, 2100, 1400), fill="#c2560c")
    out = io.BytesIO()
    image.save(out, "JPEG", quality=92)
    return {"name": "IMG_0001.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


@dataclass
class SitePage:
    """The page on site in a browser; every step is what a finger does."""

    page: Any
    base: str
    inspection_id: int

    def open(self) -> SitePage:
        self.page.goto(f"{self.base}/inspections/{self.inspection_id}/site")
        return self.ready()

    def ready(self) -> SitePage:
        self.page.locator("#site[data-ready]").wait_for()
        return self

    def reload(self) -> SitePage:
        self.page.reload()
        return self.ready()

    def is_kept_for_offline(self) -> None:
        """Wait until the page and its files lie in the browser, and its worker answers."""
        self._until(
            lambda: self.page.evaluate(
                "async () => Boolean(navigator.serviceWorker.controller)"
                " && Boolean(await caches.match(location.pathname))"
                " && Boolean(await caches.match(document.querySelector('script[src*=\"js/site.js\"]').src))"
                " && Boolean(await caches.match(new URL(document.querySelector('use')"
                ".getAttribute('href'), location).href.split('#')[0]))"
            )
        )

    def start(self) -> None:
        self.page.click("[data-start-button]")
        self.page.locator("[data-work]:enabled").wait_for()

    def item(self, number: int) -> Any:
        """The card of the item at place ``number`` of the page, from 1."""
        return self.page.locator("li[data-item]").nth(number - 1)

    def answer(self, number: int, result: str, *, finding: str = "", note: str = "") -> None:
        card = self.item(number)
        card.locator(f"label:has(input[value={result}])").click()
        if finding:
            card.locator("[data-finding]").fill(finding)
            card.locator("[data-finding]").blur()
        if note:
            card.locator("[data-open-note]").click()
            card.locator("[data-note]").fill(note)
            card.locator("[data-note]").blur()
        card.locator("[data-state-line]:not(:empty)").wait_for()

    def add_item(self, text: str) -> None:
        self.page.fill("[data-new-text]", text)
        self.page.click("[data-add]")
        self.page.locator("li[data-item]", has_text=text).wait_for()

    def photo(self, number: int) -> None:
        card = self.item(number)
        before = card.locator("figure").count()
        card.locator("input[type=file]").set_input_files(camera_photo())
        card.locator("figure").nth(before).wait_for()

    def fact(self, name: str, value: str | bool) -> None:
        control = self.page.locator(f"[data-fact={name}]")
        if isinstance(value, bool):
            control.set_checked(value)
        else:
            control.fill(value)
            control.blur()

    def facts(self, **facts: str | bool) -> None:
        for name, value in facts.items():
            self.fact(name, value)

    def private_note(self, text: str) -> None:
        self.unfold("private")
        self.page.fill("[data-private]", text)
        self.page.locator("[data-private]").blur()

    def unfold(self, section: str) -> None:
        part = self.page.locator(f"details[data-section={section}]")
        if part.get_attribute("open") is None:
            part.locator("> summary").click()

    def sign(self, signer: str, *, account: int | str = "", name: str = "") -> None:
        self.page.click(f"[data-signer={signer}][data-account='{account}'] [data-sign]")
        dialog = self.page.locator("#sign-dialog[open]")
        if name:
            dialog.locator("[data-sign-name]").fill(name)
        self.draw(dialog.locator("canvas"))
        dialog.locator("[data-sign-save]").click()
        dialog.wait_for(state="hidden")

    def draw(self, canvas: Any) -> None:
        box = canvas.bounding_box()
        mouse = self.page.mouse
        left, middle = box["x"] + 30, box["y"] + box["height"] / 2
        mouse.move(left, middle)
        mouse.down()
        for step in range(1, 9):
            mouse.move(left + 25 * step, middle + (30 if step % 2 else -30), steps=3)
        mouse.up()

    def refuse(self, reason: str, witness: str) -> None:
        self.page.click("[data-refusal] > summary")
        self.page.fill("[data-refusal-reason]", reason)
        self.page.fill("[data-refusal-witness]", witness)
        self.page.click("[data-refuse]")
        self.page.locator("[data-signer=witness]:visible").wait_for()

    def finish(self) -> None:
        self.page.click("[data-finish]")
        self.page.click("#finish-dialog [data-finish-now]")

    def missing(self) -> list[str]:
        """What the summary still misses."""
        self.page.click("[data-finish]")
        found = self.page.locator("[data-missing-list] li").all_inner_texts()
        self.page.click("[data-finish-cancel]")
        return [str(text) for text in found]

    @property
    def sync_text(self) -> str:
        return str(self.page.locator("[data-sync-text]").inner_text())

    def waiting(self) -> int:
        """How many changes lie on this phone, counted in its database."""
        return int(self.page.evaluate(COUNT, [self.inspection_id]))

    def all_sent(self) -> None:
        self._until(lambda: self.waiting() == 0)
        self.page.locator("[data-sync=idle]").wait_for()

    def _until(self, condition: Callable[[], Any], timeout_s: float = 15) -> None:
        # Not wait_for_function: it evaluates text in the page, which the content policy refuses.
        for _ in range(int(timeout_s * 10)):
            if condition():
                return
            self.page.wait_for_timeout(100)
        raise AssertionError(f"not within {timeout_s} s; the bar says {self.sync_text!r}")


COUNT = """async ([inspection]) => {
  const account = JSON.parse(document.getElementById('site').dataset.page).account;
  const open = indexedDB.open(`anqi-site-${account}`);
  const database = await new Promise((done) => { open.onsuccess = () => done(open.result); });
  const all = database.transaction('outbox').objectStore('outbox').index('inspection').count(inspection);
  const found = await new Promise((done) => { all.onsuccess = () => done(all.result); });
  database.close();
  return found;
}"""
