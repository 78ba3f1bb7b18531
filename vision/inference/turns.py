"""Whose turn it is. Pure."""

from __future__ import annotations

from collections.abc import Iterator


class Turns:
    """Names in the order of their last turn, longest ago first.

    Whoever has something waiting is passed over by each other name at most once, however much
    the others bring.
    """

    def __init__(self) -> None:
        self._order: dict[str, None] = {}

    def __len__(self) -> int:
        return len(self._order)

    def join(self, name: str) -> None:
        """New names come first: their first picture is the one that somebody waits for."""
        if name not in self._order:
            self._order = {name: None, **self._order}

    def leave(self, name: str) -> None:
        self._order.pop(name, None)

    def served(self, name: str) -> None:
        """``name`` had its turn and goes to the end."""
        del self._order[name]
        self._order[name] = None

    def __iter__(self) -> Iterator[str]:
        """The order as it is now; it may change while one walks it."""
        return iter(tuple(self._order))
