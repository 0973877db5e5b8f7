"""What a look-up asks the database, and which tables the plan of a statement walks through or sorts."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, event

from issuance.service import Service


@contextmanager
def statements(service: Service) -> Iterator[list[tuple[str, Any]]]:
    """Every SELECT that is run inside, with its values."""
    seen: list[tuple[str, Any]] = []

    def keep(connection: Connection, cursor: Any, statement: str, values: Any, context: Any, many: bool) -> None:
        del connection, cursor, context
        if statement.lstrip().upper().startswith(("SELECT", "WITH")) and not many:
            seen.append((statement, values))

    event.listen(service.db.engine, "before_cursor_execute", keep)
    try:
        yield seen
    finally:
        event.remove(service.db.engine, "before_cursor_execute", keep)


def walked(service: Service, statement: str, values: Any, large: Collection[str]) -> set[str]:
    """Those of the `large` tables that the plan of a statement walks through from end to end."""
    plan = _plan(service, statement, values)
    if service.db.dialect == "sqlite":
        return {table for line in plan for table in large if line.split()[:2] == ["SCAN", table]}
    return {table for line in plan for table in large if f"Seq Scan on {table}" in line}


def ordered(service: Service, statement: str, values: Any) -> bool:
    """Whether the plan takes rows in their order from an index; on SQLite alone: PostgreSQL sorts few rows at once."""
    return not any("USE TEMP B-TREE" in line for line in _plan(service, statement, values))


def _plan(service: Service, statement: str, values: Any) -> list[str]:
    with service.db.engine.connect() as connection:
        if service.db.dialect == "sqlite":
            return [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)]
        connection.exec_driver_sql("SET enable_seqscan = off")  # few rows: the question is whether an index serves
        plan = [row[0] for row in connection.exec_driver_sql(f"EXPLAIN {statement}", values)]
        connection.exec_driver_sql("RESET enable_seqscan")
        return plan
