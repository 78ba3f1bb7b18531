"""What enterprise and officers do with the hazards that an inspection found."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from decimal import Decimal

from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.db import db
from supervision.core.scope import visible
from supervision.demo.loop_script import Script
from supervision.demo.play import PLAN, TOLD
from supervision.demo.stage import Stage, photo
from supervision.hazard import listing, major, service
from supervision.hazard.listing_models import HazardListing
from supervision.hazard.listing_workflow import ListingLevel
from supervision.hazard.major_rules import PlanParts
from supervision.hazard.models import Hazard
from supervision.hazard.rules import Grade
from supervision.hazard.workflow import HazardState
from supervision.inspection.models import Inspection

MONTHS_TO_MEND = 50


@dataclass(frozen=True, slots=True)
class Violation:
    """What is written where an item of a list fails, and how it is mended."""

    category: str
    finding: str
    measures: str
    done: str


@dataclass
class Hazards:
    """``violations`` by class of list and position; ``inspections`` by key."""

    stage: Stage
    violations: Mapping[str, Mapping[int, Violation]]
    inspections: Mapping[str, Inspection]

    def __post_init__(self) -> None:
        by_text = (v for own in self.violations.values() for v in own.values())
        self.by_finding = {v.finding: v for v in by_text}
        self.listings: dict[str, HazardListing] = {}

    def verbs(self) -> dict[str, Callable[[Script], None]]:
        return {
            "assign": self._assign,
            "take_on": self._take_on,
            "rectify": self._rectify,
            "rectify_first": self._rectify_first,
            "verify": self._verify,
            "propose_listing": self._propose,
            "approve_listing": self._list,
            "apply_review": self._apply,
            "pass_review": self._pass,
        }

    def _hazards(self, script: Script) -> list[Hazard]:
        ids = [i.hazard_id for i in self.inspections[script.key].items if i.hazard_id is not None]
        found = visible(Hazard, SYSTEM).where(Hazard.id.in_(ids)).order_by(Hazard.id)
        return list(db.session.scalars(found).unique())

    def _in(self, script: Script, state: HazardState) -> list[Hazard]:
        return [hazard for hazard in self._hazards(script) if hazard.status is state]

    def _assign(self, script: Script) -> None:
        enterprise = self.stage.enterprises[script.enterprise]
        for hazard in self._in(script, HazardState.GRADED):
            service.assign(
                hazard,
                self.stage.pair(script.enterprise)[0],
                responsible_person=enterprise.safety_manager,
                due_on=clock.today() + timedelta(days=MONTHS_TO_MEND),
            )

    def _take_on(self, script: Script) -> None:
        """The enterprise begins, a major hazard with its plan in six parts and its reports."""
        actor = self.stage.person(script.enterprise, "safety")
        enterprise = self.stage.enterprises[script.enterprise]
        for hazard in self._in(script, HazardState.ASSIGNED):
            measures = self.by_finding[hazard.description].measures
            is_major = hazard.grade is Grade.MAJOR
            said = {
                name: text.format(measures=measures, person=enterprise.safety_manager)
                for name, text in asdict(PLAN).items()
            }
            service.start(
                hazard,
                actor,
                measures=measures,
                parts=PlanParts(**said) if is_major else None,
                funds_planned=Decimal(8000 if is_major else 1200),
                workers_notified_on=clock.today(),
            )
            for kind, form, receiver in TOLD if is_major else ():
                major.record(
                    hazard,
                    actor,
                    kind=kind,
                    given_on=clock.today(),
                    form=form,
                    given_by=enterprise.principal,
                    receiver=receiver,
                )

    def _rectify(self, script: Script) -> None:
        self._mend(script, self._in(script, HazardState.RECTIFYING))

    def _rectify_first(self, script: Script) -> None:
        self._mend(script, self._in(script, HazardState.RECTIFYING)[:1])

    def _mend(self, script: Script, hazards: Iterable[Hazard]) -> None:
        actor = self.stage.person(script.enterprise, "safety")
        for hazard in hazards:
            violation = self.by_finding[hazard.description]
            service.submit(
                hazard,
                actor,
                note=violation.done,
                photos=[photo(actor, violation.category, hazard.id, mended=True)],
                funds_spent=hazard.funds_planned,
            )

    def _verify(self, script: Script) -> None:
        for hazard in self._in(script, HazardState.SUBMITTED):
            if not hazard.under_order:
                officer = self.stage.pair(script.enterprise)[0]
                service.verify(hazard, officer, note="现场复查，隐患已消除，同意销号。")

    def _major(self, script: Script) -> Hazard:
        return next(h for h in self._hazards(script) if h.grade is Grade.MAJOR)

    def _propose(self, script: Script) -> None:
        terms = listing.Terms(
            level=ListingLevel.COUNTY,
            organ="区安全生产委员会（演示）",
            due_on=clock.today() + timedelta(days=60),
            requirements="停用除尘系统，落实防爆措施，验收合格后方可恢复生产。",
            leader="区人民政府分管领导（演示）",
            reason="重大事故隐患，涉及作业人员多，整改需停产实施。",
        )
        officer = self.stage.pair(script.enterprise)[0]
        self.listings[script.key] = listing.propose(self._major(script), officer, terms)

    def _list(self, script: Script) -> None:
        chief = self.stage.chief(script.enterprise)
        listing.approve(self.listings[script.key], chief, note="同意挂牌督办。")

    def _apply(self, script: Script) -> None:
        actor = self.stage.person(script.enterprise, "safety")
        listing.apply(self.listings[script.key], actor, note="整改完成并经专家验收，申请现场审查。")

    def _pass(self, script: Script) -> None:
        first, second = self.stage.pair(script.enterprise)
        listing.pass_review(
            self.listings[script.key],
            first,
            reviewers=f"{first.name}、{second.name}、粉尘防爆专家1名",
            note="现场审查合格，同意解除挂牌督办。",
        )
