"""A proposed proof that showed nothing any more, and a camera's own policy, for tests of access."""

from __future__ import annotations

import io
from datetime import timedelta
from decimal import Decimal

from supervision.core import attachments, clock
from supervision.core.actor import SYSTEM
from supervision.core.db import db, transaction
from supervision.proof.models import ProofProposal
from supervision.proof.rules import VoidReason
from supervision.proof.workflow import ProofState
from supervision.video import policies, queries
from supervision.video.policies import Terms
from supervision.video.policy import Mode
from tests.factories.video import clip
from vision.contract import RuleKind


def a_proof(enterprise_id: int, hazard_id: int, camera_id: int) -> dict[str, int]:
    """Ids of the proposal, with a clip, and of the policy, as addresses name them."""
    today = clock.today()
    with transaction():
        camera = queries.get_camera(camera_id, SYSTEM)
        data = clip()
        kept = attachments.store_file(
            SYSTEM, io.BytesIO(data), "proof.mp4", "video/mp4", limit=len(data)
        )
        proposal = ProofProposal(
            enterprise_id=enterprise_id,
            hazard_id=hazard_id,
            camera_id=camera_id,
            arm=0,
            merge_key=f"{camera.uid}:helmet_missing:",
            rule_id="helmet_missing",
            status=ProofState.VOID,
            void_reason=VoidReason.SIGHTING,
            voided_at=clock.now(),
            first_day=today - timedelta(days=3),
            last_day=today - timedelta(days=1),
            running_s=250_000.0,
            expected_s=259_200.0,
            made_at=clock.now(),
            attachment_id=kept.id,
        )
        db.session.add(proposal)
        terms = Terms(Mode.HOLD, Decimal("0.95"), 100, 30)
        row = policies.set_policy(SYSTEM, RuleKind.FALL, camera, terms)
        db.session.flush()
        return {"proof.proposal_id": proposal.id, "video_policy.policy_id": row.id}
