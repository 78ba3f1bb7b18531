"""People of the demonstration: posts, certificates from expired to fresh, trainings, gaps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial

from supervision.core import clock
from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.demo.office import Event
from supervision.demo.stage import Stage
from supervision.demo.story import working_hours
from supervision.people import certificates, service, standing, training
from supervision.people.certificates import CertificateFields
from supervision.people.models import Person
from supervision.people.rules import IdKind, Result, TrainingKind
from supervision.people.service import PersonFields, PostFields
from supervision.people.training import SessionFields
from supervision.people.training_models import TrainingSession

ENTERED, HELD = timedelta(days=1), timedelta(days=60)
YEARS = timedelta(days=1400)
# Only the first enterprises have workers on file; the others show what a gap looks like.
WITH_WORKERS, WITHOUT_MANAGER, PART_TIME = 12, (13, 20, 26), (7, 18, 24)
WORKERS = (
    ("冬生", "special_operations", "SO-WELDING", "焊接车间"),
    ("小芳", "special_operations", "SO-ELECTRIC", "设备动力部"),
    ("伟明", "special_equipment", "SPECIAL-EQUIPMENT", "仓储部"),
    ("玉珍", "worker", "", "装配车间"),
    ("启航", "new_worker", "", "装配车间"),
)
SURNAMES = "韩罗龚白汤崔贺邹熊孟秦江史顾侯邵龙万段雷钱尹黎易常武乔赖文庞"
# Has an account of his own in the first enterprise, and reads his own record with it.
EMPLOYEE = "阿力"
# Days from today to the last day, one after the other.
ENDS = (-45, 400, 5, 1500, 25, 75, -3, 900, 55, 2000, 0, 300)
REVIEWED = timedelta(days=1095)
TERM = timedelta(days=2190)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


@dataclass
class Staff:
    """Enters the people of every enterprise; ``made`` are those of each by place."""

    stage: Stage
    now: datetime
    made: dict[int, list[Person]] = field(default_factory=dict)
    count: int = 0

    def events(self, start: datetime) -> list[Event]:
        """Entered at the beginning; trained two months ago; reckoned as it stands today."""
        found: list[Event] = []
        for place in range(len(self.stage.enterprises)):
            at = start + ENTERED + timedelta(minutes=4 * place)
            found.append((working_hours(at), partial(self._quietly, self._enter, place)))
            if place < WITH_WORKERS:
                at = self.now - HELD + timedelta(days=place)
                found.append((working_hours(at), partial(self._quietly, self._train, place)))
        yesterday = working_hours(self.now - timedelta(days=1))
        found.append((yesterday, self._open_training))
        found.append((self.now - timedelta(minutes=1), self._reckon))
        return [event for event in found if event[0] < self.now]

    @staticmethod
    def _quietly(step: Callable[[int], None], place: int) -> None:
        """Reckoned once, at the end of the story."""
        with standing.paused():
            step(place)

    def _enter(self, place: int) -> None:
        enterprise = self.stage.enterprises[place]
        actor = self.stage.person(place, "safety")
        self.made[place] = [self._person(place, actor, enterprise.principal, "principal", "办公室")]
        if place not in WITHOUT_MANAGER:
            small = enterprise.headcount <= 100 or place in PART_TIME
            post = "safety_manager_part" if small else "safety_manager_full"
            self.made[place].append(
                self._person(place, actor, enterprise.safety_manager, post, "安全环保部")
            )
        for one, code in zip(
            self.made[place], ("ASSESS-PRINCIPAL", "ASSESS-MANAGER"), strict=False
        ):
            self._certify(one, actor, code, ENDS[(place + 3) % len(ENDS)] + 30)
        if place == 0:
            self.made[place].append(self._person(place, actor, EMPLOYEE, "worker", "装配车间"))
        if place < WITH_WORKERS:
            for number, (given, post, code, department) in enumerate(WORKERS):
                name = SURNAMES[(place * 7 + number * 11) % len(SURNAMES)] + given
                one = self._person(place, actor, name, post, department)
                self.made[place].append(one)
                if code and (place + len(code)) % 7:
                    self._certify(one, actor, code, ENDS[self.count % len(ENDS)])

    def _person(self, place: int, actor: Actor, name: str, post: str, department: str) -> Person:
        self.count += 1
        new = post == "new_worker"
        came = clock.day_of(self.now - timedelta(days=150) if new else self.now - YEARS)
        wanted = PersonFields(
            name=name,
            id_kind=IdKind.RESIDENT,
            id_number=invented_id(self.count),
            phone=f"199000{self.count:05d}",
            department=department,
            employed_from=min(came, clock.today()),
            account_id=self._account(name, actor),
        )
        enterprise = self.stage.enterprises[place]
        held = PostFields(post, "", wanted.employed_from)
        return service.enter(enterprise, actor, wanted, held)

    def _account(self, name: str, actor: Actor) -> int | None:
        """The account of the safety manager, who enters all of them, and of the employee."""
        if name == EMPLOYEE:
            return self.stage.actors["worker"].id
        return actor.id if actor.name == name else None

    def _certify(self, person: Person, actor: Actor, code: str, ends: int) -> None:
        last = clock.day_of(self.now) + timedelta(days=ends)
        first = min(last - TERM, clock.today()) + timedelta(days=1)
        wanted = CertificateFields(
            number=f"T{invented_id(self.count)}"
            if code.startswith("SO")
            else f"YS{self.count:08d}",
            issuer="浙江省应急管理厅（演示）",
            issued_on=min(first, clock.today()),
            valid_from=min(first, clock.today()),
            valid_to=last,
            review_on=self._review(code, first, last),
        )
        certificates.record(person, actor, code, wanted)

    def _review(self, code: str, first: date, last: date) -> date | None:
        """In the middle of its life, or with its end once that review was passed."""
        if not code.startswith("SO"):
            return None
        middle = first + REVIEWED
        return middle if middle >= clock.day_of(self.now) - timedelta(days=20) else last

    def _train(self, place: int) -> None:
        actor, people = self.stage.person(place, "safety"), self.made[place]
        hours = Decimal(12 if place % 3 else 6)
        session = self._session(place, "年度安全生产再培训", TrainingKind.YEARLY, hours)
        training.attend(session, actor, [one.id for one in people])
        results = {one.id: (Result.PASSED, Decimal(82)) for one in people}
        if place % 4 == 1:
            results[people[-2].id] = (Result.FAILED, Decimal(51))
        training.set_results(session, actor, results)
        training.record(session, actor)

    def _open_training(self) -> None:
        session = self._session(0, "新员工三级安全教育", TrainingKind.THREE_LEVEL, Decimal(24))
        training.attend(session, self.stage.person(0, "safety"), [self.made[0][-1].id])

    def _session(
        self, place: int, title: str, kind: TrainingKind, hours: Decimal
    ) -> TrainingSession:
        actor, enterprise = self.stage.person(place, "safety"), self.stage.enterprises[place]
        wanted = SessionFields(
            title=title,
            kind=kind,
            held_at=clock.start_of(clock.today() - timedelta(days=1)) + timedelta(hours=9),
            hours=hours,
            content="安全生产法律法规、岗位操作规程、典型事故案例、应急处置和逃生技能。",
            place="一楼培训室",
            trainer=enterprise.safety_manager,
        )
        session = training.open_session(enterprise, actor, wanted)
        db.session.flush()
        return session

    def _reckon(self) -> None:
        ids: Sequence[int] = [one.id for one in self.stage.enterprises]
        standing.reckon(ids)


def invented_id(serial: int) -> str:
    """A number whose sums are right and whose division does not exist: nobody has it."""
    body = f"0000001985{serial % 12 + 1:02d}15{serial % 1000:03d}"
    total = sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True))
    return body + "10X98765432"[total % 11]
