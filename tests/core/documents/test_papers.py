"""Each paper as its reader opens it: every value is there, in both files, on pages that hold."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from copy import deepcopy
from functools import cache
from io import BytesIO

import pytest
from docx import Document as Docx
from PIL import Image
from pypdf import PdfReader

from supervision.core.documents import docx, fields, pdf, shipped
from supervision.core.documents.layout import Grid, Signatures, Text, lay_out
from supervision.core.documents.pictures import bounded
from supervision.core.errors import InvalidInput
from tests.core.documents.samples import PICTURES, REFUSED, SAMPLES

# A code of the template's choices, a picture or a time stands in the paper in other words.
OTHER_WORDS = {"photos", "image", "at", "result", "method", "decision", "refused"}
# Who a party is and how to reach it stands where the form has a place for it.
CONTACT = re.compile(r"(party|authority)\.[a-z_]+\?")


@cache
def bodies():
    return {row["code"]: row["body"] for row in shipped.rows() if row["body"]}


def open_picture(sha):
    return BytesIO(PICTURES[sha])


def paper(code, data=None, **options):
    return lay_out(bodies()[code], data or SAMPLES[code], **options)


def squeezed(text):
    return re.sub(r"\s", "", text)


def pdf_pages(made):
    data = pdf.draw(made, open_picture)
    return [squeezed(page.extract_text()) for page in PdfReader(BytesIO(data)).pages]


def docx_text(made):
    document = Docx(BytesIO(docx.draw(made, open_picture)))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return squeezed("".join([*(p.text for p in document.paragraphs), *cells]))


def shown(code, data):
    """Every value that the template asks for, as it should stand in the paper."""
    for path, _label in bodies()[code]["fields"]:
        parts = fields.parse(path)
        name = parts[-1].name
        if name in OTHER_WORDS or parts[0].name == "signatures":
            continue
        for value in values(data, parts):
            if isinstance(value, bool):
                continue
            if fields.is_day_name(name):
                year, month, day = (int(part) for part in value.split("-"))
                yield path, f"{year}年{month}月{day}日"
            elif not fields.is_instant_name(name):
                yield path, str(value)


def values(data, parts):
    found = data.get(parts[0].name) if isinstance(data, dict) else None
    items = found if isinstance(found, list) else [found]
    for item in items:
        if item in (None, ""):
            continue
        if len(parts) == 1:
            yield item
        else:
            yield from values(item, parts[1:])


@pytest.mark.parametrize("code", SAMPLES)
def test_both_files_say_everything_that_the_snapshot_holds(code):
    assert not list(fields.problems(bodies()[code], SAMPLES[code]))
    made = paper(code)
    whole, other = "".join(pdf_pages(made)), docx_text(made)
    missing = [
        path
        for path, text in shown(code, SAMPLES[code])
        if not CONTACT.fullmatch(path) and not (squeezed(text) in whole and squeezed(text) in other)
    ]
    assert not missing


def order(count, **changes):
    """An order of many problems, the odd ones due earlier."""
    data = deepcopy(SAMPLES["RECTIFY_ORDER"])
    one = data["problems"][0]
    data["problems"] = [
        {**one, "no": n, "due_on": "2026-12-01" if n % 2 else "2026-12-20"}
        for n in range(1, count + 1)
    ]
    return {**data, **changes}


def test_items_with_the_same_day_share_a_sentence_and_the_earliest_stands_first():
    text = "".join(pdf_pages(paper("RECTIFY_ORDER")))
    first = text.index("对上述第［2］项问题于2026年11月25日前整改完毕")
    assert first < text.index("对上述第［1、3］项问题于2026年12月1日前整改完毕")


def test_three_in_a_row_are_said_as_a_span():
    data = order(5)
    for problem in data["problems"]:
        problem["due_on"] = "2026-12-01"
    assert "第［1至5］项" in "".join(pdf_pages(paper("RECTIFY_ORDER", data)))


def test_thirty_problems_fill_pages_that_each_say_which_they_are():
    pages = pdf_pages(paper("RECTIFY_ORDER", order(30)))
    assert len(pages) > 3
    for number, text in enumerate(pages, start=1):
        assert f"共{len(pages)}页第{number}页" in text
        assert "（浙余）应急责改〔2026〕12号" in text
    assert "".join(pages).count("二号车间冲压机双手操作按钮一侧失效") == 30
    # The seal never stands on a page without the text that it seals.
    assert "申请行政复议" in pages[-1] or "本机关地址" in pages[-1]
    assert "印章" in pages[-1]


# What an officer writes on a usual day: it fits one page, set closer where it must be.
SHORT = {
    "RECTIFY_ORDER": order(1, signatures=None, supersedes_number=""),
    "EXTENSION_REPLY": {},
    "SERVICE_RECEIPT": {
        "method": "lien",
        "witness": "见证己",
        "note": "已拍照、录像记录送达过程。",
    },
    "TRANSFER": {},
    "PENALTY": {},
    "CASE_FILING": {},
    "CASE_CLOSE": {},
}


@pytest.mark.parametrize("code", SHORT)
def test_a_short_paper_fits_one_page(code):
    assert len(pdf_pages(paper(code, {**SAMPLES[code], **SHORT[code]}))) == 1


@pytest.mark.parametrize("count", [1, 2, 4, 7, 9])
def test_the_seal_stands_under_the_remedies_however_many_problems_there_are(count):
    pages = pdf_pages(paper("RECTIFY_ORDER", order(count)))
    assert "申请行政复议" in pages[-1]
    assert "检查丙证号：33011000001" in pages[-1]
    assert "（印章）余杭区应急管理局2026年11月22日" in pages[-1]
    assert not any("（印章）" in text for text in pages[:-1])


def test_a_heading_goes_to_the_next_page_with_what_it_heads():
    for lines in (8, 10, 12, 14):
        many = [{"name": "责令限期整改指令书", "number": f"文书{n}"} for n in range(lines)]
        pages = pdf_pages(paper("SERVICE_RECEIPT", {**SAMPLES["SERVICE_RECEIPT"], "papers": many}))
        assert not any(re.search(r"送达方式共\d+页", text) for text in pages), lines
        assert "送达人（签名）" in pages[-1]
        assert "印章" in pages[-1]


def test_word_keeps_the_end_of_a_paper_on_one_page():
    document = Docx(BytesIO(docx.draw(paper("RECTIFY_ORDER"), open_picture)))
    texts = [p for p in document.paragraphs if p.text]
    kept = [p.text[:6] for p in texts if p.paragraph_format.keep_with_next]
    assert kept == ["如不服本指令", "本机关地址："]
    for table in document.tables[-2:]:
        for p in table.cell(0, 0).paragraphs:
            assert p.paragraph_format.keep_with_next
    assert texts[-1].text.startswith("本文书一式两份")
    assert not texts[-1].paragraph_format.keep_with_next


def test_the_words_file_is_set_as_close_as_the_pdf():
    def size(count):
        data = order(count, signatures=None, supersedes_number="")
        document = Docx(BytesIO(docx.draw(paper("RECTIFY_ORDER", data), open_picture)))
        (body,) = (p for p in document.paragraphs if p.text.startswith("由此造成事故"))
        return body.runs[0].font.size.pt

    assert (size(1), size(3)) == (12, 13)


@pytest.mark.parametrize("code", ["CASE_FILING", "CASE_CLOSE"])
def test_the_reviewer_has_a_place_to_write_and_sign(code):
    text = "".join(pdf_pages(paper(code, {**SAMPLES[code], "review_opinion": None})))
    assert "审核意见签名：＿" in text
    assert "＿＿年＿＿月＿＿日审批意见" in text


def test_a_text_longer_than_a_page_goes_on_on_the_next():
    data = {**SAMPLES["CASE_FILING"], "facts": "经查，该单位未按期消除隐患。" * 220 + "末句。"}
    pages = pdf_pages(paper("CASE_FILING", data))
    assert len(pages) > 2
    assert "".join(pages).count("末句。") == 1


def test_a_row_is_never_cut_at_the_foot_of_a_page_and_its_head_stands_once_on_each():
    record = deepcopy(SAMPLES["INSPECT_RECORD"])
    record["items"] = [
        {**record["items"][n % 3], "no": n + 1, "photos": [], "finding": f"始{n}末" * (n % 7)}
        for n in range(60)
    ]
    record["items"][30]["finding"] = "很长的描述，" * 300
    pages = pdf_pages(paper("INSPECT_RECORD", record))
    for text in pages[1:-1]:
        assert text.count("检查内容和依据") <= 1
    for n in range(60):
        times = 0 if n == 30 else n % 7
        assert sum(text.count(f"始{n}末") for text in pages) == times
        assert sum(f"始{n}末" in text for text in pages) <= 1, f"row {n} is cut"
    # A character: a page may end within the words.
    assert "".join(pages).count("很") == 300


def test_a_refusal_is_written_down_with_its_witness():
    data = {**SAMPLES["RECTIFY_ORDER"], "signatures": REFUSED}
    for text in (
        "".join(pdf_pages(paper("RECTIFY_ORDER", data))),
        docx_text(paper("RECTIFY_ORDER", data)),
    ):
        assert "拒绝签名。情况说明：现场负责人阅读后以需请示总部为由不签" in text
        assert "见证人（签名）：" in text
        assert "见证己" in text


def test_without_signatures_there_are_lines_to_sign_on():
    data = {**SAMPLES["RECTIFY_ORDER"], "signatures": None}
    made = paper("RECTIFY_ORDER", data)
    (block,) = (b for b in made.blocks if isinstance(b, Signatures))
    assert [line.picture for line in block.lines] == [None, None, None]
    assert [line.after for line in block.lines] == [
        "检查丙　证号：33011000001",
        "检查丁　证号：33011000002",
        "",
    ]
    assert "被检查单位负责人（签名）：" in "".join(pdf_pages(made))


def test_external_decisions_name_both_remedies_and_internal_forms_none():
    for row in shipped.rows():
        if not row["body"]:
            continue
        said = "".join(b.text for b in paper(row["code"]).blocks if isinstance(b, Text))
        is_decision = "authority.court" in dict(row["body"]["fields"])
        assert ("六十日内向余杭区人民政府" in said) == is_decision, row["code"]
        assert ("六个月内依法向余杭区人民法院" in said) == is_decision, row["code"]
        assert row["is_external"] or not is_decision


def test_photos_are_numbered_and_the_items_say_which_are_theirs():
    made = paper("INSPECT_RECORD")
    table = next(b for b in made.blocks if isinstance(b, Grid) and b.heads)
    assert [row[-1].text for row in table.rows[1:]] == ["", "1、2", "3"]
    assert "照片3（第3项）" in "".join(pdf_pages(made))


def test_photos_of_the_whole_come_after_those_of_the_items():
    data = {**SAMPLES["INSPECT_RECORD"], "photos": SAMPLES["INSPECT_RECORD"]["items"][2]["photos"]}
    assert not list(fields.problems(bodies()["INSPECT_RECORD"], data))
    assert "照片4（现场全貌）" in "".join(pdf_pages(paper("INSPECT_RECORD", data)))


def test_a_time_is_printed_beside_a_signature_only():
    unsigned = {"officers": [{"name": "检查丙", "image": None, "at": "2026-11-22T03:20:00+00:00"}]}
    made = paper("RECTIFY_ORDER", {**SAMPLES["RECTIFY_ORDER"], "signatures": unsigned})
    assert "3时20分" not in "".join(pdf_pages(made))
    assert "11时20分" not in "".join(pdf_pages(made))


def test_a_photo_is_no_larger_than_its_place():
    reader = PdfReader(BytesIO(pdf.draw(paper("INSPECT_RECORD"), open_picture)))
    assert 2 <= len(reader.pages) <= 4
    document = Docx(BytesIO(docx.draw(paper("INSPECT_RECORD"), open_picture)))
    shapes = document.element.findall(".//{*}extent")
    assert len(shapes) == 6
    assert all(
        int(s.get("cx")) <= 80 * 36000 and int(s.get("cy")) <= 62 * 36000 + 1 for s in shapes
    )


def test_a_draft_is_marked_has_no_number_and_shows_what_is_missing():
    data = {key: v for key, v in SAMPLES["RECTIFY_ORDER"].items() if key != "record_number"}
    pages = pdf_pages(paper("RECTIFY_ORDER", {**data, "number": ""}, draft=True))
    assert all("草稿" in text for text in pages)
    assert "文号在签发时产生" in pages[0]
    assert "现场检查记录编号：＿＿＿＿＿＿" in pages[0]


def test_every_font_is_embedded():
    for code in SAMPLES:
        for page in PdfReader(BytesIO(pdf.draw(paper(code), open_picture))).pages:
            for font in page["/Resources"]["/Font"].values():
                assert "/FontFile2" in font.get_object()["/FontDescriptor"], code


def test_word_counts_the_pages_itself():
    document = Docx(BytesIO(docx.draw(paper("RECTIFY_ORDER"), open_picture)))
    xml = document.sections[0].footer._element.xml
    assert " PAGE " in xml
    assert " NUMPAGES " in xml


RENDER = """
import hashlib
from tests.core.documents.samples import SAMPLES
from tests.core.documents.test_papers import docx, open_picture, paper, pdf
for code in SAMPLES:
    for kind in (pdf, docx):
        print(code, hashlib.sha256(kind.draw(paper(code), open_picture)).hexdigest())
"""


def test_other_processes_zones_and_hash_seeds_make_the_same_bytes():
    outputs = {
        subprocess.run(
            [sys.executable, "-c", RENDER],
            env={**os.environ, "PYTHONPATH": ".", "PYTHONHASHSEED": seed, "TZ": zone},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed, zone in (("1", "UTC"), ("2", "America/New_York"))
    }
    (output,) = outputs
    assert output.count("\n") == 2 * len(SAMPLES)
    digest = hashlib.sha256(pdf.draw(paper("PENALTY"), open_picture)).hexdigest()
    assert f"PENALTY {digest}" in output


def test_a_phones_large_photo_is_drawn_from_a_smaller_one():
    picture = Image.effect_noise((4000, 3000), 60).convert("RGB")
    out = BytesIO()
    picture.save(out, "JPEG", quality=92)
    made = bounded(lambda _sha: BytesIO(out.getvalue()), "a" * 64, 80, 62)
    assert (made.width, made.height) == (80, 60)
    with Image.open(made.data) as smaller:
        assert smaller.size == (1280, 960)


def test_a_stored_file_that_is_no_picture_is_refused():
    with pytest.raises(InvalidInput, match="no picture"):
        bounded(lambda _sha: BytesIO(b"%PDF"), "a" * 64, 80, 62)
