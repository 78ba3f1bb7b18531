"""A snapshot of every paper that ships, of invented people; and pictures by their sha256."""

from __future__ import annotations

import hashlib
from io import BytesIO
from typing import Any

from PIL import Image, ImageDraw


def _picture(size: tuple[int, int], strokes: list[tuple[int, int]], kind: str) -> bytes:
    picture = Image.new("RGB", size, "white" if kind == "PNG" else "#c9d6df")
    ImageDraw.Draw(picture).line(strokes, fill="black", width=4)
    out = BytesIO()
    picture.save(out, kind)
    return out.getvalue()


SIGNATURE = _picture((300, 120), [(10, 100), (80, 20), (120, 100), (200, 30), (290, 90)], "PNG")
PHOTO = _picture((640, 480), [(0, 0), (639, 479)], "JPEG")
TALL_PHOTO = _picture((300, 900), [(0, 899), (299, 0)], "JPEG")
PICTURES = {hashlib.sha256(data).hexdigest(): data for data in (SIGNATURE, PHOTO, TALL_PHOTO)}


def sha(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


AUTHORITY = {
    "name": "余杭区应急管理局",
    "address": "余杭区示例路1号",
    "phone": "0571-00000001",
    "reconsideration_organ": "余杭区人民政府",
    "court": "余杭区人民法院",
}
PARTY = {
    "name": "示例精密机械有限公司",
    "uscc": "91330110MA00000001",
    "address": "余杭区示例街道工业路8号",
    "legal_representative": "法定甲",
    "principal": "负责乙",
    "principal_post": "总经理",
    "principal_phone": "13800000001",
}
OFFICERS = [
    {"name": "检查丙", "certificate_no": "33011000001"},
    {"name": "检查丁", "certificate_no": "33011000002"},
]
SIGNED = {
    "officers": [
        {"name": "检查丙", "image": sha(SIGNATURE), "at": "2026-11-22T03:20:00+00:00"},
        {"name": "检查丁", "image": sha(SIGNATURE), "at": "2026-11-22T03:21:00+00:00"},
    ],
    "party": {"name": "现场戊", "image": sha(SIGNATURE), "at": "2026-11-22T03:25:00+00:00"},
    "refused": False,
    "refusal_reason": "",
    "witness": None,
}
REFUSED = {
    "officers": SIGNED["officers"],
    "party": None,
    "refused": True,
    "refusal_reason": "现场负责人阅读后以需请示总部为由不签",
    "witness": {"name": "见证己", "image": sha(SIGNATURE)},
}
COMMON: dict[str, Any] = {
    "authority": AUTHORITY,
    "issued_on": "2026-11-22",
    "party": PARTY,
    "officers": OFFICERS,
    "signatures": SIGNED,
}
SAMPLES: dict[str, dict[str, Any]] = {
    "RECTIFY_ORDER": {
        **COMMON,
        "number": "（浙余）应急责改〔2026〕12号",
        "record_number": "（浙余）应急检记〔2026〕31号",
        "problems": [
            {
                "no": 1,
                "text": "二号车间冲压机双手操作按钮一侧失效，未及时维修",
                "basis": "《中华人民共和国安全生产法》第三十六条第二款",
                "due_on": "2026-12-01",
            },
            {
                "no": 2,
                "text": "危险化学品仓库未设置明显的安全警示标志",
                "basis": "《中华人民共和国安全生产法》第三十五条",
                "due_on": "2026-11-25",
            },
            {
                "no": 3,
                "text": "未如实记录安全生产教育和培训情况",
                "basis": "《中华人民共和国安全生产法》第二十八条第四款",
                "due_on": "2026-12-01",
            },
        ],
        "interim_measures": "整改完成前冲压机断电挂牌，指定专人看护。",
        "consequence": "",
        "supersedes_number": "",
    },
}
