"""Numbers, snapshots and refusals: what other slices rely on."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import pytest

from supervision.core import clock, documents
from supervision.core.attachments import storage
from supervision.core.db import db, transaction
from supervision.core.documents import Document, DocumentTemplate, shipped
from supervision.core.errors import InvalidInput, NotFound
from tests.core.documents.samples import SAMPLES

DAY = date(2026, 11, 22)
AT = datetime(2026, 11, 22, 4, tzinfo=UTC)
# FACTS 2.12: full-width brackets, six-angle brackets, no zero padding.
NUMBER = re.compile(r"^（[\u4e00-\u9fff]{1,6}）应急[\u4e00-\u9fff]{1,4}〔\d{4}〕[1-9]\d*号$")


def data_of(code):
    return {key: value for key, value in SAMPLES[code].items() if key != "number"}


def issue(cast, code="RECTIFY_ORDER", **changes):
    template = documents.template_on(code, DAY)
    number = ""
    if template.infix:
        number, _serial = documents.next_number(
            template, series="authority:1", abbreviation="浙余", year=2026
        )
    data = {**data_of(code), **changes}
    return documents.issue(cast["section_chief"], template, data, number=number, at=AT)


def test_all_types_of_paper_are_rows_and_their_numbers_have_the_form_of_the_law(papers):
    rows = list(db.session.query(DocumentTemplate))
    assert len(rows) == 33
    for row in rows:
        if row.infix:
            number = documents.compose_number(row, abbreviation="浙余", year=2026, serial=12)
            assert NUMBER.match(number), number


def test_serials_count_for_each_authority_class_and_year(papers):
    order = documents.template_on("RECTIFY_ORDER", DAY)
    measure = documents.template_on("ONSITE_MEASURE", DAY)

    def number(template, series, year):
        return documents.next_number(template, series=series, abbreviation="浙余", year=year)[0]

    with transaction():
        assert [number(order, "authority:1", 2026) for _ in range(3)] == [
            f"（浙余）应急责改〔2026〕{serial}号" for serial in (1, 2, 3)
        ]
        assert number(order, "authority:2", 2026).endswith("〕1号")
        assert number(order, "authority:1", 2027).endswith("〔2027〕1号")
        assert number(measure, "authority:1", 2026) == "（浙余）应急现决〔2026〕1号"


def test_a_transaction_that_fails_gives_its_number_back(papers, cast):
    with pytest.raises(InvalidInput), transaction():
        issue(cast, problems=[])
    with transaction():
        assert issue(cast).number == "（浙余）应急责改〔2026〕1号"


def test_what_a_paper_lacks_is_named_with_its_place(papers, cast):
    broken = [dict(one) for one in data_of("RECTIFY_ORDER")["problems"]]
    broken[1]["due_on"] = "tomorrow"
    with pytest.raises(InvalidInput) as caught, transaction():
        issue(cast, problems=broken)
    assert caught.value.field == "problems[2].due_on"
    assert "责令限期整改指令书" in str(caught.value)
    assert "整改期限" in str(caught.value)
    with pytest.raises(InvalidInput) as caught, transaction():
        issue(cast, officers=data_of("RECTIFY_ORDER")["officers"][:1])
    assert caught.value.field == "officers[2]"


def test_a_picture_that_is_not_stored_is_refused(papers, cast):
    signatures = {**data_of("RECTIFY_ORDER")["signatures"]}
    signatures["party"] = {"name": "x", "image": "sha256:" + "0" * 64, "at": None}
    with pytest.raises(InvalidInput, match="is not stored"), transaction():
        issue(cast, signatures=signatures)


def test_a_type_without_a_text_is_listed_and_refuses_to_be_issued(papers, cast):
    template = documents.template_on("SAMPLE_EVID", DAY)
    with pytest.raises(InvalidInput, match="has no text yet"), transaction():
        documents.issue(cast["section_chief"], template, {}, number="x", at=AT)


def test_before_the_first_version_there_is_none(papers):
    with pytest.raises(NotFound, match="RECTIFY_ORDER"):
        documents.template_on("RECTIFY_ORDER", date(2017, 12, 31))


def test_a_paper_is_stored_with_its_snapshot_and_renders_to_the_same_bytes_next_year(papers, cast):
    with transaction():
        paper = issue(cast)
        paper_id, hashes = paper.id, (paper.pdf.sha256, paper.docx.sha256)
    with clock.frozen(AT + timedelta(days=365)):
        paper = db.session.get(Document, paper_id)
        pdf, docx = documents.render_again(paper)
    assert storage().open(hashes[0]).read() == pdf
    assert storage().open(hashes[1]).read() == docx
    assert paper.data["number"] == paper.number
    assert paper.pdf.filename == f"责令限期整改指令书 {paper.number}.pdf"


def test_a_template_changed_today_alters_no_paper_of_yesterday(papers, cast):
    with transaction():
        paper_id = issue(cast).id
    before = documents.render_again(db.session.get(Document, paper_id))
    with transaction():
        old = documents.template_on("RECTIFY_ORDER", DAY)
        row = {
            column.key: getattr(old, column.key) for column in DocumentTemplate.__table__.columns
        }
        del row["id"]
        row["effective_from"] = DAY + timedelta(days=1)
        row["body"] = {**old.body, "title": "新式样"}
        old.effective_to = DAY
        db.session.add(DocumentTemplate(**row))
    assert documents.template_on("RECTIFY_ORDER", DAY + timedelta(days=1)).body["title"] == "新式样"
    assert documents.render_again(db.session.get(Document, paper_id)) == before


def test_loading_twice_adds_nothing(papers):
    from supervision import seeds

    with transaction():
        assert seeds.load_documents() == 0
    assert len(list(shipped.rows())) == 33
