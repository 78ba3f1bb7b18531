"""A loopback RTSP server over TCP, run as a process of its own: DIRECTORY PORT."""

from __future__ import annotations

import asyncio
import sys

from aio_rtsp_toolkit.server import serve

if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1], host="127.0.0.1", port=int(sys.argv[2])))
