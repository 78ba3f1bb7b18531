"""The ledger, identification and the file at the bureau."""

from __future__ import annotations

import io
from datetime import date, timedelta
from decimal import Decimal

import pytest

from supervision import seeds
from supervision.chemical import figures, filing, jobs, queries, service, standards
from supervision.chemical.rules import Purpose, Table
from supervision.chemical.workflow import SourceState
from supervision.core import attachments, clock
from supervision.core.actor import SYSTEM
from supervision.core.db import db, transaction
from supervision.core.errors import Conflict, Forbidden, InvalidInput, NotFound
from supervision.core.notices import Notice
from tests.factories.chemicals import CHLORINE, METHANOL, PDF, a_source, assessed, hold, make_unit


@pytest.fixture
def plant(cast):
    """Sees the plant's ledger as its safety manager; the period of three years is loaded."""
    with transaction():
        seeds.load_rules()
    return cast["safety_manager"]


@pytest.fixture
def unit_id(cast, plant):
    with transaction():
        return make_unit(cast.plant_id, plant).id


def fields(**changes):
    values = {"name": "", "purpose": Purpose.RAW, "tonnes": Decimal(1), "named": CHLORINE}
    return service.ItemFields(**{**values, **changes})


def kinds():
    return [n.kind for n in db.session.scalars(db.select(Notice).order_by(Notice.id))]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"named": None, "name": "x", "classes": ("J1",), "cas": "7664-41-8"}, "cas"),
        ({"named": None, "name": "ammonia", "classes": ("J3",), "cas": "7664-41-7"}, "named"),
        ({"named": CHLORINE, "cas": "7664-41-7"}, "cas"),
        ({"named": 999}, "named"),
        ({"named": None, "name": ""}, "name"),
        ({"named": None, "name": "x"}, "classes"),
        ({"named": METHANOL}, "classes"),
        ({"named": None, "name": "x", "classes": ("Z9",)}, "classes"),
        ({"tonnes": Decimal(0)}, "tonnes"),
        ({"tonnes": Decimal("NaN")}, "tonnes"),
        ({"tonnes": Decimal("1.00001")}, "tonnes"),
        ({"stock": Decimal(-1)}, "stock"),
    ],
)
def test_a_line_that_cannot_be_reckoned_with_is_refused_at_its_field(
    unit_id, plant, changes, field
):
    with transaction(), pytest.raises(InvalidInput) as refused:
        service.add_item(queries.get_unit(unit_id, plant), plant, fields(**changes))
    assert refused.value.field == field


def test_a_listed_substance_takes_its_name_and_number_from_table_1(cast, unit_id, plant):
    with transaction():
        item = service.add_item(queries.get_unit(unit_id, plant), plant, fields(cas="7782505"))
        assert (item.cas, bool(item.name)) == ("7782-50-5", True)
    assert [one.cas for one in queries.held(cast.plant_id, plant)] == ["7782-50-5"]
    assert not queries.held(cast.plant_id, cast["other_plant"])


def test_the_design_maximum_grades_and_the_stock_never_does(unit_id, plant):
    with transaction():
        unit = queries.get_unit(unit_id, plant)
        service.add_item(unit, plant, fields(tonnes=Decimal("4.9"), stock=Decimal(500)))
        made = service.identify(unit, plant, service.Assessment(clock.today(), "A."))
        assert (made.s, made.is_major, made.grade) == (Decimal("0.98"), False, None)
        assert unit.source is None


def test_an_identification_keeps_every_term_while_the_ledger_moves_on(cast, unit_id, plant):
    with transaction():
        unit = queries.get_unit(unit_id, plant)
        item = hold(unit, plant, "62.5")
        assessed(unit, plant)
        kept = unit.last
        assert (kept.r, kept.grade, kept.alpha) == (100, "first", 2)
        assert kept.due_on == date(kept.done_on.year + 3, kept.done_on.month, kept.done_on.day)
        service.change_item(item, plant, fields(tonnes=Decimal(10)))
        assert unit.stale_since is not None
    kept = queries.get_unit(unit_id, plant).last
    assert [(t["tonnes"], t["critical"], t["beta"]) for t in kept.terms] == [("62.5", "5", "4")]
    assert kinds() == ["chemical.identified", "chemical.stale", "chemical.stale"]


def test_what_changes_nothing_of_the_reckoning_makes_nothing_stale(unit_id, plant):
    with transaction():
        unit = queries.get_unit(unit_id, plant)
        item = hold(unit, plant, "5")
        assessed(unit, plant)
        service.change_item(item, plant, fields(tonnes=Decimal(5), purpose=Purpose.STORAGE,
                                                supplier="S.", stock=Decimal(1)))  # fmt: skip
        assert unit.stale_since is None
        same = service.UnitFields(unit.name, unit.kind, unit.exposed_people, place="South")
        service.change_unit(unit, plant, same)
        assert unit.stale_since is None
        more = service.UnitFields(unit.name, unit.kind, unit.exposed_people + 1)
        service.change_unit(unit, plant, more)
        assert unit.stale_since is not None


def test_a_source_is_submitted_filed_changed_identified_anew_and_cancelled(cast, unit_id, plant):
    officer = cast["district_officer"]
    with transaction():
        unit = queries.get_unit(unit_id, plant)
        item = hold(unit, plant, "5")
        assessed(unit, plant)
        source = unit.source
        assert (source.status, source.grade) == (SourceState.IDENTIFIED, "fourth")
        filing.submit(source, plant)
        with pytest.raises(Forbidden):
            filing.file(source, plant, filing_number="X", filed_on=clock.today())
        filing.send_back(source, officer, reason="paper missing")
        filing.submit(source, plant)
        filing.file(source, officer, filing_number="BA-1", filed_on=clock.today())
        with pytest.raises(Forbidden):  # it still is one
            filing.request_cancel(source, plant, reason="empty")
        service.remove_item(item, plant, reason="no longer used")
        assessed(unit, plant)
        assert (source.status, source.is_major_now, source.due_on) == ("filed", False, None)
        with pytest.raises(Conflict):
            service.retire_unit(unit, plant, reason="closed")
        filing.request_cancel(source, plant, reason="no longer used")
        filing.cancel(source, officer, reason="checked on site")
        service.retire_unit(unit, plant, reason="closed")
    story = [e.action for e in queries.events_of_unit(unit_id, officer)]
    assert story[:4] == ["unit_retired", "cancel", "request_cancel", "identified"]


def test_what_was_never_filed_ends_by_itself_when_it_is_none_any_more(unit_id, plant):
    with transaction():
        unit = queries.get_unit(unit_id, plant)
        item = hold(unit, plant, "5")
        assessed(unit, plant)
        service.remove_item(item, plant, reason="gone")
        assessed(unit, plant)
        assert unit.source.status is SourceState.CANCELLED


def test_a_changed_ledger_cannot_be_filed_before_it_is_identified_anew(cast, unit_id, plant):
    with transaction():
        unit = queries.get_unit(unit_id, plant)
        hold(unit, plant, "5")
        assessed(unit, plant)
        hold(unit, plant, "300", METHANOL)
        with pytest.raises(Forbidden):
            filing.submit(unit.source, plant)
        assessed(unit, plant)
        assert unit.last.s == Decimal("1.6")
        filing.submit(unit.source, plant)


def test_whoever_changes_the_ledger_while_it_is_identified_comes_second(app, unit_id, plant):
    with transaction():
        hold(queries.get_unit(unit_id, plant), plant, "5")
    seen = (
        db.session.connection()
        .execute(db.text("SELECT row_version FROM chemical_unit"))
        .scalar_one()
    )
    db.session.rollback()
    with transaction():
        assessed(queries.get_unit(unit_id, plant), plant)
    with transaction():
        assert queries.get_unit(unit_id, plant).row_version > seen


def test_the_alarm_of_three_years_is_told_once_a_step_to_both_sides(cast, plant):
    ids = a_source(cast.plant_id, plant, cast["district_officer"])
    due = queries.get_source(ids["source_id"], SYSTEM).due_on
    db.session.rollback()

    def told(days):
        before = len(kinds())
        with clock.frozen(clock.start_of(due - timedelta(days=days))):
            jobs.remind(clock.now())
        return kinds()[before:]

    assert told(91) == []
    assert told(90) == ["chemical.due", "chemical.due"]
    assert told(89) == []
    assert told(-1) == ["chemical.late", "chemical.late"]


def test_a_corrected_figure_is_another_edition_and_moves_no_earlier_result(cast, unit_id, plant):
    chief, today = cast["section_chief"], clock.today()
    with transaction():
        unit = queries.get_unit(unit_id, plant)
        hold(unit, plant, "5")
        assessed(unit, plant)
        before = unit.last.standard_id
        row = next(
            r
            for r in standards.standard_on(today).rows
            if r.kind is Table.NAMED and r.position == CHLORINE
        )
        asked = standards.Correction(Decimal(50), today, "erratum", "misprint")
        with pytest.raises(Forbidden):
            standards.correct(row, cast["district_officer"], asked)
        standards.correct(row, chief, asked)
    with transaction():
        unit = queries.get_unit(unit_id, plant)
        assessed(unit, plant)
        first, second = unit.identifications
        assert (first.standard_id, first.s, first.is_major) == (before, 1, True)
        assert (second.s, second.is_major) == (Decimal("0.1"), False)
        assert standards.standard_on(today - timedelta(days=1)).id == before
        with pytest.raises(Conflict):
            standards.correct(standards.get_row(row.id), chief, asked)


def test_only_the_own_ledger_is_there(cast, plant):
    ids = a_source(cast.plant_id, plant, cast["district_officer"])
    for who in ("other_plant", "other_district"):
        for read, key in (
            (queries.get_unit, "unit_id"),
            (queries.get_item, "item_id"),
            (queries.get_sheet, "sheet_id"),
            (queries.get_source, "source_id"),
            (queries.get_identification, "identification_id"),
        ):
            with pytest.raises(NotFound):
                read(ids[key], cast[who])
    assert queries.traits([cast.plant_id, cast.other_plant_id]) == {
        cast.plant_id: {"chemicals", "major_hazard_source"}
    }


def test_a_safety_data_sheet_has_versions_and_the_last_one_holds(cast, plant):
    ids = a_source(cast.plant_id, plant)
    with transaction():
        item = queries.get_item(ids["item_id"], plant)
        scan = attachments.store_scan(plant, io.BytesIO(PDF + b"2"), "b.pdf", field="sheet")
        service.add_sheet(item, plant, scan, version="2.0", issued_on=clock.today())
        with pytest.raises(InvalidInput):
            service.add_sheet(item, plant, scan, version="3", issued_on=clock.today() + clock.DAY)
    found = queries.get_item(ids["item_id"], plant)
    assert [s.version for s in found.sheets] == ["1.0", "2.0"]
    assert found.sheet.version == "2.0"


def test_the_database_refuses_a_filed_source_without_a_number(cast, plant):
    ids = a_source(cast.plant_id, plant)
    with pytest.raises(Exception, match=r"(?i)filed_has_number"), transaction():
        queries.get_source(ids["source_id"], plant).status = SourceState.FILED
        db.session.flush()


def test_the_tables_are_seeded_once(app):
    with transaction():
        assert (standards.load_shipped(), standards.load_shipped()) == (156, 0)


def test_the_rows_of_a_period_are_as_many_as_the_database_counts(cast, plant):
    a_source(cast.plant_id, plant, cast["district_officer"])
    begin, end = clock.now(), clock.now() + clock.DAY
    for who, expected in (("district_officer", 1), ("safety_manager", 1), ("other_district", 0)):
        counts = figures.chemical_counts(cast[who], end)
        assert counts["chemicals"] == len(list(figures.chemical_rows(cast[who], end))) == expected
        rows = list(figures.source_rows(cast[who], end))
        assert counts["sources"] == counts["sources_first"] == len(rows) == expected
    assert rows == []
    before = figures.chemical_counts(cast["district_officer"], begin - clock.DAY)
    assert set(before.values()) == {0}
    narrowed = figures.chemical_counts(cast["city_officer"], end, region="330113")
    assert narrowed["sources"] == 0
