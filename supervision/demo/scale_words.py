"""Invented names for the scale build: every enterprise and person in it is made up."""

from __future__ import annotations

from random import Random

PLACES = ("杭州", "浙江", "杭州", "临港", "浙北", "钱塘", "余川", "杭州")
FIRST = "青澄栖良云岚禾沐屿棠岑泽瑾珩晟霖澍砚筠黎昀柏桐榆槿溪泓澜汀渚"
SECOND = "岚湖云溪川泰禾丰源达盛辉宏鑫隆远恒嘉和瑞通宇博科锐腾联创航凯"
TRADES = (
    ("化工", "2614", 0.05),
    ("精密机械", "3484", 0.12),
    ("纺织印染", "1713", 0.08),
    ("五金制品", "3311", 0.12),
    ("塑料制品", "2929", 0.08),
    ("木业家具", "2110", 0.07),
    ("食品", "1411", 0.07),
    ("电子科技", "3982", 0.08),
    ("包装印刷", "2319", 0.06),
    ("金属铸造", "3391", 0.04),
    ("仓储物流", "5990", 0.06),
    ("建筑工程", "4710", 0.05),
    ("餐饮管理", "6210", 0.05),
    ("商贸", "5169", 0.04),
    ("加油站", "5265", 0.03),
)
ROADS = ("演示路", "样例街", "虚构大道", "示范路", "假设巷", "演练路", "模拟街")
PARKS = ("工业园", "创业园", "产业园", "物流园", "小微园")
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂英华文建国志海波宁鹏飞玲萍红云龙"
PLACES_ON_SITE = (
    "冲压车间2号线",
    "危化品仓库",
    "配电房",
    "污水处理池",
    "打磨工位",
    "原料装卸区",
    "喷涂车间",
    "员工宿舍一楼",
    "锅炉房",
    "成品仓库通道",
)


def enterprise_name(chance: Random, trade: str) -> tuple[str, str]:
    """(name, short name)."""
    brand = chance.choice(FIRST) + chance.choice(SECOND)
    if chance.random() < 0.5:
        brand += chance.choice(SECOND)
    return f"{chance.choice(PLACES)}{brand}{trade}有限公司（演示）", f"{brand}{trade}"[:40]


def person(chance: Random) -> str:
    given = chance.choice(GIVEN)
    return chance.choice(SURNAMES) + given + (chance.choice(GIVEN) if chance.random() < 0.7 else "")


def address(chance: Random) -> str:
    road = f"{chance.choice(ROADS)}{chance.randint(1, 999)}号"
    return (
        f"{chance.choice(PARKS)}{road}{chance.randint(1, 40)}幢" if chance.random() < 0.5 else road
    )
