"""The roll as Excel: the same query as the screen, telephones masked as there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select

from supervision.core.db import db
from supervision.core.export.columns import Column, Kind
from supervision.core.masking import masked_phone
from supervision.enterprise import labels, queries
from supervision.enterprise.models import Enterprise


def columns(
    regions: Mapping[str, str], officers: Mapping[int, str]
) -> tuple[Column[Enterprise], ...]:
    """The ledger's columns; names of regions and officers come along, read in one go."""
    return (
        Column("uscc", _l("Unified social credit code"), lambda e: e.uscc, width=22),
        Column("name", _l("Enterprise name"), lambda e: e.name, width=34),
        Column("short_name", _l("Short name"), lambda e: e.short_name, width=16),
        Column("status", _l("Roll status"), lambda e: str(labels.STATUS_LABELS[e.roll_status])),
        Column("key", _l("Key enterprise"), lambda e: _("Yes") if e.is_key else "", width=10),
        Column("region", _l("Region"), lambda e: regions.get(e.region_code, ""), width=34),
        Column("address", _l("Address"), lambda e: e.address, width=34),
        Column("industry_code", _l("Industry code"), lambda e: e.industry_code, width=10),
        Column("industry", _l("Industry"), lambda e: labels.industry_name(e.industry_code)),
        Column("size", _l("Size"), lambda e: str(labels.SIZE_LABELS[e.size_class]), width=8),
        Column("headcount", _l("Headcount"), lambda e: e.headcount, Kind.INTEGER, 10, total=True),
        Column("legal", _l("Legal representative"), lambda e: e.legal_representative),
        Column("principal", _l("Principal"), lambda e: e.principal),
        Column(
            "principal_phone",
            _l("Telephone of the principal"),
            lambda e: masked_phone(e.principal_phone),
            width=16,
        ),
        Column("safety", _l("Safety manager"), lambda e: e.safety_manager),
        Column(
            "safety_phone",
            _l("Telephone of the safety manager"),
            lambda e: masked_phone(e.safety_manager_phone),
            width=16,
        ),
        Column("unit", _l("Supervising unit"), lambda e: e.supervising_unit, width=20),
        Column("officer", _l("Supervising officer"), lambda e: officers.get(e.officer_id or 0, "")),
        Column("longitude", _l("Longitude"), lambda e: _degrees(e.longitude), width=12),
        Column("latitude", _l("Latitude"), lambda e: _degrees(e.latitude), width=12),
        Column("since", _l("On the roll since"), lambda e: e.created_at, Kind.INSTANT, width=17),
    )


# What the page shows to somebody who has chosen nothing.
SHOWN = ("name", "region", "industry", "size", "safety", "officer", "status")


def roll_table(
    stmt: Select[Any], officer_names: Callable[[set[int]], Mapping[int, str]]
) -> tuple[tuple[Column[Enterprise], ...], Iterable[Enterprise]]:
    """The columns, and the rows of a filtered roll streamed."""
    regions = queries.region_path_names(_distinct(stmt, Enterprise.region_code))
    officers = officer_names(_distinct(stmt, Enterprise.officer_id) - {None})
    rows = db.session.scalars(stmt.execution_options(yield_per=500))
    return columns(regions, officers), rows


def _distinct(stmt: Select[Any], column: Any) -> set[Any]:
    """The values of one column of the list: there are far fewer of them than rows."""
    narrow = stmt.order_by(None).with_only_columns(column, maintain_column_froms=True)
    return set(db.session.scalars(narrow.distinct()))


def _degrees(value: object) -> str:
    # As text: a spreadsheet's number format would cut the metres off.
    return "" if value is None else str(value)
