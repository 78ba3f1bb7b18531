"""The plans of statements outlive the transactions that use them.

The driver lets PostgreSQL keep a statement's plan once it was asked a few times, and throws all of a
connection's plans away with every ROLLBACK: what was rolled back may have been a table. Each page and
each question of a worker used to end so, and two thirds of the database's time for a node's messages
went into planning the same statements again.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine

from supervision.core.db import IN_TRANSACTION

_WROTE = "anqi_wrote"


def keep_plans(engine: Engine) -> None:
    """Where a transaction has only read, COMMIT instead of ROLLBACK: nothing is there to undo.

    Only what begins with SELECT counts as reading; a write in a WITH does not.
    """
    if engine.dialect.name != "postgresql":
        return

    @event.listens_for(engine, "begin")
    def _on_begin(connection: Connection) -> None:
        connection.info[_WROTE] = False

    @event.listens_for(engine, "before_cursor_execute")
    def _on_execute(
        connection: Connection, _cursor: object, statement: str, *_others: object
    ) -> None:
        if not statement.startswith("SELECT"):
            connection.info[_WROTE] = True

    @event.listens_for(engine, "rollback")
    def _on_rollback(connection: Connection) -> None:
        if connection.info.get(_WROTE, True):
            return
        driver: Any = connection.connection.driver_connection
        if driver is not None and driver.info.transaction_status == IN_TRANSACTION:
            driver.commit()  # what SQLAlchemy does next finds no transaction
