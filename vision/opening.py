"""A stream's address made into an open container, or into an operator's class of fault."""

from __future__ import annotations

import time
from collections.abc import Sequence
from urllib.parse import unquote, urlsplit

import av

from vision.contract import StreamFault
from vision.http_source import Fetcher
from vision.reach import Reached, Trust, knock
from vision.streams import (
    CONNECT_S,
    NO_DATA,
    READ_S,
    StreamError,
    check_url,
    classify,
    explain,
    open_options,
)

PIECE_S = 15.0  # an HLS list may be without a new piece for so long; a socket never is


def open_stream(
    url: str, hosts: Sequence[str], *, allow_files: bool = False, trust: Trust | None = None
) -> av.container.InputContainer:
    """An open container with a video stream that can be decoded; raises :class:`StreamError`.

    Decoding in it is single-threaded: there is one process for many cameras.
    """
    check_url(url, hosts, allow_files=allow_files)
    trust = trust or Trust.of()
    scheme = urlsplit(url).scheme
    reached = Reached(url)
    if scheme in ("rtsp", "rtsps"):
        reached = knock(url, hosts, trust)
        container = _dial(reached.url, trust)
    elif scheme in ("http", "https"):
        container = _fetch(url, hosts, trust)
    else:
        container = _dial(url, trust)
    try:
        _mind_video(container, reached)
    except StreamError:
        container.close()
        raise
    return container


def file_path(url: str) -> str:
    return unquote(urlsplit(url).path)


def _dial(url: str, trust: Trust) -> av.container.InputContainer:
    began = time.monotonic()
    options = open_options(url)
    if urlsplit(url).scheme == "rtsps" and trust.verify:
        options |= {"tls_verify": "1", "ca_file": trust.authorities}
    try:
        name = file_path(url) if urlsplit(url).scheme == "file" else url
        return av.open(name, options=options, timeout=(CONNECT_S, READ_S))
    except av.FFmpegError as error:
        waited = time.monotonic() - began
        # An RTSP server that accepts and then says nothing ends like this, when time is up.
        if isinstance(error, av.error.InvalidDataError) and waited >= CONNECT_S - 0.1:
            raise StreamError(StreamFault.TIMEOUT, NO_DATA) from error
        raise StreamError(classify(error), explain(error)) from error


def _fetch(url: str, hosts: Sequence[str], trust: Trust) -> av.container.InputContainer:
    fetcher = Fetcher(url, hosts, trust)
    kind = fetcher.format()
    try:
        limits = (PIECE_S, PIECE_S)
        options = open_options(url)
        container = av.open(url, format=kind, options=options, io_open=fetcher, timeout=limits)
    except av.FFmpegError as error:
        raise fetcher.fault or StreamError(classify(error), explain(error)) from error
    finally:
        fetcher.close()
    fetcher.opened()
    return container


def _mind_video(container: av.container.InputContainer, reached: Reached) -> None:
    if not container.streams.video:
        raise StreamError(StreamFault.NO_VIDEO, "the stream carries no video")
    stream = container.streams.video[0]
    context: av.VideoCodecContext | None = stream.codec_context
    if context is None:
        name = f" ({reached.codec})" if reached.codec else ""
        detail = f"the video's codec{name} cannot be decoded; H.264 and H.265 can"
        raise StreamError(StreamFault.CODEC, detail)
    stream.thread_type = "NONE"
    context.thread_count = 1
