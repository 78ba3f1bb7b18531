"""The shared cast: who acts in the tests, on both sides of every fence.

=================  =======================================================================
city_officer       inspector of the whole city 3301
district_officer   inspector of district 330110, where the plant lies
section_chief      chief of district 330110
other_district     inspector of district 330113
plant_manager      principal of the plant
safety_manager     safety manager of the plant
worker             employee of the plant
other_plant        principal of another plant of the same district
video_operator     reviews violations in district 330110
auditor            reads everything, changes nothing
administrator      installs it
no_role            has an account and nothing else
node               a vision node, by its token
=================  =======================================================================
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from supervision.account import service as accounts
from supervision.account.models import Account
from supervision.account.roles import Role
from supervision.core.actor import SYSTEM, Actor
from supervision.core.db import db, transaction
from supervision.enterprise import service as enterprises
from supervision.enterprise.models import Enterprise, Region
from supervision.enterprise.rules import RegionLevel, SizeClass
from supervision.enterprise.uscc import demo_uscc

PASSWORD = "a long enough password"

REGIONS = (
    ("33", "Zhejiang", RegionLevel.PROVINCE, None),
    ("3301", "Hangzhou", RegionLevel.CITY, "33"),
    ("330110", "Yuhang", RegionLevel.DISTRICT, "3301"),
    ("330113", "Linping", RegionLevel.DISTRICT, "3301"),
    ("330110001", "First Street", RegionLevel.STREET, "330110"),
    ("330113001", "Other Street", RegionLevel.STREET, "330113"),
)


@cache
def hashed() -> str:
    """The hash of :data:`PASSWORD`, made once."""
    return accounts.hash_password(PASSWORD)


@dataclass
class Cast:
    """People by name; ``plant`` and its two neighbours by id, since rows expire."""

    accounts: dict[str, int]
    actors: dict[str, Actor]
    plant_id: int
    other_plant_id: int
    far_plant_id: int

    def __getitem__(self, name: str) -> Actor:
        return self.actors[name]

    @property
    def plant(self) -> Enterprise:
        from supervision.core.scope import visible

        found: Enterprise = db.session.scalars(
            visible(Enterprise, SYSTEM).where(Enterprise.id == self.plant_id)
        ).one()
        return found


def enterprise_values(
    serial: int, region: str = "330110001", **changes: object
) -> dict[str, object]:
    """A valid file of an invented enterprise."""
    values: dict[str, object] = {
        "uscc": demo_uscc(region[:6], serial),
        "name": f"Invented Plant {serial}",
        "short_name": f"Plant {serial}",
        "region_code": region,
        "address": f"{serial} Invented Road",
        "industry_code": "3311",
        "size_class": SizeClass.SMALL,
        "headcount": 80,
        "legal_representative": "L. Representative",
        "principal": "P. Principal",
        "principal_phone": "13800000001",
        "safety_manager": "S. Manager",
        "safety_manager_phone": "13800000002",
    }
    return {**values, **changes}


def assemble() -> Cast:
    """Write regions, three plants and everybody, in one transaction."""
    with transaction():
        for code, name, level, parent in REGIONS:
            db.session.add(Region(code=code, name=name, level=level, parent_code=parent))
        db.session.flush()
        plant = enterprises.register(SYSTEM, enterprise_values(1))
        other = enterprises.register(SYSTEM, enterprise_values(2))
        far = enterprises.register(SYSTEM, enterprise_values(3, "330113001"))
        people = {
            "city_officer": _person("city_officer", Role.OFFICER, "3301"),
            "district_officer": _person("district_officer", Role.OFFICER, "330110"),
            "section_chief": _person("section_chief", Role.SECTION_CHIEF, "330110"),
            "other_district": _person("other_district", Role.OFFICER, "330113"),
            "plant_manager": _person("plant_manager", Role.PRINCIPAL, enterprise=plant.id),
            "safety_manager": _person("safety_manager", Role.SAFETY_MANAGER, enterprise=plant.id),
            "worker": _person("worker", Role.EMPLOYEE, enterprise=plant.id),
            "other_plant": _person("other_plant", Role.PRINCIPAL, enterprise=other.id),
            "video_operator": _person("video_operator", Role.VIDEO_OPERATOR, "330110"),
            "auditor": _person("auditor", Role.AUDITOR),
            "administrator": _person("administrator", Role.ADMINISTRATOR),
            "no_role": _person("no_role", Role.NONE),
        }
        plant.officer_id = people["district_officer"].id
        db.session.flush()
        return Cast(
            accounts={name: account.id for name, account in people.items()},
            actors={name: accounts.to_actor(account) for name, account in people.items()},
            plant_id=plant.id,
            other_plant_id=other.id,
            far_plant_id=far.id,
        )


def _person(name: str, role: Role, region: str = "", *, enterprise: int | None = None) -> Account:
    account = accounts.create_account(
        SYSTEM,
        username=name,
        name=name.replace("_", " ").title(),
        role=role,
        password=PASSWORD,
        password_hash=hashed(),
        region_code=region,
        enterprise_ids=(enterprise,) if enterprise else (),
    )
    db.session.flush()
    return account
