"""Forms of documents: one per step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, MultipleFileField
from wtforms import (
    BooleanField,
    DateField,
    DecimalField,
    IntegerField,
    SearchField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from supervision.core.statutory import Certainty
from supervision.core.web.forms import CodeField, Form, SeenForm, blank_to_none, given, strip
from supervision.document import labels
from supervision.document.kinds import Head
from supervision.document.models import DocumentKind
from supervision.document.rules import Category
from supervision.document.service import Contents

_MOST_SUM = 10**12


def _words(label: Any, *, required: bool = True, rows: int = 3, hint: Any = "") -> TextAreaField:
    rules = [InputRequired() if required else Optional(), Length(max=4000)]
    return TextAreaField(label, rules, filters=[strip], description=hint, render_kw={"rows": rows})


def _line(label: Any, *, required: bool = True, most: int = 60, hint: Any = "") -> StringField:
    rules = [InputRequired() if required else Optional(), Length(max=most)]
    return StringField(label, rules, filters=[strip], description=hint)


class DocumentForm(SeenForm):
    """A draft. ``kind`` is chosen once; what a kind does not ask for is left out of the page."""

    kind = CodeField(_l("Kind of document"), [InputRequired()])
    title = _line(_l("Title"), most=120)
    number = _line(
        _l("Its own number"),
        required=False,
        hint=_l("Of the certificate, report or policy itself."),
    )
    issuer = _line(
        _l("Given by"), required=False, most=80, hint=_l("Insurer, evaluator or certifying body.")
    )
    level = CodeField(
        _l("Level"),
        labels={"1": _l("Level one"), "2": _l("Level two"), "3": _l("Level three")},
        optional=True,
    )
    insured_sum = DecimalField(
        _l("Insured sum (yuan)"), [Optional(), NumberRange(min=1, max=_MOST_SUM)], places=2
    )
    valid_from = DateField(_l("Valid from"), [Optional()])
    valid_to = DateField(
        _l("Valid to"),
        [Optional()],
        description=_l("The last day. Left empty, it is counted by the kind's own term."),
    )
    summary = _words(_l("What it says, in brief"), required=False)
    scans = MultipleFileField(_l("Scans"), description=_l("PDF or pictures."))

    def offer(self, kinds: Sequence[DocumentKind]) -> None:
        """The kinds that may be chosen, by shelf."""
        self.kind.choices = [("", "—"), *((k.code, labels.kind_name(k)) for k in kinds)]

    def contents(self) -> Contents:
        return Contents(
            title=self.title.data or "",
            summary=self.summary.data or "",
            number=self.number.data or "",
            issuer=self.issuer.data or "",
            level=int(self.level.data) if self.level.data else None,
            insured_sum=self.insured_sum.data,
            valid_from=self.valid_from.data,
            valid_to=self.valid_to.data,
        )


class PublishForm(SeenForm):
    approver = _line(_l("Approved by"), most=40, hint=_l("Usually the principal."))
    published_on = DateField(_l("Made public on"), [InputRequired()])


class ReasonForm(SeenForm):
    reason = _words(_l("Reason"), rows=2)


class DayForm(SeenForm):
    day = DateField(_l("Handed in on"), [InputRequired()])


class AcceptForm(SeenForm):
    number = _line(_l("Filing number"))
    day = DateField(_l("Filing accepted on"), [InputRequired()])


class PlainForm(SeenForm):
    """A step that asks for nothing but itself."""


class ReviewForm(Form):
    done_on = DateField(_l("Evaluated on"), [InputRequired()])
    result = CodeField(_l("Result"), [InputRequired()], labels=labels.RESULT_LABELS)
    reviewer = _line(_l("Evaluated by"), most=120)
    conclusion = _words(_l("Conclusion"))
    file = FileField(_l("Report of the evaluation"), description=_l("PDF or picture."))


class FilterForm(Form):
    """The list's filters; a GET form without CSRF."""

    class Meta:
        csrf = False

    text = SearchField(_l("Title, number or enterprise"), filters=[strip])
    group = CodeField(_l("State"), labels=labels.GROUP_LABELS, default="in_force")
    kind = CodeField(_l("Kind of document"), optional=True)
    region = CodeField(_l("Region"), optional=True, filters=[blank_to_none])
    sort = CodeField(_l("Order"), labels=labels.SORT_LABELS, default="newest")


class GapForm(Form):
    """The filters of what is missing."""

    class Meta:
        csrf = False

    text = SearchField(_l("Enterprise"), filters=[strip])
    kind = CodeField(_l("Kind of document"), optional=True)
    reason = CodeField(_l("What is wrong"), labels=labels.GAP_LABELS, optional=True)
    region = CodeField(_l("Region"), optional=True, filters=[blank_to_none])


_CODES = _l("First digits of industries (GB/T 4754), separated by commas; * is every enterprise.")
_TRAITS = _l("Words, separated by commas: chemicals, major_hazard_source.")


class KindForm(Form):
    """A new version of a kind."""

    name = _line(_l("Name in Chinese"), most=80)
    name_en = _line(_l("Name in English"), most=120)
    category = CodeField(_l("Shelf"), [InputRequired()], labels=labels.CATEGORY_LABELS)
    term_months = IntegerField(
        _l("Valid for (months)"),
        [Optional(), NumberRange(min=1, max=600)],
        description=_l("Empty: it has no end."),
    )
    review_months = IntegerField(
        _l("Evaluated every (months)"), [Optional(), NumberRange(min=1, max=600)]
    )
    required_industries = _line(_l("Required of industries"), required=False, most=300, hint=_CODES)
    required_traits = _line(_l("Required where there are"), required=False, most=120, hint=_TRAITS)
    required_headcount = IntegerField(
        _l("Required from so many people on"),
        [InputRequired(), NumberRange(min=0, max=10**6)],
        default=0,
    )
    filing_industries = _line(_l("Filed by industries"), required=False, most=300, hint=_CODES)
    filing_traits = _line(_l("Filed where there are"), required=False, most=120, hint=_TRAITS)
    effective_from = DateField(_l("In force from"), [InputRequired()])
    source = _words(_l("Legal source"), rows=2)
    certainty = CodeField(_l("Certainty"), [InputRequired()], labels=labels.CERTAINTY_LABELS)
    note = _words(_l("Note"), required=False, rows=2)
    reason = _words(_l("Reason for the change"), rows=2)

    def head(self) -> Head:
        return Head(
            name=self.name.data or "",
            name_en=self.name_en.data or "",
            category=Category(self.category.data),
            term_months=self.term_months.data,
            review_months=self.review_months.data,
            required_industries=self.required_industries.data or "",
            required_traits=self.required_traits.data or "",
            required_headcount=self.required_headcount.data or 0,
            filing_industries=self.filing_industries.data or "",
            filing_traits=self.filing_traits.data or "",
            effective_from=given(self.effective_from.data),
            source=self.source.data or "",
            certainty=Certainty(self.certainty.data),
            note=self.note.data or "",
        )


class DossierForm(Form):
    """Ask for a dossier."""

    with_files = BooleanField(_l("With all evidence, as an archive"))
    reason = StringField(
        _l("What for"),
        [InputRequired(), Length(max=200)],
        filters=[strip],
        description=_l("Kept in the audit trail."),
    )
