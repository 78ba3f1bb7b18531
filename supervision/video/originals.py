"""The original of a piece of evidence as an archive: the file as it was received, and what it is.

Nothing in it is blurred or marked: it is for proceedings, needs a reason, and stands in the trail.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
import zipfile
from typing import IO, Any

from flask_babel import gettext as _

from supervision.core import attachments, audit, clock
from supervision.core.actor import Actor
from supervision.core.attachments import Attachment
from supervision.core.errors import Conflict, Forbidden, InvalidInput, NotFound
from supervision.core.i18n import format_instant
from supervision.core.permissions import Permission
from supervision.core.storage import CHUNK
from supervision.core.text import N_
from supervision.video import labels
from supervision.video.models import ViolationEvidence

MAX_REASON = 500
IN_MEMORY = 8 * 1024 * 1024


def take(evidence: ViolationEvidence, actor: Actor, reason: str) -> Attachment:
    """Write into the trail who takes the original and why; returns the file.

    Raises InvalidInput naming ``reason``, and NotFound where the file is not there.
    """
    if not actor.may(Permission.VIDEO_ORIGINAL):
        raise Forbidden
    if not reason:
        raise InvalidInput(N_("Say in words why."), field="reason")
    if len(reason) > MAX_REASON:
        raise InvalidInput(N_("At most %(count)s characters."), field="reason", count=MAX_REASON)
    if evidence.attachment is None:
        raise NotFound
    audit.record(
        actor,
        "video.original_take",
        evidence.violation,
        kind=evidence.kind,
        sha256=evidence.sha256,
        reason=reason,
    )
    return evidence.attachment


def archive(evidence: ViolationEvidence, actor: Actor, reason: str) -> IO[bytes]:
    """The file, its hash and its story; camera and enterprise are loaded. The caller closes it.

    Raises Conflict where the stored bytes no longer are what was received.
    """
    attachment = evidence.attachment
    assert attachment is not None
    out = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - sent, then closed
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as made:
        _add(made, attachment, evidence.sha256)
        made.writestr("SHA256SUMS", f"{evidence.sha256}  {attachment.filename}\n")
        story = _story(evidence, actor, reason, attachment.filename)
        made.writestr("manifest.json", json.dumps(story, ensure_ascii=False, indent=2) + "\n")
        made.writestr("manifest.txt", _in_words(evidence, actor, reason))
    out.seek(0)
    return out


def _add(made: zipfile.ZipFile, attachment: Attachment, sha256: str) -> None:
    digest = hashlib.sha256()
    kept = attachments.storage().open(attachment.sha256)
    with kept as source, made.open(attachment.filename, "w") as target:
        while chunk := source.read(CHUNK):
            digest.update(chunk)
            target.write(chunk)
    if digest.hexdigest() != sha256:
        raise Conflict(N_("The stored file is not what was received. Tell the administrator."))


def _story(evidence: ViolationEvidence, actor: Actor, reason: str, name: str) -> dict[str, Any]:
    violation = evidence.violation
    instants = {
        "started_at": violation.started_at,
        "ended_at": violation.ended_at,
        "snapshot_at": violation.snapshot_at,
        "file_from": evidence.start_at,
        "file_to": evidence.end_at,
        "stored_at": evidence.stored_at,
        "taken_at": clock.now(),
    }
    return {
        "file": name,
        "kind": evidence.kind,
        "sha256": evidence.sha256,
        "size": evidence.size,
        "violation": violation.id,
        "event": violation.event_id,
        "rule": violation.rule_kind,
        "verdict": violation.status,
        "camera": {"name": violation.camera.name, "uid": violation.camera.uid},
        "place": violation.camera.place,
        "enterprise": violation.enterprise.name,
        "model": f"{violation.model_name} {violation.model_version}",
        "model_sha256": violation.model_sha256,
        "config_version": violation.config_version,
        "taken_by": {"account": actor.id, "name": actor.name},
        "reason": reason,
        **{key: at.isoformat() if at else None for key, at in instants.items()},
    }


def _in_words(evidence: ViolationEvidence, actor: Actor, reason: str) -> str:
    """The same for a reader, in the reader's language."""
    violation = evidence.violation
    rows = (
        (_("Enterprise"), violation.enterprise.name),
        (_("Camera"), f"{violation.camera.name} · {violation.camera.place}"),
        (_("Rule"), str(labels.KIND_LABELS[violation.rule_kind])),
        (_("Seen at"), format_instant(violation.started_at, seconds=True)),
        (_("Verdict"), str(labels.STATUS_LABELS[violation.status])),
        (_("Model"), f"{violation.model_name} {violation.model_version}"),
        (_("Version of the configuration"), violation.config_version or "—"),
        (_("File"), str(labels.EVIDENCE_LABELS[evidence.kind])),
        ("SHA-256", evidence.sha256),
        (_("Taken by"), actor.name),
        (_("Taken at"), format_instant(clock.now(), seconds=True)),
        (_("Reason"), reason),
    )
    return "".join(f"{label}: {value}\n" for label, value in rows)
