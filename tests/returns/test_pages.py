"""The pages of returns, as both sides use them."""

from __future__ import annotations

import base64
import io
from datetime import datetime

from openpyxl import load_workbook
from PIL import Image, ImageDraw
from sqlalchemy import insert

from supervision.core import clock
from supervision.core.db import db, transaction
from supervision.core.scope import unscoped
from supervision.core.statutory import Certainty
from supervision.enterprise.models import Enterprise
from supervision.returns import dossier, jobs, layouts, panels, queries
from supervision.returns.models import PeriodReturn
from supervision.returns.rules import ReturnKind
from supervision.returns.workflow import ReturnState
from tests.factories.hazards import make_hazard
from tests.factories.returns import load_layouts
from tests.pages import error_text

JUNE, JULY = (datetime(2026, m, 2, 9, tzinfo=clock.SHANGHAI) for m in (6, 7))


def drawn(width=4):
    """A stroke across the sheet; of no width, a sheet that nobody drew on."""
    out = io.BytesIO()
    sheet = Image.new("RGBA", (120, 40))
    ImageDraw.Draw(sheet).line((5, 5, 110, 30), fill="black" if width else None, width=width)
    sheet.save(out, "PNG")
    return "data:image/png;base64," + base64.b64encode(out.getvalue()).decode()


def made(cast, now):
    with clock.frozen(now), transaction():
        load_layouts()
        stmt = db.update(Enterprise).values(created_at=JUNE)
        db.session.execute(unscoped(stmt, reason="all on the roll before"))
    with clock.frozen(JUNE):
        make_hazard(cast)
    with clock.frozen(now):
        jobs.make(clock.now())
        return own(cast, ReturnKind.QUARTERLY)


def own(cast, kind):
    wanted = queries.ReturnFilter(kind=kind, enterprise_id=cast.plant_id)
    (row,) = db.session.scalars(queries.list_returns(cast["plant_manager"], wanted)).all()
    return row.id


def test_a_return_is_corrected_signed_sent_back_and_accepted_on_its_page(cast, pages):
    ident = made(cast, JULY)
    url = f"/returns/{ident}"

    def said(who, path="", **data):
        step = pages.post(who, url + path, data) if path else pages.get(who, url)
        return step.status_code, error_text(step)

    with clock.frozen(JULY):
        line = {"figure": "found_general", "value": "1", "reason": "Graded on paper"}
        code, text = said("safety_manager", "/correct", **line | {"value": "0.5"})
        assert code == 422
        assert "whole number" in text
        assert said("safety_manager", "/correct", **line)[0] == 302
        assert "The grades do not sum" in said("plant_manager")[1]
        sign = {"name": cast["plant_manager"].name, "signature": drawn()}
        assert said("plant_manager", "/sign", **sign)[0] == 409
        zero = {"figure": "found_ungraded", "value": "0", "reason": "Graded on paper"}
        assert said("safety_manager", "/correct", **zero)[0] == 302
        for nothing, why in (("", "Signature"), (drawn(width=0), "The signature is empty.")):
            code, text = said("plant_manager", "/sign", **sign | {"signature": nothing})
            assert (code, why in text) == (422, True)
        assert said("plant_manager", "/sign", **sign)[0] == 302
        assert said("safety_manager", "/submit")[0] == 302
        assert said("plant_manager", "/accept")[0] == 403
        assert said("district_officer", "/return", reason="Once more")[0] == 302
        assert "Once more" in said("safety_manager")[1]
        assert said("safety_manager", "/revise")[0] == 302
        spent = {"figure": "funds_spent", "value": "12.5", "reason": "Invoice of June"}
        assert said("safety_manager", "/correct", **spent)[0] == 302
        assert said("plant_manager", "/sign", **sign)[0] == 302
        assert said("plant_manager", "/submit", row_version="1")[0] == 409
        assert said("plant_manager", "/submit")[0] == 302
        code, text = said("district_officer")
        assert "Graded on paper" in text
        assert "Earlier revisions" in text
        assert said("district_officer", "/accept")[0] == 302
        row = queries.get_return(ident, cast["plant_manager"])
        assert (row.status, row.revision) == (ReturnState.ACCEPTED, 2)
        first = error_text(pages.get("plant_manager", f"{url}/revisions/1"))
        assert "Once more" in first
        assert "Invoice of June" in first  # why the next one says otherwise
        drawing = pages.get("district_officer", f"{url}/revisions/1/signature.png")
        assert drawing.mimetype.startswith("image/")
        assert b"%PDF" in pages.get("auditor", f"{url}/revisions/1/return.pdf").data[:8]
        assert pages.get("plant_manager", f"{url}/revisions/2").location == url
        assert pages.get("plant_manager", f"{url}/revisions/3").status_code == 404
        assert pages.get("other_plant", f"{url}/revisions/1").status_code == 404
        paper = pages.get("plant_manager", f"{url}/return.pdf").data
        assert paper.startswith(b"%PDF")
        assert b"/Image" in paper
        book = load_workbook(io.BytesIO(pages.get("auditor", f"{url}/return.xlsx").data))
        cells = {str(cell.value) for line in book.worksheets[0] for cell in line}
        assert "Graded on paper" in cells


def test_the_authority_sees_who_is_behind_and_reminds_them(cast, pages):
    made(cast, JULY)
    with clock.frozen(datetime(2026, 7, 20, 9, tzinfo=clock.SHANGHAI)):
        listed = pages.get("district_officer", "/returns/?group=overdue&kind=quarterly")
        assert "Plant 1" in error_text(listed)
        assert "Plant 3" not in error_text(listed)
        client = pages.as_("district_officer")
        told = client.post("/returns/remind?group=overdue&kind=quarterly", follow_redirects=True)
        assert "2 were reminded." in error_text(told)
        mine = error_text(pages.get("plant_manager", "/returns/"))
        assert "Overdue" in mine
        assert "Plant 2" not in mine
        file = pages.get("auditor", "/returns/export.xlsx").data
        assert load_workbook(io.BytesIO(file)).worksheets[0].max_row > 6
        assert pages.get("plant_manager", f"/enterprises/{cast.plant_id}").status_code == 200
        (chapter,) = dossier.CHAPTERS
        (section,) = chapter.sections(cast.plant_id, cast["plant_manager"])
        kinds = {str(column.heading): column.value for column in section.columns}["Kind"]
        assert min(map(kinds, section.rows)) == "Quarterly statistics"
        assert chapter.sections(cast.plant_id, cast["other_plant"])[0].rows == []


def test_a_region_s_own_layout_gets_a_new_version_from_tomorrow_on(cast, pages):
    ident = made(cast, JULY)
    with clock.frozen(JULY):
        (old,) = layouts.listed()
        local = f"/returns/{own(cast, ReturnKind.LOCAL)}"
        offered = pages.get("safety_manager", local).get_data(as_text=True)
        assert 'value="found_general"' in offered
        assert 'value="found_patrol"' not in offered  # not on this region's paper
        line = {"figure": "found_patrol", "value": "9", "reason": "Not asked for"}
        assert pages.post("safety_manager", f"{local}/correct", line).status_code == 422
        page = pages.get("section_chief", f"/returns/layouts/new?of={old.id}")
        assert "| carried" in page.get_data(as_text=True)
        values = {
            "code": old.code, "name": "Monthly", "region_code": "3301", "due_day": "8",
            "effective_from": "2026-07-03", "source": "Notice 1", "certainty": Certainty.MEDIUM,
            "lines": "Found this month | found\nNothing such | nothing",
        }  # fmt: skip
        wrong = pages.post("section_chief", "/returns/layouts/new", values)
        assert wrong.status_code == 422
        assert "Line 2" in error_text(wrong)
        values["lines"] = "Found this month | found"
        assert pages.post("section_chief", "/returns/layouts/new", values).status_code == 302
        new, before = layouts.listed()
        assert (new.lines, str(before.effective_to)) == (
            [{"label": "Found this month", "figure": "found"}],
            "2026-07-02",
        )
        assert "Notice 1" in error_text(pages.get("administrator", "/returns/layouts"))
        assert pages.get("plant_manager", f"/returns/{ident}").status_code == 200


def test_the_menu_counts_no_further_than_anybody_reads(cast):
    ident = made(cast, JULY)
    with clock.frozen(JULY):
        row = queries.get_return(ident, cast["plant_manager"])
        columns = [c.name for c in PeriodReturn.__table__.columns if c.name != "id"]
        values = {name: getattr(row, name) for name in columns}
        days = [row.first_day.replace(year=1000 + n) for n in range(150)]
        with transaction():
            db.session.execute(insert(PeriodReturn), [values | {"first_day": day} for day in days])
        late = datetime(2026, 12, 1, tzinfo=clock.SHANGHAI)
    with clock.frozen(late):
        assert queries.counts(cast["plant_manager"]).overdue > 150
        assert panels.badge(cast["plant_manager"]) == 101
