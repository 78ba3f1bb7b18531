"""Forms about evidence: each asks why. A page shows several: each has a name of its own."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import SearchField, StringField
from wtforms.validators import InputRequired, Length

from supervision.core.web.forms import CodeField, Form, strip

_WHY = [InputRequired(), Length(max=500)]


def take_of(evidence_id: int) -> str:
    """The prefix of the form about taking one file."""
    return f"take{evidence_id}-"


def release_of(hold_id: int) -> str:
    """The prefix of the form about releasing one hold."""
    return f"release{hold_id}-"


class HoldForm(Form):
    reason = StringField(
        _l("Why it is held"),
        _WHY,
        filters=[strip],
        render_kw={"placeholder": _l("Case, complaint, who asked for it")},
    )


class ReleaseForm(Form):
    """Of one hold: its ``prefix`` is :func:`release_of`."""

    reason = StringField(_l("Why it is released"), _WHY, filters=[strip])


class OriginalForm(Form):
    """Of one file: its ``prefix`` is :func:`take_of`."""

    reason = StringField(
        _l("What the original is for"),
        _WHY,
        filters=[strip],
        render_kw={"placeholder": _l("Case, proceedings, who asked for it")},
    )


class HoldFilterForm(Form):
    """Of the list of holds; a GET form without CSRF."""

    class Meta:
        csrf = False

    q = SearchField(_l("Search"), filters=[strip])
    state = CodeField(
        _l("State"),
        labels={"standing": _l("Standing"), "all": _l("All, released too")},
        default="standing",
    )
