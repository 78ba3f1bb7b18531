"""Forms of tickets: one per transition, so that each asks for just what its step needs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, MultipleFileField
from wtforms import (
    DateField,
    DateTimeLocalField,
    DecimalField,
    IntegerField,
    RadioField,
    SearchField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from supervision.core.web.forms import CodeField, Form, blank_to_none, strip
from supervision.core.web.numbers import LARGEST_ID
from supervision.hazard import criteria, labels
from supervision.hazard.major_rules import PLAN_PARTS, PlanParts

_TEXT = Length(max=4000)


class ReportForm(Form):
    """A new ticket."""

    source = CodeField(_l("Source"), [InputRequired()], labels=labels.SOURCE_LABELS)
    found_at = DateTimeLocalField(_l("Found at"), [InputRequired()], format="%Y-%m-%dT%H:%M")
    place = StringField(
        _l("Place"),
        [InputRequired(), Length(max=120)],
        filters=[strip],
        render_kw={"placeholder": _l("Workshop, line, machine")},
    )
    description = TextAreaField(
        _l("Description"), [InputRequired(), _TEXT], filters=[strip], render_kw={"rows": 4}
    )
    factor = CodeField(_l("Factor"), [InputRequired()], labels=labels.FACTOR_LABELS)
    category = CodeField(_l("Category"), [InputRequired()], labels=labels.CATEGORY_LABELS)
    basis = TextAreaField(
        _l("Basis clause"),
        [_TEXT],
        filters=[strip],
        description=_l("Title of the law or standard, and the clause."),
        render_kw={"rows": 2},
    )
    photos = MultipleFileField(_l("Photos as found"))


class GradeForm(Form):
    grade = RadioField(_l("Grade"), [InputRequired()], choices=list(labels.GRADE_LABELS.items()))
    criterion_id = IntegerField(_l("Criterion"), [Optional(), NumberRange(min=1, max=LARGEST_ID)])
    reason = TextAreaField(_l("Reason"), [_TEXT], filters=[strip], render_kw={"rows": 2})


class RegradeForm(GradeForm):
    """Another grade for a hazard that has one; always with the reason."""

    reason = TextAreaField(
        _l("Reason"), [InputRequired(), _TEXT], filters=[strip], render_kw={"rows": 3}
    )


class ApproveForm(Form):
    note = TextAreaField(_l("Note"), [_TEXT], filters=[strip], render_kw={"rows": 2})


class CriteriaForm(Form):
    """The search among the criteria; a GET form without CSRF."""

    class Meta:
        csrf = False

    text = SearchField(_l("Words of the text, code or sector"), filters=[strip])
    sector = CodeField(_l("Sector"), default=criteria.OWN)

    def offer(self, sectors: Iterable[str]) -> None:
        """The enterprise's own, all, or one of the sectors on the lists."""
        self.sector.choices = [
            (criteria.OWN, _l("Sectors of this enterprise")),
            (criteria.ALL, _l("All sectors")),
            *((name, name) for name in sectors),
        ]


class AssignForm(Form):
    """Who has it on both sides, and by which day. ``people``: names to choose from."""

    people: Sequence[str] = ()

    responsible_person = StringField(
        _l("Responsible person"), [InputRequired(), Length(max=40)], filters=[strip]
    )
    officer_id = CodeField(_l("Officer in charge"), optional=True)
    due_on = DateField(_l("Deadline"), [InputRequired()])
    note = TextAreaField(_l("Note"), [_TEXT], filters=[strip], render_kw={"rows": 2})


class StartForm(Form):
    measures = TextAreaField(
        _l("Measures"), [InputRequired(), _TEXT], filters=[strip], render_kw={"rows": 3}
    )
    plan = TextAreaField(_l("Plan"), [_TEXT], filters=[strip], render_kw={"rows": 3})
    funds_planned = DecimalField(
        _l("Funds planned (yuan)"), [Optional(), NumberRange(min=0, max=10**12)], places=2
    )
    workers_notified_on = DateField(_l("Workers notified on"), [Optional()])


def _part(name: str) -> TextAreaField:
    return TextAreaField(
        labels.PART_LABELS[name], [InputRequired(), _TEXT], filters=[strip], render_kw={"rows": 2}
    )


class PlanForm(Form):
    """The plan of a major hazard, in the order of the law."""

    goals = _part("goals")
    methods = _part("methods")
    funds = _part("funds")
    people = _part("people")
    schedule = _part("schedule")
    safety = _part("safety")

    @property
    def parts(self) -> PlanParts:
        return PlanParts(**{name: self[name].data or "" for name in PLAN_PARTS})


class MajorStartForm(PlanForm):
    measures = TextAreaField(
        _l("Measures"), [InputRequired(), _TEXT], filters=[strip], render_kw={"rows": 3}
    )
    funds_planned = DecimalField(
        _l("Funds planned (yuan)"), [Optional(), NumberRange(min=0, max=10**12)], places=2
    )


class RecordForm(Form):
    """That somebody was told of a major hazard."""

    kind = CodeField(_l("Record"), [InputRequired()], labels=labels.RECORD_LABELS)
    given_on = DateField(_l("Day"), [InputRequired()])
    form = CodeField(_l("Form"), [InputRequired()], labels=labels.FORM_LABELS)
    given_by = StringField(_l("By whom"), [InputRequired(), Length(max=40)], filters=[strip])
    receiver = StringField(_l("To whom"), [Length(max=120)], filters=[strip])
    photo = FileField(_l("Photo of the paper"))


class SubmitForm(Form):
    note = TextAreaField(
        _l("What was done"), [InputRequired(), _TEXT], filters=[strip], render_kw={"rows": 3}
    )
    funds_spent = DecimalField(
        _l("Funds spent (yuan)"), [Optional(), NumberRange(min=0, max=10**12)], places=2
    )
    photos = MultipleFileField(_l("Photos as rectified"))


class VerifyForm(Form):
    note = TextAreaField(
        _l("Result of the re-inspection"),
        [InputRequired(), _TEXT],
        filters=[strip],
        render_kw={"rows": 3},
    )


class ReturnForm(Form):
    reason = TextAreaField(
        _l("What is still missing"),
        [InputRequired(), _TEXT],
        filters=[strip],
        render_kw={"rows": 3},
    )


class TransferForm(Form):
    receiver = StringField(
        _l("Receiving department"), [InputRequired(), Length(max=120)], filters=[strip]
    )
    reason = TextAreaField(
        _l("Reason"), [InputRequired(), _TEXT], filters=[strip], render_kw={"rows": 3}
    )


class InvalidateForm(Form):
    invalid_reason = CodeField(_l("Reason"), [InputRequired()], labels=labels.INVALID_LABELS)
    note = TextAreaField(_l("Note"), [_TEXT], filters=[strip], render_kw={"rows": 2})


class ExtensionForm(Form):
    requested_due_on = DateField(_l("New deadline wished for"), [InputRequired()])
    reason = TextAreaField(
        _l("Reason"), [InputRequired(), _TEXT], filters=[strip], render_kw={"rows": 3}
    )


class GrantForm(Form):
    granted_due_on = DateField(_l("New deadline"), [InputRequired()])
    note = TextAreaField(_l("Note"), [_TEXT], filters=[strip], render_kw={"rows": 2})


class RefuseForm(Form):
    note = TextAreaField(
        _l("Reason"), [InputRequired(), _TEXT], filters=[strip], render_kw={"rows": 2}
    )


class FilterForm(Form):
    """The ledger's filters; a GET form without CSRF."""

    class Meta:
        csrf = False

    text = SearchField(_l("Number, description, place or enterprise"), filters=[strip])
    group = CodeField(_l("State"), labels=labels.GROUP_LABELS, optional=True)
    status = CodeField(_l("Step"), labels=labels.STATUS_LABELS, optional=True)
    grade = CodeField(_l("Grade"), labels=labels.GRADE_LABELS, optional=True)
    source = CodeField(_l("Source"), labels=labels.SOURCE_LABELS, optional=True)
    region = CodeField(_l("Region"), optional=True, filters=[blank_to_none])
    found_from = DateField(_l("Found from"), [Optional()])
    found_to = DateField(_l("Found to"), [Optional()])
    sort = CodeField(
        _l("Order"),
        labels={
            "newest": _l("Newest first"),
            "oldest": _l("Oldest first"),
            "due": _l("By deadline"),
        },
        default="newest",
    )
