"""Which lists an enterprise is offered on its first day, and taking them over."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import func, or_, select

from supervision.core import clock
from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.errors import InvalidInput
from supervision.core.scope import visible
from supervision.core.text import N_
from supervision.enterprise.models import Enterprise
from supervision.enterprise.rules import industry_section
from supervision.guide.rules import is_suggested
from supervision.selfcheck import service as selfcheck
from supervision.selfcheck.models import CheckPlan, CheckTemplate, CheckTemplateItem

# A page that a person reads; the rest is on the page of plans.
MOST_OFFERED = 30


@dataclass(frozen=True, slots=True)
class Offer:
    """A list: for whom it is, how long it is, whether it fits the industry and is walked already."""

    code: str
    name: str
    post: str
    items: int
    is_suggested: bool
    is_adopted: bool


def offered(enterprise: Enterprise, actor: Actor) -> Sequence[Offer]:
    """What fits its industry first; lists of other industries are left out."""
    today = clock.today()
    length = select(func.count(CheckTemplateItem.id))
    length = length.where(CheckTemplateItem.template_id == CheckTemplate.id)
    in_force = visible(CheckTemplate, actor, CheckTemplate, length.scalar_subquery()).where(
        or_(CheckTemplate.enterprise_id.is_(None), CheckTemplate.enterprise_id == enterprise.id),
        CheckTemplate.effective_from <= today,
        or_(CheckTemplate.effective_to.is_(None), CheckTemplate.effective_to >= today),
    )
    rows = db.session.execute(in_force.order_by(CheckTemplate.code).limit(MOST_OFFERED)).all()
    walked = _walked(enterprise.id, actor)
    section = industry_section(enterprise.industry_code)
    letter = section.section if section else ""
    found = [
        Offer(
            code=one.code,
            name=one.name,
            post=one.post,
            items=items,
            is_suggested=is_suggested(one.industry, one.post, enterprise.industry_code, letter),
            is_adopted=one.code in walked,
        )
        for one, items in rows
        if not one.industry
        or one.industry == letter
        or enterprise.industry_code.startswith(one.industry)
    ]
    return sorted(found, key=lambda offer: not offer.is_suggested)


def _walked(enterprise_id: int, actor: Actor) -> set[str]:
    stmt = visible(CheckPlan, actor, CheckPlan.template_code).where(
        CheckPlan.enterprise_id == enterprise_id,
        or_(CheckPlan.ends_on.is_(None), CheckPlan.ends_on >= clock.today()),
    )
    return set(db.session.scalars(stmt))


def take(enterprise: Enterprise, actor: Actor, codes: Collection[str]) -> int:
    """Walk these lists from today on; returns how many are new. Raises InvalidInput for none."""
    known = {offer.code: offer for offer in offered(enterprise, actor)}
    wanted = [known[code] for code in dict.fromkeys(codes) if code in known]
    if not wanted:
        raise InvalidInput(N_("Choose at least one list."), field="code")
    new = [offer for offer in wanted if not offer.is_adopted]
    for offer in new:
        fields = selfcheck.PlanFields(template_code=offer.code, begins_on=clock.today())
        selfcheck.adopt(enterprise, actor, fields)
    return len(new)
