"""A workflow is a table: buttons, permission checks, tests and diagrams all come from it.

Pure: no Flask, no SQLAlchemy. A pair of state and name that is not in the table cannot happen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Generic, TypeVar

from supervision.core.actor import Actor
from supervision.core.errors import Conflict, Forbidden, InvalidInput
from supervision.core.permissions import Permission
from supervision.core.text import N_

S = TypeVar("S", bound=StrEnum)

# None allows; a msgid refuses and says why.
Guard = Callable[[Any, Actor], str | None]


@dataclass(frozen=True, slots=True)
class Transition(Generic[S]):
    """``name`` leads from any of ``sources`` to ``target``.

    ``needs`` names data that must be present and non-empty. Several guards are asked in order.
    """

    name: str
    sources: frozenset[S]
    target: S
    permission: Permission
    needs: tuple[str, ...] = ()
    guards: tuple[Guard, ...] = ()


@dataclass(frozen=True)
class Workflow(Generic[S]):
    """All transitions of one noun. Names are unique; ``state_of`` reads the subject's state."""

    noun: str
    transitions: tuple[Transition[S], ...]
    state_of: Callable[[Any], S]
    _by_name: dict[str, Transition[S]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_name = {t.name: t for t in self.transitions}
        if len(by_name) != len(self.transitions):
            raise ValueError(f"{self.noun}: a transition name occurs twice")
        object.__setattr__(self, "_by_name", by_name)

    def check(
        self, name: str, subject: Any, actor: Actor, data: Mapping[str, object] | None = None
    ) -> Transition[S]:
        """The transition, if ``actor`` may make it now.

        Raises Forbidden (permission, guard), Conflict (state) or InvalidInput (missing data).
        """
        step = self._by_name[name]
        if not actor.may(step.permission):
            raise Forbidden
        if self.state_of(subject) not in step.sources:
            raise Conflict(
                N_("This is not possible in the present state. Reload the page to see it.")
            )
        if refusal := _refusal(step, subject, actor):
            raise Forbidden(refusal)
        for need in step.needs:
            if (data or {}).get(need) in (None, "", [], ()):
                raise InvalidInput(N_("This field is required."), field=need)
        return step

    def available(self, subject: Any, actor: Actor) -> list[Transition[S]]:
        """What the page offers: exactly what :meth:`check` would let through, data aside."""
        state = self.state_of(subject)
        return [
            step
            for step in self.transitions
            if state in step.sources
            and actor.may(step.permission)
            and _refusal(step, subject, actor) is None
        ]

    def names(self, subject: Any, actor: Actor) -> frozenset[str]:
        """The names of :meth:`available`, for templates."""
        return frozenset(step.name for step in self.available(subject, actor))


def transition(
    name: str,
    sources: Iterable[S],
    target: S,
    permission: Permission,
    *guards: Guard,
    needs: tuple[str, ...] = (),
) -> Transition[S]:
    """A row of the table, in reading order."""
    return Transition(name, frozenset(sources), target, permission, needs, guards)


def _refusal(step: Transition[S], subject: Any, actor: Actor) -> str | None:
    for guard in step.guards:
        if message := guard(subject, actor):
            return message
    return None
