"""What keeps a node's cameras running: one worker on one machine, or a cluster of them.

Both follow the web's configuration by themselves and are tested by one suite
(``tests/cluster/supervisors.py``).
"""

from __future__ import annotations

import threading
from typing import Protocol

from vision.contract import CameraHealth


class Supervisor(Protocol):
    """Runs the cameras that the web names, and no others."""

    def run(self, stop: threading.Event) -> None:
        """Until ``stop`` is set; nothing of it runs any more when this returns.

        Raises :class:`vision.web.WebRefusedError` where the token is refused at the start.
        """

    def health(self) -> tuple[CameraHealth, ...]:
        """Each camera that runs or tries to, as it is just now; from any thread."""
