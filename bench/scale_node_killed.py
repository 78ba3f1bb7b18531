"""A machine of a cluster dies in the middle of everybody's episode; it comes back; all stop.

    python -m bench.scale_node_killed            # about 6 minutes

The real web on PostgreSQL, two machines of Ray on this one, live RTSP cameras in whose loop somebody
without a helmet stands in view for 24 s. Every process of the second machine is killed at once,
while an episode is open on each camera. A camera is back when the web has heard of it from the other
machine with a frame judged after the kill. ``lost`` and ``doubled`` count passages that were told
never, or more than once.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from bench.scale_rig import LOOP_S, PRESENT, Machine, Web, sleep_until, until, waits
from tests import postgres

CAMERAS, GROUP_CAMERAS, LEASE_S = 8, 4, 6
STRIKE_S = 6.0  # after somebody has come: an episode is open on every camera
UP_S, BACK_S = 120.0, 90.0

_RUNNING = (
    "SELECT h.camera_id, g.machine, h.judged, h.last_frame_at FROM camera_health h"
    " JOIN vision_group g ON g.node_id = h.node_id AND g.name = h.group_name"
    " WHERE h.state = 'running' AND h.judged > 0 AND h.reported_at > %s AND h.last_frame_at > %s"
)


def running(web: Web, since: float) -> dict[int, str]:
    """The machine of each camera that runs, by the web's word, with a frame later than ``since``."""
    at = datetime.fromtimestamp(since, UTC)
    return {row[0]: row[1] for row in web.ask(_RUNNING, at, at)}


def kill(web: Web, two: Machine) -> dict[str, float]:
    """Kill the second machine; how long each of its cameras was away."""
    sleep_until(web.passage() + STRIKE_S)
    open_now = web.ask("SELECT count(DISTINCT camera_id) FROM violation WHERE phase <> 'close'")
    mine = {c for c, machine in running(web, time.time() - 5.0).items() if machine == two.name}
    struck = time.time()
    processes = two.kill()
    print(f"killed {processes} processes with {len(mine)} cameras", flush=True)
    away: dict[int, float] = {}
    while len(away) < len(mine) and time.time() < struck + BACK_S:
        for camera_id, machine in running(web, struck).items():
            if camera_id in mine and machine != two.name:
                away.setdefault(camera_id, time.time() - struck)
        time.sleep(0.1)
    for camera_id in sorted(mine):
        print(f"    camera {camera_id}: {away.get(camera_id, 999.0):.1f} s", flush=True)
    return {
        "open_at_the_kill": open_now[0][0],
        "killed_processes": processes,
        "killed_cameras": len(mine),
        "back_s": round(max((away.get(one, 999.0) for one in mine), default=999.0), 1),
    }


def stop_all(one: Machine, two: Machine) -> dict[str, float]:
    """``cluster stop``, and then the machines."""
    began = time.monotonic()
    done = one.command("stop")
    figures = {"stop_s": round(time.monotonic() - began, 1), "stop_code": done.returncode}
    if done.returncode:
        print(done.stderr, flush=True)
    codes = [machine.stop() for machine in (two, one)]
    time.sleep(1.0)
    left = [*one.processes(), *two.processes()]
    return figures | {"end_code": max(codes), "left_running": len(left)}


def run(folder: Path, server: postgres.Server) -> dict[str, float]:
    web = Web(folder, server, CAMERAS)
    one = Machine("one", folder, web)
    two = Machine("two", folder, web, head=one)
    try:
        web.start_web()
        one.start("--group-cameras", str(GROUP_CAMERAS), "--cameras", "8")
        until(one.is_up, UP_S, "the head")
        two.start("--cameras", "8")
        until(two.is_up, UP_S, "the second machine")
        web.share(LEASE_S)
        began = time.time()
        until(lambda: len(running(web, began)) == CAMERAS, UP_S, "all cameras")
        print(f"all cameras run after {time.time() - began:.1f} s", flush=True)
        first = web.passage()
        figures = kill(web, two)
        sleep_until(web.passage() - 2.0)
        two.start("--cameras", "8")
        until(lambda: not waits(two.home), 60.0, "what the dead machine still had to tell")
        figures["late_waiting"] = waits(two.home)
        # By then it has been there for long enough to be given a group again.
        sleep_until(web.passage() + LOOP_S + LOOP_S + PRESENT[1])
        last = web.passage() - LOOP_S
        sleep_until(last + LOOP_S - PRESENT[0] - 2.0)
        back = running(web, time.time() - 5.0)
        figures["running"] = len(back)
        figures["back_on_two"] = sum(machine == two.name for machine in back.values())
        found = web.score(first, last)
        for name in ("passages", "violations", "lost", "doubled", "unfinished", "parked"):
            figures[name] = found[name]
        return figures | stop_all(one, two)
    except BaseException:
        print(web.logs(), flush=True)
        raise
    finally:
        for machine in (two, one):
            if hasattr(machine, "process"):
                machine.kill()
        web.end_all()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--keep", type=Path, help="where everything is left, for a look at it")
    options = parser.parse_args()
    try:
        import ray  # noqa: F401
    except ImportError:
        print(json.dumps({"skipped": "the extra cluster (Ray) is not installed"}))
        return 77
    server = postgres.Server()
    server.start()
    try:
        if options.keep:
            options.keep.mkdir(parents=True)
            figures = run(options.keep, server)
        else:
            with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
                figures = run(Path(name), server)
    finally:
        server.stop()
    print(json.dumps(figures))
    return 0


if __name__ == "__main__":
    sys.exit(main())
