"""CAS registry numbers and their check digit. Pure."""

from __future__ import annotations

import re

_SHAPE = re.compile(r"(\d{2,7})-(\d{2})-(\d)")
# Hyphens that word processors put in the place of the plain one.
_HYPHENS = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2212\uff0d"), "-")


def normal(text: str) -> str:
    """``text`` with plain hyphens and without white space; digits alone get their hyphens."""
    plain = "".join(text.split()).translate(_HYPHENS)
    if plain.isascii() and plain.isdecimal() and 5 <= len(plain) <= 10:
        return f"{plain[:-3]}-{plain[-3:-1]}-{plain[-1]}"
    return plain


def is_valid(number: str) -> bool:
    """Whether the last digit is the one that the others ask for.

    From the right, the digits before the check digit count 1, 2, 3, ...; their sum modulo 10 is
    the check digit (CAS, "Check Digit Verification of CAS Registry Numbers").
    """
    found = _SHAPE.fullmatch(number)
    if found is None or not number.isascii():
        return False
    digits = found[1] + found[2]
    total = sum(place * int(digit) for place, digit in enumerate(reversed(digits), start=1))
    return total % 10 == int(found[3])
