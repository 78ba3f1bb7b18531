"""The scheduler's part of imports."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, select

from supervision.core.db import db, transaction
from supervision.core.scope import unscoped
from supervision.enterprise.imports.jobs import running
from supervision.enterprise.imports.models import ENDED, ImportProblem, ImportRun
from supervision.enterprise.imports.service import KEEP_DAYS


def work(now: datetime) -> int:
    """Check and import what people asked for."""
    return running.work(now)


def forget(now: datetime) -> int:
    """Rows to mend of imports that ended long ago: they hold people's telephones."""
    old = select(ImportRun.id).where(
        ImportRun.status.in_(ENDED), ImportRun.finished_at < now - timedelta(days=KEEP_DAYS)
    )
    with transaction():
        stmt = delete(ImportProblem).where(ImportProblem.run_id.in_(old))
        stmt = stmt.execution_options(synchronize_session=False)
        done = db.session.execute(unscoped(stmt, reason="a nightly sweep"))
        return int(getattr(done, "rowcount", 0))
