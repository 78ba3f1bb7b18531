"""What every file of a package says at its top: whose month, from which data, made when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _

from supervision.core.i18n import format_instant
from supervision.report import labels
from supervision.report.contents import Contents


@dataclass(frozen=True, slots=True)
class Imprint:
    """``version`` 0: provisional. ``made_at`` is the stamp of all files."""

    issuer: str
    made_at: datetime
    made_by: str
    version: int


def title() -> str:
    return str(_("Monthly report on hidden hazards"))


def subtitle(contents: Contents) -> str:
    period = contents.figures.period
    text: str = _(
        "%(subject)s, %(month)s",
        subject=contents.subject.name,
        month=labels.month(period.year, period.month),
    )
    return text


def origin(contents: Contents, imprint: Imprint) -> Sequence[str]:
    """Lines under the title."""
    return [
        _(
            "Made at %(at)s (Beijing time) by %(who)s",
            at=format_instant(imprint.made_at),
            who=imprint.made_by,
        ),
        _(
            "Version %(version)s, data version %(data)s",
            version=version_text(imprint.version),
            data=contents.data_version,
        ),
    ]


def version_text(version: int) -> str:
    return str(version) if version else _("provisional version")


def provisional_warning(contents: Contents) -> str:
    text: str = _(
        "Provisional: the month is still running. Counted up to %(day)s; the figures will change.",
        day=contents.figures.period.as_of.isoformat(),
    )
    return text
