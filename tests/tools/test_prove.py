"""Promises: what counts as kept, what as short, and what a skip means."""

import json
import re
import shlex

import pytest

from tools import prove


def project(tmp_path, rows):
    (tmp_path / "bench").mkdir()
    (tmp_path / "bench/promises.toml").write_text("[groups.g]\nextras = []\n" + rows)
    return tmp_path


def row(name, code, **more):
    held = {"group": "g", "name": name, "gives": "x", "command": f"python -c {json.dumps(code)}"}
    lines = [f"{k} = {json.dumps(v)}" for k, v in {**held, **more}.items()]
    return "\n[[promise]]\n" + "\n".join(lines) + "\n"


PRINT_FOUR = "print('working'); print('{\\\"episodes\\\": 4}')"


def test_a_figure_that_reaches_its_threshold_is_kept(tmp_path, capsys):
    root = project(tmp_path, row("passages", PRINT_FOUR, checks=["episodes >= 3"]))
    assert prove.main([], root) == 0
    assert "| episodes >= 3 | episodes = 4 | kept |" in capsys.readouterr().out


def test_one_promise_that_falls_short_fails_the_run_and_the_others_still_run(tmp_path, capsys):
    rows = row("a", PRINT_FOUR, checks=["episodes >= 5"]) + row("b", PRINT_FOUR)
    assert prove.main([], project(tmp_path, rows)) == 1
    out = capsys.readouterr().out
    assert "falls short (not episodes >= 5)" in out
    assert "| g | b |" in out


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("raise SystemExit(77)", "skipped"),
        ('print(\'{\\"skipped\\": \\"no GPU\\"}\')', "skipped (no GPU)"),
        ("raise SystemExit(3)", "falls short (ended with 3)"),
        ("import time; time.sleep(60)", "not finished after 0.3 s"),
    ],
)
def test_what_was_not_shown_is_not_kept(tmp_path, capsys, code, said):
    assert prove.main(
        [], project(tmp_path, row("a", code, timeout_s=0.3 if "sleep" in code else 60))
    )
    assert said in capsys.readouterr().out


def test_a_figure_that_was_never_printed_falls_short(tmp_path):
    assert prove.main([], project(tmp_path, row("a", "print(1)", checks=["x < 9"]))) == 1


def test_what_needs_a_device_is_not_applicable_where_there_is_none():
    promise = prove.Promise("a", "b", "c", "python -m x", only_where="GPU")
    outcome = prove.judge(promise, 77, "no GPU", 1)
    assert (outcome.verdict, outcome.note) == ("not applicable", "no GPU at hand")
    assert prove.judge(promise, 1, "it broke", 1).verdict == "falls short"


def test_a_test_run_that_skipped_something_counts_as_skipped():
    promise = prove.Promise("g", "a", "x", "pytest tests/contract")
    assert prove.judge(promise, 0, "== 3 passed, 2 skipped in 1s ==", 1).verdict == "skipped"
    assert prove.judge(promise, 0, "== 5 passed in 1s ==", 1).verdict == "kept"
    assert prove.judge(promise, 5, "no tests ran", 1).verdict == "skipped"


def test_measuring_alone_reports_and_does_not_fail(tmp_path):
    root = project(tmp_path, row("a", PRINT_FOUR, checks=["episodes >= 5"]))
    assert prove.main(["--measure"], root) == 0


def test_the_raw_figures_are_kept_with_the_machine(tmp_path):
    root = project(tmp_path, row("a", PRINT_FOUR))
    prove.main([], root)
    (file,) = (root / "bench/results").iterdir()
    held = json.loads(file.read_text("utf-8"))
    assert held["outcomes"][0]["figures"]["episodes"] == 4
    assert held["machine"]["cores"] >= 1


@pytest.mark.parametrize(
    "rows",
    [
        row("a", "1", checks=["episodes is 3"]),
        row("a", "1", colour="red"),
        row("a", "1") + row("a", "1"),
        row("a", "1").replace('"g"', '"unknown"'),
        "not toml",
    ],
)
def test_a_row_that_cannot_be_understood_is_refused_before_anything_runs(tmp_path, rows, capsys):
    assert prove.main([], project(tmp_path, rows)) == 2
    assert "promises.toml" in capsys.readouterr().err


def test_an_unknown_group_is_named(tmp_path, capsys):
    assert prove.main(["--only", "desk"], project(tmp_path, row("a", "1"))) == 2
    assert "'desk'" in capsys.readouterr().err


ROWS, GROUPS = prove.load((prove.ROOT / prove.PROMISES).read_text("utf-8"))


def test_the_projects_own_promises_say_what_a_person_gets():
    assert "main-job" in GROUPS
    assert all(row.gives and row.command for row in ROWS)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_what_a_promise_runs_is_in_the_tree(row):
    words = shlex.split(row.command)
    if words[0] == "make":
        makefile = (prove.ROOT / "Makefile").read_text("utf-8")
        assert f"\n{words[1]}:" in makefile
        return
    paths = [prove.ROOT / word for word in words if word.startswith("tests/")]
    modules = [prove.ROOT / f"{word.replace('.', '/')}.py" for word in words if "bench." in word]
    assert paths or modules, "nothing that could be looked for"
    assert [path for path in paths + modules if not path.exists()] == []


def test_a_figure_that_a_promise_checks_is_one_that_its_command_prints():
    for row in ROWS:
        module = next((word for word in shlex.split(row.command) if "bench." in word), None)
        source = "" if module is None else f"{module.replace('.', '/')}.py"
        for check in row.checks if source else ():
            # A command that measures both databases, or the worker in several modes, puts their
            # names before each figure.
            metric = re.sub("^(sqlite|postgres|adaptive|still)_", "", check.metric)
            assert f'"{metric}"' in (prove.ROOT / source).read_text("utf-8"), row.name
