"""Identity and telephone numbers at rest: encrypted, masked, and compared by a keyed hash.

The hash finds the same person twice without anybody reading a number. Its key comes from the
installation's data key, so that a copied database alone cannot be searched for a known number.
"""

from __future__ import annotations

import hashlib
import hmac

from supervision.core import crypto
from supervision.core.masking import masked_id, masked_phone
from supervision.core.web.state import settings

_PURPOSE = b"people.id_number"


def fingerprints(number: str) -> list[str]:
    """One for each data key, the newest first: what was written under an older key is found too."""
    keys = [part.strip() for part in settings().data_key.split(",")]
    return [_fingerprint(key, number) for key in keys]


def _fingerprint(key: str, number: str) -> str:
    own = hmac.digest(key.encode(), _PURPOSE, "sha256")
    return hmac.new(own, number.encode(), hashlib.sha256).hexdigest()


def sealed_id(number: str) -> dict[str, str]:
    """The columns of a number: nothing of it can be read but its mask."""
    return {
        "id_cipher": crypto.encrypt(number),
        "id_hash": fingerprints(number)[0],
        "id_masked": masked_id(number),
        "id_tail_hash": tail_fingerprints(number[-4:])[0],
    }


def tail_fingerprints(tail: str) -> list[str]:
    """Of the last four characters: tells two of one name apart when participants are pasted."""
    return fingerprints(f"tail:{tail}")


def sealed_number(number: str) -> dict[str, str]:
    """The columns of a certificate's number: often the identity number with a letter before it."""
    plain = plain_number(number)
    return {
        "number_cipher": crypto.encrypt(plain),
        "number_hash": number_fingerprints(plain)[0],
        "number_masked": masked_id(plain),
    }


def number_fingerprints(number: str) -> list[str]:
    return fingerprints(f"certificate:{plain_number(number)}")


def plain_number(number: str) -> str:
    """As it is compared: capitals, no white space."""
    return "".join(number.split()).upper()


def sealed_phone(phone: str) -> dict[str, str]:
    if not phone:
        return {"phone_cipher": "", "phone_masked": ""}
    return {"phone_cipher": crypto.encrypt(phone), "phone_masked": masked_phone(phone)}


def opened(cipher: str) -> str:
    """The number itself; only :func:`supervision.people.service.reveal` and exports call it."""
    return crypto.decrypt(cipher) if cipher else ""
