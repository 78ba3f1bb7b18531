"""The violations' chapter of the dossier: what was confirmed, without pictures of others."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l

from supervision.core.actor import Actor
from supervision.core.dossier import Chapter, Section, section_of
from supervision.core.export.columns import Column, Kind
from supervision.core.permissions import Permission
from supervision.video import labels, queries
from supervision.video.models import Violation
from supervision.video.queries import ViolationFilter
from supervision.video.workflow import ReviewState

_SHOWN: tuple[Column[Violation], ...] = (
    Column("at", _l("Seen at"), lambda v: v.started_at, Kind.INSTANT, width=14),
    Column("rule", _l("Rule"), lambda v: str(labels.KIND_LABELS[v.rule_kind]), width=18),
    Column("camera", _l("Camera"), lambda v: v.camera.name, width=20),
    Column("place", _l("Place"), lambda v: v.camera.place, width=20),
    Column("by", _l("Confirmed by"), lambda v: v.verdict_by, width=14),
)


def _sections(enterprise_id: int, actor: Actor) -> Sequence[Section]:
    wanted = ViolationFilter(status=ReviewState.CONFIRMED, enterprise_id=enterprise_id)
    return [section_of(queries.list_violations(actor, wanted), _SHOWN)]


CHAPTERS = (Chapter("violations", _l("Violations"), Permission.VIDEO_READ, 100, _sections),)
