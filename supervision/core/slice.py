"""What a slice plugs into the house, so that a lower page can show an upper slice's rows."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from flask import Blueprint
from markupsafe import Markup
from sqlalchemy import Select

from supervision.core.actor import Actor
from supervision.core.dossier import Chapter
from supervision.core.export.lists import ListExport
from supervision.core.month_drop import MonthRule
from supervision.core.notices import Notice
from supervision.core.permissions import Permission

# Translated lazily by Flask-Babel; plain str in tests.
LazyText = Any


class NavGroup(StrEnum):
    """The parts of the main menu, from top to bottom; the first has no heading."""

    TOP = "top"
    SELF = "self"
    REGISTRY = "registry"
    SUPERVISION = "supervision"
    ENFORCEMENT = "enforcement"
    VIDEO = "video"
    MANAGEMENT = "management"


@dataclass(frozen=True, slots=True)
class NavItem:
    """A line of the main menu. ``badge(actor)`` may return a small count.

    ``for_regulator``: the enterprise's people find it elsewhere and need no line for it.
    """

    label: LazyText
    endpoint: str
    icon: str
    permission: Permission | None
    order: int
    badge: Callable[[Actor], int] | None = None
    group: NavGroup = NavGroup.TOP
    for_regulator: bool = False


@dataclass(frozen=True, slots=True)
class Todo:
    """So many things that wait for a person, and where they are. ``tone``: plain, wait or bad."""

    label: LazyText
    count: int
    url: str
    tone: str = "wait"


@dataclass(frozen=True, slots=True)
class Due:
    """One thing that a person has to have done by a day, and where they do it.

    ``on``: the last day (Asia/Shanghai); ``at``: the last instant where the hour counts. ``duty``:
    key of the :class:`Duty` that it follows from, "" for none. ``done``: done already, shown ticked.
    """

    label: LazyText
    on: date
    url: str
    duty: str = ""
    at: datetime | None = None
    done: bool = False
    enterprise: str = ""
    icon: str = "point"


@dataclass(frozen=True, slots=True)
class Duty:
    """What a duty means, in plain words, and where it stands. ``certainty``: H, M or L.

    ``interval``: whether its source says how often; else that is a proposal of this system.
    """

    key: str
    title: LazyText
    meaning: LazyText
    clause: LazyText
    certainty: str = "H"
    interval: bool = True


@dataclass(frozen=True, slots=True)
class Panel:
    """A tab of the enterprise's file. ``render(enterprise_id, actor)`` returns its HTML."""

    key: str
    label: LazyText
    permission: Permission
    order: int
    render: Callable[[int, Actor], Markup | str]


@dataclass(frozen=True, slots=True)
class Card:
    """A card of the start page."""

    key: str
    permission: Permission
    order: int
    render: Callable[[Actor], Markup | str]


@dataclass(frozen=True, slots=True)
class TicketPart:
    """A part of a hazard's ticket. ``render(hazard_id, actor)`` returns its HTML, "" for none."""

    permission: Permission
    order: int
    render: Callable[[int, Actor], Markup | str]


@dataclass(frozen=True, slots=True)
class TimelineItem:
    """One event of an enterprise's file."""

    at: datetime
    title: LazyText
    body: LazyText = ""
    url: str = ""
    icon: str = "point"
    tone: str = "secondary"
    who: str = ""


# (enterprise_id, actor, before, limit) -> newest first, all earlier than ``before``.
TimelineSource = Callable[[int, Actor, datetime | None, int], Sequence[TimelineItem]]


@dataclass(frozen=True, slots=True)
class Directory:
    """People that a lower slice may name without knowing accounts.

    ``choices(actor)`` are those whom ``actor`` may choose, as (id, name); ``names(ids)`` are
    the names of people who were chosen already, also of those who have left.
    """

    choices: Callable[[Actor], Sequence[tuple[int, str]]]
    names: Callable[[set[int]], Mapping[int, str]]


@dataclass(frozen=True, slots=True)
class Job:
    """A background job: ``run(now)`` returns how many rows it handled; idempotent.

    ``trigger`` are APScheduler cron fields in Asia/Shanghai, or ``{"seconds": n}``.
    """

    name: str
    run: Callable[[datetime], int]
    trigger: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Found:
    """A line of what a search found."""

    title: LazyText
    detail: LazyText
    url: str


@dataclass(frozen=True, slots=True)
class Findable:
    """A kind of rows that the search on every page finds.

    ``model`` is :class:`~supervision.core.find_models.Searchable`; ``show(row)`` is called with
    rows that the actor may see, their enterprise loaded. ``all_url(text)``: the list narrowed.
    """

    label: LazyText
    icon: str
    permission: Permission
    order: int
    model: type[Any]
    show: Callable[[Any], Found]
    all_url: Callable[[str], str] | None = None


@dataclass(frozen=True, slots=True)
class Slice:
    """The manifest of one slice; the list of all is ``supervision/slices.py``."""

    name: str
    blueprints: tuple[Blueprint, ...] = ()
    nav: tuple[NavItem, ...] = ()
    panels: tuple[Panel, ...] = ()
    cards: tuple[Card, ...] = ()
    # What waits for a person; those with a count of zero are left out of the start page.
    todos: Callable[[Actor], Sequence[Todo]] | None = None
    # What a person has to have done: late ones, those of the day and the next ones up to the day
    # that is given, at most fifty; and what the duties behind them mean.
    dues: Callable[[Actor, date], Sequence[Due]] | None = None
    duties: tuple[Duty, ...] = ()
    ticket_parts: tuple[TicketPart, ...] = ()
    # The same of an inspection: ``render(inspection_id, actor)``.
    inspection_parts: tuple[TicketPart, ...] = ()
    # The same of an order: ``render(order_id, actor)``.
    order_parts: tuple[TicketPart, ...] = ()
    # The same of what a camera saw: ``render(violation_id, actor)``.
    violation_parts: tuple[TicketPart, ...] = ()
    # The same of a detector model: ``render(model_id, actor)``.
    model_parts: tuple[TicketPart, ...] = ()
    # What may prove a penalty for each of these hazards, as plain data of an order's paper; "files"
    # are the ids of the attachments that it is about.
    evidence_of: Callable[[Collection[int]], Mapping[int, Sequence[Mapping[str, Any]]]] | None = (
        None
    )
    timeline: TimelineSource | None = None
    # What the search on every page finds.
    findables: tuple[Findable, ...] = ()
    # Chapters of the enterprise's dossier.
    chapters: tuple[Chapter, ...] = ()
    # What holds for enterprises, by their ids, that other slices' rules ask about: a set of words
    # such as "chemicals" or "major_hazard_source" for each that has any.
    traits: Callable[[Collection[int]], Mapping[int, frozenset[str]]] | None = None
    # Who can supervise an enterprise.
    officers: Directory | None = None
    # Opens the first account of an enterprise: (actor, enterprise id, user name, name, telephone)
    # -> the user name and the first password, which is kept nowhere.
    welcome: Callable[[Actor, int, str, str, str], tuple[str, str]] | None = None
    # Gives the people of two enterprises access to both after a merger or split:
    # (actor, the one that ends or gives, the one that takes) -> how many people followed.
    follow: Callable[[Actor, int, int], int] | None = None
    # The ids of the enterprises at which something was checked since an instant, as a statement.
    checked_since: Callable[[datetime], Select[Any]] | None = None
    # Whom an account acts as now, None when it is closed: for a job that somebody asked for.
    actor_of: Callable[[int], Actor | None] | None = None
    jobs: tuple[Job, ...] = ()
    # Its tables that lie in months, and when a month of them may go.
    months: tuple[MonthRule, ...] = ()
    # Lists that can be downloaded, the long ones as a job.
    exports: tuple[ListExport, ...] = ()
    # Kind of notice -> text with %(name)s places.
    notices: Mapping[str, LazyText] = field(default_factory=dict)
    # Told of every batch of notices as they reach the inboxes, in the same transaction:
    # (notices, notice id -> accounts) -> how many further deliveries there are.
    on_notices: Callable[[Sequence[Notice], Mapping[int, frozenset[int]]], int] | None = None
    # Text of an audit action, for the audit page.
    actions: Mapping[str, LazyText] = field(default_factory=dict)
    cli: tuple[Any, ...] = ()
    # Names for every template, once a page: ``context(actor)``.
    context: Callable[[Actor | None], Mapping[str, Any]] | None = None
