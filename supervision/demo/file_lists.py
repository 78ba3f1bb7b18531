"""How officers of the demonstration work with the roll: saved filters, and a ledger to import."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from supervision.core.actor import Actor
from supervision.demo.office import Event
from supervision.demo.stage import Stage
from supervision.demo.story import working_hours
from supervision.enterprise import preferences
from supervision.enterprise.imports import service
from supervision.enterprise.uscc import demo_uscc

LIST = "enterprise.roll"
UPLOADED = timedelta(days=1)
NEW_SERIAL = 3001
# Owner, name, filters of the address, whether colleagues of the region see it.
FILTERS = (
    ("chief", "重点企业", "key=1", True),
    ("inspector", "未查实企业", "roll_status=not_located", True),
    ("inspector", "制造业小型企业", "industry=C&size_class=small", False),
)
HEADINGS = (
    "统一社会信用代码", "单位名称", "所属街道", "生产经营地址", "行业代码", "企业规模", "从业人数",
    "法定代表人", "主要负责人", "负责人电话", "备注",
)  # fmt: skip
NEW = (
    ("杭州云栖桥精密机械有限公司", "330110005", "良渚街道启明路 18 号", "3484", "小型", "46"),
    ("杭州禾木家居制造有限公司", "330110005", "良渚街道文澜路 7 号", "2110", "小型", "63"),
    ("杭州澄江包装材料有限公司", "330110", "中泰街道南湖路 2 号", "2319", "微型", "12"),
    # To be mended: a division of another district, and no headcount.
    ("杭州望潮电镀有限公司", "330113001", "临平街道迎宾路 9 号", "3360", "小型", "38"),
    ("杭州晓风印务有限公司", "330110005", "良渚街道网周路 3 号", "2319", "小型", "三十余"),
)


@dataclass
class Lists:
    """Saved filters at the beginning; yesterday's upload waits for the trial run."""

    stage: Stage
    now: datetime

    def events(self, start: datetime) -> list[Event]:
        kept: list[Event] = [
            (working_hours(start + timedelta(days=2, minutes=n)), partial(self._keep, *row))
            for n, row in enumerate(FILTERS)
        ]
        return [*kept, (working_hours(self.now - UPLOADED), self._upload)]

    def _keep(self, owner: str, name: str, query: str, shared: bool) -> None:
        actor = self.stage.actors[owner]
        preferences.save_filter(actor, LIST, name, query, is_default=False, is_shared=shared)

    def _upload(self) -> None:
        """The scheduler checks it within seconds of the start; an officer then decides."""
        actor: Actor = self.stage.actors["inspector"]
        file = io.BytesIO(self._ledger().encode("gbk"))
        run = service.upload(
            actor, file, "街道上报企业台账.csv", limit=1_000_000, language="zh_Hans_CN"
        )
        service.set_mapping(run, actor, run.mapping)

    def _ledger(self) -> str:
        """Three that are on the roll with other figures, and five that are not."""
        out = io.StringIO()
        writer = csv.DictWriter(out, HEADINGS)
        writer.writeheader()
        own = [e for n, e in enumerate(self.stage.enterprises) if self.stage.is_own(n)]
        for enterprise in own[:3]:
            row = {"统一社会信用代码": enterprise.uscc, "单位名称": enterprise.name}
            writer.writerow({**row, "从业人数": enterprise.headcount + 4, "备注": "人数有变化"})
        for number, values in enumerate(NEW):
            writer.writerow(self._new(number, values))
        return out.getvalue()

    def _new(self, number: int, values: tuple[str, ...]) -> Mapping[str, str]:
        named = dict(zip(HEADINGS[1:7], values, strict=True))
        return {
            **named,
            "统一社会信用代码": demo_uscc("330110", NEW_SERIAL + number),
            "法定代表人": "钱程",
            "主要负责人": "沈岩",
            "负责人电话": f"1990000{90 + number}01",
        }
