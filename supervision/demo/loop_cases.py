"""Cases of the demonstration: filed, decided, served, executed, closed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from supervision.casefile import closing, decision, evidence, service
from supervision.casefile.models import Case
from supervision.casefile.rules import CaseSource, EvidenceKind, PenaltyKind
from supervision.core import clock
from supervision.core.actor import Actor
from supervision.demo.loop_orders import Orders
from supervision.demo.loop_script import Script
from supervision.demo.stage import Stage, photo
from supervision.inspection.models import Inspection
from supervision.order.rules import ServiceMethod

FINE = Decimal(30000)
EVIDENCE = (
    ("现场检查记录", EvidenceKind.INSPECTION_RECORD, "执法人员现场制作"),
    ("责令限期整改指令书及送达回执", EvidenceKind.DOCUMENTARY, "执法机关"),
    ("复查现场照片", EvidenceKind.AUDIOVISUAL, "执法人员现场拍摄"),
)


@dataclass(slots=True)
class Cases:
    """The case that each script has come to."""

    stage: Stage
    inspections: Mapping[str, Inspection]
    orders: Orders
    made: dict[str, Case] = field(default_factory=dict)

    def verbs(self) -> dict[str, Callable[[Script], None]]:
        return {
            "open_case": self._open,
            "add_evidence": self._gather,
            "submit_case": self._submit,
            "file_case": self._file,
            "list_evidence": lambda s: evidence.issue_list(self.made[s.key], self._writer(s)),
            "propose": self._propose,
            "decide": self._decide,
            "serve_case": self._serve,
            "publish": self._publish,
            "execute": self._execute,
            "ask_close": self._ask_close,
            "close_case": self._close,
        }

    def _writer(self, script: Script) -> Actor:
        return self.stage.pair(script.enterprise)[0]

    def _open(self, script: Script) -> None:
        ids = [i.hazard_id for i in self.inspections[script.key].items if i.hazard_id is not None]
        order = self.orders.made[script.key]
        draft = service.Draft(
            cause="未按照责令限期整改指令消除事故隐患",
            source=CaseSource.ORDER,
            facts=f"经复查，{order.number or ''}责令整改的事项逾期未整改到位。",
            officer_ids=self.stage.pair_ids(script.enterprise),
            hazard_ids=ids,
            order_id=order.id,
        )
        enterprise = self.stage.enterprises[script.enterprise]
        self.made[script.key] = service.open_case(enterprise, self._writer(script), draft)

    def _gather(self, script: Script) -> None:
        officer = self._writer(script)
        for name, kind, source in EVIDENCE:
            is_photo = kind is EvidenceKind.AUDIOVISUAL
            exhibit = evidence.Exhibit(
                name=name,
                kind=kind,
                source=source,
                attachment=photo(officer, "confined_space", 2) if is_photo else None,
            )
            evidence.add(self.made[script.key], officer, exhibit)

    def _submit(self, script: Script) -> None:
        opinion = "涉嫌违反安全生产法第四十一条，建议立案。"
        service.submit(self.made[script.key], self._writer(script), opinion=opinion)

    def _file(self, script: Script) -> None:
        chief = self.stage.chief(script.enterprise)
        service.approve_filing(self.made[script.key], chief, opinion="同意立案。")

    def _propose(self, script: Script) -> None:
        wanted = decision.Proposal(
            penalties=[PenaltyKind.WARNING, PenaltyKind.FINE],
            fine_yuan=FINE,
            facts="经查，该单位未在责令的期限内消除事故隐患。",
            evidence_text="现场检查记录、责令限期整改指令书及送达回执、复查意见书和现场照片。",
            basis="《中华人民共和国安全生产法》第一百零二条",
            decision_text="给予警告，并处人民币叁万元罚款。",
            discretion="情节一般，按照裁量基准中档处罚。",
            pay_within="收到本决定书之日起15日内缴至指定银行。",
        )
        decision.propose(self.made[script.key], self._writer(script), wanted)

    def _decide(self, script: Script) -> None:
        chief = self.stage.chief(script.enterprise)
        decision.decide(self.made[script.key], chief, note="经集体讨论，同意。")

    def _serve(self, script: Script) -> None:
        enterprise = self.stage.enterprises[script.enterprise]
        served = decision.Service(
            method=ServiceMethod.DIRECT,
            receiver=enterprise.principal,
            served_at=clock.now(),
            relation="主要负责人",
            place=enterprise.address,
        )
        decision.serve(self.made[script.key], self._writer(script), served)

    def _publish(self, script: Script) -> None:
        decision.publish(
            self.made[script.key],
            self._writer(script),
            published_on=clock.today(),
            where="区人民政府门户网站行政执法公示栏（演示）",
        )

    def _execute(self, script: Script) -> None:
        closing.execute(
            self.made[script.key],
            self._writer(script),
            executed_on=clock.today(),
            execution="罚款已全额缴纳，隐患已整改。",
        )

    def _ask_close(self, script: Script) -> None:
        closing.ask_close(
            self.made[script.key], self._writer(script), opinion="处罚决定已执行完毕，建议结案。"
        )

    def _close(self, script: Script) -> None:
        chief = self.stage.chief(script.enterprise)
        closing.close(self.made[script.key], chief, opinion="同意结案。")
