"""Answers to a camera that asks for a password: Basic and Digest (RFC 7617, 7616), pure.

FFmpeg knows them too. These are for what is asked before FFmpeg may dial.
"""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from collections.abc import Sequence

_PART = re.compile(r'(\w+)\s*=\s*(?:"([^"]*)"|([^\s,]+))')
_HASHES = {"MD5": hashlib.md5, "SHA-256": hashlib.sha256}


def authorization(
    challenges: Sequence[str], user: str, password: str, method: str, uri: str
) -> str | None:
    """The ``Authorization`` to send; None where no challenge is of a kind known here.

    ``challenges``: the values of ``WWW-Authenticate``. Digest goes before Basic.
    """
    for challenge in challenges:
        scheme, _, rest = challenge.strip().partition(" ")
        if scheme.lower() == "digest":
            told = {m[0].lower(): m[1] or m[2] for m in _PART.findall(rest)}
            answer = _digest(told, user, password, method, uri)
            if answer:
                return answer
    if any(challenge.strip().lower().startswith("basic") for challenge in challenges):
        return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
    return None


def _digest(told: dict[str, str], user: str, password: str, method: str, uri: str) -> str | None:
    algorithm = told.get("algorithm", "MD5")
    make = _HASHES.get(algorithm.upper())
    offered = [word.strip() for word in told.get("qop", "").split(",") if word.strip()]
    if make is None or (offered and "auth" not in offered):
        return None

    def digest(*words: str) -> str:
        return make(":".join(words).encode()).hexdigest()

    realm, nonce = told.get("realm", ""), told.get("nonce", "")
    secret, asked = digest(user, realm, password), digest(method, uri)
    said = {"username": user, "realm": realm, "nonce": nonce, "uri": uri}
    bare = ""
    if offered:
        once, count = secrets.token_hex(8), "00000001"
        said |= {"response": digest(secret, nonce, count, once, "auth", asked), "cnonce": once}
        bare = f", qop=auth, nc={count}"
    else:
        said["response"] = digest(secret, nonce, asked)
    if "opaque" in told:
        said["opaque"] = told["opaque"]
    if "algorithm" in told:
        bare += f", algorithm={algorithm}"
    quoted = ", ".join(f'{name}="{value}"' for name, value in said.items())
    return f"Digest {quoted}{bare}"
