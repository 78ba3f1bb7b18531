"""The request as our pages read it: without words that mean something to ``url_for``."""

from __future__ import annotations

from flask import Request as FlaskRequest
from werkzeug.datastructures import ImmutableMultiDict, MultiDict


class Request(FlaskRequest):
    """A list keeps its filters in its links by handing on the whole query string.

    ``?_scheme=javascript&_external=1`` would turn such a link into a script, ``?endpoint=`` end
    the page in an error; no filter of ours has such a name.
    """

    _kept: MultiDict[str, str] | None = None

    @property
    def args(self) -> MultiDict[str, str]:
        if self._kept is None:
            pairs = super().args.items(multi=True)
            known = [(k, v) for k, v in pairs if k != "endpoint" and not k.startswith("_")]
            self._kept = ImmutableMultiDict(known)
        return self._kept
