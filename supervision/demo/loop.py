"""Play the regulator's loop: inspections and their records; orders and cases in their own files."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select

from supervision.core import clock
from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.tables import read_table
from supervision.demo.loop_cases import Cases
from supervision.demo.loop_hazards import Hazards, Violation
from supervision.demo.loop_orders import Orders
from supervision.demo.loop_script import (
    DATA,
    Beat,
    Script,
    beats_of,
    day_of_visit,
    read_scripts,
)
from supervision.demo.office import Event, Office
from supervision.demo.stage import Stage, photo, signature
from supervision.inspection import checklists, service
from supervision.inspection.models import Checklist, Inspection, InspectionItem, ItemResult, Signer
from supervision.inspection.rules import NoticeForm
from supervision.inspection.workflow import InspectionKind

BASIS = "安全生产年度监督检查计划"
COMPLAINT = "COMPLAINT"
HANDLING = "对检查发现的问题依法责令改正；企业应当举一反三，全面排查。"
WELL = "现场检查未发现问题，企业应当继续落实各项安全管理措施。"
CLASSES = {
    "LIMITED-SPACE": "有限空间作业场所",
    "DUST": "打磨车间、除尘系统",
    "HAZCHEM": "危险化学品仓库",
}


@dataclass
class Loop:
    """Knows what came of each script, for the steps that follow."""

    stage: Stage
    now: datetime
    scripts: Sequence[Script] = field(default_factory=read_scripts)
    inspections: dict[str, Inspection] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.beats = {s.key: beats_of(s, self.now) for s in self.scripts}
        self.days = {s.key: day_of_visit(s, self.beats[s.key], self.now) for s in self.scripts}
        visits = [
            (s.item, s.enterprise, self.days[s.key])
            for s in self.scripts
            if s.item and s.state != "cancelled"
        ]
        self.office = Office(self.stage, self.now, visits)
        self.violations = _violations()
        hazards = Hazards(self.stage, self.violations, self.inspections)
        orders = Orders(self.stage, self.inspections)
        cases = Cases(self.stage, self.inspections, orders)
        self.verbs: dict[str, Callable[[Script], None]] = {
            "create": self._create,
            "submit": self._submit,
            "approve": self._approve,
            "notify": self._notify,
            "start": self._start,
            "record": self._record,
            "cancel": self._cancel,
            **hazards.verbs(),
            **orders.verbs(),
            **cases.verbs(),
        }

    def found(self) -> None:
        """What is there before anything happens: authorities, certificates, caps."""
        self.office.found()
        shipped = {c.code: c for c in db.session.scalars(select(Checklist))}
        # The scripts name items by their place on the shipped list, also of a shortened one.
        self.positions = {item.text: item.position for c in shipped.values() for item in c.items}
        self.checklists = shipped | self._shortened(shipped)
        db.session.flush()
        self.office.checklists = self.checklists

    def _shortened(self, shipped: Mapping[str, Checklist]) -> dict[str, Checklist]:
        """The district's own lists: of a shipped one only what its officers look at on site."""
        found = {}
        for row in read_table(DATA / "short_lists.tsv"):
            base, wanted = shipped[row["base"]], self.violations[row["base"]]
            kept = [checklists.fields_of(i) for i in base.items if i.position in wanted]
            head = checklists.Head(
                name=row["name"],
                industry="",
                effective_from=clock.today() + timedelta(days=1),
                source=base.source,
                certainty=base.certainty,
            )
            made = checklists.create(self.stage.actors["chief"], row["code"], head, kept)
            found[row["base"]] = made
        return found

    def events(self, start: datetime) -> list[Event]:
        """Every step with its instant: the plan's and the scripts'."""
        found = self.office.events(start)
        for script in self.scripts:
            found += [(beat.at, self._player(script, beat)) for beat in self.beats[script.key]]
        return found

    def _player(self, script: Script, beat: Beat) -> Callable[[], None]:
        def play() -> None:
            self.verbs[beat.verb](script)
            db.session.flush()

        return play

    def _create(self, script: Script) -> None:
        place, kind = script.enterprise, InspectionKind(script.kind)
        day = self.days[script.key]
        line = self.office.line_of(script.item, place, day) if script.item else None
        task = service.Task(
            kind=kind,
            subject=script.subject,
            planned_on=day,
            officer_ids=self.stage.pair_ids(place),
            basis=BASIS if script.mark != "complaint" else "投诉举报登记（演示）",
            place=CLASSES.get(script.checklist, "生产车间"),
            checklist=self.checklists[script.checklist],
            exemption=COMPLAINT if script.mark == "complaint" else "",
            plan_item_id=line.item_id if line is not None else None,
        )
        enterprise = self.stage.enterprises[place]
        made = service.create(enterprise, self.stage.pair(place)[0], task)
        self.inspections[script.key] = made
        if line is not None and script.state != "cancelled":
            # What the chief's button does for a whole month, for one line on its own day.
            line.inspection_id = made.id

    def _submit(self, script: Script) -> None:
        service.submit(self.inspections[script.key], self._writer(script))

    def _approve(self, script: Script) -> None:
        chief = self.stage.chief(script.enterprise)
        service.approve(self.inspections[script.key], chief, note="同意检查。")

    def _notify(self, script: Script) -> None:
        service.notify(
            self.inspections[script.key], self._writer(script), form=NoticeForm.ELECTRONIC
        )

    def _cancel(self, script: Script) -> None:
        reason = "企业停电检修，当日不具备检查条件，另行安排。"
        service.cancel(self.inspections[script.key], self._writer(script), reason=reason)

    def _writer(self, script: Script) -> Actor:
        return self.stage.pair(script.enterprise)[0]

    def _start(self, script: Script) -> None:
        found, officer = self.inspections[script.key], self._writer(script)
        service.start(found, officer)
        service.scan(found, officer)
        enterprise = self.stage.enterprises[script.enterprise]
        service.describe(
            found,
            officer,
            party_name=enterprise.safety_manager,
            party_post="安全管理人员",
            party_phone=enterprise.safety_manager_phone or "",
            certificates_shown=True,
            recusal_told=True,
        )
        count = len(found.items) if script.state == "recorded" else len(found.items) // 2
        self._answer(script, found, found.items[:count])

    def _answer(self, script: Script, found: Inspection, items: Sequence[InspectionItem]) -> None:
        officer = self._writer(script)
        for item in items:
            violation = self.violations.get(script.checklist, {}).get(self.positions[item.text])
            fails = self.positions[item.text] in script.fails and violation is not None
            service.check_item(
                found,
                officer,
                item,
                result=ItemResult.FAIL if fails else ItemResult.PASS,
                finding=violation.finding if fails and violation else "",
                is_major=script.fails.get(self.positions[item.text], False),
            )
            if fails and violation:
                picture = photo(officer, violation.category, item.position)
                service.add_photo(found, officer, picture, item=item, client_id=_client_id())

    def _record(self, script: Script) -> None:
        found, officer = self.inspections[script.key], self._writer(script)
        enterprise = self.stage.enterprises[script.enterprise]
        count = len(script.fails)
        said = f"现场检查{len(found.items)}项，发现问题{count}项。" if count else "各项均符合要求。"
        handling = HANDLING if count else WELL
        service.describe(
            found,
            officer,
            situation=f"检查了{enterprise.display_name}的{found.place}，查阅了相关台账。{said}",
            handling=handling,
        )
        for one in found.officers:
            self._sign(found, officer, Signer.OFFICER, one.name, one.account_id)
        if script.mark == "refused":
            reason, witness = "企业人员对检查结果有异议，拒绝签字。", "社区工作人员 蒋明（演示）"
            service.refuse(found, officer, reason=reason, witness=witness)
            self._sign(found, officer, Signer.WITNESS, witness, None)
        else:
            self._sign(found, officer, Signer.PARTY, enterprise.safety_manager, None)
        service.record(found, officer)
        db.session.flush()

    def _sign(
        self, found: Inspection, officer: Actor, signer: Signer, name: str, account: int | None
    ) -> None:
        service.sign(
            found,
            officer,
            signer=signer,
            name=name,
            account_id=account,
            attachment=signature(officer, name),
            client_id=_client_id(),
        )


def _client_id() -> str:
    return str(uuid.uuid4())


def _violations() -> dict[str, dict[int, Violation]]:
    found: dict[str, dict[int, Violation]] = {}
    for row in read_table(DATA / "violations.tsv"):
        values = (row[name] for name in ("category", "finding", "measures", "done"))
        found.setdefault(row["checklist"], {})[int(row["position"])] = Violation(*values)
    return found
