"""Twenty channels of a GB/T 28181 platform: how soon all run, and what a hundred reconnects leave behind.

A real worker on the stand-in of ``tests/vision/wvp.py``: each channel's first play times out, sessions
that nobody reads are closed, an address is good for one session. Half of the cuts are the device's
(the session is gone), half the network's (it is there until it is closed unread); in some rounds a
capture process is killed with ``kill -9`` as well. Two of the cameras read main and small stream from
one channel. Prints one line of JSON.

    running_s      until every camera shows pictures, from the start of the worker
    reconnects     cuts after which the camera showed pictures again
    back_s         the longest of them
    doubled        questions about a channel while its device was being rung for another one
    orphans        sessions that were overwritten and send on
    closed         sessions that the platform closed because nobody read them
    unread         sessions left of five cameras that were taken away
    left           sessions left after the worker was stopped
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.vision_rig import ONE_THREAD, ROOT
from tests.vision.fakeweb import TOKEN, FakeWeb
from tests.vision.footage import camera, make_clip, make_script
from tests.vision.rtsp import Clip
from tests.vision.wvp import DEVICE, KEY, Wvp, channel_code
from vision.contract import CameraState

CHANNELS = 20
SHARED = 2  # cameras whose two streams are one channel
ROUNDS = 5
REMOVED = 5
KILL_IN = (1, 3)
FIRST_LATE_S = 4.0
RING_S = 0.5
IDLE_S = 3.0
LONGEST_S = 120.0


class Rig:
    def __init__(self, folder: Path) -> None:
        clip = Clip(make_clip(folder / "a.mp4", seconds=8, present=(0, 0)))
        codes = [channel_code(number) for number in range(1, CHANNELS + 1)]
        self.wvp = Wvp(
            clip, codes, first_late=1, late_s=FIRST_LATE_S, ring_s=RING_S, idle_s=IDLE_S
        ).start()
        self.codes, self.web = codes, FakeWeb().start()
        self._folder = folder
        self.configure(CHANNELS)
        self.began = time.time()
        self.process = self._start()

    def configure(self, number: int) -> None:
        cameras = []
        for place, code in enumerate(self.codes[:number]):
            url = f"gb28181://city/{DEVICE}/{code}"
            sub = {"sub_url": url} if place < SHARED else {}
            cameras.append(camera(url, f"c{place:02d}", rules=[], **sub))
        platform = {"platform_id": "city", "base_url": self.wvp.url, "api_key": KEY}
        self.web.config = {
            "node": "node-1",
            "config_version": str(number),
            "cameras": cameras,
            "platforms": [platform],
        }

    def _start(self) -> subprocess.Popen[bytes]:
        clean = {k: v for k, v in os.environ.items() if not k.startswith("ANQI_")}
        ours = {
            "ANQI_VISION_DIR": str(self._folder / "vision"),
            "ANQI_BACKEND": "scripted",
            "ANQI_MODEL": str(make_script(self._folder / "script.json")),
            "ANQI_STREAM_HOSTS": "127.0.0.1",
            "ANQI_VISION_POLL_S": "0.5",
            "ANQI_VISION_HEARTBEAT_S": "0.5",
            "ANQI_WEB_URL": self.web.url,
            "ANQI_NODE_TOKEN": TOKEN,
        }
        with (self._folder / "worker.log").open("wb") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "vision", "run"],
                cwd=ROOT,
                env={**clean, **ONE_THREAD, **ours},
                stdout=log,
                stderr=log,
            )

    def running(self, since: float) -> set[str]:
        """Cameras with a picture that was taken after ``since``."""
        if self.process.poll() is not None:
            raise RuntimeError((self._folder / "worker.log").read_text("utf-8")[-2000:])
        beats = self.web.heartbeats[-1:]
        return {
            one.camera_id
            for beat in beats
            for one in beat.cameras
            if one.state is CameraState.RUNNING
            and one.last_frame_at is not None
            and one.last_frame_at.timestamp() > since
        }

    def kill_a_capture(self) -> None:
        """One of the processes that read channels, as the kernel's handles tell."""
        worker = self.process.pid
        for number in Path(f"/proc/{worker}/task/{worker}/children").read_text().split():
            if any("plays" in _target(link) for link in Path("/proc", number, "fd").iterdir()):
                os.kill(int(number), signal.SIGKILL)
                return
        raise RuntimeError("no process reads a channel")

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.web.stop()
        self.wvp.stop()


def _target(link: Path) -> str:
    try:
        return str(link.readlink())
    except OSError:
        return ""


def wait(probe: Callable[[], bool], seconds: float) -> bool:
    until = time.monotonic() + seconds
    while not probe():
        if time.monotonic() > until:
            return False
        time.sleep(0.1)
    return True


def cuts(rig: Rig, number: int) -> tuple[int, float]:
    """One round: every channel is cut; how many came back, and after how long the last did."""
    if number in KILL_IN:
        rig.kill_a_capture()
    cut = rig.wvp.cut if number % 2 == 0 else rig.wvp.drop
    for code in rig.codes:
        cut(code)
        time.sleep(0.05)
    struck = time.time()
    back = wait(lambda: len(rig.running(struck + IDLE_S)) == CHANNELS, LONGEST_S)
    count = CHANNELS if back else len(rig.running(struck + IDLE_S))
    took = round(time.time() - struck, 1)
    print(f"    round {number + 1}: {count} back after {took} s", flush=True)
    return count, took


def measure(rig: Rig) -> dict[str, Any]:
    wait(lambda: len(rig.running(rig.began)) == CHANNELS, LONGEST_S)
    figures: dict[str, Any] = {
        "channels": len(rig.running(rig.began)),
        "running_s": round(time.time() - rig.began, 1),
        "first_late": rig.wvp.late,
    }
    print(f"    all run after {figures['running_s']} s", flush=True)
    rounds = [cuts(rig, number) for number in range(ROUNDS)]
    rig.wvp.idle_s = 3600.0  # from here on nobody but the worker hangs up
    rig.configure(CHANNELS - REMOVED)
    wait(lambda: rig.wvp.live == CHANNELS - REMOVED, 20)
    unread = rig.wvp.live - (CHANNELS - REMOVED)
    rig.process.send_signal(signal.SIGTERM)
    rig.process.wait(40)
    return figures | {
        "reconnects": sum(count for count, _ in rounds),
        "back_s": max(took for _, took in rounds),
        "doubled": rig.wvp.doubled,
        "orphans": len(rig.wvp.orphans),
        "closed": rig.wvp.closed,
        "unread": unread,
        "left": rig.wvp.live,
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--log", type=Path, help="where the worker's log is left")
    options = parser.parse_args()
    if sys.platform != "linux":
        print("the processes are found by /proc", file=sys.stderr)
        return 77
    with tempfile.TemporaryDirectory() as name:
        rig = Rig(Path(name))
        try:
            figures = measure(rig)
        finally:
            rig.close()
            if options.log:
                options.log.write_bytes((Path(name) / "worker.log").read_bytes())
    print(json.dumps(figures))
    return 0


if __name__ == "__main__":
    sys.exit(main())
