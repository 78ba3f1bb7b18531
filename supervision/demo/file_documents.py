"""Documents of the demonstration: complete and full of gaps, from expired to fresh, filed and not."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property, partial

from supervision.core import attachments, clock
from supervision.core.actor import Actor
from supervision.core.attachments import Attachment
from supervision.core.export.pdf import PdfDocument
from supervision.demo.office import Event
from supervision.demo.stage import Stage
from supervision.demo.story import working_hours
from supervision.document import kinds, service
from supervision.document.models import EnterpriseDocument
from supervision.document.rules import Result
from supervision.document.service import Contents, Review
from supervision.document.workflow import FilingState

ENTERED, ACTED = timedelta(days=2), timedelta(days=8)
# How many enterprises keep how much: the first few nearly everything, the last ones little.
FULL, SOME, LITTLE = 6, 12, 18
BASIC = ("RESPONSIBILITY", "RULES", "PROCEDURES", "DUAL_PREVENTION", "TRAINING_PLAN")
MORE = ("PLAN_ONSITE", "LIABILITY_INSURANCE", "STANDARDIZATION", "OCCUPATIONAL")
ALL = ("PLAN_COMPREHENSIVE", "PLAN_SPECIAL", "SAFETY_EVALUATION", "RISK_RESOURCES")
# Days from today to the last day of what ends, one enterprise after the other.
ENDS = (220, -12, 25, 85, 300, 6, 150, -70, 55)
NEEDS_NUMBER = {"LIABILITY_INSURANCE": "AZX", "STANDARDIZATION": "AQB", "SAFETY_EVALUATION": "APJ"}
ISSUERS = {
    "LIABILITY_INSURANCE": "演示财产保险股份有限公司杭州分公司",
    "STANDARDIZATION": "杭州市应急管理局（演示）",
    "SAFETY_EVALUATION": "浙江演示安全评价有限公司",
    "OCCUPATIONAL": "杭州演示检测技术有限公司",
}
TERMS = {"TRAINING_PLAN": 365, "LIABILITY_INSURANCE": 365}
THREE_YEARS = 1095
RETURNED = "应急组织机构联系人电话与实际不符，预案附件缺少应急物资清单，请补充后重新提交。"
REVISED = "按年度评审意见修订完善。"


@dataclass
class Papers:
    """Enters and publishes the documents of every enterprise."""

    stage: Stage
    now: datetime

    def events(self, start: datetime) -> list[Event]:
        found: list[Event] = []
        for place in range(min(LITTLE, len(self.stage.enterprises))):
            at = working_hours(start + ENTERED + timedelta(minutes=11 * place))
            found.append((at, partial(self._enter, place)))
        for place in range(min(FULL, len(self.stage.enterprises))):
            late = working_hours(self.now - ACTED + timedelta(minutes=11 * place))
            found.append((late, partial(self._renew, place)))
        return [event for event in found if event[0] < self.now]

    def _enter(self, place: int) -> None:
        codes = BASIC[: 5 if place < FULL else 2]
        codes += MORE if place < SOME else ()
        codes += ALL if place < FULL else ()
        for number, code in enumerate(codes):
            if (place + number) % 7 == 6:
                continue  # a gap
            document = self._publish(place, number, code)
            if code == "STANDARDIZATION" and place % 3 == 0:
                self._evaluate(place, document)

    def _publish(self, place: int, number: int, code: str) -> EnterpriseDocument:
        actor = self.stage.person(place, "safety")
        kind = kinds.kind_on(code, clock.today())
        begin, end = self._term(place, number, code, kind.term_months)
        said = Contents(
            title=kind.name,
            summary=f"{self.stage.enterprises[place].short_name}{kind.name}",
            number=f"{NEEDS_NUMBER[code]}{begin.year}{place + 1:04d}"
            if code in NEEDS_NUMBER
            else "",
            issuer=ISSUERS.get(code, ""),
            level=2 + place % 2 if kind.has_level else None,
            insured_sum=Decimal(2_000_000 + 500_000 * (place % 5)) if kind.has_sum else None,
            valid_from=begin if kind.term_months else None,
            valid_to=end,
        )
        scans = [self._scan(actor)] if code in NEEDS_NUMBER else []
        document = service.draft(self.stage.enterprises[place], actor, code, said, scans)
        published = min(begin, clock.today()) if kind.term_months else clock.today()
        service.publish(
            document,
            actor,
            approver=self.stage.enterprises[place].principal,
            published_on=published,
        )
        return document

    def _term(
        self, place: int, number: int, code: str, months: int | None
    ) -> tuple[date, date | None]:
        """Its days, so that today it stands where :data:`ENDS` says."""
        if months is None:
            return clock.today(), None
        left = ENDS[(place + number) % len(ENDS)]
        end = clock.day_of(self.now) + timedelta(days=left)
        return end - timedelta(days=TERMS.get(code, THREE_YEARS)), end

    def _evaluate(self, place: int, document: EnterpriseDocument) -> None:
        actor = self.stage.person(place, "safety")
        said = Review(clock.today(), Result.FIT, "自评得分达到现等级要求。", "企业自评小组")
        service.record_review(document, actor, said)

    def _renew(self, place: int) -> None:
        """A plan in its second version, on its way to the authority."""
        actor, officer = self.stage.person(place, "safety"), self.stage.pair(place)[0]
        today = clock.today()
        said = Contents(title="综合应急预案（修订）", summary=REVISED)
        first = service.draft(self.stage.enterprises[place], actor, "PLAN_COMPREHENSIVE", said)
        principal = self.stage.enterprises[place].principal
        service.publish(first, actor, approver=principal, published_on=today)
        second = service.new_version(first, actor)
        if place % 4 == 3:
            return  # still a draft
        service.publish(second, actor, approver=principal, published_on=today)
        if second.filing is not FilingState.TO_FILE or place % 4 == 0:
            return
        service.submit_filing(second, actor, day=today)
        if place % 4 == 1:
            number = f"330110-{today.year}-{place + 1:04d}"
            service.accept_filing(second, officer, number=number, day=today)
        else:
            service.return_filing(second, officer, reason=RETURNED)

    def _scan(self, actor: Actor) -> Attachment:
        return attachments.store_scan(actor, io.BytesIO(self._paper), "扫描件.pdf", field="scans")

    @cached_property
    def _paper(self) -> bytes:
        """One page that is plainly no certificate."""
        paper = PdfDocument("演示扫描件", issuer="演示")
        paper.title_block("本页为演示数据，不是真实证书。")
        return paper.build()
