"""House manners that a newcomer learns from a failure message."""

from __future__ import annotations

import ast
import re

import pytest

from supervision.account.grants import NODE_GRANTS, ROLE_GRANTS
from supervision.core.access import UndeclaredEndpointError, access_of, check_declarations
from supervision.core.permissions import Permission
from tests.architecture.source import ROOT, every, modules, name_of, tree

# db.py has transaction() itself; plans.py ends with COMMIT what has only read.
COMMITTERS = {"db.py", "plans.py"}
EDGES = {"views.py", "api.py", "jobs.py", "ingest.py", "cli.py", "seeds.py"}
CJK = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")


def _calls(path, name):
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call):
            function = node.func
            called = function.attr if isinstance(function, ast.Attribute) else None
            called = called or (function.id if isinstance(function, ast.Name) else None)
            if called == name:
                yield node.lineno


@every(modules("supervision"))
def test_only_edges_open_a_transaction_and_nobody_else_commits(path):
    if path.name in COMMITTERS and path.parent.name == "core":
        return
    assert not list(_calls(path, "commit")), f"{name_of(path)} commits: use transaction()"
    is_edge = path.name in EDGES or path.stem.startswith("views_")
    if is_edge or "demo" in path.parts or path.parent.name in {"views", "api", "jobs"}:
        return
    assert not list(_calls(path, "transaction")), f"{name_of(path)} is no edge"


@every(modules("supervision"))
def test_only_the_clock_reads_the_clock(path):
    if path.name == "clock.py":
        return
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            read = (node.value.id, node.attr)
            assert read not in {
                ("datetime", "now"),
                ("datetime", "utcnow"),
                ("date", "today"),
            }, f"{name_of(path)}:{node.lineno} reads the clock itself"


@every(
    [
        *modules("supervision", "vision"),
        *sorted((ROOT / "templates").rglob("*.html")),
        *sorted((ROOT / "static" / "js").rglob("*.js")),
    ]
)
def test_chinese_text_lives_in_the_catalogue(path):
    if "demo" in path.relative_to(ROOT).parts:
        return
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        code = line
        if path.suffix == ".py":
            code = line.split("#", 1)[0]
        if CJK.search(code) and not _is_docstring(path, number):
            pytest.fail(f"{name_of(path)}:{number}: {line.strip()[:80]}")


def _is_docstring(path, number):
    if path.suffix != ".py":
        return False
    for node in ast.walk(tree(path)):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)) and node.body:
            first = node.body[0]
            if (
                isinstance(first, ast.Expr)
                and isinstance(first.value, ast.Constant)
                and first.lineno <= number <= (first.end_lineno or 0)
            ):
                return True
    return False


def test_every_endpoint_declares_who_may(app):
    check_declarations(app)


def test_an_endpoint_that_declares_nothing_stops_the_start(settings):
    from flask import Flask

    bare = Flask("bare")
    bare.add_url_rule("/x", "loose", lambda: "x")
    with pytest.raises(UndeclaredEndpointError, match="loose"):
        check_declarations(bare)


def test_addresses_are_kebab_case_and_typed(app):
    for rule in app.url_map.iter_rules():
        if rule.endpoint == "static":
            continue
        for part in re.findall(r"<([^>]+)>", rule.rule):
            assert ":" in part, f"{rule.rule}: <{part}> has no converter"
        plain = re.sub(r"<[^>]+>", "", rule.rule)
        assert re.fullmatch(r"[a-z0-9/.-]*", plain), f"{rule.rule} is not kebab-case"


def test_changes_are_never_made_by_get(app):
    for rule in app.url_map.iter_rules():
        methods = (rule.methods or set()) - {"HEAD", "OPTIONS"}
        assert len(methods) == 1, f"{rule.rule} answers {sorted(methods)}: one view, one method"


def test_every_permission_is_asked_for_and_held_by_somebody(app):
    asked = {a.permission for e in app.view_functions if (a := access_of(app, e)) and a.permission}
    held = frozenset().union(*ROLE_GRANTS.values(), NODE_GRANTS)
    assert set(Permission) - held == set()
    source = "\n".join(
        p.read_text(encoding="utf-8") for p in modules("supervision") if p.name != "grants.py"
    )
    for permission in set(Permission) - asked:
        uses = len(re.findall(rf"\b{permission.name}\b", source))
        assert uses > 1, f"{permission.name} is never asked for"


def test_settings_are_documented():
    from dataclasses import fields

    from supervision.settings import Settings

    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    for spec in fields(Settings):
        assert f"ANQI_{spec.name.upper()}" in text, f"{spec.name} is not in .env.example"
