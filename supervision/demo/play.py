"""Play one step of a planned ticket: the right person calls the right verb."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import timedelta
from decimal import Decimal
from random import Random

from sqlalchemy import select

from supervision.core import attachments, clock
from supervision.core.actor import Actor
from supervision.core.attachments import Attachment
from supervision.core.db import db
from supervision.demo.pictures import drawing
from supervision.demo.story import Plan, Step
from supervision.enterprise.models import Enterprise
from supervision.hazard import major, service
from supervision.hazard.major_rules import PlanParts, RecordForm, RecordKind
from supervision.hazard.models import Hazard, HazardCriterion
from supervision.hazard.rules import Category, Factor, Grade, InvalidReason, Source

VARIANTS = 5

INVALID = (
    (InvalidReason.DUPLICATE, "与同一部位已登记的隐患重复。"),
    (InvalidReason.NOT_A_HAZARD, "经核实，现场符合标准要求。"),
    (InvalidReason.FALSE_ALARM, "复核画面后确认为误报。"),
    (InvalidReason.OTHER, "所在设备已拆除，隐患不再存在。"),
)
VERIFIED = (
    "现场复查，整改到位，同意销号。",
    "查看现场和资料，隐患已消除。",
    "整改措施落实，符合要求。",
    "随机抽查3处均符合要求，予以销号。",
)
RETURNED = (
    "整改照片不能反映全部部位，请补充并完善。",
    "现场仍有一处未整改到位，请继续整改。",
    "未提供培训记录，请补充后再提交。",
)
LATER = (
    "备件采购周期较长，预计到货后三日内完成。",
    "需停产检修窗口实施，申请延期。",
    "施工单位排期冲突，申请延长整改时间。",
)
RECEIVERS = ("住房和城乡建设主管部门", "消防救援机构", "市场监督管理部门")
# The six parts of a major hazard's plan; {measures} and {person} come from the ticket.
PLAN = PlanParts(
    goals="消除该重大事故隐患，恢复本质安全条件，整改后复核合格方可恢复作业。",
    methods="{measures}",
    funds="所需资金从安全生产费用中列支，备件和材料由采购部门限期到位。",
    people="主要负责人组织，{person}具体负责，生产、设备部门配合。",
    schedule="自下达之日起按整改期限完成，每日通报进度。",
    safety="整改期间停用相关设备，设置警示标识，专人值守，备足应急物资。",
)
# Whom the enterprise tells of a major hazard, and how.
TOLD = (
    (RecordKind.DEPARTMENT_REPORT, RecordForm.ONLINE, "区应急管理局"),
    (RecordKind.CONGRESS_REPORT, RecordForm.MEETING, "职工代表大会"),
    (RecordKind.WORKER_NOTIFICATION, RecordForm.NOTICE_BOARD, "全体从业人员"),
)


class Play:
    """Holds the tickets while they are played; ``officer_of``: the inspector of an enterprise."""

    def __init__(
        self,
        enterprises: Sequence[Enterprise],
        findings: Sequence[Mapping[str, str]],
        actors: Mapping[str, Actor],
        *,
        officer_of: Callable[[int], Actor],
    ) -> None:
        self.enterprises = enterprises
        self.findings = findings
        self.actors = actors
        self.officer_of = officer_of
        self.hazards: dict[int, Hazard] = {}
        self.criteria = {c.code: c for c in db.session.scalars(select(HazardCriterion))}

    def step(self, number: int, plan: Plan, step: Step) -> None:
        """Do what ``step`` says to the ticket ``number``, now (the clock is the caller's)."""
        chance = Random(f"{number}/{step.verb}")
        if step.verb == "report":
            self.hazards[number] = self._report(plan, chance)
            return
        verbs: dict[str, Callable[[Hazard, Plan, Step, Random], None]] = {
            "grade": self._grade,
            "assign": self._assign,
            "start": self._start,
            "submit": self._submit,
            "verify": self._verify,
            "return": self._return,
            "invalidate": self._invalidate,
            "transfer": self._transfer,
            "request_extension": self._request,
            "grant_extension": self._grant,
            "refuse_extension": self._refuse,
        }
        verbs[step.verb](self.hazards[number], plan, step, chance)
        db.session.flush()

    def _person(self, plan: Plan, post: str) -> Actor:
        prefix = f"e{plan.enterprise + 1:02d}." if plan.enterprise else ""
        return self.actors[f"{prefix}{post}"]

    def _raiser(self, plan: Plan) -> Actor:
        """Who grades, assigns and re-inspects: the side that found it."""
        if plan.source is Source.SELF_CHECK:
            return self._person(plan, "principal")
        return self.officer_of(plan.enterprise)

    def _reporter(self, plan: Plan) -> Actor:
        if plan.source is Source.SELF_CHECK:
            return self._person(plan, "safety")
        if plan.source is Source.SUPERIOR:
            return self.actors["city"]
        in_district = self.enterprises[plan.enterprise].region_code.startswith("330110")
        if plan.source is Source.VIDEO and in_district:
            return self.actors["operator"]
        return self.officer_of(plan.enterprise)

    def _report(self, plan: Plan, chance: Random) -> Hazard:
        row = self.findings[plan.finding]
        actor = self._reporter(plan)
        finding = service.Finding(
            source=plan.source,
            found_at=clock.now() - timedelta(minutes=chance.randint(3, 40)),
            place=row["place"],
            description=row["description"],
            factor=Factor(row["factor"]),
            category=Category(row["category"]),
            basis=row["basis"],
            photos=[self._photo(actor, row, chance, mended=False)],
        )
        return service.report(self.enterprises[plan.enterprise], actor, finding)

    def _photo(
        self, actor: Actor, row: Mapping[str, str], chance: Random, *, mended: bool
    ) -> Attachment:
        data = drawing(row["category"], chance.randrange(VARIANTS), mended=mended)
        return attachments.store_photo(actor, io.BytesIO(data), "demo.jpg", field="photos")

    def _grade(self, hazard: Hazard, plan: Plan, _step: Step, _chance: Random) -> None:
        criterion = self.criteria.get(self.findings[plan.finding]["criterion"])
        service.grade(
            hazard,
            self._raiser(plan),
            grade=Grade.MAJOR if criterion else Grade.GENERAL,
            criterion=criterion,
        )

    def _assign(self, hazard: Hazard, plan: Plan, step: Step, _chance: Random) -> None:
        service.assign(
            hazard,
            self._raiser(plan),
            responsible_person=self.enterprises[plan.enterprise].safety_manager,
            due_on=clock.today() + timedelta(days=step.data["days"]),
        )

    def _start(self, hazard: Hazard, plan: Plan, _step: Step, chance: Random) -> None:
        measures = self.findings[plan.finding]["measures"]
        is_major = hazard.grade is Grade.MAJOR
        service.start(
            hazard,
            self._person(plan, "safety"),
            measures=measures,
            parts=self._six_parts(plan, measures) if is_major else None,
            funds_planned=Decimal(chance.randrange(3, 300) * 100),
            workers_notified_on=clock.today(),
        )
        if is_major:
            self._tell(hazard, plan)

    def _six_parts(self, plan: Plan, measures: str) -> PlanParts:
        person = self.enterprises[plan.enterprise].safety_manager
        parts = asdict(PLAN).items()
        return PlanParts(**{n: text.format(measures=measures, person=person) for n, text in parts})

    def _tell(self, hazard: Hazard, plan: Plan) -> None:
        """Report a major hazard to the department and the congress, notify the workers."""
        for kind, form, receiver in TOLD:
            major.record(
                hazard,
                self._person(plan, "safety"),
                kind=kind,
                given_on=clock.today(),
                form=form,
                given_by=self.enterprises[plan.enterprise].principal,
                receiver=receiver,
            )

    def _submit(self, hazard: Hazard, plan: Plan, _step: Step, chance: Random) -> None:
        actor, row = self._person(plan, "safety"), self.findings[plan.finding]
        spent = (hazard.funds_planned or Decimal(0)) * chance.randrange(80, 115) / 100
        service.submit(
            hazard,
            actor,
            note=row["done"],
            photos=[self._photo(actor, row, chance, mended=True)],
            funds_spent=spent,
        )

    def _verify(self, hazard: Hazard, plan: Plan, _step: Step, chance: Random) -> None:
        service.verify(hazard, self._raiser(plan), note=chance.choice(VERIFIED))

    def _return(self, hazard: Hazard, plan: Plan, _step: Step, chance: Random) -> None:
        service.send_back(hazard, self._raiser(plan), reason=chance.choice(RETURNED))

    def _invalidate(self, hazard: Hazard, plan: Plan, _step: Step, chance: Random) -> None:
        reason, note = chance.choice(INVALID)
        service.invalidate(hazard, self._raiser(plan), invalid_reason=reason, note=note)

    def _transfer(self, hazard: Hazard, plan: Plan, _step: Step, chance: Random) -> None:
        service.transfer(
            hazard,
            self._raiser(plan),
            receiver=chance.choice(RECEIVERS),
            reason="该事项属于其他部门职责，依法移送处理。",
        )

    def _request(self, hazard: Hazard, plan: Plan, step: Step, chance: Random) -> None:
        service.request_extension(
            hazard,
            self._person(plan, "safety"),
            requested_due_on=(hazard.due_on or clock.today()) + timedelta(days=step.data["days"]),
            reason=chance.choice(LATER),
        )
        db.session.flush()
        # The new row is not yet in the list that the ticket has loaded.
        db.session.expire(hazard, ["extensions"])

    def _grant(self, hazard: Hazard, plan: Plan, _step: Step, _chance: Random) -> None:
        extension = hazard.pending_extension
        if extension is not None:
            service.grant_extension(
                extension,
                self._raiser(plan),
                granted_due_on=extension.requested_due_on,
                note="理由充分，同意延期。",
            )

    def _refuse(self, hazard: Hazard, plan: Plan, _step: Step, _chance: Random) -> None:
        extension = hazard.pending_extension
        if extension is not None:
            service.refuse_extension(
                extension, self._raiser(plan), note="现有期限可以完成，不同意延期。"
            )
