"""Names of what the trail speaks of."""

from __future__ import annotations

from typing import Any

from flask import url_for
from flask_babel import lazy_gettext as _l

from supervision.core.audit import AuditEntry
from supervision.core.partitions import BEFORE, REST, Month
from supervision.slices import slices

# By table: what a row's subject is called. A table without a name here shows as it is.
ENTITY_LABELS: dict[str, Any] = {
    "enterprise": _l("Enterprise"),
    "account": _l("Account"),
    "service_token": _l("Node token"),
    "hazard": _l("Hazard"),
    "violation": _l("Violation"),
    "camera": _l("Camera"),
    "vision_node": _l("Vision node"),
    "report_package": _l("Report package"),
    "rule_change": _l("Change of a rule"),
    "channel": _l("Channel"),
    "delivery": _l("Deliveries"),
    "notice_preference": _l("Notices by mail"),
    "month_drop": _l("Month of a table"),
}

ACTION_LABELS: dict[str, Any] = {
    "month.ask": _l("Asked to drop a month"),
    "month.withdraw": _l("Took back asking to drop a month"),
    "month.drop": _l("Dropped a month"),
    "month.refuse": _l("Did not drop a month"),
}

NOTICES: dict[str, Any] = {
    "month.net": _l("%(count)s rows of %(table)s have instants that no month holds"),
    "month.dropped": _l("%(part)s of %(table)s was dropped: %(gone)s rows gone, %(kept)s kept"),
    "month.refused": _l("%(part)s of %(table)s was not dropped; the page of months says why"),
}

# Why a month that was asked for was not dropped.
PROBLEMS: dict[str, Any] = {
    "gone": _l("It is not there any more."),
    "young": _l("It is not old enough any more: the setting was changed."),
    "unsealed": _l("Entries of it are not sealed yet."),
    "referred": _l("Other records refer to rows of it that were to go."),
    "changed": _l("It changed while its archive was written."),
}

KIND_LABELS = {"person": _l("A person"), "node": _l("Vision node"), "system": _l("The system")}

_PAGES = {
    "enterprise": ("enterprise.file", "enterprise_id"),
    "hazard": ("hazard.detail", "hazard_id"),
    "rule_change": ("statute.change", "change_id"),
}


def action_labels() -> dict[str, Any]:
    """Every action that a slice names, by code."""
    return {code: text for manifest in slices() for code, text in manifest.actions.items()}


def page_of(entry: AuditEntry) -> str:
    """The address of what the entry is about, where it has a page."""
    if entry.entity not in _PAGES or entry.entity_id is None:
        return ""
    endpoint, name = _PAGES[entry.entity]
    values: dict[str, Any] = {name: entry.entity_id}
    return url_for(endpoint, **values)


def part_name(code: str) -> Any:
    """A part of a table in months, for people: "2026-11"."""
    return str(Month.parse(code)) if code.isdecimal() else _PARTS.get(code, code)


_PARTS: dict[str, Any] = {BEFORE: _l("Before the first month"), REST: _l("The net")}
