"""What the people slice plugs in."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from supervision.core.permissions import Permission
from supervision.core.slice import Card, Findable, Job, NavGroup, NavItem, Panel, Slice
from supervision.people import dossier, jobs, labels, panels
from supervision.people.models import Person
from supervision.people.views import EXPORTS, bp

SLICE = Slice(
    name="people",
    blueprints=(bp,),
    nav=(
        NavItem(
            _l("People and training"),
            "people.index",
            "users",
            Permission.PEOPLE_READ,
            23,
            badge=panels.badge,
            group=NavGroup.REGISTRY,
        ),
    ),
    panels=(Panel("staff", _l("People and training"), Permission.PEOPLE_READ, 13, panels.panel),),
    cards=(Card("own_record", Permission.HAZARD_RECTIFY, 70, panels.card),),
    findables=(
        Findable(
            _l("People of enterprises"),
            "users",
            Permission.PEOPLE_READ,
            34,
            Person,
            panels.found,
            panels.found_all,
        ),
    ),
    chapters=dossier.CHAPTERS,
    exports=EXPORTS,
    timeline=panels.timeline,
    todos=panels.todos,
    jobs=(
        Job("people.certificates", jobs.tell_of_certificates, {"hour": 6, "minute": 10}),
        Job("people.standing", jobs.reckon_all, {"hour": 1, "minute": 30}),
    ),
    notices={
        "people.validity_due": _l("%(kind)s of %(name)s ends on %(due_on)s, in %(days)s days"),
        "people.validity_past": _l("%(kind)s of %(name)s ended on %(due_on)s"),
        "people.review_due": _l(
            "%(kind)s of %(name)s: the review is due by %(due_on)s, in %(days)s days"
        ),
        "people.review_past": _l("%(kind)s of %(name)s: the review was due by %(due_on)s"),
    },
    actions=labels.AUDIT_ACTIONS,
)
