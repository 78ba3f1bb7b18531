"""The runner's processes: no orphan, whatever ends it; and the smoke test's browser."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest
import requests

from supervision.demo.browser import Page
from supervision.demo.children import Children
from supervision.demo.run import Keys, StartError, _alone, _is_free

FAMILY = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print(child.pid, flush=True)
time.sleep(600)
"""


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def wait_for(what, seconds: float = 20.0):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if found := what():
            return found
        time.sleep(0.05)
    raise AssertionError("it did not come about")


def first_line(log: Path) -> str:
    text = log.read_text() if log.exists() else ""
    return text.partition("\n")[0] if "\n" in text else ""


def test_ending_takes_the_grandchildren_along(tmp_path):
    children = Children(tmp_path)
    children.start("family", [sys.executable, "-c", FAMILY], os.environ)
    grandchild = int(wait_for(lambda: first_line(tmp_path / "family.log")))
    assert is_alive(grandchild)
    children.stop()
    wait_for(lambda: not is_alive(grandchild))
    assert children.ended() is None


def test_a_child_that_ends_is_named_with_its_status_and_last_words(tmp_path):
    children = Children(tmp_path)
    code = "import sys; print('the last words'); sys.exit(3)"
    children.start("web", [sys.executable, "-c", code], os.environ)
    gone = wait_for(children.ended)
    assert (gone.name, gone.status) == ("web", 3)
    assert "the last words" in gone.tail()
    children.stop()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the kernel's part is Linux's")
def test_a_runner_that_is_killed_leaves_no_child(tmp_path):
    runner = textwrap.dedent(
        f"""
        import os, sys, time
        from pathlib import Path
        from supervision.demo.children import Children
        children = Children(Path({str(tmp_path)!r}))
        code = "import os, time; print(os.getpid(), flush=True); time.sleep(600)"
        children.start("one", [sys.executable, "-c", code], os.environ)
        time.sleep(600)
        """
    )
    process = subprocess.Popen([sys.executable, "-c", runner], cwd=Path(__file__).parents[2])
    try:
        child = int(wait_for(lambda: first_line(tmp_path / "one.log")))
        assert is_alive(child)
        process.send_signal(signal.SIGKILL)
        process.wait(10)
        wait_for(lambda: not is_alive(child))
    finally:
        process.kill()
        process.wait(10)


def test_keys_are_made_once_and_only_their_owner_reads_them(tmp_path):
    keys = Keys(tmp_path / "env")
    keys.set("ANQI_NODE_TOKEN", "anqi_abc=def")
    assert (tmp_path / "env").stat().st_mode & 0o777 == 0o600
    again = Keys(tmp_path / "env")
    assert again.get("ANQI_SECRET_KEY") == keys.get("ANQI_SECRET_KEY") != ""
    assert again.get("ANQI_NODE_TOKEN") == "anqi_abc=def"


def test_two_runners_do_not_share_a_folder(tmp_path):
    with _alone(tmp_path), pytest.raises(StartError, match="already"), _alone(tmp_path):
        pass
    with _alone(tmp_path):
        pass


def test_the_smoke_tests_browser_sends_every_box_that_is_ticked():
    answer = requests.Response()
    answer.status_code, answer.url = 200, "http://127.0.0.1/orders/1"
    answer.headers["Content-Type"] = "text/html; charset=utf-8"
    answer._content = b"""<form action="/orders/1/recheck" method="post">
      <input type="checkbox" name="officers" value="3" checked>
      <input type="checkbox" name="officers" value="4" checked>
      <input type="checkbox" name="officers" value="5">
      <input type="checkbox" name="refused" value="y">
      <textarea name="opinion">Seen</textarea></form>"""
    page = Page(answer)
    assert page.actions == ["/orders/1/recheck"]
    form = page.form("/orders/1/recheck")
    assert form is not None
    assert form.values == {"officers": ["3", "4"], "opinion": "Seen"}


def test_a_taken_port_is_seen():
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert not _is_free(taken.getsockname()[1])
