"""What the vision worker and the web say to each other, version 2.

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
PUT      ``/violations/<event_id>/evidence/<sha256>``    raw bytes; 201 stored, 200 already had it
=======  ==============================================  ==========================================

Errors: 401/403 the token is wrong, expired or revoked: stop and alarm, do not
retry hot. 404 on evidence: the event has not arrived yet, retry later. 409 on
evidence: the event does not declare this hash. 422 the message breaks the
contract: the web parks it and shows it, the worker does not send it again.
5xx and timeouts: retry for ever with back-off.

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
    NodeConfig,
    Rule,
    Schedule,
    SpecialDay,
    Window,
    Zone,
)
from vision.contract.checks import EARLIEST_YEAR, LATEST_YEAR, Box, ContractError, Point
from vision.contract.codec import parse, to_json
from vision.contract.codes import (
    CameraState,
    DayKind,
    Decoding,
    Direction,
    EvidenceKind,
    Phase,
    RuleKind,
    StreamFault,
    ViewState,
    WindowEffect,
)
from vision.contract.compat import HEADER, config_for, left_out
from vision.contract.events import (
    MAX_BOXES,
    MAX_EVIDENCE_BYTES,
    DetectedBox,
    EvidenceRef,
    ViolationEvent,
)
from vision.contract.health import CameraHealth, DetectorHealth, Heartbeat, ModelRef
from vision.contract.version import CONTRACT_VERSION, READS

API_PREFIX = "/api/vision/v1"

__all__ = [
    "API_PREFIX",
    "CONTRACT_VERSION",
    "EARLIEST_YEAR",
    "HEADER",
    "LATEST_YEAR",
    "MAX_BOXES",
    "MAX_EVIDENCE_BYTES",
    "MAX_WINDOWS",
    "READS",
    "Box",
    "Camera",
    "CameraHealth",
    "CameraState",
    "ContractError",
    "DayKind",
    "Decoding",
    "DetectedBox",
    "DetectorHealth",
    "Direction",
    "EvidenceKind",
    "EvidenceRef",
    "Heartbeat",
    "Line",
    "ModelRef",
    "NodeConfig",
    "Phase",
    "Point",
    "Rule",
    "RuleKind",
    "Schedule",
    "SpecialDay",
    "StreamFault",
    "ViewState",
    "ViolationEvent",
    "Window",
    "WindowEffect",
    "Zone",
    "config_for",
    "left_out",
    "parse",
    "to_json",
]
