"""Orders of the demonstration: written, approved, issued, served, extended, re-inspected."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from supervision.core import clock
from supervision.core.actor import Actor
from supervision.core.attachments import Attachment
from supervision.core.db import db
from supervision.demo.loop_script import Script
from supervision.demo.stage import Stage, photo, signature
from supervision.inspection.models import Inspection
from supervision.order import extension, queries, recheck, service
from supervision.order.models import Order
from supervision.order.recheck import Seen, Visit
from supervision.order.rules import ItemResult, Measure, ServiceMethod
from supervision.order.service import Delivery, Wording
from supervision.order.workflow import OrderKind

INTERIM = "整改期间停止使用相关设备、停止相关作业，设置警示标志，安排专人值守。"
CONSEQUENCE = "逾期不整改或者整改达不到要求的，将依法给予行政处罚。"
LATER = "设备备件需向厂家定制，到货和安装调试需要时间，申请延长整改期限。"
SEEN = {
    ItemResult.DONE: "已按要求整改完毕。",
    ItemResult.PARTLY: "部分区域已整改，仍有一处不符合要求。",
    ItemResult.NOT_DONE: "未见整改，现场情况与检查时一致。",
}
OPINION = {
    "recheck_done": "责令整改的事项已全部整改完毕。",
    "recheck_partly": "部分事项已整改完毕，其余事项应当继续整改。",
    "recheck_failed": "责令整改的事项逾期未整改到位。",
}
MORE_DAYS = 20


@dataclass(slots=True)
class Orders:
    """The order that each script has come to: the second one once there is one."""

    stage: Stage
    inspections: Mapping[str, Inspection]
    made: dict[str, Order] = field(default_factory=dict)

    def verbs(self) -> dict[str, Callable[[Script], None]]:
        return {
            "draft": self._draft,
            "draft_measure": self._draft_measure,
            "draft_second": self._draft_second,
            "submit_order": lambda s: service.submit(self.made[s.key], self._writer(s)),
            "approve_order": self._approve,
            "issue": lambda s: service.issue(self.made[s.key], self._writer(s)),
            "serve": self._serve,
            "void": self._void,
            "ask": self._ask,
            "grant": lambda s: self._reply(s, granted=True),
            "refuse": lambda s: self._reply(s, granted=False),
            "apply": self._apply,
            "recheck_done": lambda s: self._recheck(s, "recheck_done"),
            "recheck_partly": lambda s: self._recheck(s, "recheck_partly"),
            "recheck_failed": lambda s: self._recheck(s, "recheck_failed"),
            "hand_over": self._hand_over,
        }

    def _writer(self, script: Script) -> Actor:
        return self.stage.pair(script.enterprise)[0]

    def _write(
        self, script: Script, kind: OrderKind, terms: tuple[int, ...], before: Order | None = None
    ) -> None:
        officer, found = self._writer(script), self.inspections[script.key]
        hazards = queries.hazards_for(found, officer, before)
        days: dict[int, date | None] = {
            hazard.id: clock.today() + timedelta(days=terms[n]) if terms else None
            for n, hazard in enumerate(hazards)
        }
        is_measure = kind is OrderKind.ONSITE_MEASURE
        wording = Wording(
            days=days,
            officer_ids=self.stage.pair_ids(script.enterprise),
            interim_measures="" if is_measure else INTERIM,
            consequence="" if is_measure else CONSEQUENCE,
            measures=[Measure.STOP_USE, Measure.REMOVE_NOW] if is_measure else (),
            decision_text="责令立即停止有限空间作业，撤出作业人员，消除隐患后方可恢复。"
            if is_measure
            else "",
            basis="《中华人民共和国安全生产法》第六十五条第一款" if is_measure else "",
        )
        self.made[script.key] = service.draft(found, officer, kind, wording, supersedes=before)

    def _draft(self, script: Script) -> None:
        self._write(script, OrderKind.RECTIFY, script.terms)

    def _draft_measure(self, script: Script) -> None:
        self._write(script, OrderKind.ONSITE_MEASURE, ())

    def _draft_second(self, script: Script) -> None:
        self._write(
            script, OrderKind.RECTIFY, tuple(t + 45 for t in script.terms), self.made[script.key]
        )

    def _approve(self, script: Script) -> None:
        chief = self.stage.chief(script.enterprise)
        service.approve(self.made[script.key], chief, note="事实清楚，依据准确，同意。")

    def _serve(self, script: Script) -> None:
        enterprise = self.stage.enterprises[script.enterprise]
        delivery = Delivery(
            method=ServiceMethod.DIRECT,
            receiver=enterprise.principal,
            served_at=clock.now(),
            relation="主要负责人",
            place=enterprise.address,
        )
        service.serve(self.made[script.key], self._writer(script), delivery)

    def _void(self, script: Script) -> None:
        chief = self.stage.chief(script.enterprise)
        reason = "整改期限表述有误，撤销后依法另行作出。"
        service.void(self.made[script.key], chief, reason=reason)

    def _ask(self, script: Script) -> None:
        order = self.made[script.key]
        open_items = extension.extendable(order)
        last = max(item.due_on for item in open_items if item.due_on)
        extension.request(
            order,
            self.stage.person(script.enterprise, "principal"),
            item_ids=[item.id for item in open_items],
            wanted_on=last + timedelta(days=MORE_DAYS),
            reason=LATER,
        )

    def _reply(self, script: Script, *, granted: bool) -> None:
        asked = self.made[script.key].pending_extension
        assert asked is not None
        days = {row.id: asked.wanted_on if granted else None for row in asked.items}
        extension.reply(
            asked,
            self._writer(script),
            granted=days,
            officer_ids=self.stage.pair_ids(script.enterprise),
            note="理由充分，同意延期。" if granted else "现有期限可以完成整改，不同意延期。",
        )

    def _apply(self, script: Script) -> None:
        actor = self.stage.person(script.enterprise, "principal")
        recheck.apply(self.made[script.key], actor, note="已按要求完成整改，申请复查。")

    def _recheck(self, script: Script, verb: str) -> None:
        order, officer = self.made[script.key], self._writer(script)
        enterprise = self.stage.enterprises[script.enterprise]
        seen = {
            item.id: Seen(result, note=SEEN[result], photos=[self._photo(officer, item.id, result)])
            for n, item in enumerate(order.open_items)
            for result in (_result(verb, n),)
        }
        recheck.record(
            order,
            officer,
            Visit(
                seen,
                OPINION[verb],
                self.stage.pair_ids(script.enterprise),
                next_step="" if verb == "recheck_done" else "继续整改，整改完毕后申请复查。",
                party_name=enterprise.safety_manager,
                signature=signature(officer, enterprise.safety_manager),
            ),
        )
        db.session.flush()

    @staticmethod
    def _photo(officer: Actor, variant: int, result: ItemResult) -> Attachment:
        return photo(officer, "equipment", variant, mended=result is ItemResult.DONE)

    def _hand_over(self, script: Script) -> None:
        reason = "逾期未整改到位，移交立案查处。"
        service.hand_over(self.made[script.key], self._writer(script), reason=reason)


def _result(verb: str, place: int) -> ItemResult:
    """The first of a re-inspection that finds some done, and then what is left."""
    if verb == "recheck_done":
        return ItemResult.DONE
    if verb == "recheck_failed":
        return ItemResult.NOT_DONE
    return ItemResult.DONE if place == 0 else ItemResult.PARTLY
