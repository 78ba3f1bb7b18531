"""Unified social credit code (GB 32100-2015). Pure.

Its characters 9 to 17 are an organisation code with a check digit of its own (GB 11714-1997).
The two check digits are independent, so both are checked and both are reported.
"""

from __future__ import annotations

import re
import unicodedata

from supervision.core.messages import Problem
from supervision.core.text import N_
from supervision.enterprise.rules import PROVINCES

USCC_LENGTH = 18
USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
# GB 32100-2015, 5.2: weight i is 3 to the power i-1, modulo 31.
_USCC_WEIGHTS = tuple(pow(3, place, 31) for place in range(USCC_LENGTH - 1))
# GB 11714-1997, 4.2.
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_ORGANISATION_BODY = len(_ORGANISATION_WEIGHTS)

# No registry has given out organisation codes that begin so; demonstration data use nothing else.
DEMO_SERIES = "XAQ"
_DEMO_SERIALS = 10 ** (_ORGANISATION_BODY - len(DEMO_SERIES))


def normalise_uscc(text: str) -> str:
    """`text` as people paste it (full-width, lower case, spaces, hyphens), as the standard has it."""
    plain = unicodedata.normalize("NFKC", text).upper()
    return re.sub(r"[\s\-\u200b\ufeff]", "", plain)


def organisation_check_digit(body: str) -> str:
    """Check digit of an organisation code, from its eight characters (GB 11714-1997).

    Raises ValueError for another length or a character outside 0-9 and A-Z.
    """
    if not re.fullmatch(r"[0-9A-Z]{8}", body):
        raise ValueError(f"an organisation code has eight of 0-9 and A-Z, not {body!r}")
    total = sum(
        int(char, 36) * weight for char, weight in zip(body, _ORGANISATION_WEIGHTS, strict=True)
    )
    return "0123456789X0"[11 - total % 11]


def uscc_check_digit(first_seventeen: str) -> str:
    """Check digit of a unified social credit code, from its first 17 characters (GB 32100-2015).

    Raises ValueError for another length or a character outside the alphabet.
    """
    if len(first_seventeen) != USCC_LENGTH - 1 or not set(first_seventeen) <= set(USCC_ALPHABET):
        raise ValueError(
            f"17 characters of the code's alphabet are needed, not {first_seventeen!r}"
        )
    total = sum(
        USCC_ALPHABET.index(char) * weight
        for char, weight in zip(first_seventeen, _USCC_WEIGHTS, strict=True)
    )
    return USCC_ALPHABET[-total % 31]


def uscc_problems(code: str) -> tuple[Problem, ...]:
    """Everything that is wrong with a normalised code; empty when it is valid.

    Length and alphabet come first and alone, because the check digits of a code
    with a character too few mean nothing. Then the region's shape and both
    check digits, each with the digit that was expected.
    """
    if len(code) != USCC_LENGTH:
        return (
            Problem(
                "uscc_length",
                N_("A unified social credit code has 18 characters; this one has %(length)d."),
                {"length": len(code)},
            ),
        )
    strangers = _strangers(code)
    return strangers or (*_uscc_region_problems(code), *_check_digit_problems(code))


def _strangers(code: str) -> tuple[Problem, ...]:
    return tuple(
        Problem(
            "uscc_alphabet",
            N_(
                "Character %(place)d, “%(char)s”, cannot occur in a unified social credit code"
                " (it uses digits and capitals without I, O, S, V and Z)."
            ),
            {"place": place, "char": char},
        )
        for place, char in enumerate(code, start=1)
        if char not in USCC_ALPHABET
    )


def _uscc_region_problems(code: str) -> tuple[Problem, ...]:
    region = code[2:8]
    if region.isdecimal() and region[:2] in PROVINCES:
        return ()
    return (
        Problem(
            "uscc_region",
            N_(
                "Characters 3 to 8, “%(region)s”, are not the code of an administrative"
                " division (GB/T 2260)."
            ),
            {"region": region},
        ),
    )


def _check_digit_problems(code: str) -> tuple[Problem, ...]:
    problems = []
    expected = organisation_check_digit(code[8:16])
    if code[16] != expected:
        problems.append(
            Problem(
                "uscc_organisation_check",
                N_(
                    "Character 17, the check digit of the organisation code, is “%(found)s”"
                    " but should be “%(expected)s”: characters 9 to 17 hold a typing error."
                ),
                {"found": code[16], "expected": expected},
            )
        )
    expected = uscc_check_digit(code[:17])
    if code[17] != expected:
        problems.append(
            Problem(
                "uscc_check",
                N_(
                    "Character 18, the final check digit, is “%(found)s” but should be"
                    " “%(expected)s”: the code holds a typing error."
                ),
                {"found": code[17], "expected": expected},
            )
        )
    return tuple(problems)


def is_uscc(code: str) -> bool:
    """Whether `code`, already normalised, is a valid unified social credit code."""
    return not uscc_problems(code)


def make_uscc(region: str, organisation_body: str, *, authority: str = "9", kind: str = "1") -> str:
    """A valid code for a region (six digits) and the eight characters of an organisation code.

    `authority` 9 is market regulation, `kind` 1 an enterprise. Raises
    ValueError where no valid code can come of it.
    """
    start = f"{authority}{kind}{region}{organisation_body}"
    if len(start) != USCC_LENGTH - 2 or not set(start) <= set(USCC_ALPHABET):
        raise ValueError(f"{start!r} is not the beginning of a unified social credit code")
    if problems := _uscc_region_problems(start):
        raise ValueError(str(problems[0]))
    start += organisation_check_digit(organisation_body)
    return start + uscc_check_digit(start)


def demo_uscc(region: str, serial: int) -> str:
    """A valid code of the invented demonstration series; `serial` from 0 to 99,999."""
    if not 0 <= serial < _DEMO_SERIALS:
        raise ValueError(f"the demonstration series ends at {_DEMO_SERIALS - 1}, not {serial}")
    return make_uscc(region, f"{DEMO_SERIES}{serial:05d}")
