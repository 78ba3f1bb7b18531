"""``python -m supervision.demo.smoke`` (`make smoke`): the whole job, as each role, by HTTP alone.

Against a running demonstration at ``PORT`` (8000) or ``SMOKE_URL``. Prints each step with its
seconds; ends with 1 at the first that fails, with what the page said.
"""

from __future__ import annotations

import io
import os
import re
import sys
import time
from collections.abc import Callable
from datetime import timedelta

from PIL import Image, ImageDraw

from supervision.core import clock
from supervision.demo import people
from supervision.demo.browser import Page, Person, SmokeError
from supervision.demo.build import enterprise_rows
from supervision.demo.smoke_loop import LoopSteps

FIRST_VIOLATION_WITHIN = 120.0
EVIDENCE_WITHIN = 60.0
PACKAGE_WITHIN = 120.0
OPENER = "operator"


class Smoke:
    """The story, step by step; what a step finds out the next ones use."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.number = ""
        self.hazard = ""
        self.violation = ""
        self.package_path = ""
        self._people: dict[str, Person] = {}
        self.loop = LoopSteps(self.as_, _photo)

    def as_(self, username: str) -> Person:
        if username not in self._people:
            self._people[username] = Person(self.base, username, people.PASSWORD)
        return self._people[username]

    def steps(self) -> list[tuple[str, Callable[[], str]]]:
        return [
            ("everybody signs in", self.everybody),
            ("a violation appears", self.violation_appears),
            ("its snapshot and clip arrive", self.evidence_arrives),
            ("the video operator confirms it", self.confirm),
            ("the inspector grades the hazard", self.grade),
            ("the inspector assigns it", self.assign),
            ("the safety manager begins", self.start),
            ("the safety manager submits with a photo", self.rectify),
            ("who rectified it cannot close it", self.not_by_oneself),
            ("the inspector verifies, the hazard is closed", self.verify),
            ("the month's package is made", self.package),
            ("the Excel file holds the hazard", self.excel),
            ("the PDF holds the hazard", self.pdf),
            *self.loop.steps(),
        ]

    def everybody(self) -> str:
        for username in people.SHOWN:
            page = self.as_(username).get("/")
            if page.path != "/" and not page.path.startswith("/enterprises/"):
                raise SmokeError(f"{username} lands on {page.complaint()}")
        return f"{len(people.SHOWN)} roles"

    def violation_appears(self) -> str:
        def look() -> str:
            found = self._pending()
            return found[0] if found else ""

        self.violation = _wait(look, FIRST_VIOLATION_WITHIN, "no violation came")
        return self.violation

    def _pending(self) -> list[str]:
        page = self.as_(OPENER).get("/video/?status=pending&sort=newest")
        paths = [link.partition("?")[0] for link in page.links]
        return [path for path in dict.fromkeys(paths) if re.fullmatch(r"/video/\d+", path)]

    def evidence_arrives(self) -> str:
        """The newest may be seconds old: any of those that wait will do, once it has both."""
        operator = self.as_(OPENER)

        def look() -> str:
            for path in (self.violation, *self._pending()[:3]):
                files = [operator.fetch(link) for link in operator.get(path).media]
                clips = [data for data in files if data[4:8] == b"ftyp"]
                pictures = [data for data in files if data[:2] == b"\xff\xd8"]
                if clips and pictures:
                    self.violation = path
                    return f"{len(pictures[0]):,} and {len(clips[0]):,} bytes"
            return ""

        return _wait(look, EVIDENCE_WITHIN, "the evidence did not arrive")

    def confirm(self) -> str:
        operator = self.as_(OPENER)
        operator.submit(operator.get(self.violation), f"{self.violation}/confirm")
        page = operator.get(f"{self.violation}?status=")
        links = [link for link in page.links if re.fullmatch(r"/hazards/\d+", link)]
        if not links:
            raise SmokeError(f"no hazard stands on {page.complaint()}")
        self.hazard = links[0]
        ticket = self.as_("inspector").get(self.hazard)
        found = re.search(r"YH-\d{6}-\d{4}-\d{5}", ticket.text)
        if found is None:
            raise SmokeError(f"no number on {ticket.complaint()}")
        self.number = found[0]
        return self.number

    def _step(
        self,
        username: str,
        verb: str,
        data: dict[str, str],
        files: dict[str, tuple[str, bytes, str]] | None = None,
    ) -> Page:
        person = self.as_(username)
        return person.submit(person.get(self.hazard), f"{self.hazard}/{verb}", data, files)

    def _done_before(self, username: str, verb: str) -> bool:
        """A confirmed violation may join a ticket that a person has taken further already."""
        return self.as_(username).get(self.hazard).form(f"{self.hazard}/{verb}") is None

    def grade(self) -> str:
        if self._done_before("inspector", "grade"):
            return "was graded before: the violation joined an open hazard"
        self._step("inspector", "grade", {"grade": "general", "criterion_id": "", "reason": ""})
        return "general"

    def assign(self) -> str:
        if self._done_before("inspector", "assign"):
            return "was assigned before"
        due = (clock.today() + timedelta(days=7)).isoformat()
        name = enterprise_rows()[0]["safety_manager"]
        self._step("inspector", "assign", {"responsible_person": name, "due_on": due, "note": ""})
        return f"due on {due}"

    def start(self) -> str:
        if self._done_before("safety", "start"):
            return "was begun before"
        self._step(
            "safety",
            "start",
            {"measures": "补发安全帽，班前会检查佩戴情况。", "plan": "当日完成。"},
        )
        return ""

    def rectify(self) -> str:
        if self._done_before("safety", "submit"):
            return "was submitted before"
        photo = _photo()
        self._step(
            "safety",
            "submit",
            {"note": "已补发并逐人检查。", "funds_spent": "360.00"},
            {"photos": ("after.jpg", photo, "image/jpeg")},
        )
        return f"{len(photo):,} bytes"

    def not_by_oneself(self) -> str:
        page = self.as_("safety").get(self.hazard)
        if page.form(f"{self.hazard}/verify") is not None:
            raise SmokeError("the safety manager is offered the re-inspection of the own work")
        return "not offered"

    def verify(self) -> str:
        self._step("inspector", "verify", {"note": "现场复查，整改到位，同意销号。"})
        page = self.as_("safety").get(self.hazard)
        if any(page.form(f"{self.hazard}/{verb}") for verb in ("start", "submit")):
            raise SmokeError(f"still open: {page.complaint()}")
        closed = self.as_("inspector").get(f"/hazards/?status=closed&text={self.number}")
        if self.number not in closed.text:
            raise SmokeError(f"not among the closed ones: {closed.complaint()}")
        return "closed"

    def package(self) -> str:
        inspector = self.as_("inspector")
        today = clock.today()
        wanted = {
            "month": f"{today.year}-{today.month:02d}",
            "region": "",
            "enterprise": enterprise_rows()[0]["name"],
        }
        page = inspector.submit(inspector.get("/reports/make"), "/reports/make", wanted)
        asked = re.match(r"/reports/requests/\d+", page.path)
        if asked is not None:
            self._wait_for_package(asked[0])
            page = inspector.get(asked[0])
        if not re.fullmatch(r"/reports/\d+", page.path):
            raise SmokeError(f"no package: {page.complaint()}")
        self.package_path = page.path
        return wanted["month"]

    def _wait_for_package(self, request: str) -> None:
        def look() -> str:
            state = str(self.as_("inspector").json(f"{request}/state").get("state"))
            if state == "failed":
                page = self.as_("inspector").get(request)
                raise SmokeError(f"the package could not be made: {page.complaint()}")
            return state if state == "ready" else ""

        _wait(look, PACKAGE_WITHIN, "the package was not made; does the scheduler run?")

    def excel(self) -> str:
        from openpyxl import load_workbook

        data = self.as_("inspector").fetch(f"{self.package_path}/files/xlsx")
        book = load_workbook(io.BytesIO(data), read_only=True)
        for sheet in book:
            for row in sheet.iter_rows(values_only=True):
                if any(self.number in str(cell) for cell in row if cell is not None):
                    return f"{len(data):,} bytes, sheet {sheet.title}"
        raise SmokeError(f"{self.number} stands on no sheet of the Excel file")

    def pdf(self) -> str:
        data = self.as_("inspector").fetch(f"{self.package_path}/files/pdf")
        if data[:5] != b"%PDF-":
            raise SmokeError("what came is no PDF")
        text = _pdf_text(data)
        if text is None:
            return f"{len(data):,} bytes; not read, since pypdf is not installed"
        if self.number not in re.sub(r"\s", "", text):
            raise SmokeError(f"{self.number} does not stand in the PDF")
        return f"{len(data):,} bytes, read back"


def _pdf_text(data: bytes) -> str | None:
    try:
        from pypdf import PdfReader
    except ImportError:
        return None
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages)


def _photo() -> bytes:
    """A picture made here, different every time."""
    image = Image.new("RGB", (800, 600), "#dfe5ea")
    draw = ImageDraw.Draw(image)
    draw.ellipse((300, 160, 500, 360), fill="#f5c518")
    draw.text((20, 560), f"ANQI SMOKE {time.time():.3f}", fill="#27313b")
    out = io.BytesIO()
    image.save(out, "JPEG")
    return out.getvalue()


def _wait(look: Callable[[], str], limit: float, complaint: str) -> str:
    """Ask every second until there is an answer."""
    until = time.monotonic() + limit
    while time.monotonic() < until:
        if found := look():
            return found
        time.sleep(1)
    raise SmokeError(f"{complaint} within {limit:.0f} s")


def main() -> int:
    """Run all steps; 0 when each did what it should."""
    base = os.environ.get("SMOKE_URL") or f"http://127.0.0.1:{os.environ.get('PORT') or 8000}"
    began = time.monotonic()
    smoke = Smoke(base)
    for name, step in smoke.steps():
        started = time.monotonic()
        try:
            found = step()
        except SmokeError as error:
            print(f"FAILED {time.monotonic() - started:6.1f} s  {name}\n{error}", flush=True)
            return 1
        print(
            f"ok     {time.monotonic() - started:6.1f} s  {name}{': ' if found else ''}{found}",
            flush=True,
        )
    print(f"the whole job in {time.monotonic() - began:.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
