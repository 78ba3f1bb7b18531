"""Templates of papers: read by the regulator, changed by two persons, and never backwards."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from io import BytesIO

import pytest
from pypdf import PdfReader

from supervision.core import clock, documents
from supervision.core.db import db, transaction
from supervision.core.documents import Document, editing
from supervision.statute import queries
from supervision.statute.rules import ChangeKind
from tests.core.documents.conftest import papers  # noqa: F401 - a fixture
from tests.core.documents.samples import SAMPLES
from tests.pages import error_text

TODAY = date(2026, 11, 22)
TOMORROW = TODAY + timedelta(days=1)
NOON = datetime(2026, 11, 22, 4, tzinfo=UTC)
URL = "/statutes/papers/RECTIFY_ORDER"
TITLE = "责令限期整改指令书"


@pytest.fixture
def law(pages, papers):  # noqa: F811
    with clock.frozen(NOON):
        yield pages


def form_of(template, **changes):
    """What the form posts: everything as it is, but for ``changes``."""
    texts = {f"text_{n}": spot.text for n, spot in enumerate(editing.spots(template.body))}
    return {
        **texts,
        "infix": template.infix,
        "number_format": template.number_format,
        "effective_from": TOMORROW.isoformat(),
        "source": "our legal section's form of 2026",
        "certainty": "H",
        "reason": "checked by the legal section",
        **changes,
    }


def in_force(day=TODAY):
    return documents.template_on("RECTIFY_ORDER", day)


def spot_with(text):
    spots = editing.spots(in_force().body)
    return next(f"text_{n}" for n, spot in enumerate(spots) if text in spot.text)


def draft(law, **changes):
    answer = law.post("section_chief", f"{URL}/change", form_of(in_force(), **changes))
    assert answer.status_code == 302, error_text(answer)
    return answer.headers["Location"]


def approve(law, url):
    assert law.post("section_chief", f"{url}/propose").status_code == 302
    answer = law.post("administrator", f"{url}/approve", {"note": ""})
    assert answer.status_code == 302, error_text(answer)


def pdf_text(answer):
    assert answer.mimetype == "application/pdf"
    pages = PdfReader(BytesIO(answer.data)).pages
    return re.sub(r"\s", "", "".join(page.extract_text() for page in pages))


def issue(cast):
    template = in_force()
    data = {key: value for key, value in SAMPLES["RECTIFY_ORDER"].items() if key != "number"}
    with transaction():
        number, _serial = documents.next_number(
            template, series="authority:1", abbreviation="浙余", year=2026
        )
        paper = documents.issue(cast["section_chief"], template, data, number=number, at=NOON)
        return paper.id


def test_the_list_says_what_a_paper_is_and_which_have_no_text_yet(law):
    page = law.get("auditor", "/statutes/papers?text=RECTIFY").text
    assert TITLE in page
    assert "责改" in page
    found = law.get("auditor", "/statutes/papers?text=抽样").text
    assert "抽样取证凭证" in found
    assert "No text yet" in found
    assert TITLE not in found


def test_a_paper_shows_its_texts_its_certainty_and_a_preview_with_the_names_of_its_fields(law):
    page = law.get("district_officer", URL).text
    assert "legal section has to check" in page
    assert "{authority.reconsideration_organ}" in page
    (link,) = re.findall(r'href="(/statutes/papers/versions/\d+\.pdf)"', page)
    text = pdf_text(law.get("district_officer", link))
    assert TITLE in text
    assert "［行政复议机关］" in text
    assert "草稿" in text


def test_a_paper_without_a_text_has_no_preview(law):
    with clock.frozen(NOON):
        template_id = documents.template_on("SAMPLE_EVID", TODAY).id
    page = law.get("auditor", "/statutes/papers/SAMPLE_EVID").text
    assert "has no text yet" in page
    assert law.get("auditor", f"/statutes/papers/versions/{template_id}.pdf").status_code == 404


def test_a_new_text_is_seen_side_by_side_and_as_a_preview_before_a_second_person_approves(law):
    spot = spot_with("逾期不整改")
    url = draft(law, **{spot: "逾期未整改的，本机关将依法处理。"})
    law.post("section_chief", f"{url}/propose")
    page = law.get("administrator", url).text
    assert "<ins>逾期未整改的，本机关将依法处理。</ins>" in page
    assert "Paragraph" in page
    assert "逾期未整改的，本机关将依法处理。" in pdf_text(
        law.get("administrator", f"{url}/preview.pdf")
    )
    assert in_force(TOMORROW).effective_to is None


def test_a_template_changed_today_alters_no_paper_of_yesterday(law, cast):
    paper_id = issue(cast)
    before = documents.render_again(db.session.get(Document, paper_id))
    old_id, old_body = in_force().id, in_force().body
    spot = spot_with("逾期不整改")
    url = draft(law, **{spot: "换了一句话。"})
    approve(law, url)
    assert in_force().id == old_id
    assert in_force().body == old_body
    assert in_force().effective_to == TODAY
    new = in_force(TOMORROW)
    assert new.id != old_id
    assert "换了一句话。" in [s.text for s in editing.spots(new.body)]
    assert (new.certainty, new.name, new.is_external) == ("H", TITLE, True)
    with clock.frozen(NOON + timedelta(days=365)):
        paper = db.session.get(Document, paper_id)
        assert paper.template_id == old_id
        assert documents.render_again(paper) == before


def test_the_author_cannot_approve_and_a_draft_is_nobody_elses(law):
    url = draft(law)
    assert law.get("administrator", f"{url}/preview.pdf").status_code == 404
    assert law.get("administrator", f"{url}/paper").status_code == 404
    law.post("section_chief", f"{url}/propose")
    assert law.post("section_chief", f"{url}/approve", {"note": ""}).status_code == 403
    assert in_force(TOMORROW).effective_to is None


def test_a_text_with_an_unknown_field_is_refused_beside_its_control(law):
    spot = spot_with("经查，你单位存在")
    answer = law.post(
        "section_chief", f"{URL}/change", form_of(in_force(), **{spot: "由{party.nickname}负责"})
    )
    assert answer.status_code == 422
    assert "{party.nickname} is no field of this paper" in answer.text
    assert f'aria-describedby="{spot}-error"' in answer.text


def test_a_form_of_numbers_that_would_pad_is_refused(law):
    wrong = form_of(in_force(), number_format="（{region}）应急{infix}〔{year}〕{serial:03d}号")
    answer = law.post("section_chief", f"{URL}/change", wrong)
    assert answer.status_code == 422
    assert "each once" in answer.text


def test_a_field_that_is_no_longer_printed_is_said_to_whoever_decides(law):
    spot = spot_with("行政复议")
    url = draft(law, **{spot: "（略）"})
    law.post("section_chief", f"{url}/propose")
    page = law.get("administrator", url).text
    assert "No longer printed" in page
    assert "行政诉讼管辖法院" in page


def test_a_draft_is_revised_in_the_same_form(law):
    url = draft(law)
    edit = law.get("section_chief", f"{url}/edit")
    assert edit.headers["Location"].endswith("/paper")
    assert law.get("section_chief", edit.headers["Location"]).status_code == 200
    changed = form_of(in_force(), text_0="整改指令书（新式）")
    assert law.post("section_chief", edit.headers["Location"], changed).status_code == 302
    assert "整改指令书（新式）" in law.get("section_chief", url).text


def test_a_type_may_end_without_a_successor(law):
    url = draft(law, repeal="y")
    approve(law, url)
    assert in_force().effective_to == TODAY
    assert len(queries.versions(ChangeKind.TEMPLATE, "RECTIFY_ORDER")) == 1
