"""Errors that a person caused and can mend. Messages are msgids, translated at the edge."""

from __future__ import annotations

from supervision.core.text import N_


class DomainError(Exception):
    """Base. ``message`` is an English msgid with ``%(name)s`` places filled from ``params``."""

    http_status = 400

    def __init__(self, message: str, *, field: str | None = None, **params: object) -> None:
        super().__init__(message % params if params else message)
        self.message = message
        self.field = field
        self.params = params


class InvalidInput(DomainError):
    """The data does not fit; ``field`` names which."""

    http_status = 422


class NotFound(DomainError):
    """Nothing there, or nothing that this actor may know of."""

    http_status = 404

    def __init__(self, message: str = N_("Not found."), **params: object) -> None:
        super().__init__(message, field=None, **params)


class Forbidden(DomainError):
    """The actor lacks the permission, or a guard refuses."""

    http_status = 403

    def __init__(
        self, message: str = N_("You do not have permission to do this."), **params: object
    ) -> None:
        super().__init__(message, field=None, **params)


class Conflict(DomainError):
    """Someone else was first, or the record is not in a state for this."""

    http_status = 409

    def __init__(
        self,
        message: str = N_("Someone else changed this record meanwhile. Reload it and try again."),
        **params: object,
    ) -> None:
        super().__init__(message, field=None, **params)


class GoesOnElsewhere(Conflict):
    """What this was meant for has ended; ``url`` is where it goes on, "" where nobody may look."""

    def __init__(self, message: str, *, url: str, **params: object) -> None:
        super().__init__(message, **params)
        self.url = url
