"""What other pages show of people: a tab and the timeline of the file, what waits for somebody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from flask import render_template, url_for
from flask_babel import gettext as _

from supervision.core import clock
from supervision.core.access import current_actor
from supervision.core.actor import Actor
from supervision.core.permissions import Permission
from supervision.core.slice import Found, TimelineItem, Todo
from supervision.people import labels, queries, ruletables, training_queries
from supervision.people.models import PeopleEvent, PeopleRule, Person
from supervision.people.queries import CertificateFilter
from supervision.people.rules import shown_name
from supervision.people.tables import RuleTable
from supervision.people.training_models import StaffingStanding

PANEL_ROWS = 10


def sees_names(actor: Actor) -> bool:
    """Names in full are for those who may open personal data; others see them masked."""
    return actor.may(Permission.PEOPLE_PERSONAL)


def panel(enterprise_id: int, actor: Actor) -> str:
    standing = training_queries.standing_of(enterprise_id, actor)
    certificates = queries.list_certificates(
        actor, CertificateFilter(enterprise_id=enterprise_id, state="")
    )
    people = queries.list_people(
        actor, queries.PersonFilter(enterprise_id=enterprise_id, sort="name")
    )
    return render_template(
        "people/panel.html",
        enterprise_id=enterprise_id,
        standing=standing,
        requirements=requirements(standing),
        counts=queries.certificate_counts(actor, enterprise_id=enterprise_id),
        hours=training_queries.hours_counts(actor, enterprise_id=enterprise_id),
        people=queries.first(people, PANEL_ROWS),
        certificates=queries.first(certificates, PANEL_ROWS),
        in_full=sees_names(actor),
        shown_name=shown_name,
        labels=labels,
        today=clock.today(),
    )


def requirements(standing: StaffingStanding | None) -> list[tuple[PeopleRule, Mapping[str, Any]]]:
    """Each rule that applies with required, present and missing, the gaps first."""
    if standing is None:
        return []
    rules = ruletables.by_id(row["rule_id"] for row in standing.results)
    found = [(rules[row["rule_id"]], row) for row in standing.results if row["rule_id"] in rules]
    return sorted(found, key=lambda pair: -pair[1]["missing"])


def gap_text(standing: StaffingStanding, rules: Mapping[int, PeopleRule]) -> str:
    """What is missing, in words."""
    return "; ".join(
        _(
            "%(rule)s: %(present)s of %(required)s",
            rule=labels.rule_name(rules[row["rule_id"]]),
            present=row["present"],
            required=row["required"],
        )
        for row in standing.results
        if row["missing"] and row["rule_id"] in rules
    )


def rules_of(standings: Sequence[StaffingStanding]) -> dict[int, PeopleRule]:
    """The versions behind a page of standings, in one statement."""
    return ruletables.by_id({row["rule_id"] for s in standings for row in s.results})


def sector_names() -> dict[str, str]:
    found = {
        row.code: labels.rule_name(row)
        for row in ruletables.in_force(RuleTable.SECTOR, clock.today())
    }
    return {**found, "other": _("Other sectors")}


def timeline(
    enterprise_id: int, actor: Actor, before: datetime | None, limit: int
) -> Sequence[TimelineItem]:
    if not actor.may(Permission.PEOPLE_READ):
        return []
    rows = queries.events_of_enterprise(enterprise_id, actor, before, limit)
    return [_item(event, name, actor) for event, name in rows]


def _item(event: PeopleEvent, name: str | None, actor: Actor) -> TimelineItem:
    who = shown_name(name, in_full=sees_names(actor)) if name else ""
    title = labels.EVENT_LABELS[event.action]
    return TimelineItem(
        at=event.at,
        title=_("%(action)s: %(number)s", action=title, number=who) if who else title,
        body=event.note,
        url=event_url(event),
        icon=labels.EVENT_ICONS.get(event.action, "user"),
        tone=labels.EVENT_TONES.get(event.action, "plain"),
        who=event.actor_name,
    )


def event_url(event: PeopleEvent) -> str:
    if event.certificate_id is not None:
        return url_for("people.certificate", certificate_id=event.certificate_id)
    if event.session_id is not None:
        return url_for("people.session", session_id=event.session_id)
    return url_for("people.detail", person_id=event.person_id)


def todos(actor: Actor) -> Sequence[Todo]:
    """Certificates past their day or due soon, hours that are late, staff that is missing."""
    if not actor.may(Permission.PEOPLE_EDIT):
        return []
    counts = queries.certificate_counts(actor)
    late = training_queries.hours_counts(actor).late
    url = url_for("people.certificates", state="expired")
    found = [Todo(_("Certificates past their day"), counts["expired"], url, "bad")]
    if not actor.is_regulator:
        url = url_for("people.certificates", state="soon")
        found.append(Todo(_("Certificates due within 90 days"), counts["soon"], url))
    url = url_for("people.hours", state="late")
    found.append(Todo(_("People late with their training hours"), late, url, "bad"))
    if actor.is_regulator:
        gaps = training_queries.staffing_counts(actor)["gaps"]
        url = url_for("people.staffing")
        found.append(Todo(_("Enterprises that lack safety staff"), gaps, url))
    return found


def badge(actor: Actor) -> int:
    """How many certificates are past their day, as far as anybody counts."""
    return queries.expired_count(actor, cap=100)


def found(person: Person) -> Found:
    """A line of what the search found; the name is masked for those who may not know it."""
    name = shown_name(person.name, in_full=sees_names(current_actor()))
    detail = " · ".join(filter(None, (person.enterprise.display_name, person.department)))
    return Found(name, detail, url_for("people.detail", person_id=person.id))


def found_all(text: str) -> str:
    return url_for("people.index", text=text, state="all")


def card(actor: Actor) -> str:
    """One's own certificates on the start page, for whoever has a record; "" for others."""
    records = queries.own_records(actor) if actor.enterprise_ids else []
    if not records:
        return ""
    return render_template(
        "people/own_card.html", records=records, labels=labels, today=clock.today()
    )
