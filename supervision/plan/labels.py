"""Names of the codes of this slice, and an item's columns as text."""

from __future__ import annotations

from typing import Any

from babel.dates import get_month_names
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from supervision.core.statutory import Certainty
from supervision.plan.models import PlanItem
from supervision.plan.rules import Excluded, Method, SeedSource, Selection, TargetState
from supervision.plan.workflow import PlanState

STATE_LABELS = {
    PlanState.DRAFT: _l("Draft"),
    PlanState.SUBMITTED: _l("Waits for approval"),
    PlanState.APPROVED: _l("Approved, not published"),
    PlanState.PUBLISHED: _l("Published"),
    PlanState.SUPERSEDED: _l("Superseded"),
    PlanState.WITHDRAWN: _l("Withdrawn"),
}
STATE_TONES = {
    PlanState.DRAFT: "plain",
    PlanState.SUBMITTED: "wait",
    PlanState.APPROVED: "active",
    PlanState.PUBLISHED: "good",
    PlanState.SUPERSEDED: "off",
    PlanState.WITHDRAWN: "off",
}
SELECTION_LABELS = {
    Selection.EVERY: _l("Every enterprise of the class"),
    Selection.LISTED: _l("Enterprises that are named"),
    Selection.DRAWN: _l("Double-random draw from the class"),
}
METHOD_LABELS = {
    Method.ON_SITE: _l("On site"),
    Method.WRITTEN: _l("In writing"),
    Method.REMOTE: _l("Online"),
}
TARGET_LABELS = {
    TargetState.PLANNED: _l("Planned"),
    TargetState.UNDER_WAY: _l("Being carried out"),
    TargetState.DONE: _l("Done"),
    TargetState.CANCELLED: _l("Cancelled"),
    TargetState.DROPPED: _l("Taken out"),
}
TARGET_TONES = {
    TargetState.PLANNED: "plain",
    TargetState.UNDER_WAY: "active",
    TargetState.DONE: "good",
    TargetState.CANCELLED: "off",
    TargetState.DROPPED: "off",
}
LINE_LABELS: dict[str, Any] = {
    "overdue": _l("Overdue"),
    **{state.value: text for state, text in TARGET_LABELS.items()},
}
EXCLUDED_LABELS = {
    Excluded.NOT_IN_PRODUCTION: _l("Not in production"),
    Excluded.CAP_REACHED: _l("At its yearly cap"),
    Excluded.PLANNED_ALREADY: _l("In this item already"),
    Excluded.NO_TWO_OFFICERS: _l("Fewer than two officers may go there"),
}
SEED_LABELS = {
    SeedSource.GENERATED: _l("Made by the system at the moment of the draw"),
    SeedSource.PUBLIC: _l("Named in public"),
}
KEY_LABELS = {"yes": _l("Key enterprises only"), "no": _l("Without key enterprises")}
CERTAINTY_LABELS = {
    Certainty.HIGH: _l("H: text read"),
    Certainty.MEDIUM: _l("M: to be verified"),
    Certainty.LOW: _l("L: to be verified"),
}
CERTAINTY_TONES = {Certainty.HIGH: "good", Certainty.MEDIUM: "wait", Certainty.LOW: "bad"}
LEVEL_LABELS = {
    "0": _l("Any level"),
    "1": _l("Level 1"),
    "2": _l("Level 2"),
    "3": _l("Level 3"),
}

ACTION_LABELS = {
    "plan.draft": _l("Annual plan drafted"),
    "plan.edit": _l("Annual plan edited"),
    "plan.submit": _l("Annual plan submitted"),
    "plan.approve": _l("Annual plan approved"),
    "plan.reject": _l("Annual plan not approved"),
    "plan.withdraw": _l("Annual plan withdrawn"),
    "plan.publish": _l("Annual plan published"),
    "plan.supersede": _l("Annual plan superseded"),
    "plan.amend": _l("Amendment of an annual plan drafted"),
    "plan.add_item": _l("Item added to a plan"),
    "plan.change_item": _l("Item of a plan changed"),
    "plan.remove_item": _l("Item taken out of a plan"),
    "plan.move_item": _l("Item of a plan moved"),
    "plan.change_target": _l("Line of a plan changed"),
    "plan.drop_target": _l("Enterprise taken out of a plan"),
    "plan.name_officers": _l("Officers named in a plan"),
    "plan.make_inspections": _l("Inspections made from a plan"),
    "plan.make_pool": _l("Pool of a draw written down"),
    "plan.draw": _l("Double-random draw made"),
    "avoidance.record": _l("Avoidance recorded"),
    "avoidance.end": _l("Avoidance ended"),
    "cap.create": _l("Frequency cap added"),
    "cap.change": _l("Frequency cap changed"),
    "cap.remove": _l("Frequency cap taken back"),
    "cap.publish": _l("Frequency cap published"),
    "exemption.add": _l("Exemption from the cap added"),
    "exemption.end": _l("Exemption from the cap ended"),
}


def months(numbers: list[int]) -> str:
    """``March, June–August``: runs of three and more are joined."""
    names = get_month_names("abbreviated", locale=get_locale())
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    parts = [
        f"{names[r[0]]}–{names[r[-1]]}" if len(r) > 2 else _(", ").join(names[m] for m in r)
        for r in runs
    ]
    return str(_(", ").join(parts))


def month_name(number: int) -> str:
    return str(get_month_names("wide", locale=get_locale())[number])


def month_short(number: int) -> str:
    return str(get_month_names("abbreviated", locale=get_locale())[number])


def objects(item: PlanItem, count: int, region: str = "") -> str:
    """The column 检查对象(数量)或双随机抽查对象(总数及比例) as text."""
    parts = [region] if region else []
    if item.industry:
        parts.append(_("industry %(code)s", code=item.industry))
    if item.is_key is not None:
        parts.append(str(KEY_LABELS["yes" if item.is_key else "no"]))
    parts.append(str(SELECTION_LABELS[item.selection]))
    if item.selection is not Selection.DRAWN:
        parts.append(ngettext("%(num)d enterprise", "%(num)d enterprises", count))
    elif item.ratio is not None:
        parts.append(_("%(share)s %% of %(total)s", share=item.ratio, total=item.class_size))
    else:
        parts.append(_("%(count)s of %(total)s", count=item.quantity, total=item.class_size))
    return str(_("; ").join(parts))
