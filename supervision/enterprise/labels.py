"""Names of the codes of this slice."""

from __future__ import annotations

from flask_babel import get_locale
from flask_babel import lazy_gettext as _l

from supervision.enterprise import rules
from supervision.enterprise.models import EventKind, RollStatus
from supervision.enterprise.rules import SizeClass

STATUS_LABELS = {
    RollStatus.IN_PRODUCTION: _l("In production"),
    RollStatus.SUSPENDED: _l("Production suspended"),
    RollStatus.CLOSED: _l("Closed down"),
    RollStatus.MOVED: _l("Moved away"),
    RollStatus.NOT_LOCATED: _l("Not located"),
    RollStatus.MERGED: _l("Merged into another"),
    RollStatus.SPLIT: _l("Split into others"),
}

# "closed" reads as good for a ticket; for an enterprise it is merely over.
STATUS_TONES = {
    RollStatus.IN_PRODUCTION: "good",
    RollStatus.SUSPENDED: "wait",
    RollStatus.CLOSED: "off",
    RollStatus.MOVED: "off",
    RollStatus.NOT_LOCATED: "bad",
    RollStatus.MERGED: "off",
    RollStatus.SPLIT: "off",
}

SIZE_LABELS = {
    SizeClass.LARGE: _l("Large"),
    SizeClass.MEDIUM: _l("Medium"),
    SizeClass.SMALL: _l("Small"),
    SizeClass.MICRO: _l("Micro"),
}

SECTION_LABELS = {
    "A": _l("Agriculture, forestry and fishing"),
    "B": _l("Mining"),
    "C": _l("Manufacturing"),
    "D": _l("Electricity, heat, gas and water supply"),
    "E": _l("Construction"),
    "F": _l("Wholesale and retail trade"),
    "G": _l("Transport, storage and post"),
    "H": _l("Accommodation and catering"),
    "I": _l("Information transmission, software and IT services"),
    "J": _l("Finance"),
    "K": _l("Real estate"),
    "L": _l("Leasing and business services"),
    "M": _l("Scientific research and technical services"),
    "N": _l("Water conservancy, environment and public facilities"),
    "O": _l("Resident services, repair and other services"),
    "P": _l("Education"),
    "Q": _l("Health and social work"),
    "R": _l("Culture, sports and entertainment"),
    "S": _l("Public administration and social organisations"),
    "T": _l("International organisations"),
}

KEY_LABELS = {"1": _l("Key enterprises"), "0": _l("Other enterprises")}

SORT_LABELS = {
    "name": _l("By name"),
    "region": _l("By region"),
    "newest": _l("Newest on the roll"),
    "headcount": _l("By headcount"),
}

EVENT_LABELS = {
    EventKind.REGISTERED: _l("Put on the roll"),
    EventKind.CHANGED: _l("File changed"),
    EventKind.ROLL_STATUS: _l("Status on the roll changed"),
    EventKind.CHANGE_REQUESTED: _l("Change of the file asked for"),
    EventKind.CHANGE_DECIDED: _l("Change of the file decided"),
    EventKind.MERGER: _l("Merger"),
    EventKind.SPLIT: _l("Split"),
    EventKind.LINK: _l("Agreement of a shared site, contractor or lessee"),
    EventKind.LINK_CHECKED: _l("Contractor or lessee checked"),
    EventKind.LINK_ENDED: _l("Agreement ended"),
}

EVENT_ICONS = {
    EventKind.REGISTERED: "building-factory-2",
    EventKind.CHANGED: "edit",
    EventKind.ROLL_STATUS: "arrows-exchange",
    EventKind.CHANGE_REQUESTED: "message-report",
    EventKind.CHANGE_DECIDED: "checklist",
    EventKind.MERGER: "arrows-exchange",
    EventKind.SPLIT: "arrows-exchange",
    EventKind.LINK: "link",
    EventKind.LINK_CHECKED: "clipboard-check",
    EventKind.LINK_ENDED: "circle-x",
}

FIELD_LABELS = {
    "uscc": _l("Unified social credit code"),
    "name": _l("Enterprise name"),
    "short_name": _l("Short name"),
    "region_code": _l("Region"),
    "address": _l("Address"),
    "longitude": _l("Longitude"),
    "latitude": _l("Latitude"),
    "industry_code": _l("Industry code"),
    "size_class": _l("Size"),
    "headcount": _l("Headcount"),
    "legal_representative": _l("Legal representative"),
    "legal_representative_phone": _l("Telephone of the legal representative"),
    "principal": _l("Principal"),
    "principal_phone": _l("Telephone of the principal"),
    "safety_manager": _l("Safety manager"),
    "safety_manager_phone": _l("Telephone of the safety manager"),
    "supervising_unit": _l("Supervising unit"),
    "officer_id": _l("Supervising officer"),
    "is_key": _l("Key enterprise"),
    "legacy_reg_no": _l("Old registration number (15 digits)"),
    "park_id": _l("Park"),
}


def industry_name(code: str) -> str:
    """Section, and in Chinese the division as well: its official names exist in Chinese only."""
    section = rules.industry_section(code)
    if section is None:
        return code
    name = str(SECTION_LABELS[section.section])
    division = rules.industry_divisions().get(code[:2], "")
    if division and str(get_locale() or "").startswith("zh"):
        return f"{name} · {division}"
    return name
