"""Texts of a template are changed one by one; what they may say is checked."""

from __future__ import annotations

from io import BytesIO

import pytest
from pypdf import PdfReader

from supervision.core.documents import editing, pdf
from supervision.core.documents.layout import lay_out
from supervision.core.errors import InvalidInput
from tests.core.documents.samples import SAMPLES
from tests.core.documents.test_papers import bodies


@pytest.mark.parametrize("code", SAMPLES)
def test_the_shipped_texts_pass_their_own_check_and_put_back_change_nothing(code):
    body = bodies()[code]
    editing.check_texts(body)
    texts = [spot.text for spot in editing.spots(body)]
    assert editing.with_texts(body, texts) == body
    assert len(texts) > 10


def test_one_text_is_replaced_and_the_original_stays_as_it_was():
    body = bodies()["RECTIFY_ORDER"]
    texts = [spot.text for spot in editing.spots(body)]
    texts[0] = "新标题"
    changed = editing.with_texts(body, texts)
    assert changed["title"] == "新标题"
    assert body["title"] == "责令限期整改指令书"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("由{party.nickname}负责", "party.nickname"),
        ("由{party.name负责", "brace"),
        ("由 } 负责", "brace"),
    ],
)
def test_a_text_with_an_unknown_field_or_a_loose_brace_is_refused_at_its_place(text, message):
    body = bodies()["RECTIFY_ORDER"]
    texts = [spot.text for spot in editing.spots(body)]
    texts[2] = text
    with pytest.raises(InvalidInput, match=message) as caught:
        editing.check_texts(editing.with_texts(body, texts))
    assert caught.value.field == "text_2"


@pytest.mark.parametrize(
    ("number_format", "infix", "field"),
    [
        ("{region}{infix}{year}", "责改", "number_format"),
        ("{region}{infix}{year}{serial:03d}", "责改", "number_format"),
        ("{region}{infix}{year}{serial}{serial}", "责改", "number_format"),
        ("{region}{infix}{year}{serial}", "", "infix"),
    ],
)
def test_a_form_of_numbers_that_could_double_or_pad_is_refused(number_format, infix, field):
    with pytest.raises(InvalidInput) as caught:
        editing.check_number(number_format, infix)
    assert caught.value.field == field


@pytest.mark.parametrize("code", SAMPLES)
def test_a_preview_shows_the_names_of_the_fields(code):
    body = bodies()[code]
    made = pdf.draw(lay_out(body, editing.sample(body), draft=True), lambda _sha: BytesIO())
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(made)).pages)
    assert body["title"] in text
    assert "［单位名称］" in text.replace("\n", "")
