"""The pages of an import, from the template to the rows to mend."""

from __future__ import annotations

import io

import pytest
from openpyxl import load_workbook

from supervision.core import clock
from supervision.core.db import db
from supervision.enterprise.imports.jobs import running
from tests.factories.imports import checked, imported, look, row, uploaded, workbook
from tests.pages import error_text

ME = "district_officer"
HOME = "/enterprises/imports/"


@pytest.mark.parametrize(
    ("who", "status"),
    [(None, 302), ("plant_manager", 403), ("auditor", 403), (ME, 200), ("administrator", 200)],
)
def test_who_may_import(pages, who, status):
    assert pages.get(who, HOME).status_code == status


def test_a_file_goes_from_upload_to_the_roll(pages, cast):
    file = workbook([row(20), row(21, 从业人数="many")])
    sent = pages.post(ME, HOME, {"file": (file, "台账 2026.xlsx")})
    where = sent.headers["Location"]
    page = pages.get(ME, where)
    assert "What is in each column?" in error_text(page)
    columns = {f"column-{n}": name for n, name in enumerate(_selected(page))}
    assert columns["column-0"] == "uscc"
    assert pages.post(ME, f"{where}/columns", columns).status_code == 302
    assert "Being checked" in error_text(pages.get(ME, where))
    running.work(clock.now())
    text = error_text(pages.get(ME, where))
    assert "Nothing is written yet." in text
    assert "Headcount: “many” is not a whole number." in text
    assert "台账 2026.xlsx" in text
    pages.post(ME, f"{where}/confirm")
    state = pages.get(ME, f"{where}/state").json
    assert (state["state"], state["over"]) == ("to_import", False)
    running.work(clock.now())
    state = pages.get(ME, f"{where}/state").json
    assert (state["state"], state["percent"], state["over"]) == ("done", 100, True)
    assert state["text"] == "2 of 2 rows"
    assert "mend them and upload that file" in error_text(pages.get(ME, where))
    assert "Imported Works 20" in error_text(pages.get(ME, "/enterprises/?text=Imported"))
    errors = pages.get(ME, f"{where}/errors.xlsx")
    assert load_workbook(io.BytesIO(errors.data)).active.max_row == 2


def _selected(page):
    """The chosen field of each column, as a browser would send it."""
    selects = page.get_data(as_text=True).split("<select")[1:]
    chosen = []
    for select in selects:
        options = select.split("</select>")[0].split("<option")[1:]
        marked = [o for o in options if " selected" in o.split(">")[0]]
        chosen.append(marked[0].split('value="')[1].split('"')[0] if marked else "")
    return chosen


def test_a_file_that_is_none_is_refused_on_the_page(pages):
    sent = pages.post(ME, HOME, {"file": (io.BytesIO(b"\x00\x01"), "photo.xlsx")})
    assert sent.status_code == 422
    assert "neither an Excel workbook" in error_text(sent)
    assert pages.post(ME, HOME, {}).status_code == 422


def test_two_columns_for_one_field_are_refused_at_the_second(pages, cast):
    run_id = uploaded(cast, ME, workbook([row(20)]))
    sent = pages.post(ME, f"{HOME}{run_id}/columns", {"column-0": "uscc", "column-1": "uscc"})
    assert sent.status_code == 422
    assert "Two columns cannot fill the same field." in error_text(sent)
    sent = pages.post(ME, f"{HOME}{run_id}/columns", {"column-0": "password"})
    assert sent.status_code == 422


def test_another_person_finds_no_import_of_mine(pages, cast):
    run_id = imported(cast, ME, workbook([row(20, 地址="")]))
    for address in ("", "/state", "/errors.xlsx"):
        assert pages.get("section_chief", f"{HOME}{run_id}{address}").status_code == 404
        assert pages.get(ME, f"{HOME}{run_id}{address}").status_code == 200
    for verb in ("columns", "confirm", "cancel"):
        assert pages.post("section_chief", f"{HOME}{run_id}/{verb}").status_code == 404


def test_a_second_click_changes_nothing(pages, cast):
    run_id = checked(cast, ME, workbook([row(20)]))
    for _click in range(2):
        assert pages.post(ME, f"{HOME}{run_id}/confirm").status_code == 302
    running.work(clock.now())
    assert pages.post(ME, f"{HOME}{run_id}/cancel").status_code == 302
    assert look(run_id, cast, ME).status.value == "done"


@pytest.mark.parametrize("language", ["en", "zh_Hans_CN"])
def test_the_template_filled_in_is_understood_in_either_language(pages, cast, language):
    sent = pages.get(ME, f"{HOME}template.xlsx", language=language)
    book = load_workbook(io.BytesIO(sent.data))
    sheet, notes, codes = book.worksheets
    headings = [cell.value for cell in sheet[1]]
    assert len(headings) == len(set(headings)) == 19
    assert sheet.data_validations.count >= 5
    assert notes.max_row == 20
    regions = [cell.value for cell in codes["A"] if cell.value][1:]
    # The district's own, and no other's.
    assert regions == ["330110 Yuhang", "330110001 First Street"]
    line = [""] * 19
    mine = row(20)
    for place, value in zip((0, 1, 3, 4, 7, 8, 9, 10, 12), mine[:9], strict=True):
        line[place] = value
    line[3] = regions[1]
    for place, value in enumerate(line, start=1):
        sheet.cell(2, place, value)
    out = io.BytesIO()
    book.save(out)
    out.seek(0)
    run = look(checked(cast, ME, out), cast, ME)
    assert "" not in run.mapping
    assert (run.total, run.new_count) == (1, 1)
    db.session.rollback()
