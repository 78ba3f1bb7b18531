"""The same content as the same bytes: a package's sha256 has to mean something next year."""

from __future__ import annotations

import re
import shutil
import zipfile
from datetime import UTC, datetime
from io import BytesIO

_ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)
_CORE = "docProps/core.xml"
_FIRST = "[Content_Types].xml"
_PLAIN_FILE = 0o600 << 16


def fixed_zip(data: bytes, stamp: datetime) -> bytes:
    """An Office file rewritten so that its bytes depend on its content alone.

    Entries in the order of their names (the content types first, as readers
    expect), without dates, with one compression; created and modified both
    become `stamp`, an aware instant that belongs to the content.
    """
    out = BytesIO()
    with (
        zipfile.ZipFile(BytesIO(data)) as source,
        zipfile.ZipFile(out, "w", compresslevel=6) as target,
    ):
        for name in sorted(source.namelist(), key=lambda entry: (entry != _FIRST, entry)):
            with source.open(name) as content, target.open(_entry(name), "w") as entry:
                if name == _CORE:
                    entry.write(_with_stamp(content.read(), stamp))
                else:
                    shutil.copyfileobj(content, entry)  # a long ledger is large unpacked
    return out.getvalue()


def _entry(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _ZIP_EPOCH)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.create_system = 3
    info.external_attr = _PLAIN_FILE
    return info


def _with_stamp(core: bytes, stamp: datetime) -> bytes:
    when = stamp.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    return re.sub(
        rb"(<dcterms:(created|modified)\b[^>]*>)[^<]*(</)", rb"\g<1>" + when + rb"\g<3>", core
    )
