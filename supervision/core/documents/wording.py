"""Turns a snapshot's values into the words of a paper. Pure; the words come with the template."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from supervision.core.clock import SHANGHAI
from supervision.core.documents.fields import code_text, is_day_name, is_instant_name

PLACE = re.compile(r"\{([a-z][a-z0-9_.]*)\}")


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a text looks for its values: an item of a list first, then the whole snapshot."""

    template: Mapping[str, Any]
    data: Mapping[str, Any]
    # What stands where a value is missing: a line to write on in a draft, nothing in a paper.
    blank: str = ""
    item: Mapping[str, Any] = field(default_factory=dict)

    def within(self, item: Mapping[str, Any]) -> Scope:
        return replace(self, item=item)

    def word(self, name: str) -> str:
        return str(self.template["words"][name])

    def value(self, path: str) -> Any:
        """The raw value at a dotted path, or None."""
        first = path.split(".", maxsplit=1)[0]
        found: Any = self.item if first in self.item else self.data
        for name in path.split("."):
            found = found.get(name) if isinstance(found, dict) else None
        return found

    def fill(self, text: str) -> str:
        """``text`` with its ``{places}`` filled."""
        return PLACE.sub(lambda match: self.said(match.group(1)), text)

    def said(self, path: str) -> str:
        """The value at ``path`` as the paper says it."""
        value = self.value(path)
        if value is None or value in ("", []):
            return self.blank
        return self._said(path.rsplit(".", maxsplit=1)[-1], value)

    def _said(self, name: str, value: Any) -> str:
        if isinstance(value, list):
            return self.word("list").join(self._said(name, one) for one in value)
        choices = self.template.get("choices", {}).get(name, {})
        if code_text(value) in choices:
            return str(choices[code_text(value)])
        if is_day_name(name):
            return self.day(value)
        if is_instant_name(name):
            return self.instant(value)
        return str(value)

    def day(self, value: str) -> str:
        """An ISO day in the paper's words; what is no day stays as it stands."""
        try:
            day = date.fromisoformat(value)
        except ValueError:
            return value
        return self.word("day").format(year=day.year, month=day.month, day=day.day)

    def instant(self, value: str) -> str:
        """An ISO instant as the wall clock of Shanghai showed it."""
        try:
            at = datetime.fromisoformat(value).astimezone(SHANGHAI)
        except ValueError:
            return value
        return self.word("instant").format(
            year=at.year, month=at.month, day=at.day, hour=at.hour, minute=f"{at.minute:02d}"
        )

    def holds(self, condition: str | Sequence[str] | None) -> bool:
        """Whether a block stands: ``path``, ``!path``, ``path=code``; of a list, every one."""
        if condition is None:
            return True
        if not isinstance(condition, str):
            return all(self.holds(one) for one in condition)
        if condition.startswith("!"):
            return not self.holds(condition[1:])
        path, equals, code = condition.partition("=")
        value = self.value(path)
        if not equals:
            return bool(value)
        return code in ([str(one) for one in value] if isinstance(value, list) else [str(value)])


def numbers(scope: Scope, of: Sequence[Any]) -> str:
    """``1, 3 to 5``: item numbers in the paper's words, runs of three or more as a span."""
    runs: list[list[Any]] = []
    for one in of:
        if runs and isinstance(one, int) and runs[-1][-1] == one - 1:
            runs[-1].append(one)
        else:
            runs.append([one])
    texts = []
    for run in runs:
        if len(run) > 2:
            texts.append(f"{run[0]}{scope.word('to')}{run[-1]}")
        else:
            texts += [str(one) for one in run]
    return scope.word("list").join(texts)
