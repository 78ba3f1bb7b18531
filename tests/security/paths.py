"""Addresses made from the rules of the application, so that a new one is tried as well."""

from __future__ import annotations

import re

from werkzeug.routing import Rule


def path_of(rule: Rule, number: int = 1) -> str:
    """The rule's path with ``number`` for each id and the first of the choices elsewhere."""
    plain = re.sub(r"<(?:int|long):[^>]*>", str(number), rule.rule)
    plain = re.sub(r"<any\((\w+)[^>]*>", r"\1", plain)
    plain = re.sub(r"<string\(length=(\d+)\):[^>]*>", lambda found: "0" * int(found[1]), plain)
    return re.sub(r"<string:[^>]*>", "hazards", plain)
