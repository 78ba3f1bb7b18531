"""Who acts: a person, a vision node or the system itself."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from supervision.core.permissions import Permission


class ActorKind(StrEnum):
    PERSON = "person"
    NODE = "node"
    SYSTEM = "system"


class Side(StrEnum):
    """A two-party record's field belongs to one side; neither edits the other's."""

    REGULATOR = "regulator"
    ENTERPRISE = "enterprise"


@dataclass(frozen=True, slots=True)
class Actor:
    """What a decision may know about who acts; no session, no database row.

    ``regions`` are GB/T 2260 prefixes (``"3301"`` city, ``"330110"`` district, nine
    digits a street). ``everything`` is for auditors, administrators and the system.
    """

    kind: ActorKind
    id: int
    name: str
    role: str = ""
    side: Side = Side.REGULATOR
    permissions: frozenset[Permission] = frozenset()
    regions: tuple[str, ...] = ()
    enterprise_ids: frozenset[int] = frozenset()
    everything: bool = False
    node_id: int | None = None
    language: str | None = None

    def may(self, permission: Permission) -> bool:
        return permission in self.permissions

    @property
    def is_regulator(self) -> bool:
        return self.side is Side.REGULATOR


SYSTEM = Actor(
    kind=ActorKind.SYSTEM,
    id=0,
    name="system",
    role="system",
    permissions=frozenset(Permission),
    everything=True,
)
