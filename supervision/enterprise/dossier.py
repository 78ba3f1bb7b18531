"""The registry's chapters of the dossier: who the enterprise is, and what happened to it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import joinedload

from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.dossier import MOST_ROWS, Chapter, Evidence, Section
from supervision.core.export.columns import Column, Kind
from supervision.core.masking import masked_phone
from supervision.core.permissions import Permission
from supervision.core.scope import visible
from supervision.core.slice import TimelineItem
from supervision.enterprise import labels, queries
from supervision.enterprise.site_models import SitePlan
from supervision.enterprise.timeline import tell
from supervision.slices import slices


def _identity(enterprise_id: int, actor: Actor) -> Sequence[Section]:
    found = queries.get_enterprise(enterprise_id, actor)
    region = queries.region_path_names({found.region_code})[found.region_code]
    industry = f"{labels.industry_name(found.industry_code)} ({found.industry_code})"
    place = ""
    if found.longitude is not None:
        place = f"{found.longitude}, {found.latitude}"
    return [
        Section(
            facts=[
                (_("Enterprise name"), found.name, Kind.TEXT),
                (_("Unified social credit code"), found.uscc, Kind.TEXT),
                (_("Industry"), industry, Kind.TEXT),
                (_("Size"), str(labels.SIZE_LABELS[found.size_class]), Kind.TEXT),
                (_("Headcount"), found.headcount, Kind.INTEGER),
                (_("State on the roll"), str(labels.STATUS_LABELS[found.roll_status]), Kind.TEXT),
                (_("Region"), region, Kind.TEXT),
                (_("Address"), found.address, Kind.TEXT),
                (_("Coordinates (WGS-84)"), place, Kind.TEXT),
                (_("Supervising unit"), found.supervising_unit, Kind.TEXT),
                (_("On the roll since"), found.created_at, Kind.INSTANT),
            ],
        ),
        Section(
            title=_("People in charge"),
            facts=[
                (_("Legal representative"), _person(found, "legal_representative"), Kind.TEXT),
                (_("Principal"), _person(found, "principal"), Kind.TEXT),
                (_("Safety manager"), _person(found, "safety_manager"), Kind.TEXT),
            ],
        ),
    ]


def _person(found: object, role: str) -> str:
    """The name as the register has it; of the telephone number only its ends."""
    name, phone = getattr(found, role), masked_phone(getattr(found, f"{role}_phone"))
    return f"{name} {phone}".strip()


def _plans(enterprise_id: int, actor: Actor) -> Iterable[Evidence]:
    stmt = visible(SitePlan, actor).where(
        SitePlan.enterprise_id == enterprise_id, SitePlan.retired_at.is_(None)
    )
    for plan in db.session.scalars(stmt.options(joinedload(SitePlan.picture)).limit(MOST_ROWS)):
        yield Evidence(plan.name, plan.picture)


_EVENTS: tuple[Column[TimelineItem], ...] = (
    Column("at", _l("At"), lambda i: i.at, Kind.INSTANT, width=12),
    Column("title", _l("What happened"), lambda i: str(i.title), width=26),
    Column("body", _l("Details"), lambda i: str(i.body), width=34),
    Column("who", _l("Done by"), lambda i: i.who, width=12),
)


def _timeline(enterprise_id: int, actor: Actor) -> Sequence[Section]:
    sources = [m.timeline for m in slices() if m.timeline is not None]
    story = tell(sources, enterprise_id, actor, None, MOST_ROWS)
    note = _("Only the newest events are printed.") if story.older else ""
    return [Section(columns=_EVENTS, rows=story.items, note=note)]


CHAPTERS = (
    Chapter("identity", _l("Identity"), Permission.ENTERPRISE_READ, 10, _identity, _plans),
    Chapter("timeline", _l("Timeline"), Permission.ENTERPRISE_READ, 900, _timeline),
)
