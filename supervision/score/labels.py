"""Texts of codes. The safety code is told apart from the colours of risks by its words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from supervision.core.statutory import Certainty
from supervision.document.labels import CATEGORY_LABELS
from supervision.document.rules import Category
from supervision.score.models import ScoreIndicator
from supervision.score.rules import Axis, Colour, FactKind, Group, Why

COLOUR_LABELS = {
    Colour.GREEN: _l("Green code"),
    Colour.YELLOW: _l("Yellow code"),
    Colour.ORANGE: _l("Orange code"),
    Colour.RED: _l("Red code"),
}
GROUP_LABELS = {
    Group.BASE: _l("Base indicators"),
    Group.POSITIVE: _l("Added points"),
    Group.NEGATIVE: _l("Points taken"),
    Group.VETO: _l("Vetoes"),
}
AXIS_LABELS = {
    Axis.PEOPLE: _l("Posts and certificates"),
    Axis.TRAINING: _l("Training"),
    Axis.FILE: _l("Permits and documents"),
    Axis.RISK: _l("Risks"),
    Axis.HAZARD: _l("Hazards"),
    Axis.SELF: _l("Self-check"),
}
FACT_LABELS = {
    FactKind.FATAL_ACCIDENT: _l("Fatal accident"),
    FactKind.INJURY: _l("Work injury"),
    FactKind.PENALTY: _l("Penalty by another authority"),
    FactKind.CONCEALED: _l("Concealed accident, or data tampered with"),
    FactKind.UNLICENSED: _l("Operating without the licence it needs"),
    FactKind.AWARD: _l("Award"),
}
WHY_LABELS = {
    Why.UNMEASURED: _l("Not yet measured: no points, and out of the sum"),
    Why.NOTHING: _l("Nothing to measure in this month: out of the sum"),
    Why.RATIO: _l("%(good)s of %(of)s in order"),
    Why.COUNT: _l("%(count)s on record"),
    Why.NONE: _l("None on record"),
    Why.LEVEL: _l("Level %(level)s"),
    Why.LACKING: _l("%(count)s missing or expired"),
    Why.COMPLETE: _l("Nothing missing"),
}
CERTAINTY_LABELS = {
    Certainty.HIGH: _l("read in the text"),
    Certainty.MEDIUM: _l("one source"),
    Certainty.LOW: _l("a default, to be confirmed"),
}
SOURCE_LABELS = {
    "posts_filled": _l("Principal and safety manager named"),
    "assessments_valid": _l("Assessment certificates valid"),
    "staffing_met": _l("Safety staffing as required"),
    "special_valid": _l("Special-operation certificates valid"),
    "training_hours": _l("Training hours reached"),
    "licences_valid": _l("Licences valid"),
    "documents_valid": _l("Documents in force"),
    "insurance": _l("Liability insurance in force"),
    "standardization": _l("Standardization level"),
    "emergency_document": _l("A document of a kind in force"),
    "risks_assessed": _l("Risks assessed in time"),
    "hazards_in_time": _l("Hazards rectified in time"),
    "hazards_overdue": _l("Hazards past their day"),
    "own_rectified_early": _l("Own findings rectified before their day"),
    "major_after_order": _l("Major hazard not rectified after an order"),
    "orders_overdue": _l("Order of the authority past its day"),
    "penalties": _l("Administrative penalty"),
    "fact": _l("Fact recorded by an officer"),
    "awards": _l("Award for work safety"),
    "rounds_done": _l("Self-check rounds walked"),
    "zero_reports": _l("Zero report where nothing was found"),
    "returns_in_time": _l("Period returns in time"),
    "commitments_in_time": _l("Commitments published in time"),
    "commitments_complete": _l("Every commitment of the month made"),
}
KIND_LABELS = {
    "enterprise": _l("Enterprise file"),
    "person": _l("Person"),
    "certificate": _l("Certificate"),
    "licence": _l("Licence"),
    "document": _l("Document"),
    "licence_missing": _l("Missing licence"),
    "document_missing": _l("Missing or expired document"),
    "risk": _l("Risk point"),
    "hazard": _l("Hazard"),
    "order": _l("Order"),
    "case": _l("Case"),
    "round": _l("Missed round"),
    "return": _l("Period return"),
    "fact": _l("Recorded fact"),
}
# For marks that have words; never blue, which is a risk's.
TONES = {Colour.GREEN: "good", Colour.YELLOW: "plain", Colour.ORANGE: "wait", Colour.RED: "bad"}
MOVED_LABELS = {"down": _l("Fell since last month"), "up": _l("Rose since last month")}
SORT_LABELS = {
    "worst": _l("Worst code first"),
    "best": _l("Best code first"),
    "fallen": _l("Largest fall first"),
    "risen": _l("Largest rise first"),
    "name": _l("By name"),
}
ACTION_LABELS = {
    "score.table": _l("Table of the safety code changed"),
    "score.fact": _l("Fact for the safety code recorded"),
    "score.fact_void": _l("Fact for the safety code voided"),
}
NOTICES = {
    "score.orange": _l("The safety code of %(name)s has become orange: %(total)s points"),
    "score.red": _l("The safety code of %(name)s has become red: %(total)s points"),
    "score.worse": _l("%(count)s safety codes are newly red or orange"),
}


def code_of(colour: Colour | None) -> str:
    """The code's word."""
    return str(COLOUR_LABELS[colour]) if colour else _("Not measured")


def title_of(line: ScoreIndicator | None, code: str) -> str:
    """The title in the reader's language; of a line that is nowhere any more, its code."""
    return code if line is None else own_title(line.title, line.title_en)


def own_title(title: str, title_en: str) -> str:
    """The one of the two that the reader reads."""
    locale = get_locale()
    is_chinese = locale is not None and locale.language == "zh"
    return title if is_chinese else title_en


def asked_of(line: ScoreIndicator, kind_names: Mapping[str, str]) -> list[str]:
    """What its source is asked for, in words; ``kind_names`` of documents by their code."""
    found = []
    for name, value in (line.params or {}).items():
        if name == "months":
            found.append(_("looks back %(count)s months", count=value))
        elif name == "each":
            found.append(_("each takes %(part)s of the points", part=value))
        elif name == "kind":
            found.append(str(FACT_LABELS[FactKind(value)]))
        elif name == "levels":
            found += [_("level %(level)s: %(part)s", level=n, part=p) for n, p in value.items()]
        elif name == "categories":
            found += [str(CATEGORY_LABELS[Category(code)]) for code in value]
        elif name == "kinds":
            found += [kind_names.get(code, code) for code in value]
    return found


def why_of(line: Mapping[str, Any]) -> str:
    """Why a line is what it is."""
    return str(WHY_LABELS[Why(line["why"])]) % dict(line["params"])
