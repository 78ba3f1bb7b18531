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
ITEMS = [
    {
        "no": 1,
        "text": "特种作业人员持证上岗",
        "basis": "《中华人民共和国安全生产法》第三十条",
        "method": "查阅证件",
    },
    {
        "no": 2,
        "text": "有较大危险因素的场所和设备上设置明显的安全警示标志",
        "basis": "《中华人民共和国安全生产法》第三十五条",
        "method": "现场查看",
    },
    {
        "no": 3,
        "text": "有限空间作业审批",
        "basis": "《工贸企业重大事故隐患判定标准》第十三条",
        "method": "查阅记录",
    },
]
TASK = {
    "subject": "年度计划：机械行业安全生产检查",
    "basis": "《中华人民共和国安全生产法》第六十二条、第六十五条",
    "planned_on": "2026-11-22",
    "place": "一号、二号车间及危险化学品仓库",
}
VISIT = {
    "place": "一号、二号车间及危险化学品仓库",
    "started_at": "2026-11-22T01:30:00+00:00",
    "ended_at": "2026-11-22T03:05:00+00:00",
    "party_on_site": {"name": "现场戊", "post": "安全管理人员", "phone": "13800000005"},
    "subject": "年度计划：机械行业安全生产检查",
    "basis": "《中华人民共和国安全生产法》第六十二条、第六十五条",
    "items": [
        {**ITEMS[0], "result": "pass", "finding": "", "note": "抽查电工三人", "photos": []},
        {
            **ITEMS[1],
            "result": "fail",
            "finding": "危险化学品仓库东门未设置警示标志",
            "note": "",
            "photos": [sha(PHOTO), sha(TALL_PHOTO)],
        },
        {**ITEMS[2], "result": "not_applicable", "finding": "", "note": "", "photos": [sha(PHOTO)]},
    ],
    "situation": "检查时二号车间停产检修。",
    "handling": "对不符合项责令限期整改。",
}
OPINIONS = {
    "handler_opinion": {"text": "建议立案调查。", "by": "检查丙", "on": "2026-12-04"},
    "review_opinion": {"text": "材料齐全，同意。", "by": "法制壬", "on": "2026-12-05"},
    "approval_opinion": {"text": "同意。", "by": "局长癸", "on": "2026-12-06"},
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
    "INSPECT_PLAN": {
        **COMMON,
        "number": "（浙余）应急检查方案〔2026〕5号",
        **TASK,
        "items": ITEMS,
        "approved_by": "科长庚",
        "approved_on": "2026-11-20",
    },
    "INSPECT_NOTICE": {
        **COMMON,
        "number": "（浙余）应急检通〔2026〕6号",
        **TASK,
        "items": ITEMS,
        "approved_by": "科长庚",
        "approved_on": "2026-11-20",
    },
    "INSPECT_RECORD": {
        **COMMON,
        "number": "（浙余）应急检记〔2026〕31号",
        **VISIT,
        "certificates_shown": True,
        "recusal_told": True,
    },
    "VISIT_RECORD": {**COMMON, **VISIT, "officers": [{"name": "服务辛", "certificate_no": ""}]},
    "ONSITE_MEASURE": {
        **COMMON,
        "number": "（浙余）应急现决〔2026〕2号",
        "record_number": "（浙余）应急检记〔2026〕31号",
        "problems": [
            {
                "no": 1,
                "text": "抛光车间除尘系统停用仍在作业，积尘厚度超过限值",
                "basis": "《工贸企业重大事故隐患判定标准》第十一条",
            }
        ],
        "decision": ["evacuate", "stop_use"],
        "decision_text": "立即撤出抛光车间作业人员，停止使用该车间全部抛光设备。",
        "basis": "《中华人民共和国安全生产法》第六十五条第一款第三项",
    },
    "RECHECK_OPINION": {
        **COMMON,
        "number": "（浙余）应急复查〔2026〕12号",
        "order_number": "（浙余）应急责改〔2026〕12号",
        "rechecked_on": "2026-12-03",
        "items": [
            {"no": 1, "text": "双手操作按钮失效", "result": "done", "note": "已更换并试机"},
            {"no": 2, "text": "未设置警示标志", "result": "partly", "note": "东门尚缺一处"},
            {"no": 3, "text": "未如实记录培训情况", "result": "not_done", "note": ""},
        ],
        "opinion": "第1项整改合格；第2、3项未整改到位。",
        "next_step": "对未整改到位的事项依法立案调查。",
    },
    "EXTENSION_REPLY": {
        **COMMON,
        "number": "（浙余）应急延复〔2026〕1号",
        "order_number": "（浙余）应急责改〔2026〕12号",
        "applied_on": "2026-11-28",
        "reason": "更换部件需从原厂订货，预计十二月五日到货。",
        "decision": "partly",
        "items": [
            {"no": 1, "previous_due_on": "2026-12-01", "due_on": "2026-12-10"},
            {"no": 3, "previous_due_on": "2026-12-01", "due_on": ""},
        ],
        "note": "第3项无需等待部件，不予延期。",
    },
    "TRANSFER": {
        **COMMON,
        "number": "（浙余）应急移〔2026〕3号",
        "order_number": "（浙余）应急责改〔2026〕12号",
        "receiver": "余杭区市场监督管理局",
        "matter": "二号车间在用叉车未见有效的特种设备使用登记。",
        "reason": "特种设备使用登记的监督管理属于市场监督管理部门职责。",
        "enclosures": ["现场检查记录一份", "现场照片四张"],
    },
    "SERVICE_RECEIPT": {
        **COMMON,
        "number": "（浙余）应急回〔2026〕12号",
        "papers": [
            {"name": "责令限期整改指令书", "number": "（浙余）应急责改〔2026〕12号"},
            {"name": "现场处理措施决定书", "number": "（浙余）应急现决〔2026〕2号"},
        ],
        "method": "lien",
        "receiver": "现场戊",
        "receiver_relation": "安全管理人员",
        "served_at": "2026-11-22T08:05:00+00:00",
        "place": "公司门卫室",
        "witness": "见证己",
        "note": "全程录音录像。",
        "signatures": REFUSED,
    },
    "CASE_FILING": {
        **COMMON,
        "number": "（浙余）应急立〔2026〕4号",
        "cause": "涉嫌未按期消除事故隐患",
        "source": "整改复查",
        "facts": "经复查，责令限期整改指令书所列第2、3项逾期未整改到位。",
        **OPINIONS,
    },
    "CASE_CLOSE": {
        **COMMON,
        "number": "（浙余）应急结〔2026〕4号",
        "case_number": "（浙余）应急立〔2026〕4号",
        "cause": "未按期消除事故隐患",
        "decision_number": "（浙余）应急罚〔2026〕4号",
        "decision_text": "罚款人民币20000元。",
        "execution": "罚款已于2026年12月28日缴清，隐患已复查合格。",
        **OPINIONS,
    },
    "EVIDENCE_LIST": {
        **COMMON,
        "case_number": "（浙余）应急立〔2026〕4号",
        "items": [
            {
                "no": 1,
                "name": "现场检查记录",
                "kind": "书证",
                "source": "执法检查制作",
                "copies": 1,
                "pages": 3,
                "note": "证明隐患存在",
            },
            {
                "no": 2,
                "name": "现场照片",
                "kind": "视听资料",
                "source": "执法人员拍摄",
                "copies": 4,
                "pages": 4,
                "note": "",
            },
        ],
    },
    "PENALTY": {
        **COMMON,
        "number": "（浙余）应急罚〔2026〕4号",
        "case_number": "（浙余）应急立〔2026〕4号",
        "facts": "当事人未在规定期限内消除指令书所列第2、3项事故隐患。",
        "evidence": "现场检查记录、整改复查意见书、现场照片、询问笔录。",
        "basis": "《中华人民共和国安全生产法》第一百零二条",
        "discretion": "首次逾期，且已部分整改，从轻处罚。",
        "decision_text": "处以罚款。",
        "fine_yuan": 20000,
        "pay_within": "自收到本决定书之日起十五日内缴至指定账户",
    },
}
