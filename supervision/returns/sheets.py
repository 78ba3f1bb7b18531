"""What one revision of a return says: the present one, or an earlier one as it was signed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from supervision.core.attachments import Attachment
from supervision.core.errors import NotFound
from supervision.returns import labels, rules
from supervision.returns.models import PeriodReturn, ReturnCorrection, ReturnRevision
from supervision.returns.rules import FIGURES, Values
from supervision.returns.workflow import ReturnState


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the paper; ``computed`` and ``correction`` only where it is another than counted."""

    figure: str
    label: str
    value: Decimal
    is_part: bool = False
    computed: Decimal | None = None
    correction: ReturnCorrection | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """One revision. ``past`` is None for the present one."""

    row: PeriodReturn
    number: int
    values: Values
    computed: Values
    corrected: Mapping[str, ReturnCorrection]
    majors: Sequence[Mapping[str, Any]]
    counted_at: datetime
    audit_id: int
    signed_at: datetime | None
    signed_by: str
    signature: Attachment | None
    # Whose figures they are, by the name that was signed for.
    issuer: str
    past: ReturnRevision | None = None

    @property
    def title(self) -> str:
        layout = self.row.layout
        return layout.name if layout else str(labels.KIND_LABELS[self.row.kind])

    @property
    def is_provisional(self) -> bool:
        """Not signed, or not what the authority took."""
        returned = self.row.status is ReturnState.RETURNED
        return self.past is not None or returned or self.signed_at is None

    @property
    def lines(self) -> Sequence[Line]:
        """All in the order of the law's form, or those of the region's layout in its words."""
        if self.row.layout:
            pairs = [(line["label"], line["figure"]) for line in self.row.layout.lines]
        else:
            pairs = [(str(labels.FIGURE_LABELS[name]), name) for name in FIGURES]
        return [self._line(label, name) for label, name in pairs]

    def _line(self, label: str, name: str) -> Line:
        value, computed = self.values[name], self.computed[name]
        # A region's own words say what is part of what.
        is_part = name in labels.PARTS and self.row.layout is None
        if value == computed:
            return Line(name, label, value, is_part)
        return Line(name, label, value, is_part, computed, self.corrected.get(name))


@dataclass(frozen=True, slots=True)
class Difference:
    """A line that a later revision says otherwise."""

    label: str
    figure: str
    before: Decimal
    after: Decimal
    why: str


def present(row: PeriodReturn) -> Sheet:
    return Sheet(
        row,
        row.revision,
        row.values,
        row.computed,
        row.corrected,
        row.majors,
        row.counted_at,
        row.audit_id,
        row.signed_at,
        row.signed_by,
        row.signature,
        row.signed_for or row.enterprise.name,
    )


def revision(row: PeriodReturn, number: int) -> Sheet:
    """The revision of that number, the present one included. Raises NotFound."""
    if number == row.revision:
        return present(row)
    past = next((one for one in row.revisions if one.revision == number), None)
    if past is None:
        raise NotFound
    return Sheet(
        row,
        number,
        rules.read(past.reported),
        rules.read(past.figures),
        {c.figure: c for c in row.corrections if c.revision <= number},
        past.majors,
        past.counted_at,
        past.audit_id,
        past.signed_at,
        past.signed_by,
        past.signature,
        past.signed_for,
        past,
    )


def differences(before: Sheet, after: Sheet) -> Sequence[Difference]:
    """What ``after`` says otherwise, in the order of the paper; ``why`` where it was corrected."""
    return [
        Difference(new.label, new.figure, old.value, new.value, _why(before, after, new))
        for old, new in zip(before.lines, after.lines, strict=True)
        if old.value != new.value
    ]


def _why(before: Sheet, after: Sheet, line: Line) -> str:
    """A line without a correction of its own was counted again."""
    correction = after.corrected.get(line.figure)
    return correction.reason if correction and correction.revision > before.number else ""
