"""One database, SQLite embedded or PostgreSQL: short read transactions and short write transactions.

`reading()` gives a snapshot without any way to change it. Rows are written through `core.uow.unit_of_work`; only
`core` itself opens `writing()`, for rows that must be committed before the work they announce (numbers, intents).
"""

from __future__ import annotations

import os
import select
import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol, TypeVar, TypeVarTuple, overload

from sqlalchemy import Connection, Engine, create_engine, event, exc, text
from sqlalchemy.engine import ScalarResult, TupleResult, make_url
from sqlalchemy.pool import ConnectionPoolEntry
from sqlmodel import Session
from sqlmodel.sql.expression import Select, SelectOfScalar

from issuance.db.failures import UNCERTAIN, UNREACHABLE, translate
from specs.errors import Unavailable, Uncertain

Row = TypeVar("Row")
Columns = TypeVarTuple("Columns")

BUSY_TIMEOUT_SECONDS = 5.0
CONNECT_TIMEOUT_SECONDS = 5
_MODE = "issuance_mode"
_LIES_SINCE = "issuance_lies_since"
PING_AFTER_SECONDS = 1.0
"""A connection that lay unused for so long is tried before it is used: the server may have gone away meanwhile."""
_POOL: dict[str, Any] = {"pool_size": 10, "max_overflow": 30}  # together the 40 threads an ASGI server works with


class Readable(Protocol):
    """What can be read from: a database, of which each `reading` is a snapshot, or one snapshot that is open."""

    def reading(self) -> AbstractContextManager[ReadSession]:
        """As `Database.reading`."""


class ReadSession:
    """Reads only: it has no `add`, `delete` or `commit`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @contextmanager
    def reading(self) -> Iterator[ReadSession]:
        """This snapshot itself, for what would open one of its own."""
        yield self

    @overload
    def exec(self, statement: SelectOfScalar[Row]) -> ScalarResult[Row]: ...
    @overload
    def exec(self, statement: Select[*Columns]) -> TupleResult[tuple[*Columns]]: ...
    def exec(self, statement: Any) -> Any:
        """The rows of a `sqlmodel.select(...)`."""
        return self._session.exec(statement)

    def rows(self, statement: Any, said: Mapping[str, Any]) -> Sequence[Any]:
        """The rows of a statement of columns that was built once, for these values of its `bindparam`s.

        For what every call asks: without the tables' classes it takes a good part of the time less.
        """
        return self._session.connection().execute(statement, said).all()

    def get(self, model: type[Row], key: Any) -> Row | None:
        """The row of `model` with this primary key, or None."""
        return self._session.get(model, key)

    def forget(self) -> None:
        """Let go of the rows read so far, so that a long walk stays small."""
        self._session.expunge_all()


class Database:
    """url: `sqlite:////path/file.db` or `postgresql+psycopg://...`; `dialect` is `sqlite` or `postgresql`."""

    def __init__(self, url: str, busy_timeout_seconds: float = BUSY_TIMEOUT_SECONDS) -> None:
        parsed = make_url(url)
        self.dialect = parsed.get_backend_name()
        if self.dialect == "sqlite":
            if not parsed.database or parsed.database == ":memory:":
                raise ValueError("the embedded database is a file: sqlite:////path/to/issuance.db")
            file = Path(parsed.database)
            file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with suppress(OSError):  # what cannot be opened is said, typed, when it is used
                os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))  # SQLite gives its other files the same mode
            self.engine = _sqlite(url, busy_timeout_seconds)
        elif self.dialect == "postgresql":
            self.engine = _postgresql(url, busy_timeout_seconds)
        else:
            raise ValueError("the database is SQLite or PostgreSQL")
        read = {_MODE: "read"}
        if self.dialect == "postgresql":
            read |= {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}  # type: ignore[dict-item]
        self._read_engine = self.engine.execution_options(**read)
        self._write_engine = self.engine.execution_options(**{_MODE: "write"})

    @contextmanager
    def reading(self) -> Iterator[ReadSession]:
        """One snapshot: what others commit meanwhile is not seen. Raises `Unavailable`."""
        with self._session(self._read_engine) as session:
            yield ReadSession(session)
            session.expunge_all()  # there is nothing to write, whatever was done to a row that was read
            session.commit()  # with a rollback psycopg forgets the statements it had prepared

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """One write transaction, committed at clean exit, else rolled back. Raises `Unavailable`, `Conflict`.

        `Uncertain` when the database went away while it committed.
        """
        with self._session(self._write_engine) as session:
            session.connection()  # begins now, not at the first statement: who may write is settled at the start
            yield session
            session.flush()
            try:
                session.commit()
            except exc.SQLAlchemyError as error:
                typed = translate(error)
                if typed is not None and typed.faults == (UNREACHABLE,):
                    raise Uncertain(UNCERTAIN) from error
                raise

    def ready(self) -> None:
        """Raises `Unavailable` when the database does not answer."""
        with self.reading() as read:
            read._session.execute(text("SELECT 1"))

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """A read transaction without the tables' classes, for what looks at the schema itself. Raises `Unavailable`."""
        with self.reading() as read:
            yield read._session.connection()

    def close(self) -> None:
        """Give back every connection."""
        self.engine.dispose()

    @contextmanager
    def _session(self, engine: Engine) -> Iterator[Session]:
        try:
            with Session(engine, expire_on_commit=False) as session:
                yield session
        except exc.SQLAlchemyError as error:
            typed = translate(error)
            if typed is None:
                raise
            raise typed from error


def lock(session: Session, name: str) -> None:
    """Serialise writers over `name` until the transaction ends. On SQLite a write transaction is alone already."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": name})


def _sqlite(url: str, busy_timeout_seconds: float) -> Engine:
    engine = create_engine(
        url, connect_args={"timeout": busy_timeout_seconds}, pool_timeout=busy_timeout_seconds, **_POOL
    )

    @event.listens_for(engine, "connect")
    def _connected(connection: sqlite3.Connection, _record: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves, in the `begin` event
        (mode,) = connection.execute("PRAGMA journal_mode").fetchone()
        if mode != "wal":
            connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")  # a number or intent once committed survives a power cut
        connection.execute("PRAGMA foreign_keys = ON")

    @event.listens_for(engine, "begin")
    def _begun(connection: Connection) -> None:
        # A deferred transaction that turns to writing fails when another wrote meanwhile; IMMEDIATE waits its turn.
        reads = connection.get_execution_options().get(_MODE) == "read"
        connection.exec_driver_sql(f"PRAGMA query_only = {'ON' if reads else 'OFF'}")
        connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")

    return engine


def _postgresql(url: str, busy_timeout_seconds: float) -> Engine:
    milliseconds = int(busy_timeout_seconds * 1000)
    options: Sequence[str] = (
        "-c timezone=UTC",
        f"-c lock_timeout={milliseconds}",
        "-c idle_in_transaction_session_timeout=60000",
    )
    parsed = make_url(url)
    if parsed.drivername == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    try:
        engine = create_engine(
            parsed,
            connect_args={"options": " ".join(options), "connect_timeout": CONNECT_TIMEOUT_SECONDS},
            pool_timeout=busy_timeout_seconds,
            **_POOL,
        )
    except ImportError as error:
        raise Unavailable(UNREACHABLE) from error
    _try_before_use(engine)
    return engine


def _try_before_use(engine: Engine) -> None:
    """As `pool_pre_ping`, without its round trip where a connection was in use a moment ago and its server has said
    nothing since: one that goes away says so, or closes its end."""

    @event.listens_for(engine, "checkin")
    def _lies(_connection: Any, record: ConnectionPoolEntry) -> None:
        record.info[_LIES_SINCE] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def _used(connection: Any, record: ConnectionPoolEntry, _proxy: Any) -> None:
        since = record.info.pop(_LIES_SINCE, None)
        if since is None:
            return
        try:
            if time.monotonic() - since >= PING_AFTER_SECONDS or _has_word(connection.fileno()):
                engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise exc.InvalidatePoolError from error


def _has_word(socket: int) -> bool:
    """Something waits to be read there, be it the end."""
    waiting = select.poll()
    waiting.register(socket, select.POLLIN)
    return bool(waiting.poll(0))
