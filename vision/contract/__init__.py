"""What the vision worker and the web say to each other, version 4.

Standard library only, so that the web side can import it without pulling in
OpenCV or a model runtime. Workers only ever dial out. Every request carries
``Authorization: Bearer <node token>``.

=======  ==============================================  ==========================================
method   path (under :data:`API_PREFIX`)                 body / answer
=======  ==============================================  ==========================================
GET      ``/config``                                     :class:`NodeConfig`; ETag, 304 when unchanged
POST     ``/heartbeat``                                  :class:`Heartbeat`; 200 ``{"config_version"}``
POST     ``/violations``                                 :class:`ViolationEvent`; 201 created or newer
                                                         revision taken, 200 already had it
POST     ``/violations/batch``                           the same, one a line, at most
                                                         :data:`MAX_EVENTS`; 200 ``{"answers"}``, each
                                                         with ``status`` and what was wrong
PUT      ``/violations/<event_id>/evidence/<sha256>``    raw bytes; 201 stored, 200 already had it
GET      ``/jobs``                                       :class:`NodeWork`: jobs and live pictures
GET      ``/jobs/<job_id>/source``                       raw bytes of the file that a job is about
PUT      ``/jobs/<job_id>/file/<sha256>``                raw bytes that a job made; 201, 200
POST     ``/jobs/<job_id>/result``                       :class:`JobResult`; 200
PUT      ``/live/<camera_id>``                           a JPEG of now; 204
GET      ``/models/<sha256>``                            raw ONNX bytes; 404 unknown or not this node's
POST     ``/leases``                                     :class:`LeaseAsk`; 200 :class:`LeaseGrant`
=======  ==============================================  ==========================================

Errors: 401/403 the token is wrong, expired or revoked: stop and alarm, do not
retry hot. 409 on an event: the camera was another's when this was seen (its lease had passed on);
the worker keeps it and says so. 404 on evidence: the event has not arrived yet, retry later. 409 on
evidence: the event does not declare this hash. 422 the message breaks the
contract: the web parks it and shows it, the worker does not send it again.
5xx and timeouts: retry for ever with back-off. 507 on evidence: the web has no
room for it now; the worker keeps it. 404 or 410 on a job: it was withdrawn or
given to another; drop it. An answer to ``/config`` or ``/heartbeat`` with the header
``Anqi-Work: 1`` says that ``/jobs`` has something.

Each request names the version that its sender speaks in the header ``Anqi-Contract``; without
one it is version 1 (:mod:`vision.contract.compat`).

Coordinates are normalised to the frame, 0..1, origin top left. Instants are
UTC, ISO 8601 with a ``Z`` or offset. Sizes in pixels are (width, height).
"""

from __future__ import annotations

from vision.contract.camera import (
    MAX_WINDOWS,
    Camera,
    Line,
    Mask,
    NodeConfig,
    Rule,
    Schedule,
    SpecialDay,
    Window,
    Zone,
)
from vision.contract.checks import (
    EARLIEST_YEAR,
    LATEST_YEAR,
    MAX_LEASE_S,
    MIN_LEASE_S,
    Box,
    ContractError,
    Point,
)
from vision.contract.codec import parse, to_json
from vision.contract.codes import (
    CameraState,
    DayKind,
    Decoding,
    Direction,
    EvidenceKind,
    JobKind,
    ModelState,
    Phase,
    RuleKind,
    StreamFault,
    ViewState,
    WindowEffect,
)
from vision.contract.compat import HEADER, config_for, left_out
from vision.contract.dataset import (
    DATASET_FORMAT,
    DESCRIPTION,
    MANIFEST,
    BoxVerdict,
    DatasetPicture,
    DecidedBox,
    Split,
    yolo_line,
)
from vision.contract.events import (
    MAX_BOXES,
    MAX_EVENTS,
    MAX_EVIDENCE_BYTES,
    DetectedBox,
    EvidenceRef,
    ViolationEvent,
)
from vision.contract.health import (
    CameraHealth,
    DetectorHealth,
    Heartbeat,
    ModelRef,
    StorageHealth,
)
from vision.contract.jobs import (
    GROUP_HEADER,
    MAX_LIVE_BYTES,
    MAX_WATERMARK,
    TAKEN_HEADER,
    WORK_HEADER,
    JobResult,
    LiveWant,
    NodeJob,
    NodeWork,
    Raised,
    SourceFile,
)
from vision.contract.leases import (
    MAX_LEASES,
    CameraLease,
    LeaseAsk,
    LeaseGrant,
    OpenEpisode,
)
from vision.contract.models import (
    MAX_MODEL_BYTES,
    ClassMetrics,
    ModelCard,
    ModelFile,
    ModelHealth,
    TestMetrics,
)
from vision.contract.sites import (
    MAX_FOUND,
    PLATFORM_KINDS,
    PLATFORM_SCHEME,
    Discover,
    FoundCamera,
    FoundProfile,
    Platform,
    is_leased,
)
from vision.contract.version import CONTRACT_VERSION, JOBS_SINCE, READS

API_PREFIX = "/api/vision/v1"

__all__ = [
    "API_PREFIX",
    "CONTRACT_VERSION",
    "DATASET_FORMAT",
    "DESCRIPTION",
    "EARLIEST_YEAR",
    "GROUP_HEADER",
    "HEADER",
    "JOBS_SINCE",
    "LATEST_YEAR",
    "MANIFEST",
    "MAX_BOXES",
    "MAX_EVENTS",
    "MAX_EVIDENCE_BYTES",
    "MAX_FOUND",
    "MAX_LEASES",
    "MAX_LEASE_S",
    "MAX_LIVE_BYTES",
    "MAX_MODEL_BYTES",
    "MAX_WATERMARK",
    "MAX_WINDOWS",
    "MIN_LEASE_S",
    "PLATFORM_KINDS",
    "PLATFORM_SCHEME",
    "READS",
    "TAKEN_HEADER",
    "WORK_HEADER",
    "Box",
    "BoxVerdict",
    "Camera",
    "CameraHealth",
    "CameraLease",
    "CameraState",
    "ClassMetrics",
    "ContractError",
    "DatasetPicture",
    "DayKind",
    "DecidedBox",
    "Decoding",
    "DetectedBox",
    "DetectorHealth",
    "Direction",
    "Discover",
    "EvidenceKind",
    "EvidenceRef",
    "FoundCamera",
    "FoundProfile",
    "Heartbeat",
    "JobKind",
    "JobResult",
    "LeaseAsk",
    "LeaseGrant",
    "Line",
    "LiveWant",
    "Mask",
    "ModelCard",
    "ModelFile",
    "ModelHealth",
    "ModelRef",
    "ModelState",
    "NodeConfig",
    "NodeJob",
    "NodeWork",
    "OpenEpisode",
    "Phase",
    "Platform",
    "Point",
    "Raised",
    "Rule",
    "RuleKind",
    "Schedule",
    "SourceFile",
    "SpecialDay",
    "Split",
    "StorageHealth",
    "StreamFault",
    "TestMetrics",
    "ViewState",
    "ViolationEvent",
    "Window",
    "WindowEffect",
    "Zone",
    "config_for",
    "is_leased",
    "left_out",
    "parse",
    "to_json",
    "yolo_line",
]
