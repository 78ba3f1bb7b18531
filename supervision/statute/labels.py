"""Names of the codes of this slice, and versions and changes as rows of text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from supervision.core.holidays import DayKind, YearStatus
from supervision.core.i18n import format_day
from supervision.core.statutory import Certainty, DayType
from supervision.statute.rules import ChangeKind
from supervision.statute.workflow import ChangeState

KIND_LABELS = {
    ChangeKind.RULE: _l("Statutory time limit"),
    ChangeKind.CRITERION: _l("Criterion of major hazards"),
    ChangeKind.HOLIDAYS: _l("Holidays of a year"),
    ChangeKind.TEMPLATE: _l("Template of a paper"),
}

CERTAINTY_LABELS = {
    Certainty.HIGH: _l("Read in the text"),
    Certainty.MEDIUM: _l("One source: to be verified by the legal section"),
    Certainty.LOW: _l("Assumed: to be verified by the legal section"),
}
CERTAINTY_SHORT = {
    Certainty.HIGH: _l("H: text read"),
    Certainty.MEDIUM: _l("M: to be verified"),
    Certainty.LOW: _l("L: to be verified"),
}
CERTAINTY_TONES = {Certainty.HIGH: "good", Certainty.MEDIUM: "wait", Certainty.LOW: "bad"}

STATE_LABELS = {
    ChangeState.DRAFT: _l("Draft"),
    ChangeState.PROPOSED: _l("Waits for a second person"),
    ChangeState.APPROVED: _l("Approved"),
    ChangeState.REJECTED: _l("Not approved"),
    ChangeState.WITHDRAWN: _l("Withdrawn"),
}
STATE_TONES = {
    ChangeState.DRAFT: "plain",
    ChangeState.PROPOSED: "wait",
    ChangeState.APPROVED: "good",
    ChangeState.REJECTED: "bad",
    ChangeState.WITHDRAWN: "off",
}

UNIT_LABELS = {
    "day": _l("Days"),
    "month": _l("Months"),
    "hour": _l("Hours"),
    "day_of_month": _l("Day of the month"),
}
DAY_TYPE_LABELS = {DayType.CALENDAR: _l("Calendar days"), DayType.WORKING: _l("Working days")}
DIRECTION_LABELS = {"after": _l("After the event"), "before": _l("Before the event")}

YEAR_LABELS = {
    YearStatus.PUBLISHED: _l("Published by the State Council"),
    YearStatus.PROVISIONAL: _l("Provisional: worked out before publication"),
}
DAY_KIND_LABELS = {DayKind.HOLIDAY: _l("Holiday"), DayKind.WORKDAY: _l("Make-up working day")}

ACTION_LABELS = {
    "draft": _l("Change of a rule drafted"),
    "revise": _l("Draft of a rule revised"),
    "propose": _l("Change of a rule proposed"),
    "withdraw": _l("Change of a rule withdrawn"),
    "approve": _l("Change of a rule approved"),
    "reject": _l("Change of a rule not approved"),
}

FIELD_LABELS = {
    "name": _l("Name of the rule"),
    "length": _l("Time limit"),
    "day_type": _l("Counted in"),
    "direction": _l("Runs"),
    "trigger": _l("Event"),
    "article": _l("Article"),
    "sector": _l("Sector"),
    "text": _l("Text"),
    "effective_from": _l("In force from"),
    "effective_to": _l("In force to"),
    "source": _l("Legal source"),
    "certainty": _l("Certainty"),
    "note": _l("Note"),
}


def length(value: int, unit: str) -> str:
    """``10 days``, in the reader's language."""
    if unit == "day_of_month":
        return str(_("day %(value)s of the month", value=value))
    texts = {
        "day": ngettext("%(num)d day", "%(num)d days", value),
        "month": ngettext("%(num)d month", "%(num)d months", value),
        "hour": ngettext("%(num)d hour", "%(num)d hours", value),
    }
    return str(texts[unit])


def of_version(kind: ChangeKind, version: Any) -> dict[str, str]:
    """A stored version as texts by the names of :data:`FIELD_LABELS`."""
    names: tuple[str, ...]
    names = ("name", "value", "unit", "day_type", "direction", "trigger", "note")
    if kind is ChangeKind.CRITERION:
        names = ("article", "sector", "text")
    values = {name: getattr(version, name) for name in names}
    return _texts(kind, values) | {
        "effective_from": format_day(version.effective_from),
        "effective_to": format_day(version.effective_to),
        "source": version.source,
        "certainty": str(CERTAINTY_LABELS[version.certainty]),
    }


def of_change(change: Any) -> dict[str, str]:
    """What a change proposes, as texts by the same names; the end is not yet known."""
    shown = _texts(change.kind, {**change.values, "note": change.note})
    return shown | {
        "effective_from": format_day(change.effective_from),
        "effective_to": "",
        "source": change.source,
        "certainty": str(CERTAINTY_LABELS[change.certainty]),
    }


def _texts(kind: ChangeKind, values: Mapping[str, Any]) -> dict[str, str]:
    if kind is ChangeKind.CRITERION:
        return {name: str(values[name]) for name in ("article", "sector", "text")}
    return {
        "name": values["name"],
        "length": length(values["value"], values["unit"]),
        "day_type": str(DAY_TYPE_LABELS[DayType(values["day_type"])]),
        "direction": str(DIRECTION_LABELS[values["direction"]]),
        "trigger": values["trigger"],
        "note": values["note"],
    }


def comparison(base: Mapping[str, str] | None, wanted: Mapping[str, str]) -> list[dict[str, Any]]:
    """Present and proposed, line by line; ``changed`` where they differ."""
    old = base or {}
    return [
        {
            "label": label,
            "before": old.get(name, ""),
            "after": wanted.get(name, ""),
            "changed": old.get(name, "") != wanted.get(name, "") and name != "effective_to",
        }
        for name, label in FIELD_LABELS.items()
        if name in wanted or name in old
    ]
