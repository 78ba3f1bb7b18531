"""The regulator's loop of the smoke run: from the plan's line to the closed order, by HTTP alone.

Each run takes another line of this month's plan; where none is left the inspector drafts one as
for a complaint, which counts against no cap. So it can be run on the same demonstration again.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from supervision.core import clock
from supervision.demo import people
from supervision.demo.browser import FormOnPage, Page, Person, SmokeError
from supervision.demo.build import enterprise_rows
from supervision.demo.stage import strokes

RECORD_NUMBER = re.compile(r"（浙余）应急检记〔\d{4}〕\d+号")
ORDER_NUMBER = re.compile(r"（浙余）应急责改〔\d{4}〕\d+号")
FINDING = "现场检查发现防护措施不到位（演示）。"
FAILS = 2
MENDED_IN, LONGER = 15, 25
SECOND = ("inspector3", "inspector5", "deputy")


class LoopSteps:
    """The steps; ``as_`` gives a person signed in, ``photo`` a picture that is new every time."""

    def __init__(
        self, as_: Callable[[str], Person], photo: Callable[[], bytes], enterprise: str = ""
    ) -> None:
        self.as_ = as_
        self.photo = photo
        self.enterprise = enterprise
        self.plan = self.inspection = self.order = ""
        self.record_number = self.order_number = ""
        self.due_on = clock.today() + timedelta(days=MENDED_IN)
        self.longer = clock.today() + timedelta(days=LONGER)

    def steps(self) -> list[tuple[str, Callable[[], str]]]:
        return [
            ("the chief's plan of the year has its lines", self.plan_stands),
            ("a line of this month becomes an inspection", self.task),
            ("its approval is asked for, the chief approves", self.approve),
            ("the enterprise is told, the inspection begins", self.begin),
            ("the items are answered on the phone", self.answer),
            ("both officers and the enterprise sign", self.sign),
            ("it is recorded under a number", self.record),
            ("an order is drafted from the record", self.draft),
            ("the enterprise cannot see the draft", self.hidden),
            ("the chief approves the order", self.approve_order),
            ("it is issued under a number", self.issue),
            ("it is served, the enterprise sees it", self.serve),
            ("the enterprise asks for an extension", self.ask),
            ("the inspector grants it", self.grant),
            ("the enterprise applies for the re-inspection", self.apply),
            ("the re-inspection finds one problem done", self.recheck_first),
            ("the next one looks at the open problem alone, the order is closed", self.close),
        ]

    @property
    def safety(self) -> str:
        """Who answers for the enterprise's safety, by user name."""
        return self._of_enterprise("safety")

    @property
    def principal(self) -> str:
        return self._of_enterprise("principal")

    def _of_enterprise(self, post: str) -> str:
        names = [row["name"] for row in enterprise_rows()]
        place = names.index(self.enterprise)
        return f"e{place + 1:02d}.{post}" if place else post

    def plan_stands(self) -> str:
        page = self.as_("chief").get("/plans/?status=published")
        self.plan = _first(page, r"/plans/\d+")
        return self.plan

    def task(self) -> str:
        """Drafts of the month by the deputy's button, then the first that the inspector has."""
        deputy, month = self.as_("deputy"), clock.today().month
        progress = deputy.get(f"{self.plan}/progress")
        deputy.submit(progress, f"{self.plan}/inspections", {"month": str(month)})
        lines = deputy.get(f"{self.plan}/lines?month={month}&state=under_way")
        for path in _all(lines, r"/inspections/\d+"):
            page = deputy.get(path)
            if page.form(f"{path}/submit") and self._is_ours(page):
                self.inspection = path
                return f"{path}, {self.enterprise}"
        return self._by_hand()

    def _is_ours(self, page: Page) -> bool:
        """Whether the inspector goes there; keeps which enterprise it is."""
        names = [row["name"] for row in enterprise_rows() if row["name"] in page.text]
        officers = [p.name for p in people.OFFICIALS if p.username == "inspector"]
        if not names or officers[0] not in page.text:
            return False
        self.enterprise = names[0]
        return True

    def _by_hand(self) -> str:
        """No line of the month is left: a complaint is looked into."""
        inspector = self.as_("inspector")
        self.enterprise = enterprise_rows()[0]["name"]
        found = inspector.get("/enterprises/?text=" + enterprise_rows()[0]["short_name"])
        ident = _first(found, r"/enterprises/\d+").rpartition("/")[2]
        path = f"/inspections/new/{ident}"
        wanted = {
            "subject": "投诉举报核查（演示）",
            "basis": "投诉举报登记（演示）",
            "exemption": "COMPLAINT",
        }
        self.inspection = inspector.submit(inspector.get(path), path, wanted).path
        return f"{self.inspection} as for a complaint, {self.enterprise}"

    def _step(
        self, username: str, path: str, verb: str, data: Mapping[str, Any] | None = None
    ) -> Page:
        person = self.as_(username)
        return person.submit(person.get(path), f"{path}/{verb}", data)

    def approve(self) -> str:
        writer = "deputy" if self._has_form("deputy", self.inspection, "submit") else "inspector"
        self._step(writer, self.inspection, "submit")
        self._step("chief", self.inspection, "approve", {"note": "同意检查。"})
        return ""

    def _has_form(self, username: str, path: str, verb: str) -> bool:
        return self.as_(username).get(path).form(f"{path}/{verb}") is not None

    def begin(self) -> str:
        self._step("inspector", self.inspection, "notify", {"form": "electronic"})
        self._send("inspector", [{"kind": "start"}])
        return ""

    def _state(self, username: str) -> dict[str, Any]:
        return self.as_(username).json(f"{self.inspection}/site/state")

    def _send(self, username: str, messages: Sequence[Mapping[str, Any]]) -> None:
        """As the page on site sends what was noted on the phone."""
        state, now = self._state(username), clock.now().isoformat()
        stamped = [{"client_id": str(uuid.uuid4()), "made_at": now, **m} for m in messages]
        body = {"account": state["account"], "sent_at": now, "messages": stamped}
        answer = self.as_(username).send(f"{self.inspection}/sync", state["csrf"], json=body)
        refused = [r for r in answer["results"] if r["status"] != "done"]
        if refused:
            raise SmokeError(f"refused on site: {refused[0]}")

    def _send_file(self, username: str, path: str, data: Mapping[str, str], file: bytes) -> None:
        state, now = self._state(username), clock.now().isoformat()
        values = {"client_id": str(uuid.uuid4()), "made_at": now, "sent_at": now}
        self.as_(username).send(
            f"{self.inspection}/{path}",
            state["csrf"],
            data={**values, "account": str(state["account"]), **data},
            files={"file": ("made.png", file, "image/png")},
        )

    def answer(self) -> str:
        items = self._state("inspector")["items"]
        if len(items) < FAILS:
            raise SmokeError(f"only {len(items)} items on the list")
        checks = [
            {"kind": "check", "item": item["ref"], "result": "pass", "finding": ""}
            if place >= FAILS
            else {"kind": "check", "item": item["ref"], "result": "fail", "finding": FINDING}
            for place, item in enumerate(items)
        ]
        facts = {
            "kind": "facts",
            "party_name": "企业安全管理员",
            "party_post": "安全管理员",
            "certificates_shown": True,
            "recusal_told": True,
            "situation": "现场检查了生产车间和有关资料。",
            "handling": "责令限期整改。",
        }
        self._send("inspector", [facts, *checks])
        self._send_file("inspector", "photos", {"item": str(items[0]["ref"])}, self.photo())
        return f"{len(items)} items, {FAILS} of them failed, a photo"

    def sign(self) -> str:
        second = next(name for name in SECOND if "account" in self._state(name))
        for username in ("inspector", second):
            self._sign(username, "officer", str(self._state(username)["account"]))
        self._sign("inspector", "party", "")
        return f"inspector, {second} and the enterprise"

    def _sign(self, username: str, signer: str, account: str) -> None:
        name = "企业安全管理员" if signer == "party" else username
        data = {"signer": signer, "name": name, "signed_for": account}
        self._send_file(username, "signatures", data, strokes(name))

    def record(self) -> str:
        self._send("inspector", [{"kind": "finish"}])
        self.record_number = self._number(RECORD_NUMBER, self.inspection)
        return self.record_number

    def _number(self, pattern: re.Pattern[str], path: str) -> str:
        page = self.as_("inspector").get(path)
        found = pattern.search(page.text)
        if found is None:
            raise SmokeError(f"no number on {page.complaint()}")
        return found[0]

    def draft(self) -> str:
        inspector = self.as_("inspector")
        path = self.inspection.replace("/inspections/", "/orders/new/")
        page = inspector.get(path)
        form = _form(page, path)
        picks = [name.replace("pick_", "due_") for name in form.values if name.startswith("pick_")]
        values = dict.fromkeys(picks, self.due_on.isoformat())
        made = inspector.submit(page, path, values)
        self.order = _path(made, r"/orders/\d+")
        return f"{len(picks)} problems, due on {self.due_on}"

    def hidden(self) -> str:
        self._cannot_see(self.principal)
        self._step("inspector", self.order, "submit")
        self._cannot_see(self.safety)
        return "404 for both of its people"

    def _cannot_see(self, username: str) -> None:
        status = self.as_(username).status(self.order)
        if status != 404:
            raise SmokeError(f"{username} gets {status} for an order that is not served")

    def approve_order(self) -> str:
        self._step("chief", self.order, "approve", {"note": "同意。"})
        self._cannot_see(self.principal)
        return ""

    def issue(self) -> str:
        self._step("inspector", self.order, "issue")
        self.order_number = self._number(ORDER_NUMBER, self.order)
        return self.order_number

    def serve(self) -> str:
        at = clock.now().astimezone(clock.SHANGHAI).strftime("%Y-%m-%dT%H:%M")
        wanted = {
            "method": "direct",
            "receiver": "企业主要负责人",
            "relation": "主要负责人",
            "served_at": at,
            "place": "企业办公室",
        }
        self._step("inspector", self.order, "serve", wanted)
        if self.order_number not in self.as_(self.principal).get(self.order).text:
            raise SmokeError("the number does not stand on the enterprise's page")
        return ""

    def ask(self) -> str:
        wanted = {"wanted_on": self.longer.isoformat(), "reason": "备件到货需要时间，申请延期。"}
        self._step(self.principal, self.order, "extensions", wanted)
        return f"until {self.longer}"

    def grant(self) -> str:
        inspector = self.as_("inspector")
        page = inspector.get(self.order)
        path = next(
            (p for p in page.actions if re.fullmatch(rf"{self.order}/extensions/\d+/reply", p)), ""
        )
        form = _form(page, path)
        days = [name for name in form.values if name.startswith("due_")]
        wanted = {**dict.fromkeys(days, self.longer.isoformat()), "note": "同意延期。"}
        after = inspector.submit(page, path, wanted)
        if not _says_day(after, self.longer):
            raise SmokeError(f"the new day is not on {after.complaint()}")
        return f"{len(days)} problems until {self.longer}"

    def apply(self) -> str:
        self._step(self.principal, self.order, "apply", {"note": "已整改完毕，申请复查。"})
        return ""

    def _recheck(self, results: Sequence[str]) -> None:
        inspector, path = self.as_("inspector"), f"{self.order}/recheck"
        page = inspector.get(path)
        form = _form(page, path)
        items = [name.removeprefix("note_") for name in form.values if name.startswith("note_")]
        if len(items) != len(results):
            raise SmokeError(f"{len(items)} problems to re-inspect instead of {len(results)}")
        wanted = {f"result_{item}": result for item, result in zip(items, results, strict=True)}
        files = {f"photos_{items[0]}": ("seen.jpg", self.photo(), "image/jpeg")}
        inspector.submit(page, path, {**wanted, "opinion": "经复查，情况属实。"}, files)

    def recheck_first(self) -> str:
        self._recheck(("done", *["partly"] * (FAILS - 1)))
        return f"1 of {FAILS}"

    def close(self) -> str:
        self.apply()
        self._recheck(["done"] * (FAILS - 1))
        closed = self.as_("inspector").get(f"/orders/?status=closed&text={self.order_number}")
        if self.order_number not in closed.text:
            raise SmokeError(f"not among the closed ones: {closed.complaint()}")
        return self.order_number


def _all(page: Page, pattern: str) -> list[str]:
    paths = [link.partition("?")[0] for link in page.links]
    return [path for path in dict.fromkeys(paths) if re.fullmatch(pattern, path)]


def _first(page: Page, pattern: str) -> str:
    found = _all(page, pattern)
    if not found:
        raise SmokeError(f"nothing like {pattern} on {page.complaint()}")
    return found[0]


def _path(page: Page, pattern: str) -> str:
    if not re.fullmatch(pattern, page.path):
        raise SmokeError(f"it did not go on: {page.complaint()}")
    return page.path


def _form(page: Page, path: str) -> FormOnPage:
    form = page.form(path)
    if form is None:
        raise SmokeError(f"no form for {path} on {page.complaint()}")
    return form


def _says_day(page: Page, day: date) -> bool:
    """Whether a page shows a day, in whichever of the languages."""
    text = re.sub(r"\s", "", page.text)
    chinese = f"{day.year}年{day.month}月{day.day}日"
    return chinese in text or day.isoformat() in text or f"{day.day}{day:%b}{day.year}" in text
