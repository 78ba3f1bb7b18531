"""Choosing a division: province, city, district, street, each narrowed by the one before.

Works without JavaScript: the button "Show the divisions below" sends the form back to be
narrowed. With it, `static/js/regions.js` asks for the next level as soon as one is chosen.
"""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from supervision.core.actor import Actor
from supervision.core.errors import DomainError
from supervision.core.web.forms import CodeField, Form
from supervision.enterprise import queries

# Field and length of its code (GB/T 2260, streets GB/T 10114).
LEVELS = (("province", 2), ("city", 4), ("district", 6), ("street", 9))


class RegionForm(Form):
    """Mixin of forms that ask for a division; call :meth:`narrow` before validating."""

    province = CodeField(_l("Province"), optional=True)
    city = CodeField(_l("City"), optional=True)
    district = CodeField(_l("District"), optional=True)
    street = CodeField(_l("Street or town"), optional=True)

    _dropped: list[str]

    @property
    def region_fields(self) -> list[CodeField]:
        return [self[name] for name, _length in LEVELS]

    @property
    def region_code(self) -> str:
        """The narrowest division that was chosen; "" for none."""
        chosen = [str(field.data) for field in self.region_fields if field.data]
        return chosen[-1] if chosen else ""

    def start_region(self, code: str) -> None:
        """Show a known code when the form is opened."""
        for name, length in LEVELS:
            self[name].data = code[:length] if len(code) >= length else None

    def narrow(self, actor: Actor) -> None:
        """Offer at each level what lies below the choice before it, inside the actor's own.

        A choice that no longer lies below its parent is dropped (and refused when the form is
        saved); where the actor's own region leaves only one, it is chosen.
        """
        self._dropped = []
        own = max((len(code) for code in actor.regions), default=0)
        parent, above = "", True
        for name, length in LEVELS:
            field = self[name]
            offered = queries.region_children(actor, parent) if above else []
            field.choices = [("", _l("—")), *offered]
            if field.data not in {code for code, _name in offered}:
                if field.data:
                    self._dropped.append(name)
                field.data = offered[0][0] if len(offered) == 1 and length <= own else None
            parent, above = field.data or "", bool(field.data)

    def validate(self, extra_validators: Any = None) -> bool:
        """Nothing that was chosen may silently become something wider."""
        is_valid = bool(super().validate(extra_validators))
        for name in self._dropped:
            self[name].errors = [_("Choose one of the list.")]
        return is_valid and not self._dropped

    def add_error(self, error: DomainError) -> None:
        """An error about the region stands at the district, which is what is asked for."""
        if error.field == "region_code":
            error.field = "district"
        super().add_error(error)
