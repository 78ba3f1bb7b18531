"""What a table of scores, rules or levels must satisfy. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from supervision.core.errors import InvalidInput
from supervision.core.text import N_
from supervision.risk.rules import Band, ControlLevel, Method, RiskGrade, check_bands

MOST_LINES = 60


class TableCode(StrEnum):
    """The tables that grades come from."""

    LEC = "lec"
    LS = "ls"
    MATRIX = "matrix"
    DIRECT = "direct"
    LEVELS = "levels"
    ACCIDENTS = "accidents"


class Part(StrEnum):
    """A table's parts: scales, thresholds, rules, levels by colour, types of accident."""

    LIKELIHOOD = "likelihood"
    EXPOSURE = "exposure"
    SEVERITY = "severity"
    BAND = "band"
    RULE = "rule"
    LEVEL = "level"
    TYPE = "type"


SCALES = frozenset({Part.LIKELIHOOD, Part.EXPOSURE, Part.SEVERITY})
PARTS: Mapping[TableCode, tuple[Part, ...]] = {
    TableCode.LEC: (Part.LIKELIHOOD, Part.EXPOSURE, Part.SEVERITY, Part.BAND),
    TableCode.LS: (Part.LIKELIHOOD, Part.SEVERITY, Part.BAND),
    TableCode.MATRIX: (Part.LIKELIHOOD, Part.SEVERITY, Part.BAND),
    TableCode.DIRECT: (Part.RULE,),
    TableCode.LEVELS: (Part.LEVEL,),
    TableCode.ACCIDENTS: (Part.TYPE,),
}
TABLE_OF = {
    Method.LEC: TableCode.LEC,
    Method.LS: TableCode.LS,
    Method.MATRIX: TableCode.MATRIX,
    Method.DIRECT: TableCode.DIRECT,
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a table: which of the fields it has follows from its part."""

    part: Part
    code: str = ""
    score: Decimal | None = None
    grade: RiskGrade | None = None
    level: ControlLevel | None = None
    months: int | None = None
    text: str = ""


def bands_of(lines: Iterable[Line]) -> list[Band]:
    return [
        Band(line.grade, line.score)
        for line in lines
        if line.part is Part.BAND and line.grade is not None and line.score is not None
    ]


def check_lines(code: TableCode, lines: Sequence[Line]) -> None:
    """Every part is there and means something. Raises InvalidInput."""
    if len(lines) > MOST_LINES:
        raise InvalidInput(N_("At most %(count)s lines."), count=MOST_LINES)
    for part in PARTS[code]:
        own = [line for line in lines if line.part is part]
        if not own:
            raise InvalidInput(N_("A part of the table has no lines."))
        if part in SCALES:
            _check_scale(own)
        elif part is Part.LEVEL:
            _check_levels(own)
        elif part in {Part.RULE, Part.TYPE}:
            _check_words(own)
    if Part.BAND in PARTS[code]:
        check_bands(bands_of(lines))


def _check_scale(lines: Sequence[Line]) -> None:
    for line in lines:
        if line.score is None or line.score <= 0:
            raise InvalidInput(N_("A score must be above zero: %(text)s"), text=line.text)
        if not line.text:
            raise InvalidInput(N_("The score %(score)s has no words."), score=line.score)
    _refuse_doubles(str(line.score) for line in lines)


def _check_words(lines: Sequence[Line]) -> None:
    for line in lines:
        if not line.code or not line.text:
            raise InvalidInput(N_("Every line needs a code and its words."))
        if line.part is Part.RULE and line.grade is None:
            raise InvalidInput(N_("The rule %(code)s has no colour."), code=line.code)
    _refuse_doubles(line.code for line in lines)


def _check_levels(lines: Sequence[Line]) -> None:
    if {line.grade for line in lines} != set(RiskGrade) or len(lines) != len(RiskGrade):
        raise InvalidInput(N_("Every colour needs one level of control."))
    for line in lines:
        if line.level is None or line.months is None or not 1 <= line.months <= 60:
            raise InvalidInput(N_("A cycle is 1 to 60 months."))


def _refuse_doubles(values: Iterable[str]) -> None:
    for value, times in Counter(values).items():
        if times > 1:
            raise InvalidInput(N_("%(value)s stands there twice."), value=value)
