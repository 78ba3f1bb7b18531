"""The loopback RTSP server: ``python -m supervision.demo.streams FOLDER PORT``.

Only on 127.0.0.1, without the library's control port, and with a thread for every stream (by
default it serves six on two cores, and the seventh client hangs). Addresses end in
``?play_count=0``, or a clip is played once.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from concurrent.futures import ThreadPoolExecutor

HOST = "127.0.0.1"
STREAMS = 32


def address(name: str, port: int) -> str:
    """The stream of the file ``name``, for ever."""
    return f"rtsp://{HOST}:{port}/{name}?play_count=0"


async def serve(folder: str, port: int) -> None:
    from aio_rtsp_toolkit import server

    # Its own logger writes a line for every report of every stream, for ever.
    server.logger = logging.getLogger("streams")
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(STREAMS))
    await server.serve(folder, host=HOST, port=port, control_port=None)


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING)
    asyncio.run(serve(sys.argv[1], int(sys.argv[2])))
