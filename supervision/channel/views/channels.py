"""HTTP of the administrator: channels, what they are set to, and whether they work."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from supervision.channel import labels, parcels, queries, service, text
from supervision.channel.forms import GroupForm, MailForm, TrialForm
from supervision.channel.models import Channel
from supervision.channel.rules import ChannelKind, Reach, Security, Topic
from supervision.channel.service import ChannelSpec, GroupSpec, MailSpec
from supervision.core import clock
from supervision.core.access import current_actor, requires
from supervision.core.db import transaction
from supervision.core.errors import Conflict, InvalidInput, NotFound
from supervision.core.outbound import SendError
from supervision.core.permissions import Permission
from supervision.core.text import N_
from supervision.core.web.forms import given
from supervision.core.web.paging import page_number, paginate
from supervision.core.web.state import settings
from supervision.enterprise import queries as enterprises

bp = Blueprint("channel", __name__, url_prefix="/channels")

RETRIED = 500


@bp.get("/")
@requires(Permission.CHANNEL_ADMIN)
def index() -> ResponseReturnValue:
    actor = current_actor()
    page = paginate(queries.list_channels(actor), number=page_number())
    return render_template(
        "channel/index.html",
        page=page,
        counts=queries.counts([c.id for c in page.items], actor),
        nothing=queries.Counts(),
        regions=enterprises.region_path_names({c.region_code for c in page.items if c.region_code}),
        has_mail=queries.has_mail_server(actor),
        kinds=tuple(ChannelKind),
        public_url=settings().public_url,
        labels=labels,
    )


def _kind(wanted: str) -> ChannelKind:
    if wanted not in set(ChannelKind):
        raise NotFound
    return ChannelKind(wanted)


@bp.get("/new/<string:kind>")
@requires(Permission.CHANNEL_ADMIN)
def new(kind: str) -> ResponseReturnValue:
    wanted = _kind(kind)
    form: Any = MailForm(formdata=None) if wanted is ChannelKind.MAIL else GroupForm(formdata=None)
    form.language.data = settings().language
    if isinstance(form, GroupForm):
        form.reach.data = Reach.EVERYTHING.value
        form.narrow(current_actor())
    return _form_page(wanted, form, None)


@bp.post("/new/<string:kind>")
@requires(Permission.CHANNEL_ADMIN)
def create(kind: str) -> ResponseReturnValue:
    wanted = _kind(kind)
    form = _given_form(wanted)
    if "narrow" in request.form:
        return _form_page(wanted, form, None)
    if not form.validate_on_submit():
        return _form_page(wanted, form, None), 422
    try:
        with transaction():
            channel, key = service.create(
                wanted, current_actor(), _spec(form), allowed=settings().channel_hosts
            )
            channel_id = channel.id
    except InvalidInput as error:
        form.add_error(error)
        return _form_page(wanted, form, None), 422
    if key:
        return _detail_page(channel_id, key=key), 201
    flash(_("The channel is added. Send a test."), "success")
    return redirect(url_for("channel.detail", channel_id=channel_id))


@bp.get("/<int:channel_id>/edit")
@requires(Permission.CHANNEL_ADMIN)
def edit(channel_id: int) -> ResponseReturnValue:
    channel = queries.get_channel(channel_id, current_actor())
    form: Any
    if channel.is_mail:
        form = MailForm(formdata=None, obj=channel, data=channel.settings)
    else:
        form = GroupForm(formdata=None, obj=channel)
        form.enterprise.data = channel.enterprise.uscc if channel.enterprise else ""
        form.start_region(channel.region_code)
        form.narrow(current_actor())
        form.reach.data = channel.reach.value
    return _form_page(channel.kind, form, channel)


@bp.post("/<int:channel_id>/edit")
@requires(Permission.CHANNEL_ADMIN)
def change(channel_id: int) -> ResponseReturnValue:
    actor = current_actor()
    channel = queries.get_channel(channel_id, actor)
    form = _given_form(channel.kind)
    if "narrow" in request.form:
        return _form_page(channel.kind, form, channel)
    if not form.validate_on_submit():
        return _form_page(channel.kind, form, channel), 422
    try:
        with transaction():
            found = queries.get_channel(channel_id, actor)
            if form.row_version.data not in {None, found.row_version}:
                raise Conflict
            service.change(found, actor, _spec(form), allowed=settings().channel_hosts)
    except InvalidInput as error:
        form.add_error(error)
        return _form_page(channel.kind, form, queries.get_channel(channel_id, actor)), 422
    flash(_("The channel is changed. Send a test."), "success")
    return redirect(url_for("channel.detail", channel_id=channel_id))


def _given_form(kind: ChannelKind) -> Any:
    if kind is ChannelKind.MAIL:
        return MailForm()
    form = GroupForm()
    form.narrow(current_actor())
    return form


def _spec(form: Any) -> ChannelSpec:
    """The form as the service takes it. Raises InvalidInput for an enterprise that is not there."""
    if isinstance(form, MailForm):
        way: MailSpec | GroupSpec = MailSpec(
            host=given(form.host.data),
            port=given(form.port.data),
            security=Security(form.security.data),
            sender=given(form.sender.data),
            sender_name=form.sender_name.data or "",
            username=form.username.data or "",
            password=form.password.data or "",
        )
    else:
        reach = Reach(form.reach.data)
        way = GroupSpec(
            url=form.url.data or "",
            key=form.key.data or "",
            reach=reach,
            region_code=form.region_code if reach is Reach.REGION else "",
            enterprise_id=_enterprise(form.enterprise.data) if reach is Reach.ENTERPRISE else None,
            topics=[Topic(topic) for topic in form.topics.data or ()],
            only_urgent=form.only_urgent.data,
        )
    return ChannelSpec(given(form.name.data), form.language.data, way)


def _enterprise(code: str | None) -> int | None:
    if not code:
        return None
    found = enterprises.by_uscc([code.upper()], current_actor())
    if not found:
        raise InvalidInput(N_("No enterprise has this code."), field="enterprise")
    return found[0].id


def _form_page(kind: ChannelKind, form: Any, channel: Channel | None) -> str:
    return render_template(
        "channel/form.html",
        kind=kind,
        form=form,
        channel=channel,
        hosts=settings().channel_hosts,
        labels=labels,
    )


@bp.get("/<int:channel_id>")
@requires(Permission.CHANNEL_ADMIN)
def detail(channel_id: int) -> ResponseReturnValue:
    return _detail_page(channel_id)


def _detail_page(
    channel_id: int,
    *,
    key: str = "",
    form: TrialForm | None = None,
    answer: str = "",
    error: SendError | None = None,
) -> str:
    """``key`` is shown this once: it goes into the page and nowhere else."""
    actor = current_actor()
    channel = queries.get_channel(channel_id, actor)
    own = queries.preference(actor)
    wanted = queries.DeliveryFilter(channel_id=channel_id)
    return render_template(
        "channel/detail.html",
        channel=channel,
        counts=queries.counts([channel_id], actor).get(channel_id, queries.Counts()),
        recent=paginate(queries.list_deliveries(actor, wanted), number=1, per_page=10).items,
        region=enterprises.region_path_names({channel.region_code}).get(channel.region_code, ""),
        form=form or TrialForm(formdata=None, address=own.address if own else ""),
        key=key,
        answer=answer,
        error=error,
        text_of=text.sentence,
        labels=labels,
    )


@bp.post("/<int:channel_id>/test")
@requires(Permission.CHANNEL_ADMIN)
def test(channel_id: int) -> ResponseReturnValue:
    """Send now, while the page waits: what the other side answers is what one wants to see.

    At most twenty seconds, and no transaction is open meanwhile.
    """
    form = TrialForm()
    actor = current_actor()
    channel = queries.get_channel(channel_id, actor)
    if not form.validate_on_submit():
        return _detail_page(channel_id, form=form), 422
    try:
        item = service.trial(channel, form.address.data or "")
    except InvalidInput as refused:
        form.add_error(refused)
        return _detail_page(channel_id, form=form), 422
    answer, error = _send(channel, item)
    with transaction():
        found = queries.get_channel(channel_id, actor)
        service.note_trial(found, actor, error, answer, clock.now())
    return _detail_page(channel_id, form=form, answer=answer, error=error), 422 if error else 200


def _send(channel: Channel, item: parcels.Item) -> tuple[str, SendError | None]:
    try:
        target = parcels.target_of(channel)
        parcels.let_go()
        with parcels.carrier(target) as carry:
            return carry(item, clock.now()), None
    except SendError as error:
        return "", error


@bp.post("/<int:channel_id>/enable")
@requires(Permission.CHANNEL_ADMIN)
def enable(channel_id: int) -> ResponseReturnValue:
    return _switch(channel_id, on=True)


@bp.post("/<int:channel_id>/disable")
@requires(Permission.CHANNEL_ADMIN)
def disable(channel_id: int) -> ResponseReturnValue:
    return _switch(channel_id, on=False)


def _switch(channel_id: int, *, on: bool) -> ResponseReturnValue:
    actor = current_actor()
    with transaction():
        service.switch(queries.get_channel(channel_id, actor), actor, on=on)
    flash(_("The channel is switched on.") if on else _("The channel is switched off."), "success")
    return redirect(url_for("channel.detail", channel_id=channel_id))


@bp.post("/<int:channel_id>/retry")
@requires(Permission.CHANNEL_ADMIN)
def retry_all(channel_id: int) -> ResponseReturnValue:
    """Everything that failed, the oldest five hundred at once."""
    actor = current_actor()
    with transaction():
        count = service.retry_all(queries.get_channel(channel_id, actor), actor, RETRIED)
    flash(
        ngettext("One delivery is sent again.", "%(num)s deliveries are sent again.", count)
        if count
        else _("Nothing has failed."),
        "success",
    )
    return redirect(url_for("channel.detail", channel_id=channel_id))
