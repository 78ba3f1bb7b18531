"""The clean-clone measurement, on a small project whose demo is a web server."""

import json
import subprocess
import sys

import pytest

MAKEFILE = """
demo:
\t@exec {python} -m http.server $(PORT) --bind 127.0.0.1
smoke:
\t@exit {smoke}
"""


def measure(tmp_path, makefile):
    source = tmp_path / "source"
    (source / "account").mkdir(parents=True)
    (source / "account/sign-in").write_text("sign in")
    (source / "Makefile").write_text(makefile)
    git = ["git", "-C", str(source), "-c", "user.name=x", "-c", "user.email=x@example.org"]
    subprocess.run([*git, "init", "-q"], check=True)
    subprocess.run([*git, "add", "."], check=True)
    subprocess.run([*git, "commit", "-q", "-m", "x"], check=True)
    command = [sys.executable, "-m", "bench.fresh_clone", "--source", str(source), "--wait", "20"]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_both_starts_are_measured_and_nothing_is_left_running(tmp_path):
    done = measure(tmp_path, MAKEFILE.format(python=sys.executable, smoke=0))
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout.splitlines()[-1])
    assert figures["smoke_status"] == figures["left_running"] == 0
    assert 0 < figures["second_start_seconds"] < 20
    assert figures["megabytes"] >= 1


def test_a_smoke_run_that_fails_fails_the_measurement(tmp_path):
    done = measure(tmp_path, MAKEFILE.format(python=sys.executable, smoke=1))
    assert done.returncode == 1
    assert json.loads(done.stdout.splitlines()[-1])["smoke_status"] != 0


@pytest.mark.parametrize("makefile", ["demo:\n\t@echo no database; exit 3\n"])
def test_a_demonstration_that_dies_is_reported_with_its_last_words(tmp_path, makefile):
    done = measure(tmp_path, makefile)
    assert done.returncode == 1
    assert "no database" in done.stderr
