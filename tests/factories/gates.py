"""Reviews of cameras by art. 41, brought to a state the way people bring them there."""

from __future__ import annotations

import io
from datetime import timedelta

from supervision.core import attachments, clock
from supervision.core.actor import SYSTEM, Actor
from supervision.core.db import transaction
from supervision.gate import marks, queries, service
from supervision.gate.service import Review
from supervision.gate.workflow import GateState
from supervision.video import queries as video
from supervision.video import service as verdicts
from tests.cast import Cast
from tests.factories.video import Node, make_violation

S = GateState
STEPS = (S.DRAFT, S.SUBMITTED, S.APPROVED)
NOTICE = "Notice board of First Street"


def scan(actor: Actor, name: str = "review") -> attachments.Attachment:
    """Stored inside a transaction."""
    return attachments.store_scan(
        actor, io.BytesIO(b"%PDF-1.4 " + name.encode()), f"{name}.pdf", field="scan"
    )


def review(actor: Actor, **changes: object) -> Review:
    """Everything that approval needs, some days old, in force for a year."""
    today = clock.today()
    values: dict[str, object] = {
        "legal_by": "Legal section",
        "legal_on": today - timedelta(days=20),
        "legal_number": "LEGAL-7",
        "technical_by": "Metrology institute",
        "technical_on": today - timedelta(days=18),
        "technical_number": "TECH-9",
        "published_where": NOTICE,
        "published_on": today - timedelta(days=15),
        "siting": "Looks at the press alone, with a sign beside it",
        "valid_from": today - timedelta(days=14),
        "valid_until": today + timedelta(days=350),
        "legal_scan": scan(actor, "legal"),
        "technical_scan": scan(actor, "technical"),
        "published_scan": scan(actor, "published"),
    }
    return Review(**{**values, **changes})  # type: ignore[arg-type]


def make_gate(
    cast: Cast,
    camera_id: int,
    state: GateState = S.APPROVED,
    *,
    by: str = "district_officer",
    approver: str | None = "section_chief",
    approved_ago: timedelta = timedelta(days=14),
    **changes: object,
) -> int:
    """A record of the camera in ``state``, approved so long ago; returns its id."""
    author = cast[by]
    with transaction():
        gate = service.draft(video.get_camera(camera_id, author), author, review(author, **changes))
        ident = gate.id
    for step in STEPS[1 : STEPS.index(state) + 1]:
        with transaction():
            if step is S.SUBMITTED:
                service.submit(queries.get_gate(ident, author), author)
            else:
                chief = cast[approver] if approver else SYSTEM
                gate = queries.get_gate(ident, chief)
                service.approve(gate, chief)
                gate.approved_at = clock.now() - approved_ago
    return ident


def a_gate(
    cast: Cast, node: Node, camera_id: int, officer: str, chief: str | None, mark: str
) -> dict[str, int]:
    """Ids of a record in force and of a mark on it, as addresses name them."""
    changes = {"published_where": f"{mark} board", "siting": f"{mark} siting"}
    gate_id = make_gate(cast, camera_id, by=officer, approver=chief, **changes)
    seen = make_violation(node, camera_id, colour="teal", rule_id="gate", with_files=False)
    actor = cast[officer]
    with transaction():
        verdicts.confirm(seen, actor)
    with transaction():
        found = marks.mark(seen, actor, note=f"{mark} proof")
        ticket = video.get_violation(seen, actor).hazard_id
        return {
            "gate.gate_id": gate_id,
            "penalty_mark.mark_id": found.id,
            "inspection.hazard_id": ticket or 0,
        }
