"""A long list that somebody asked for, made, and a saved filter and a change of many."""

from __future__ import annotations

from supervision.core import clock
from supervision.core.db import db, transaction
from supervision.core.export import jobs
from supervision.core.export.lists import FileKind
from supervision.enterprise import preferences
from supervision.enterprise.assigning import service as assigning
from supervision.inbox.jobs import exports
from tests.cast import Cast


def an_export(cast: Cast, who: str, query: str = "", name: str = "enterprise.roll") -> int:
    """The id of an export that was made."""
    with transaction():
        asked = jobs.ask(cast[who], name, FileKind.XLSX, query, "en").id
    exports.make_queued(clock.now())
    db.session.rollback()
    return asked


def list_things(cast: Cast, who: str, enterprise_id: int) -> dict[str, int]:
    """Ids of an export, a saved filter and a change of one enterprise, for tests of access."""
    with transaction():
        saved = preferences.save_filter(
            cast[who], "enterprise.roll", "Mine", "key=1", is_default=False, is_shared=False
        ).id
        change = assigning.ask(
            cast[who], [enterprise_id], {"supervising_unit": "Unit 1"}, expected=1
        )
        assigning.step(change, cast[who], [enterprise_id])
        bulk = change.id
    return {
        "export.export_id": an_export(cast, who),
        "enterprise.filter_id": saved,
        "assigning.bulk_id": bulk,
    }
