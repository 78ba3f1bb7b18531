"""What pure code says is wrong: marked for translation there, translated at the edge."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Problem:
    """What is wrong with a value: a machine's code, and a person's sentence.

    The page shows ``gettext(problem.msgid, **problem.params)``; ``str(problem)``
    is the English sentence.
    """

    code: str
    msgid: str
    params: Mapping[str, str | int] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.msgid % self.params if self.params else self.msgid
