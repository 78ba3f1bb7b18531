"""What the video slice plugs in."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from supervision.core.permissions import Permission
from supervision.core.slice import Card, Findable, Job, NavGroup, NavItem, Panel, Slice, TicketPart
from supervision.video import (
    dossier,
    evidence_labels,
    jobs,
    labels,
    months,
    panels,
    platform_forms,
    policy_forms,
    search_labels,
)
from supervision.video.api import bp as api
from supervision.video.models import Camera
from supervision.video.verifying import evidence_group
from supervision.video.views.cameras import bp as cameras
from supervision.video.views.editor import bp as editor
from supervision.video.views.evidence import bp as evidence
from supervision.video.views.live import bp as live
from supervision.video.views.media import bp as media
from supervision.video.views.model_api import bp as model_api
from supervision.video.views.nodes import bp as nodes
from supervision.video.views.permits import bp as permits
from supervision.video.views.platforms import bp as platforms
from supervision.video.views.policies import bp as policies_pages
from supervision.video.views.review import bp as review
from supervision.video.views.searches import bp as searches
from supervision.video.views.tickets import bp as tickets
from supervision.video.views.trials import bp as trials
from supervision.video.views.work_api import bp as work_api

SLICE = Slice(
    name="video",
    blueprints=(
        review,
        policies_pages,
        cameras,
        tickets,
        permits,
        nodes,
        platforms,
        api,
        media,
        evidence,
        work_api,
        model_api,
        live,
        editor,
        trials,
        searches,
    ),
    nav=(
        NavItem(
            _l("Video review"),
            "video.index",
            "video",
            Permission.VIDEO_READ,
            40,
            badge=panels.badge,
            group=NavGroup.VIDEO,
        ),
        NavItem(
            _l("Cameras"),
            "camera.index",
            "device-cctv",
            Permission.VIDEO_READ,
            41,
            group=NavGroup.VIDEO,
        ),
        NavItem(
            _l("Camera tickets"),
            "camera_ticket.index",
            "tool",
            Permission.VIDEO_READ,
            42,
            badge=panels.tickets_badge,
            group=NavGroup.VIDEO,
        ),
        NavItem(
            _l("Policies of video rules"),
            "video_policy.index",
            "settings",
            Permission.VIDEO_POLICY,
            44,
            group=NavGroup.VIDEO,
        ),
        NavItem(
            _l("Holds on evidence"),
            "evidence.holds_index",
            "lock",
            Permission.VIDEO_READ,
            47,
            group=NavGroup.VIDEO,
            for_regulator=True,
        ),
        NavItem(
            _l("Vision nodes"),
            "node.index",
            "server",
            Permission.NODE_ADMIN,
            43,
            group=NavGroup.VIDEO,
        ),
        NavItem(
            _l("Platforms of GB/T 28181"),
            "platform.index",
            "plug-connected",
            Permission.NODE_ADMIN,
            45,
            group=NavGroup.VIDEO,
        ),
    ),
    panels=(Panel("video", _l("Video"), Permission.VIDEO_READ, 30, panels.panel),),
    cards=(Card("video", Permission.VIDEO_READ, 30, panels.card),),
    ticket_parts=(TicketPart(Permission.VIDEO_READ, 10, panels.ticket_part),),
    findables=(
        Findable(
            _l("Cameras"),
            "device-cctv",
            Permission.VIDEO_READ,
            60,
            Camera,
            panels.found,
            panels.found_all,
        ),
    ),
    timeline=panels.timeline,
    chapters=dossier.CHAPTERS,
    jobs=(
        Job("video.decide_waiting", jobs.decide_waiting, {"seconds": 60}),
        Job("video.watch_nodes", jobs.watch_nodes, {"seconds": 60}),
        Job("video.ask_platforms", jobs.ask_platforms, {"seconds": 15}),
        Job("video.forget_live", jobs.forget_live, {"seconds": 300}),
        Job("video.forget_trials", jobs.forget_trials, {"hour": 3, "minute": 10}),
        Job("video.forget_terms", jobs.forget_terms, {"hour": 3, "minute": 40}),
        Job("video.watch_storage", jobs.watch_storage, {"seconds": 60}),
        Job("video.make_room", jobs.make_room, {"seconds": 60}),
        Job("video.expire", jobs.expire, {"hour": 2, "minute": 20}),
        Job("video.forget_searches", jobs.forget_searches, {"hour": 4, "minute": 50}),
        Job("video.forget_copies", jobs.forget_copies, {"hour": 4, "minute": 20}),
        Job("video.thumbnails", jobs.make_thumbnails, {"hour": 2, "minute": 50}),
    ),
    months=(months.MONTHS,),
    todos=panels.todos,
    notices={
        "video.fire": _l("Fire or smoke on camera %(camera)s at %(place)s"),
        "video.view_fault": _l("The view of camera %(camera)s at %(place)s cannot be judged"),
        "video.stream_fault": _l("Camera %(camera)s at %(place)s gives no picture"),
        "video.model_refused": _l("Node %(node)s refuses model %(model)s: %(detail)s"),
        "video.node_silent": _l("Vision node %(name)s has been silent since %(since)s"),
        "video.group_silent": _l(
            "Group %(group)s of vision node %(name)s, last on %(machine)s, has been silent since %(since)s"
        ),
    }
    | evidence_labels.NOTICES
    | policy_forms.NOTICES,
    actions=labels.ACTION_LABELS
    | search_labels.ACTION_LABELS
    | policy_forms.ACTION_LABELS
    | evidence_labels.ACTION_LABELS
    | platform_forms.ACTION_LABELS,
    cli=(evidence_group,),
)
