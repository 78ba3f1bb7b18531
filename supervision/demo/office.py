"""What an authority has before it inspects: its file, certificates, caps, the year's plan, a draw."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial

from supervision.account.models import Account
from supervision.authority import service as authorities
from supervision.authority.models import Authority
from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.db import db
from supervision.core.scope import visible
from supervision.core.statutory import Certainty
from supervision.core.tables import read_table
from supervision.demo import people
from supervision.demo.loop_script import DATA
from supervision.demo.stage import Stage
from supervision.demo.story import working_hours
from supervision.inspection.models import Checklist
from supervision.plan import capping, drawing, items, queries, service, targets
from supervision.plan.models import AnnualPlan, PlanDraw, PlanItem, PlanTarget
from supervision.plan.rules import Method, SeedSource, Selection

AUTHORITIES = (
    ("杭州市应急管理局（演示）", people.CITY, "浙杭", "杭州市演示路1号", "浙江省应急管理厅或者杭州市人民政府", "杭州市拱墅区人民法院"),
    ("杭州市余杭区应急管理局（演示）", people.DISTRICT, "浙余", "余杭区演示路2号", "杭州市余杭区人民政府", "杭州市余杭区人民法院"),
    ("杭州市临平区应急管理局（演示）", people.OTHER_DISTRICT, "浙临", "临平区演示路3号", "杭州市临平区人民政府", "杭州市临平区人民法院"),
)  # fmt: skip
HOLDERS = {
    people.CITY: ("city",),
    people.DISTRICT: ("inspector", "inspector3", "inspector5", "deputy"),
    people.OTHER_DISTRICT: ("inspector2", "inspector4"),
}
# Days from today to the last day, where it is not far off: one about to end, one past.
ENDING = {"inspector5": 25, "city": -40}
# Whose earlier certificate ended so many days ago, and was renewed the day after.
RENEWED = {"inspector": 150}
FAR_OFF, LONG_AGO = 540, 1_000
# Of a class of enterprises: key ones or all, and how often a year.
CAPS = ((False, 2), (True, 4))
CAP_SOURCE = "演示数据：参照国办发〔2024〕54号及各地公布的年度检查频次上限"
# Lines of this month that nobody has begun: the chief's button and the smoke test live on them.
THIS_MONTH = (0, 2, 7, 3, 4, 5, 8, 9, 13, 17)
SEED = "20260108-余杭-双随机"
Event = tuple[datetime, Callable[[], None]]


@dataclass(slots=True)
class Office:
    """Sets up what the loop stands on. ``visits``: item and day of what the plan leads to."""

    stage: Stage
    now: datetime
    visits: Sequence[tuple[str, int, date]]
    checklists: Mapping[str, Checklist] = field(default_factory=dict)
    authorities: dict[str, Authority] = field(default_factory=dict)
    plans: dict[int, AnnualPlan] = field(default_factory=dict)
    years: range = range(0)
    pooled: dict[int, PlanDraw] = field(default_factory=dict)

    def found(self) -> None:
        """Authorities, certificates and caps: at the beginning of the history."""
        admin = self.stage.actors["admin"]
        for name, region, short, address, organ, court in AUTHORITIES:
            self.authorities[region] = authorities.create(
                admin,
                authorities.AuthorityFields(
                    name=name,
                    region_code=region,
                    abbreviation=short,
                    address=address,
                    phone="0571-00000000",
                    reconsideration_organ=organ,
                    court=court,
                ),
            )
        db.session.flush()
        self._certify()
        self.years = range(clock.today().year, clock.day_of(self.now).year + 1)
        for year in self.years:
            self._cap(year)

    def _certify(self) -> None:
        today, serial = clock.day_of(self.now), 0
        for region, names in HOLDERS.items():
            for name in names:
                serial += 1
                number = f"浙A{region[:4]}00{serial:02d}"
                last = today + timedelta(days=ENDING.get(name, FAR_OFF))
                first = last - timedelta(days=LONG_AGO)
                if name in RENEWED:
                    ended = today - timedelta(days=RENEWED[name])
                    self._certify_one(region, name, number, first, ended)
                    first = ended + timedelta(days=1)
                self._certify_one(region, name, number, first, last)
        db.session.flush()

    def _certify_one(self, region: str, name: str, number: str, first: date, last: date) -> None:
        holder = visible(Account, SYSTEM).where(Account.username == name)
        wanted = authorities.CertificateFields(
            number=number, issuer="浙江省人民政府（演示）", valid_from=first, valid_to=last
        )
        authorities.certify(
            self.authorities[region],
            self.stage.actors["admin"],
            db.session.scalars(holder).one(),
            wanted,
        )
        db.session.flush()

    def _cap(self, year: int) -> None:
        for region, chief in ((people.DISTRICT, "chief"), (people.OTHER_DISTRICT, "chief2")):
            actor = self.stage.actors[chief]
            for is_key, times in CAPS:
                wanted = capping.CapFields(
                    year, region, "", is_key, 0, times, CAP_SOURCE, Certainty.MEDIUM
                )
                capping.create(actor, wanted)
            db.session.flush()
            capping.publish(actor, year)

    def events(self, start: datetime) -> list[Event]:
        """The plan of each year: drawn up, approved, published; then what is drawn by lot."""
        found: list[Event] = []
        for year in self.years:
            december = clock.start_of(date(year - 1, 12, 10)) + timedelta(hours=10)
            at = working_hours(max(start + timedelta(minutes=40), december))
            steps = (self._draft, self._approve, self._publish, self._pool, self._draw)
            for step in steps:
                if at < self.now:
                    found.append((at, partial(step, year)))
                at = working_hours(at + timedelta(hours=3))
        return found

    def _draft(self, year: int) -> None:
        deputy = self.stage.actors["deputy"]
        fields = service.PlanFields(
            title=f"余杭区{year}年度安全生产监督检查计划",
            summary="统筹日常检查、专项检查和双随机抽查，同一企业的事项合并进行，综合查一次。",
        )
        plan = service.draft(deputy, self.authorities[people.DISTRICT], year, fields)
        self.plans[year] = plan
        for row in read_table(DATA / "plan_items.tsv"):
            self._add_item(plan, row, self._lines(year, row["key"]))
        db.session.flush()
        service.submit(plan, deputy)

    def _lines(self, year: int, key: str) -> dict[int, int]:
        """Enterprises of an item with their months."""
        lines = {
            place: day.month for item, place, day in self.visits if item == key and day.year == year
        }
        today = clock.day_of(self.now)
        if key == "season" and year == today.year:
            lines = dict.fromkeys(THIS_MONTH, today.month)
        return lines

    def _add_item(self, plan: AnnualPlan, row: Mapping[str, str], lines: Mapping[int, int]) -> None:
        drawn = row["selection"] == Selection.DRAWN
        if not (drawn or lines):
            return
        deputy, month = self.stage.actors["deputy"], clock.day_of(self.now).month
        codes = {self.stage.enterprises[place].uscc: place for place in lines}
        item = items.add(
            plan,
            deputy,
            items.ItemFields(
                matter=row["matter"],
                basis=row["basis"],
                content=row["content"],
                method=Method(row["method"]),
                months=tuple(sorted({month, 12})) if drawn else tuple(sorted(set(lines.values()))),
                selection=Selection(row["selection"]),
                frequency=row["frequency"],
                organizer="余杭区应急管理局",
                note=row["note"],
                industry=row["industry"],
                listed=tuple(codes),
                quantity=int(row["quantity"]) if drawn else None,
                key_weight=2 if drawn else 1,
                checklist_id=self.checklists[row["checklist"]].id,
            ),
        )
        for line in queries.kept_targets(item.id):
            place = codes[line.enterprise.uscc]
            first, second = self.stage.pair_ids(place)
            targets.change(line, deputy, month=lines[place], first=first, second=second)

    def _approve(self, year: int) -> None:
        service.approve(self.plans[year], self.stage.actors["chief"], note="同意，按计划组织实施。")

    def _publish(self, year: int) -> None:
        service.publish(self.plans[year], self.stage.actors["chief"])

    def _drawn_item(self, year: int) -> PlanItem:
        return next(i for i in self.plans[year].items if i.selection is Selection.DRAWN)

    def _pool(self, year: int) -> None:
        self.pooled[year] = drawing.make_pool(self._drawn_item(year), self.stage.actors["deputy"])

    def _draw(self, year: int) -> None:
        drawing.draw_now(
            self.pooled[year],
            self.stage.actors["deputy"],
            source=SeedSource.PUBLIC,
            seed=SEED,
            note="在区行政执法监督局和两名企业代表见证下当场宣读。",
        )

    def line_of(self, key: str, place: int, day: date) -> PlanTarget | None:
        """The plan's line for a visit; None before the plan was published."""
        plan = self.plans.get(day.year)
        if plan is None or plan.published_on is None:
            return None
        matter = next(r["matter"] for r in read_table(DATA / "plan_items.tsv") if r["key"] == key)
        item = next(i for i in plan.items if i.matter == matter)
        enterprise = self.stage.enterprises[place].id
        lines = queries.kept_targets(item.id)
        return next((t for t in lines if t.enterprise_id == enterprise), None)
