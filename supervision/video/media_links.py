"""Files of violations by their addresses. Every read starts at ``visible()``.

An address holds a random key of the file and nothing else: no number to count on from, no name of
a camera to exchange. Whose the key is decides who may see it.
"""

from __future__ import annotations

from sqlalchemy.orm import contains_eager, joinedload

from supervision.core.actor import Actor
from supervision.core.attachments import Attachment
from supervision.core.db import db
from supervision.core.errors import NotFound
from supervision.core.scope import visible
from supervision.video.models import Violation, ViolationEvidence
from vision.contract import EvidenceKind


def get_evidence(key: str, actor: Actor, *, for_update: bool = False) -> ViolationEvidence:
    """The file with this key, its violation, camera and enterprise loaded, arrived or not.

    Raises NotFound where there is none, or none that ``actor`` may know of: scope is decided by
    the violation, which is the camera's.
    """
    stmt = (
        visible(Violation, actor, ViolationEvidence)
        .join(ViolationEvidence, ViolationEvidence.violation_id == Violation.id)
        .where(ViolationEvidence.key == key)
        .options(
            contains_eager(ViolationEvidence.violation).options(
                joinedload(Violation.camera), joinedload(Violation.enterprise)
            ),
            joinedload(ViolationEvidence.thumbnail),
        )
        .execution_options(populate_existing=True)
    )
    if for_update:
        stmt = stmt.with_for_update(of=ViolationEvidence)
    found: ViolationEvidence | None = db.session.scalars(stmt).unique().first()
    if found is None:
        raise NotFound
    return found


def file_of(evidence: ViolationEvidence, *, small: bool) -> Attachment:
    """What is sent: the file, or its small picture; the whole one where no small one is made yet.

    Raises NotFound for a file that has not arrived, and for the small picture of a clip.
    """
    if small and evidence.kind is not EvidenceKind.SNAPSHOT:
        raise NotFound
    found = (evidence.thumbnail if small else None) or evidence.attachment
    if found is None:
        raise NotFound
    return found
