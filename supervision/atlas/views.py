"""HTTP of the map, of what it asks for, and of the plans with cameras and risk points."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from flask import (
    Blueprint,
    Response,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from supervision.atlas import forms, grid, labels, outlines, queries
from supervision.atlas.datum import Datum, from_datum, to_datum
from supervision.atlas.grid import Window
from supervision.atlas.queries import MapFilter, Measure
from supervision.core import attachments
from supervision.core.access import current_actor, requires
from supervision.core.actor import Actor
from supervision.core.db import transaction
from supervision.core.errors import Conflict, InvalidInput, NotFound
from supervision.core.permissions import Permission
from supervision.core.web.paging import page_number, paginate
from supervision.enterprise import queries as enterprises
from supervision.enterprise.site_models import SitePlan
from supervision.settings import Settings
from supervision.video import placing
from supervision.video import queries as cameras

bp = Blueprint("atlas", __name__, url_prefix="/map")

# What is seen of China where nothing lies on the map yet, in degrees.
WHOLE = (73.0, 18.0, 135.0, 54.0)
DAY_SECONDS = 86400
# Enterprises side by side that a mark's own list names; more of them are pulled apart by zooming.
MOST_LISTED = 12


def _settings() -> Settings:
    found: Settings = current_app.extensions["anqi_settings"]
    return found


def _datum() -> Datum:
    """Without tiles nothing is shifted."""
    settings = _settings()
    return Datum(settings.map_datum) if settings.map_tiles else Datum.WGS84


@bp.get("/")
@requires(Permission.MAP_READ)
def index() -> ResponseReturnValue:
    """The map, and beside it the same enterprises as a list."""
    actor, settings = current_actor(), _settings()
    form, wanted = _filter(actor)
    page = paginate(
        queries.list_points(actor, wanted, _window(form.bbox.data or "", 19)),
        number=page_number(),
    )
    return render_template(
        "atlas/index.html",
        form=form,
        page=page,
        wanted=wanted,
        labels=labels,
        config=_config(actor, wanted, settings),
        regions=enterprises.region_path_names({p.region_code for p in page.items}),
        kept_at=queries.kept_at(),
        settings=settings,
        active=sum(1 for name in ("level", "region", "bbox") if form[name].data),
    )


def _config(actor: Actor, wanted: MapFilter, settings: Settings) -> dict[str, Any]:
    """What the script begins with."""
    tones = labels.TONES[wanted.measure]
    return {
        "data": url_for("atlas.data"),
        "outline": [url_for("atlas.outline", province=p) for p in _provinces(actor)],
        "file": url_for("enterprise.file", enterprise_id=0),
        "bounds": _bounds(actor),
        "tiles": settings.map_tiles,
        "attribution": settings.map_attribution,
        "mostZoom": settings.map_most_zoom,
        "mostListed": MOST_LISTED,
        "tones": tones,
        "levels": [str(label) for label in labels.LEVEL_LABELS[wanted.measure]],
        "said": {
            "failed": _("The map could not be read. Try again in a moment."),
            "open": _("Open the file"),
            "total": _("%(count)s enterprises in view"),
            "cluster": _("%(count)s enterprises: zoom in"),
            "several": _("%(count)s enterprises side by side: choose one"),
            "within": _("%(count)s enterprises at one place: list them"),
            "nearer": _("Zoom in"),
        },
    }


def _provinces(actor: Actor) -> list[int]:
    """Whose parts are drawn: the provinces of the actor's regions, else China's provinces."""
    codes = {int(region[:2]) for region in actor.regions if region[:2].isdecimal()}
    return [outlines.CHINA, *sorted(codes)][:6]


def _bounds(actor: Actor) -> list[list[float]]:
    """South west and north east of what lies on the map, in the tiles' datum."""
    found = queries.extent(actor)
    if found is None:
        west, south, east, north = WHOLE
        return [[south, west], [north, east]]
    west, north, east, south = found
    margin = 400
    corners = (
        grid.to_degrees(west - margin, south + margin),
        grid.to_degrees(east + margin, north - margin),
    )
    shifted = (to_datum(*corner, _datum()) for corner in corners)
    return [[round(y, 5), round(x, 5)] for x, y in shifted]


def _filter(actor: Actor) -> tuple[forms.FilterForm, MapFilter]:
    form = forms.FilterForm(request.args)
    measure = form.measure.data
    chosen = Measure(measure) if measure in set(Measure) else Measure.RISK
    levels = labels.LEVEL_LABELS[chosen]
    form.level.choices = [("", "—"), *((str(i), text) for i, text in enumerate(levels) if i)]
    form.region.choices = [("", "—"), *enterprises.region_choices(actor)]
    form.validate()
    return form, _wanted(chosen)


def _wanted(measure: Measure) -> MapFilter:
    """From the address, forgiving: nonsense narrows nothing."""
    level, region = request.args.get("level", 0, type=int) or 0, request.args.get("region", "")
    return MapFilter(
        measure=measure,
        level=level if 0 < level < len(labels.TONES[measure]) else 0,
        region=region if region.isdecimal() and len(region) <= 9 else "",
        text=request.args.get("text", "").strip()[:60],
    )


def _window(text: str, zoom: int) -> Window | None:
    """``west,south,east,north`` in the tiles' datum; None for anything else."""
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        return None
    datum = _datum()
    west, south = from_datum(west, south, datum)
    east, north = from_datum(east, north, datum)
    return grid.window(west, south, east, north, zoom)


@bp.get("/data.json")
@requires(Permission.MAP_READ)
def data() -> ResponseReturnValue:
    """``?bbox=west,south,east,north&zoom=``: clusters and single enterprises of a window.

    ``marks``: ``[longitude, latitude, how many, level, enterprise id or 0, name]``.
    """
    measure = request.args.get("measure", "")
    chosen = Measure(measure) if measure in set(Measure) else Measure.RISK
    zoom = request.args.get("zoom", 10, type=int) or 10
    window = _window(request.args.get("bbox", ""), zoom)
    if window is None:
        return {"error": "bbox: west,south,east,north"}, 422
    answer = queries.gather(current_actor(), _wanted(chosen), window)
    datum, marks = _datum(), []
    for c in answer.clusters:
        x, y = to_datum(*grid.to_degrees(c.x + 0.5, c.y + 0.5), datum)
        level = labels.level_of(chosen, c.worst)
        marks.append([round(x, 5), round(y, 5), c.count, level, c.enterprise_id, c.name])
    body = json.dumps({"total": answer.total, "marks": marks}, separators=(",", ":"))
    return Response(body, mimetype="application/json", headers={"Cache-Control": "no-store"})


@bp.get("/outlines/<int:province>.json")
@requires(Permission.MAP_READ)
def outline(province: int) -> ResponseReturnValue:
    """GeoJSON of a province's parts by two digits of GB/T 2260; 0: the provinces."""
    response = Response(outlines.outline(province, _datum()), mimetype="application/geo+json")
    response.headers["Cache-Control"] = f"private, max-age={DAY_SECONDS}"
    return response


@bp.get("/plans/<int:plan_id>")
@requires(Permission.MAP_READ)
def plan(plan_id: int) -> ResponseReturnValue:
    """A plan of a site with its cameras and risk points."""
    return _plan_page(plan_id, forms.PlaceForm(formdata=None))


def _plan_page(plan_id: int, form: forms.PlaceForm) -> str:
    actor = current_actor()
    found = queries.get_plan(plan_id, actor)
    seen = actor.may(Permission.VIDEO_READ)
    all_cameras = queries.cameras_of(found.enterprise_id, actor) if seen else []
    form.camera_id.choices = [("", "—"), *((str(c.id), c.name) for c in all_cameras)]
    return render_template(
        "atlas/plan.html",
        plan=found,
        form=form,
        placed=[c for c in all_cameras if c.site_plan_id == plan_id],
        loose=[c for c in all_cameras if c.site_plan_id is None],
        risks=queries.risks_on(plan_id, actor) if actor.may(Permission.RISK_READ) else [],
        tones=labels.TONES[Measure.RISK],
        levels=labels.LEVEL_LABELS[Measure.RISK],
        may_place=actor.may(Permission.CAMERA_EDIT) and found.retired_at is None,
    )


@bp.get("/plans/<int:plan_id>/picture")
@requires(Permission.MAP_READ)
def picture(plan_id: int) -> ResponseReturnValue:
    return attachments.send(queries.get_plan(plan_id, current_actor()).picture)


@bp.post("/plans/<int:plan_id>/cameras")
@requires(Permission.CAMERA_EDIT)
def place_camera(plan_id: int) -> ResponseReturnValue:
    """Hang a camera of the same enterprise at a place of the picture."""
    actor, form = current_actor(), forms.PlaceForm()
    found = queries.get_plan(plan_id, actor)
    known = queries.cameras_of(found.enterprise_id, actor)
    form.camera_id.choices = [("", "—"), *((str(c.id), c.name) for c in known)]
    if not form.validate_on_submit():
        return _plan_page(plan_id, form), 422
    try:
        with transaction():
            here: SitePlan = queries.get_plan(plan_id, actor)
            camera = cameras.get_camera(int(form.camera_id.data), actor)
            x, y = form.x.data or Decimal(0), form.y.data or Decimal(0)
            placing.place(camera, actor, here, x=x / 100, y=y / 100)
    except InvalidInput as error:
        form.add_error(error)
        return _plan_page(plan_id, form), 422
    flash(_("The camera hangs on the plan."), "success")
    return redirect(url_for("atlas.plan", plan_id=plan_id))


@bp.post("/plans/<int:plan_id>/cameras/<int:camera_id>/take-off")
@requires(Permission.CAMERA_EDIT)
def take_off_camera(plan_id: int, camera_id: int) -> ResponseReturnValue:
    actor = current_actor()
    with transaction():
        found = queries.get_plan(plan_id, actor)
        camera = cameras.get_camera(camera_id, actor)
        if camera.enterprise_id != found.enterprise_id:
            raise NotFound
        if camera.site_plan_id != plan_id:
            # Taken off or hung elsewhere by somebody else a moment ago.
            raise Conflict
        placing.take_off(camera, actor)
    flash(_("The camera is taken off the plan."), "success")
    return redirect(url_for("atlas.plan", plan_id=plan_id))
