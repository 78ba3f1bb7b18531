"""Names of the codes of assignment, and the reason of a proposal in words."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from supervision.hazard.assignment import Person
from supervision.hazard.assignment_rules import Duty, Ground, Proposal

DUTY_LABELS = {
    Duty.HAZARD: _l("Hazards"),
    Duty.INSPECTION: _l("Inspections"),
    Duty.RECHECK: _l("Re-inspections"),
}
GROUND_LABELS = {
    Ground.RULE: _l("By rule"),
    Ground.IN_CHARGE: _l("In charge of the enterprise"),
    Ground.NEAREST: _l("Nearest to the enterprise"),
}
ROLE_LABELS = {
    "principal": _l("principal of the enterprise"),
    "safety_manager": _l("safety manager of the enterprise"),
}

AUDIT_ACTIONS = {
    "hazard.assignment_overridden": _l("Proposal of assignment overridden"),
    "hazard.assignment_rule_added": _l("Rule of assignment added"),
    "hazard.assignment_rule_changed": _l("Rule of assignment changed"),
}


def reason(proposal: Proposal) -> str:
    """Why somebody is proposed, e.g. "Rule 3: region 330110, industry 26; 4 open tickets"."""
    load: str = ngettext("%(num)s open ticket", "%(num)s open tickets", proposal.candidate.load)
    if proposal.rule is not None:
        rule = proposal.rule
        return str(
            _(
                "Rule %(id)s: region %(region)s, industry %(industry)s; fewest open (%(load)s)",
                id=rule.id,
                region=rule.region,
                industry=rule.industry or _("any"),
                load=load,
            )
        )
    if proposal.ground is Ground.IN_CHARGE:
        return str(_("In charge of the enterprise (%(load)s)", load=load))
    return str(_("Nearest to the enterprise, fewest open (%(load)s)", load=load))


def person_reason(person: Person) -> str:
    """Why the enterprise's person is proposed."""
    if person.role:
        return str(
            _("Proposed: %(name)s, %(role)s", name=person.name, role=ROLE_LABELS[person.role])
        )
    return str(_("Proposed: %(name)s, from the enterprise's file", name=person.name))
