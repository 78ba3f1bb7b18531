"""The roll of the demonstration: who asks to be on it, what is to change, what may be one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial

from supervision.account import administration
from supervision.core import clock
from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.demo.office import Event
from supervision.demo.stage import Stage, photo
from supervision.demo.story import working_hours
from supervision.enterprise import (
    change_requests,
    duplicates,
    lineage,
    registration,
    relations,
    service,
)
from supervision.enterprise.duplicate_rules import PairState
from supervision.enterprise.models import Enterprise
from supervision.enterprise.registration import APPLICANT, Applicant
from supervision.enterprise.relation_models import EnterpriseLink
from supervision.enterprise.relation_rules import LinkKind
from supervision.enterprise.relations import Agreement
from supervision.enterprise.rules import SizeClass
from supervision.enterprise.uscc import demo_uscc

DISTRICT = "330110"
# Behind the serials of the enterprises' own table.
FIRST_SERIAL = 1801


@dataclass(frozen=True, slots=True)
class Deal:
    """An agreement. ``other`` is a place in the table or a name; ``checked`` days ago, 0 never."""

    place: int
    other: int | str
    kind: LinkKind
    subject: str
    days_left: int | None
    checked: int


DEALS = (
    Deal(0, "杭州远筑建筑安装有限公司（演示）", LinkKind.CONTRACTOR, "二车间屋面维修", 25, 20),
    Deal(0, 3, LinkKind.LESSEE, "三号厂房西侧出租", 300, 120),
    Deal(1, "杭州启明消防工程有限公司（演示）", LinkKind.CONTRACTOR, "喷淋系统维护保养", -12, 150),
    Deal(2, 5, LinkKind.SHARED_SITE, "共用厂区起重作业", None, 30),
    Deal(4, 6, LinkKind.LESSEE, "仓库出租", 75, 0),
)


class Roll:
    """Registrations in each state, a change that waits, pairs, a merger, parks, agreements."""

    def __init__(self, stage: Stage, now: datetime) -> None:
        self.stage = stage
        self.now = now
        self.officer = stage.actors["inspector"]
        self.links: dict[Deal, EnterpriseLink] = {}

    def events(self, start: datetime) -> list[Event]:
        """Parks and agreements from the beginning, requests of the last days."""
        steps: list[tuple[datetime, Callable[[], None]]] = [
            (start + timedelta(days=2), self._parks),
            *(
                (start + timedelta(days=3, minutes=10 * n), partial(self._agree, deal))
                for n, deal in enumerate(DEALS)
            ),
            *((self._ago(d.checked), partial(self._check, d)) for d in DEALS if d.checked),
            (self._ago(20), partial(self._doubles, 1)),
            (self._ago(14), self._merge),
            (self._ago(9), partial(self._apply, 0, "accept")),
            (self._ago(6), partial(self._apply, 1, "return")),
            (self._ago(5), partial(self._apply, 2, "refuse")),
            (self._ago(3), partial(self._change, 1, decide=True)),
            (self._ago(2), partial(self._apply, 3, "")),
            (self._ago(2), partial(self._change, 0, decide=False)),
            (self._ago(1), partial(self._apply, 4, "")),
            (self._ago(1), partial(self._doubles, 2)),
        ]
        return [(working_hours(at), act) for at, act in steps]

    def _ago(self, days: int) -> datetime:
        return self.now - timedelta(days=days)

    def _parks(self) -> None:
        for name, body, places in (
            ("余杭演示经济开发区（演示）", "园区管理委员会（演示）", (0, 2)),
            ("瓶窑演示铸造产业园（演示）", "产业园运营公司（演示）", (4,)),
        ):
            values = {
                "name": name,
                "region_code": DISTRICT,
                "managing_body": body,
                "contact": "顾问明",
                "contact_phone": "19900009001",
            }
            park = relations.add_park(self.officer, values)
            for place in places:
                service.change(self._file(place), self.officer, {"park_id": park.id})

    def _file(self, place: int) -> Enterprise:
        return self.stage.enterprises[place]

    def _agree(self, deal: Deal) -> None:
        own, person = self._file(deal.place), self.stage.person(deal.place, "safety")
        begun = clock.today()
        other = None if isinstance(deal.other, str) else self._file(deal.other)
        terms = Agreement(
            kind=deal.kind,
            counterpart_name=str(deal.other) if other is None else other.name,
            counterpart_uscc=other.uscc if other is not None else "",
            subject=deal.subject,
            place="厂区内",
            agreement_no=f"AQXY-{deal.place + 1:02d}-{deal.kind.value[:2].upper()}",
            agreed_on=begun,
            valid_from=begun,
            valid_to=self._day(deal.days_left),
            coordinator=own.safety_manager or own.principal,
            coordination=(
                "发包（出租）方统一协调、管理现场安全，定期检查；"
                "承包（承租）方落实本单位安全生产责任，接受检查并及时整改。"
            ),
            check_months=3,
        )
        self.links[deal] = relations.add_link(own, person, terms, photo(person, "fire", 1))

    def _check(self, deal: Deal) -> None:
        row = self.links[deal]
        relations.record_check(
            row,
            self.stage.person(deal.place, "safety"),
            done_on=clock.today(),
            checked_by=row.coordinator,
            findings="作业票证齐全，个别人员未戴安全帽。",
            urged="当场纠正并重新交底。",
        )

    def _day(self, days_left: int | None) -> date | None:
        return None if days_left is None else self.now.date() + timedelta(days=days_left)

    def _values(self, serial: int, like: Enterprise, name: str) -> dict[str, object]:
        return {
            "uscc": demo_uscc(DISTRICT, FIRST_SERIAL + serial),
            "name": name,
            "short_name": "",
            "region_code": like.region_code,
            "address": f"演示登记路{serial + 1}号",
            "longitude": None,
            "latitude": None,
            "industry_code": like.industry_code,
            "size_class": SizeClass.MICRO,
            "headcount": 12 + serial,
            "legal_representative": "邵启文",
            "legal_representative_phone": "",
            "principal": "邵启文",
            "principal_phone": f"199000090{serial:02d}",
            "safety_manager": "",
            "safety_manager_phone": "",
            "legacy_reg_no": "",
            "park_id": None,
        }

    def _apply(self, serial: int, answer: str) -> None:
        names = ("云杉五金", "半山纸品", "无名作坊", "临溪塑业", "高桥木业")
        values = self._values(serial, self._file(serial), f"杭州{names[serial]}有限公司（演示）")
        row = registration.submit(
            values, Applicant("邵启文", f"199000090{serial:02d}"), [photo(APPLICANT, "fire", 2)]
        )
        if answer == "accept":
            registration.accept(
                row, self.officer, officer_id=self.officer.id, welcome=administration.welcome
            )
        elif answer == "return":
            registration.give_back(
                row, self.officer, answer="营业执照扫描件不清晰，请重新拍摄后提交。"
            )
        elif answer == "refuse":
            registration.refuse(row, self.officer, answer="经营场所不在本辖区，请向所在地申请。")

    def _change(self, place: int, *, decide: bool) -> None:
        own, person = self._file(place), self.stage.person(place, "principal")
        _changed, row = change_requests.propose(
            own,
            person,
            {"headcount": own.headcount + 14, "address": f"{own.address}（新厂区）"},
            reason="新厂区投产，搬迁完成，新增一条生产线。",
            scans=[photo(person, "fire", 3)],
        )
        if decide and row is not None:
            change_requests.approve(
                row, own, self.officer, fields=["headcount"], note="请补充新厂区产权或租赁证明。"
            )

    def _doubles(self, place: int) -> None:
        like = self._file(place)
        name = like.name.replace("有限公司", "有限责任公司")
        values = self._values(20 + place, like, name)
        values |= {
            "address": like.address,
            "legal_representative": like.legal_representative,
        }
        service.register(self.officer, values)
        after, count = 0, 1
        while count:
            count, after = duplicates.look(after)

    def _merge(self) -> None:
        pair = next(
            iter(db.session.scalars(duplicates.list_pairs(self.officer, status=PairState.OPEN)))
        )
        row = lineage.propose_merger(
            pair.second, pair.first, self.officer, reason="同一企业重复建档，经现场核实。"
        )
        chief = self._chief()
        found = lineage.get_restructuring(row.id, chief)
        lineage.approve(
            found, chief, typed_name=found.enterprise.name, follow=administration.follow
        )

    def _chief(self) -> Actor:
        return self.stage.actors["chief"]
