"""Texts of codes. The safety code is told apart from the colours of risks by its words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import get_locale
from flask_babel import lazy_gettext as _l

from supervision.core.statutory import Certainty
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
}
CERTAINTY_LABELS = {
    Certainty.HIGH: _l("read in the text"),
    Certainty.MEDIUM: _l("one source"),
    Certainty.LOW: _l("a default, to be confirmed"),
}
KIND_LABELS = {
    "enterprise": _l("Enterprise file"),
    "person": _l("Person"),
    "certificate": _l("Certificate"),
    "licence": _l("Licence"),
    "document": _l("Document"),
    "risk": _l("Risk point"),
    "hazard": _l("Hazard"),
    "order": _l("Order"),
    "case": _l("Case"),
    "round": _l("Round missed"),
    "return": _l("Period return"),
    "fact": _l("Recorded fact"),
}
TONES = {Colour.GREEN: "good", Colour.YELLOW: "info", Colour.ORANGE: "wait", Colour.RED: "bad"}
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
}


def title_of(line: ScoreIndicator | None, code: str) -> str:
    """The title in the reader's language; of a line that is nowhere any more, its code."""
    if line is None:
        return code
    locale = get_locale()
    is_chinese = locale is not None and locale.language == "zh"
    return line.title if is_chinese else line.title_en


def why_of(line: Mapping[str, Any]) -> str:
    """Why a line is what it is."""
    return str(WHY_LABELS[Why(line["why"])]) % dict(line["params"])
