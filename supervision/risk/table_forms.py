"""The form of a table: its lines as rows, a few empty ones at the end of each part."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import FieldList, FormField, HiddenField, StringField, TextAreaField
from wtforms import Form as PlainForm
from wtforms.validators import InputRequired, Length

from supervision.core.errors import InvalidInput
from supervision.core.statutory import Certainty
from supervision.core.text import N_
from supervision.core.web.forms import CodeField, Form, strip
from supervision.risk import labels
from supervision.risk.models import RiskTable
from supervision.risk.rules import ControlLevel, RiskGrade
from supervision.risk.table_rules import PARTS, SCALES, Line, Part
from supervision.risk.tables import Head

_EMPTY_LINES = 2
# Where lines may be added and taken away; thresholds and levels are one a colour.
GROWING = SCALES | {Part.RULE, Part.TYPE}
_MOST_ROWS = 80

CERTAINTY_LABELS = {
    Certainty.HIGH: _l("Read in the text"),
    Certainty.MEDIUM: _l("One source"),
    Certainty.LOW: _l("A default, to be checked"),
}


HEADS = {
    "code": _l("Code"),
    "score": _l("Points of the score"),
    "grade": _l("Colour"),
    "level": _l("Level of control"),
    "months": _l("Cycle in months"),
    "text": _l("Words"),
}


class LineForm(PlainForm):
    """A line. Everything is text here: what is wrong is said with the line's number."""

    part = HiddenField()
    code = StringField(HEADS["code"], filters=[strip])
    score = StringField(HEADS["score"], filters=[strip])
    grade = CodeField(HEADS["grade"], labels=labels.COLOUR_LABELS, optional=True)
    level = CodeField(HEADS["level"], labels=labels.LEVEL_LABELS, optional=True)
    months = StringField(HEADS["months"], filters=[strip])
    text = StringField(HEADS["text"], filters=[strip])

    @property
    def is_empty(self) -> bool:
        fixed = self.part.data not in {p.value for p in GROWING}
        return not (fixed or self.code.data or self.score.data or self.text.data)


class TableForm(Form):
    """A new version of a table. ``base_id`` is the version that was read."""

    base_id = HiddenField()
    lines = FieldList(FormField(LineForm), max_entries=_MOST_ROWS)
    source = TextAreaField(
        _l("Source of the figures"),
        [InputRequired(), Length(max=500)],
        filters=[strip],
        description=_l("The law, standard or decision that these figures come from."),
        render_kw={"rows": 2},
    )
    certainty = CodeField(_l("How sure"), [InputRequired()], labels=CERTAINTY_LABELS)
    reason = TextAreaField(
        _l("Reason"), [InputRequired(), Length(max=1000)], filters=[strip], render_kw={"rows": 2}
    )

    @property
    def head(self) -> Head:
        return Head(self.source.data or "", Certainty(self.certainty.data), self.reason.data or "")

    def read(self) -> list[Line]:
        """The lines that are filled in. Raises InvalidInput with the number of the line."""
        found = enumerate((entry.form for entry in self.lines.entries), start=1)
        return [_line(number, form) for number, form in found if not form.is_empty]

    def rows(self, part: Part) -> list[tuple[int, Any]]:
        """The numbered lines of a part, for the page."""
        numbered = enumerate(self.lines.entries, start=1)
        return [(n, e.form) for n, e in numbered if e.form.part.data == part.value]


def form_of(table: RiskTable) -> TableForm:
    """The form as it stands before anybody has written in it."""
    rows: list[dict[str, Any]] = []
    for part in PARTS[table.code]:
        rows += [_filled(line.value) for line in table.part(part)]
        rows += [{"part": part.value}] * (_EMPTY_LINES if part in GROWING else 0)
    return TableForm(
        formdata=None,
        base_id=str(table.id),
        lines=rows,
        source=table.source,
        certainty=table.certainty.value,
    )


def _filled(line: Line) -> dict[str, Any]:
    return {
        "part": line.part.value,
        "code": line.code,
        "score": labels.plain(line.score),
        "grade": line.grade.value if line.grade else None,
        "level": line.level.value if line.level else None,
        "months": "" if line.months is None else str(line.months),
        "text": line.text,
    }


def _line(number: int, form: LineForm) -> Line:
    """Only the fields that a line of its part has: what else was sent is nobody's."""
    try:
        part = Part(form.part.data or "")
        sent = {name: form[name].data or "" for name in columns(part)}
        return Line(
            part=part,
            code=sent.get("code", "")[:24],
            score=_decimal(sent.get("score")),
            grade=RiskGrade(sent["grade"]) if sent.get("grade") else None,
            level=ControlLevel(sent["level"]) if sent.get("level") else None,
            months=int(sent["months"]) if sent.get("months") else None,
            text=sent.get("text", "")[:500],
        )
    except (ValueError, InvalidOperation):
        raise InvalidInput(N_("Line %(line)s: this is no number."), line=number) from None


def _decimal(text: str | None) -> Decimal | None:
    """Up to six digits and two places, as the column keeps them."""
    if not text:
        return None
    value = Decimal(text)
    if not value.is_finite() or abs(value) >= 10**6 or value != value.quantize(Decimal("0.01")):
        raise ValueError(text)
    return value.quantize(Decimal("0.01"))


def columns(part: Part) -> Sequence[str]:
    """Which fields a line of ``part`` has, in the order of the page."""
    if part in SCALES:
        return ("score", "text")
    by_part: dict[Part, Iterable[str]] = {
        Part.BAND: ("grade", "score"),
        Part.RULE: ("code", "grade", "text"),
        Part.LEVEL: ("grade", "level", "months"),
        Part.TYPE: ("code", "text"),
    }
    return tuple(by_part[part])
