"""A district as its people would enter it, in Chinese: what a journey needs besides the cast."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask

from supervision import seeds
from supervision.account import service as accounts
from supervision.account.models import Account
from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.db import db, transaction
from supervision.core.scope import unscoped
from supervision.enterprise import service as registry
from supervision.inspection import checklists, qr, service
from supervision.inspection.rules import NoticeForm
from tests.cast import Cast, assemble
from tests.conftest import _empty
from tests.factories.authorities import OFFICERS, certify, make_authority
from tests.factories.inspections import task

NAMES = {
    "district_officer": "林海",
    "section_chief": "韩志远",
    "plant_manager": "沈国良",
    "safety_manager": "陆文斌",
}
PLANT = {
    "name": "杭州余杭示例五金有限公司",
    "short_name": "示例五金",
    "address": "杭州市余杭区示例路 18 号",
    "legal_representative": "沈国良",
    "principal": "沈国良",
    "safety_manager": "陆文斌",
}
AUTHORITY = {
    "name": "杭州市余杭区应急管理局",
    "address": "杭州市余杭区示例路 1 号",
    "reconsideration_organ": "杭州市余杭区人民政府",
    "court": "杭州市余杭区人民法院",
}


@contextmanager
def district_of(app: Flask) -> Iterator[Cast]:
    """The cast under Chinese names, their authority and certificates, lists, rules and papers."""
    with app.app_context():
        _empty()
        cast = assemble()
        with transaction():
            _rename(cast)
            registry.change(cast.plant, SYSTEM, PLANT)
            seeds.load_rules()
            seeds.load_holidays()
            seeds.load_documents()
            seeds.load_checklists()
        authority = make_authority(**AUTHORITY)
        for number, who in enumerate(OFFICERS, 1):
            certify(cast, who, authority, number=f"浙A0110{number:04d}")
        yield cast
        db.session.rollback()
        db.session.remove()


def _rename(cast: Cast) -> None:
    for who, name in NAMES.items():
        wanted = db.select(Account).where(Account.id == cast.accounts[who])
        account = db.session.scalars(unscoped(wanted, reason="a test names its people")).one()
        account.name = name
        cast.actors[who] = accounts.to_actor(account)


def announced(cast: Cast) -> tuple[int, str]:
    """Id of an inspection by the shipped list that was announced today, and the gate's token."""
    officer = cast["district_officer"]
    with transaction():
        wanted = task(
            cast,
            subject="冲压车间机械防护与用电安全",
            basis="年度监督检查计划第 3 项",
            place="冲压车间",
            checklist=checklists.offered(cast.plant.industry_code, clock.today())[0][0],
        )
        found = service.create(cast.plant, officer, wanted)
        service.submit(found, officer)
        service.approve(found, cast["section_chief"], note="同意")
        service.notify(found, officer, form=NoticeForm.WRITTEN)
        token = qr.issue(cast.plant, officer).token
        return found.id, token
