"""The form of a change of many enterprises."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, StringField
from wtforms.validators import Length

from supervision.core.web.forms import CodeField, Form, strip

NOBODY = "nobody"


class AssignForm(Form):
    """An empty field leaves its part as it is. ``count`` is how many were shown."""

    ids = HiddenField()
    whole = HiddenField()
    query = HiddenField()
    count = HiddenField()
    officer = CodeField(_l("Supervising officer"), optional=True, placeholder=_l("Leave as it is"))
    unit = StringField(
        _l("Supervising unit"),
        [Length(max=60)],
        filters=[strip],
        description=_l("Empty leaves it as it is."),
    )
    key = CodeField(
        _l("Key enterprise"),
        labels={"1": _l("Mark as key enterprise"), "0": _l("Take the mark away")},
        optional=True,
        placeholder=_l("Leave as it is"),
    )

    def values(self) -> dict[str, Any]:
        """What the service takes: only what shall change."""
        found: dict[str, Any] = {}
        if self.officer.data:
            chosen = str(self.officer.data)
            found["officer_id"] = None if chosen == NOBODY else int(chosen)
        if self.unit.data:
            found["supervising_unit"] = self.unit.data
        if self.key.data in {"0", "1"}:
            found["is_key"] = self.key.data == "1"
        return found
