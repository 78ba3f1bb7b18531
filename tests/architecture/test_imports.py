"""Who may import whom. A failure here says which wall a line went through."""

from __future__ import annotations

import subprocess
import sys

import pytest

from supervision.slices import NAMES
from tests.architecture.source import ROOT, every, imports, modules, name_of

# A slice may import those named beside it, and `core`. Lower slices know nothing of upper ones.
MAY_IMPORT = {
    "enterprise": set(),
    "account": {"enterprise"},
    # The parts of an enterprise's file.
    # Licences and ledgers say in which sector an enterprise is, by manifest.
    "people": {"account", "enterprise", "slices"},
    "document": {"account", "enterprise", "slices"},
    "chemical": {"account", "enterprise"},
    "licence": {"chemical", "account", "enterprise"},
    "risk": {"account", "enterprise"},
    # Who may issue papers: authorities and their officers' certificates.
    "authority": {"account", "enterprise"},
    # A ticket shows what upper slices plug into it, by manifest.
    "hazard": {"authority", "account", "enterprise", "slices"},
    # What follows from an inspection is plugged into its page, by manifest.
    "inspection": {"hazard", "authority", "account", "enterprise", "slices"},
    "plan": {"inspection", "hazard", "authority", "account", "enterprise"},
    # Likewise what follows from an order.
    "order": {"inspection", "hazard", "authority", "account", "enterprise", "slices"},
    # What may prove a penalty comes from upper slices, by manifest.
    "casefile": {"order", "inspection", "hazard", "authority", "account", "enterprise", "slices"},
    "escalation": {
        "casefile",
        "order",
        "inspection",
        "hazard",
        "authority",
        "account",
        "enterprise",
    },
    # Shows how weights do where they are used, by manifest.
    "detector": {"account", "slices"},
    # Likewise what follows from a violation.
    "video": {"detector", "hazard", "account", "enterprise", "slices"},
    "canary": {"detector", "video", "hazard", "account", "enterprise", "slices"},
    # Who asked for a data set acts with the rights of now, by manifest.
    "dataset": {"detector", "video", "account", "enterprise", "slices"},
    # What may prove a penalty, and what shows that a hazard is put right.
    "gate": {"video", "hazard", "account", "enterprise"},
    "proof": {"video", "hazard", "account", "enterprise"},
    "live": {"video", "hazard", "account", "enterprise"},
    # Shows on a violation what upper slices plug into it, by manifest.
    "desk": {"gate", "live", "proof", "video", "hazard", "account", "enterprise", "slices"},
    "digest": {"video", "account", "enterprise"},
    # What enterprises check, rectify and report themselves.
    "selfcheck": {"hazard", "account", "enterprise", "slices"},
    "returns": {"hazard", "account", "enterprise", "slices"},
    "commitment": {"chemical", "hazard", "account", "enterprise", "slices"},
    "dutylist": {"authority", "account", "enterprise", "slices"},
    # Reads other slices' queries: each point has a record behind it.
    "score": {
        "dutylist",
        "commitment",
        "returns",
        "selfcheck",
        "licence",
        "people",
        "risk",
        "chemical",
        "document",
        "casefile",
        "order",
        "inspection",
        "video",
        "hazard",
        "account",
        "enterprise",
        "slices",
    },
    # Leads a new enterprise through its first round.
    "guide": {"commitment", "selfcheck", "people", "account", "enterprise", "slices"},
    # Sends what the inbox holds by further ways.
    "channel": {"inbox", "account", "enterprise", "slices"},
    # Put the slices' texts to what is stored as a code.
    "inbox": {"account", "enterprise", "slices"},
    "audit": {"account", "enterprise", "slices"},
    # Shows where things are: reads other slices' queries.
    "atlas": {"video", "hazard", "risk", "chemical", "licence", "account", "enterprise"},
    # Reads other slices' queries.
    "report": {
        "licence",
        "people",
        "risk",
        "chemical",
        "document",
        "video",
        "escalation",
        "casefile",
        "order",
        "inspection",
        "plan",
        "hazard",
        "selfcheck",
        "returns",
        "commitment",
        "dutylist",
        "score",
    }
    | {"authority", "account", "enterprise"},
    # Says what hangs on a rule before it is changed.
    "statute": {"escalation", "casefile", "order", "inspection", "hazard", "account", "enterprise"},
    # Shows what the slices plug in, by manifest.
    "home": {"slices"},
    # Calls any slice's service.
    "demo": {"report", "video", "inbox", "audit", *NAMES, "seeds", "factory", "serve", "settings"},
}

# Modules on top of everything; nothing below may reach for them.
TOP = {"factory", "slices", "jobs", "cli", "seeds", "serve"}
# Slices that speak with the worker, or with what is trained for it.
SPEAKS = {"video", "detector", "canary", "dataset"}
PURE = {"workflow.py", "rules.py", "policy.py", "uscc.py", "lease_rules.py"}
IMPURE = ("flask", "sqlalchemy", "flask_babel", "wtforms")


def _slice(path) -> str:
    parts = path.relative_to(ROOT / "supervision").parts
    return parts[0] if len(parts) > 1 else ""


@every(modules("supervision"))
def test_slices_import_downwards(path):
    here = _slice(path)
    if not here:
        return  # factory, slices, jobs, cli may import all
    allowed = MAY_IMPORT.get(here, set()) | {here, "core", "settings"}
    if path.name == "slice.py" or here == "enterprise":
        allowed |= {"slices"}
    if here == "core":
        allowed = {"core", "settings"}
    for name, line in imports(path):
        parts = name.split(".")
        if parts[0] == "supervision" and len(parts) > 1:
            assert parts[1] in allowed, f"{name_of(path)}:{line} reaches for {name}"


@every([p for p in modules("supervision") if p.name in PURE])
def test_rules_and_workflows_are_pure(path):
    for name, line in imports(path):
        assert name.split(".")[0] not in IMPURE, f"{name_of(path)}:{line} imports {name}"


@every(modules("vision"))
def test_the_worker_never_imports_the_web(path):
    for name, line in imports(path):
        root = name.split(".")[0]
        assert root not in {"supervision", "flask", "sqlalchemy"}, f"{name_of(path)}:{line}: {name}"


@every(modules("supervision"))
def test_the_web_knows_nothing_of_the_worker_but_the_contract(path):
    if _slice(path) == "demo":
        return
    for name, line in imports(path):
        if name.split(".")[0] == "vision":
            fine = name.startswith("vision.contract") and _slice(path) in SPEAKS
            fine = fine or (name == "vision" and _slice(path) in SPEAKS)
            assert fine, f"{name_of(path)}:{line} imports {name}"


def test_the_contract_needs_the_standard_library_only():
    for path in sorted((ROOT / "vision" / "contract").glob("*.py")):
        for name, line in imports(path):
            mine = name.startswith("vision.contract")
            root = name.split(".")[0]
            assert mine or root in sys.stdlib_module_names, f"{path.name}:{line} imports {name}"


@pytest.mark.parametrize("module", ["vision", "vision.contract", "vision.rules", "vision.zones"])
def test_vision_imports_light(module):
    code = (
        f"import sys, {module}; "
        "heavy = {'cv2', 'av', 'onnxruntime', 'torch', 'ultralytics', 'openvino', 'flask'}; "
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True
    )
    assert done.stdout.strip() == "[]"


def test_two_files_import_what_opens_pickles():
    """Training, and the backend for comparing; what a camera's picture passes through does not."""
    found = {
        name_of(path)
        for path in modules("vision", "supervision")
        for name, _line in imports(path)
        if name.split(".")[0] in {"ultralytics", "torch", "pickle", "dill", "joblib"}
    }
    assert found <= {"vision/detectors/ultralytics.py", "vision/training/engine.py"}


@every([p for p in modules("vision") if "training" not in p.parts])
def test_the_worker_knows_nothing_of_training(path):
    for name, line in imports(path):
        assert not name.startswith("vision.training"), f"{name_of(path)}:{line} imports {name}"
