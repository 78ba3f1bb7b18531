"""A running demonstration and a real browser. Needs Debian's chromium and the `browser` extra."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from flask import Flask

from supervision.core.db import db
from supervision.factory import create_app
from supervision.settings import Settings
from tests.browser.site import served

sync_api = pytest.importorskip("playwright.sync_api", reason="the `browser` extra is missing")

ROOT = Path(__file__).resolve().parents[2]
PICTURES = ROOT / "test-results" / "browser"
CHROMIUM = os.environ.get("ANQI_CHROMIUM") or shutil.which("chromium") or ""
START_S = 240.0

DESKTOP = {"viewport": {"width": 1280, "height": 900}}
PHONE = {
    "viewport": {"width": 390, "height": 844},
    "has_touch": True,
    "is_mobile": True,
    "device_scale_factor": 2,
}


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The demonstration as `make demo` starts it, in a folder and on a port of its own."""
    folder = tmp_path_factory.mktemp("demo")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environ = {**os.environ, "PORT": str(port), "DEMO_DIR": str(folder / "demo")}
    log = folder / "demo.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "supervision.demo.run"],
            cwd=ROOT,
            env=environ,
            stdout=out,
            stderr=out,
        )
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_for(f"{url}/healthz", process, log)
        yield url
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            pytest.fail(f"the demonstration ended:\n{log.read_text(errors='replace')[-3000:]}")
        try:
            with urllib.request.urlopen(url, timeout=2):  # noqa: S310 - our own loopback address
                return
        except (OSError, urllib.error.URLError):
            time.sleep(0.5)
    pytest.fail(f"no answer within {START_S} s:\n{log.read_text(errors='replace')[-3000:]}")


@pytest.fixture(scope="session")
def guarded_app(settings: Settings) -> Flask:
    """As in production, with its guard against forged requests, which other tests go without."""
    app = create_app(settings, ANQI_SIGN_IN_LIMIT="10000 per minute")
    with app.app_context():
        db.create_all()
    return app


@pytest.fixture
def server(guarded_app: Flask) -> Iterator[str]:
    """The address of an application whose database a test fills itself."""
    with served(guarded_app) as url:
        yield url


@dataclass
class Visitor:
    """One person at one browser. What the console says wrong is kept, pictures are taken."""

    page: sync_api.Page
    base: str
    name: str
    complaints: list[str] = field(default_factory=list)
    was_offline: bool = False

    def go(self, path: str) -> None:
        self.page.goto(self.base + path)

    @contextmanager
    def offline(self) -> Iterator[None]:
        """Without a network; that a request then fails is no complaint, however late it is said."""
        self.was_offline = True
        self.page.context.set_offline(True)
        yield
        self.page.context.set_offline(False)

    def heard(self, message: sync_api.ConsoleMessage) -> None:
        """Keep what the console calls an error."""
        expected = self.was_offline and "net::ERR_" in message.text
        if message.type == "error" and not expected:
            self.complaints.append(message.text)

    def sign_in(self, username: str, password: str) -> None:
        self.go("/account/sign-in")
        self.fill_sign_in(username, password)

    def fill_sign_in(self, username: str, password: str) -> None:
        self.page.fill("[name=username]", username)
        self.page.fill("[name=password]", password)
        with self.page.expect_navigation():
            self.page.click("form[action$='sign-in'] button")

    def read_in(self, language: str) -> None:
        """Switch by the menu in the head of the page, as anybody at a desk does."""
        menu = self.page.locator("header .dropdown:has(form[action$='/language'])")
        menu.locator("> a").click()
        with self.page.expect_navigation():
            menu.locator(f"button[value={language}]").click()

    def look(self, what: str, *, whole: bool = True) -> None:
        """A picture for people to look at, and what a machine can check of it."""
        self.page.evaluate("document.fonts.ready")
        self.page.wait_for_timeout(400)
        PICTURES.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=PICTURES / f"{self.name}-{what}.png", full_page=whole)
        wide = self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert wide <= 0, f"{what}: the page is {wide} px wider than the screen"
        boxes = self.page.evaluate(
            "document.fonts.check('16px \"Noto Sans SC Variable\"', '\\u5b89')"
        )
        is_english = (self.page.locator("html").get_attribute("lang") or "").startswith("en")
        assert boxes or is_english, f"{what}: the Chinese web font is not there"

    def complained_of(self, what: str) -> bool:
        """Whether the browser said ``what``; such complaints were expected, and are forgotten."""
        found = [said for said in self.complaints if what in said]
        self.complaints[:] = [said for said in self.complaints if what not in said]
        return bool(found)

    def press_step(self, name: str, fill: Callable[[sync_api.Locator], None]) -> None:
        """Open a step of a ticket, fill it in, send it, say yes where the page asks."""
        step = self.page.locator(f"#step-{name}")
        if step.get_attribute("open") is None:
            step.locator("summary").click()
        form = step.locator("form")
        fill(form)
        asks = form.get_attribute("data-confirm") is not None
        button = form.locator("button[type=submit], button:not([type])").last
        if asks:
            button.click()
            button = self.page.locator("dialog#confirm[open] button[value=yes]")
        with self.page.expect_navigation():
            button.click()


@pytest.fixture(scope="session")
def chromium() -> Iterator[sync_api.Browser]:
    if not CHROMIUM:
        pytest.fail("chromium is not installed (apt install chromium), or set ANQI_CHROMIUM")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
            ],
        )
        yield browser
        browser.close()


Visit = Callable[..., Visitor]


@contextmanager
def visitors(chromium: sync_api.Browser, base: str, password: str) -> Iterator[Visit]:
    """``visit("operator", DESKTOP)``: somebody signed in, in Chinese. No console error is forgiven."""
    present: list[Visitor] = []

    def make(
        username: str,
        screen: dict[str, object],
        *,
        scheme: str = "light",
        language: str = "zh-CN",
        signs_in: bool = True,
    ) -> Visitor:
        context = chromium.new_context(
            **screen, color_scheme=scheme, locale=language, accept_downloads=True
        )
        name = f"{username}-{screen['viewport']['width']}-{scheme}"
        name += "" if language == "zh-CN" else f"-{language}"
        visitor = Visitor(context.new_page(), base, name)
        visitor.page.set_default_timeout(20_000)
        visitor.page.on("console", visitor.heard)
        visitor.page.on(
            "response",
            lambda r: visitor.complaints.append(f"{r.status} {r.url}") if r.status >= 400 else None,
        )
        visitor.page.on("pageerror", lambda e: visitor.complaints.append(str(e)))
        present.append(visitor)
        if signs_in:
            visitor.sign_in(username, password)
        if language != "zh-CN":
            visitor.read_in(language)
        return visitor

    yield make
    for visitor in present:
        visitor.page.context.close()
    complaints = {v.name: v.complaints for v in present if v.complaints}
    assert complaints == {}


@pytest.fixture
def visit(chromium: sync_api.Browser, demo: str) -> Iterator[Visit]:
    """People of the demonstration."""
    from supervision.demo.people import PASSWORD

    with visitors(chromium, demo, PASSWORD) as make:
        yield make
