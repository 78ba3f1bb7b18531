"""Who may call which endpoint. Every endpoint declares it; the app refuses to start otherwise.

Signed out: to the sign-in page (401 for machines). Permission missing: 403. Out of scope: 404,
which is the business of :mod:`supervision.core.scope`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from flask import Flask, abort, current_app, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from supervision.core.actor import Actor, ActorKind
from supervision.core.permissions import Permission

V = TypeVar("V", bound=Callable[..., ResponseReturnValue])

_ATTRIBUTE = "__anqi_access__"


@dataclass(frozen=True, slots=True)
class Access:
    """``permission`` None with ``is_public`` False: any signed-in person.

    One of ``others`` opens it as well.
    """

    is_public: bool = False
    permission: Permission | None = None
    others: tuple[Permission, ...] = ()
    machine: bool = False


class UndeclaredEndpointError(RuntimeError):
    """An endpoint says nothing about who may call it."""


def requires(
    permission: Permission, *others: Permission, machine: bool = False
) -> Callable[[V], V]:
    """Only actors with one of the permissions; ``machine``: tokens only, answers in JSON."""

    def mark(view: V) -> V:
        access = Access(permission=permission, others=others, machine=machine)
        setattr(view, _ATTRIBUTE, access)
        return view

    return mark


def signed_in(view: V) -> V:
    """Any signed-in person."""
    setattr(view, _ATTRIBUTE, Access())
    return view


def public(view: V) -> V:
    """Everybody, signed in or not."""
    setattr(view, _ATTRIBUTE, Access(is_public=True))
    return view


def access_of(app: Flask, endpoint: str) -> Access | None:
    if endpoint == "static":
        return Access(is_public=True)
    return getattr(app.view_functions[endpoint], _ATTRIBUTE, None)


def check_declarations(app: Flask) -> None:
    """Raise :class:`UndeclaredEndpointError` naming every endpoint that declares nothing."""
    loose = [e for e in app.view_functions if access_of(app, e) is None]
    if loose:
        raise UndeclaredEndpointError(f"no @requires, @signed_in or @public: {', '.join(loose)}")


def enforce() -> ResponseReturnValue | None:
    """The one before-request hook; runs after ``g.actor`` is set."""
    if request.endpoint is None:
        return None
    access = access_of(current_app, request.endpoint)
    if access is None:
        abort(403)
    if access.is_public:
        return None
    actor: Actor | None = g.get("actor")
    if access.machine:
        return _enforce_machine(access, actor)
    if actor is None or actor.kind is not ActorKind.PERSON:
        return redirect(url_for("account.sign_in", next=_here()))
    if access.permission is not None and not _may_any(actor, access):
        abort(403)
    return None


def _may_any(actor: Actor, access: Access) -> bool:
    wanted = (access.permission, *access.others)
    return any(permission is not None and actor.may(permission) for permission in wanted)


def _enforce_machine(access: Access, actor: Actor | None) -> ResponseReturnValue | None:
    if actor is None or actor.kind is not ActorKind.NODE:
        body = {
            "error": "unauthorized",
            "message": g.get("token_problem", "a node token is required"),
        }
        response = current_app.json.response(body)
        response.status_code = 401
        response.headers["WWW-Authenticate"] = "Bearer"
        return response
    if access.permission is not None and not actor.may(access.permission):
        response = current_app.json.response({"error": "forbidden"})
        response.status_code = 403
        return response
    return None


def _here() -> str | None:
    return request.full_path.rstrip("?") if request.method == "GET" else None


def current_actor() -> Actor:
    """The actor of this request; for views behind :func:`requires` or :func:`signed_in`."""
    actor: Actor = g.actor
    return actor
