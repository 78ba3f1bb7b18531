"""What README and docs name exists: a document that is wrong is a failure here, not a surprise."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from supervision.jobs import all_jobs
from supervision.settings import WORKER_NAMES, Settings
from tests.architecture.source import ROOT, every, modules
from tools import workflow_docs
from vision import config

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"\]\(([^)\s]+)\)")
CODE = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)
FENCE = re.compile(r"```.*?```", re.DOTALL)
# At the start of a line or after another command, not as a package's name.
MAKE = re.compile(r"(?:^|`|&& |sudo -u anqi )make((?: [a-z]+)+)", re.MULTILINE)
SETTING = re.compile(r"ANQI_[A-Z0-9_]*[A-Z0-9](?!_?\*)(?![A-Z0-9_])")
FOLDERS = "supervision|vision|tests|tools|bench|docs|templates|static|migrations"
# A file or a folder of ours, named in full; static/vendor/ is made, not kept.
PLACE = re.compile(rf"`((?:{FOLDERS})/(?!vendor)[\w./-]*)`")


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _anchors(path: Path) -> set[str]:
    """The anchors that a forge makes of a page's headings."""
    found = set()
    for heading in re.findall(r"^#+ (.+)$", FENCE.sub("", _text(path)), re.MULTILINE):
        plain = re.sub(r"[^\w\- ]", "", heading.strip().lower())
        found.add(plain.replace(" ", "-"))
    return found


def _links(path: Path) -> list[str]:
    return [t for t in LINK.findall(CODE.sub("", _text(path))) if "://" not in t]


def test_there_are_pages_with_links_to_check():
    assert len(PAGES) > 20
    assert sum(len(_links(page)) for page in PAGES) > 50


@every(PAGES)
def test_every_internal_link_leads_somewhere(page):
    for target in _links(page):
        where, _, anchor = target.partition("#")
        goal = (page.parent / where).resolve() if where else page
        assert goal.exists(), f"{_name(page)}: {target} is not there"
        assert goal.is_relative_to(ROOT), f"{_name(page)}: {target} leads out of the repository"
        if anchor:
            assert anchor in _anchors(goal), f"{_name(page)}: no heading for {target}"


@every(PAGES)
def test_every_make_target_that_is_named_exists(page):
    targets = set(re.findall(r"^([a-z]+):.*## ", _text(ROOT / "Makefile"), re.MULTILINE))
    assert {"demo", "smoke", "test"} <= targets
    for code in CODE.findall(_text(page)):
        for words in MAKE.findall(code):
            unknown = set(words.split()) - targets
            assert not unknown, f"{_name(page)}: make {words.strip()}"


def test_the_readmes_explain_every_make_target():
    targets = set(re.findall(r"^([a-z]+):.*## ", _text(ROOT / "Makefile"), re.MULTILINE))
    for page in (ROOT / "README.md", ROOT / "README.zh-CN.md"):
        named = set(re.findall(r"make ([a-z]+)", _text(page)))
        assert targets - {"help"} <= named, f"{page.name}: {targets - named}"


def _known_settings() -> set[str]:
    web = {f"ANQI_{spec.name.upper()}" for spec in fields(Settings)}
    worker = {f"{config.PREFIX}{name}" for name in (*config._NUMBERS, *config._WORDS)}
    return web | worker | WORKER_NAMES


@every([*PAGES, ROOT / ".env.example"])
def test_every_setting_that_is_named_exists(page):
    unknown = set(SETTING.findall(_text(page))) - _known_settings()
    assert not unknown, f"{_name(page)}: {sorted(unknown)}"


def test_one_environment_may_hold_the_settings_of_web_and_worker():
    source = _text(ROOT / "vision" / "config.py")
    worker = set(re.findall(r'"(ANQI_[A-Z_]*[A-Z])"', source))
    assert "ANQI_WEB_URL" in worker
    environ = dict.fromkeys(worker, "x") | {"ANQI_SECRET_KEY": "s", "ANQI_DATA_KEY": "d"}
    assert Settings.from_env(environ).secret_key == "s"


@every(PAGES)
def test_every_file_that_is_named_exists(page):
    if page.name == "CHANGELOG.md":
        return  # tells of what was
    for place in PLACE.findall(FENCE.sub("", _text(page))):
        assert (ROOT / place).exists(), f"{_name(page)}: {place} is not there"


def test_every_command_that_is_named_exists(app):
    known = set(app.cli.commands) | {"db"}
    for page, code in [(p, c) for p in PAGES for c in CODE.findall(_text(p))]:
        for command in re.findall(r"flask --app app ([a-z-]+)", code):
            assert command in known, f"{_name(page)}: flask --app app {command}"
        for module in re.findall(r"python -m ((?:supervision|vision|tools|bench)[\w.]*)", code):
            path = ROOT / module.replace(".", "/")
            assert path.is_dir() or path.with_suffix(".py").is_file(), f"{_name(page)}: {module}"


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_whoever_the_readme_lets_sign_in_can(name):
    from supervision.demo import people

    rows = re.findall(r"^\| (`[a-z0-9`、, ]+`) \|", _text(ROOT / name), re.MULTILINE)
    named = {who for row in rows for who in re.findall(r"`([a-z0-9]+)`", row)}
    assert named == set(people.SHOWN)
    assert f"`{people.PASSWORD}`" in _text(ROOT / name)


@pytest.mark.parametrize("name", ["operations.md", "operations.zh-CN.md"])
def test_operations_tell_of_every_background_job(name):
    rows = re.findall(r"^\| `([a-z_]+\.[a-z_]+)` \|", _text(ROOT / "docs" / name), re.MULTILINE)
    assert sorted(rows) == sorted(job.name for job in all_jobs())


def test_every_identifier_of_the_glossary_is_in_the_code():
    source = "\n".join(_text(path) for path in modules("supervision", "vision"))
    source += _text(ROOT / ".env.example")
    for row in re.findall(
        r"^\|[^|]+\|[^|]+\| `([^`]+)` \|", _text(ROOT / "docs/glossary.md"), re.MULTILINE
    ):
        assert re.search(rf"\b{re.escape(row)}\b", source), f"{row} is in no source file"


def test_the_drawings_of_workflows_are_what_the_code_says():
    assert workflow_docs.main(["--check"]) == 0, "run `make docs`"


def test_every_decision_is_numbered_once_and_says_when_and_what():
    records = sorted((ROOT / "docs" / "adr").glob("*.md"))
    assert [int(p.name[:4]) for p in records] == list(range(1, len(records) + 1))
    for record in records:
        text = _text(record)
        assert text.startswith(f"# {int(record.name[:4])}. "), record.name
        for part in ("**Situation.**", "**Decision.**", "**Consequences.**"):
            assert part in text, f"{record.name} lacks {part}"
