"""Numbers in addresses: an id that no database can hold is an id that nobody has."""

from __future__ import annotations

from flask import request
from werkzeug.routing import IntegerConverter, Map

# Ids are 32 bits wide on PostgreSQL, which refuses larger numbers with an error.
LARGEST_ID = 2**31 - 1
# Of a table that lies in months the id is wider (core.partitions); what JavaScript can hold.
LARGEST_LONG_ID = 2**53 - 1


class RowIdConverter(IntegerConverter):
    """``<int:...>`` of every rule: larger numbers do not match, which is a plain 404."""

    def __init__(self, map: Map) -> None:  # noqa: A002 - Werkzeug's name
        super().__init__(map, max=LARGEST_ID)


class LongIdConverter(IntegerConverter):
    """``<long:...>``: the id of a table that lies in months."""

    def __init__(self, map: Map) -> None:  # noqa: A002 - Werkzeug's name
        super().__init__(map, max=LARGEST_LONG_ID)


def id_argument(name: str) -> int | None:
    """``?name=`` as an id, forgiving: nonsense is no filter."""
    number = request.args.get(name, type=int)
    return number if number is not None and 0 < number <= LARGEST_ID else None
