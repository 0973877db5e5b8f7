"""Work that outlives its process, on DBOS: files of certificate requests are worked off, whoever is killed meanwhile.

What DBOS keeps (which file, how far) stands apart from the register: `jobs.db` beside the SQLite file, the schema
`jobs` in PostgreSQL; both can be thrown away, for a file that is not finished is simply taken up again. Workflows are
given ids alone, never what a row says. One process at a time works for an installation; DBOS is loaded only in it.
"""

from __future__ import annotations

import fcntl
import gc
import logging
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from functools import cache
from itertools import count
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

from sqlalchemy import text
from sqlalchemy.engine import make_url

from issuance.certificates import bulk
from issuance.db.session import Database
from issuance.service import Service
from specs.errors import Conflict, Fault, Unavailable

if TYPE_CHECKING:
    from dbos import DBOSConfig

log = logging.getLogger("issuance.jobs")
SCHEMA: Final = "jobs"
QUEUE: Final = "certificate-bulk"
VERSION: Final = "1"
"""Of the workflow below. Another number leaves the runs of the old one where they stand: files are then begun anew."""
LATER: Final = -1
LONGEST_PAUSE: Final = timedelta(minutes=1)
SECONDS: Final = 2.0
_PLACE: Final = 0x69737375_6A6F6273  # "issujobs", of the advisory lock
_FAILED: Final = ("ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED")
_turn = threading.Lock()
_held: Service | None = None
"""The service this process works for: workflows are found by name and are handed only ids."""


class Worker:
    """The one process that works. `take_up` is safe to repeat."""

    def __init__(self) -> None:
        self._runs: dict[str, str] = {}

    def take_up(self, service: Service) -> None:
        """See that every unfinished file is worked on. Raises `Unavailable`."""
        with service.db.reading() as read:
            waiting = bulk.unfinished(read)
        for bulk_id in waiting:
            if bulk_id not in self._runs:
                self._runs[bulk_id] = _enqueue(bulk_id)

    def require_running(self, bulk_id: str) -> None:
        """Raises `Unavailable` when the work on this file ended in a failure; it is begun anew when this block is."""
        from dbos import DBOS

        name = self._runs.get(bulk_id)
        status = DBOS.get_workflow_status(name) if name is not None else None
        if status is not None and status.status in _FAILED:
            words = (
                "توقف العمل على الملف بخطأ في البرنامج؛ أعد الأمر بعد إصلاحه",
                "the work on the file stopped at a fault of the program; run it again once that is mended",
            )
            raise Unavailable(Fault("jobs.stopped", *words, field="bulk", clause="docs/certificates-bulk.md"))


@contextmanager
def worker(service: Service) -> Iterator[Worker | None]:
    """Work for this installation while the block runs; None while another process does. Raises `Unavailable`."""
    global _held  # noqa: PLW0603 - a process works for one installation at a time
    with _place(service) as ours:
        if not ours:
            yield None
            return
        from dbos import DBOS

        _held = service
        try:
            _launch(service)
            gc.collect()
            gc.freeze()  # what is loaded stays: looking through it time and again was a tenth of the work on a row
            yield Worker()
        finally:
            with _turn:  # the rows at hand are done first
                _held = None
                DBOS.destroy()
                gc.unfreeze()


def work_in_background(service: Service, stop: threading.Event, seconds: float = SECONDS) -> None:
    """Until `stop`: work whenever a file waits and no other process does."""
    while not stop.wait(seconds):
        with suppress(Unavailable):
            if not _anything(service):
                continue
            with worker(service) as held:
                while held is not None and not stop.is_set():
                    with suppress(Unavailable):
                        held.take_up(service)
                    stop.wait(seconds)


def jobs_url(database_url: str) -> str:
    """Where DBOS keeps its own tables for this register."""
    url = make_url(database_url)
    if url.get_backend_name() == "sqlite":
        return f"sqlite:///{Path(url.database or '').absolute().with_name('jobs.db')}"
    return url.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)


def _work_off(bulk_id: str) -> None:
    """The workflow: some rows a step, until none is left. A step that was cut short is done again."""
    from dbos import DBOS

    pause = 1.0
    while left := DBOS.run_step({"name": "rows"}, _rows, bulk_id):
        if left == LATER:
            DBOS.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE.total_seconds())
        else:
            pause = 1.0
    DBOS.run_step({"name": "finish"}, _finish, bulk_id)


def _rows(bulk_id: str) -> int:
    """How many rows are left, or `LATER` when something is unavailable now."""
    with _working() as service:
        try:
            return bulk.work(service, bulk_id, service.clock())
        except (Unavailable, Conflict) as error:
            log.warning("file of requests %s waits: %s", bulk_id, error.faults[0].code)
            return LATER
        except Exception as error:
            raise _named(bulk_id, error) from None


def _finish(bulk_id: str) -> None:
    with _working() as service:
        try:
            bulk.finish(service, bulk_id, service.clock())
        except Exception as error:
            raise _named(bulk_id, error) from None


class _Stopping(BaseException):
    """This process stops working. No `Exception`: DBOS would keep it as the outcome, and nobody would go on."""


def _named(bulk_id: str, error: Exception) -> RuntimeError:
    """What DBOS keeps and logs of a failure: its kind and place. The message of a database error quotes its rows."""
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    where = f"{Path(place.tb_frame.f_code.co_filename).name}:{place.tb_lineno}" if place is not None else "?"
    return RuntimeError(f"{bulk_id}: {type(error).__name__} at {where}")


@contextmanager
def _working() -> Iterator[Service]:
    with _turn:
        if _held is None:
            raise _Stopping
        yield _held


def _launch(service: Service) -> None:
    from dbos import DBOS

    _quiet()
    url = jobs_url(service.settings.database)
    if url.startswith("sqlite"):
        path = Path(make_url(url).database or "")
        with suppress(OSError):
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    config: DBOSConfig = {
        "name": "issuance",
        "system_database_url": url,
        "dbos_system_schema": SCHEMA,
        "application_version": VERSION,
        "executor_id": "issuance",
        "enable_otlp": False,
        "log_level": "WARNING",
        "sys_db_pool_size": 5,
        "max_executor_threads": 8,
        "scheduler_polling_interval_sec": 600.0,
        "serializer": _json(),
    }
    DBOS(config=config)
    _workflow()
    DBOS.launch()
    DBOS.register_queue(QUEUE, worker_concurrency=1, polling_interval_sec=0.5)


def _enqueue(bulk_id: str) -> str:
    """Under the file's own id, so that it runs once; after a run that failed, under the next one. Answers which."""
    from dbos import DBOS, SetWorkflowID

    for attempt in count():
        name = f"{bulk_id}:{attempt}"
        status = DBOS.get_workflow_status(name)
        if status is None:
            with SetWorkflowID(name):
                DBOS.enqueue_workflow(QUEUE, _workflow(), bulk_id)
            return name
        if status.status not in (*_FAILED, "SUCCESS"):
            return name
    raise AssertionError("there is always another number")


@cache
def _workflow() -> Callable[[str], None]:
    """Registered once a process: DBOS finds what it goes on with by this name."""
    from dbos import DBOS

    return DBOS.workflow(name="work_off_certificate_bulk", max_recovery_attempts=1000)(_work_off)


def _json() -> Any:
    """Ids and numbers need no pickle: what is read back from a table must not be able to run."""
    from dbos._serialization import DBOSPortableJSON

    return DBOSPortableJSON


class _Terse(logging.Handler):
    """Says what DBOS says, in a line, without the trace that may quote rows."""

    def emit(self, record: logging.LogRecord) -> None:
        log.log(record.levelno, "%s", record.getMessage().partition("\n")[0][:200])


def _quiet() -> None:
    """DBOS writes to the console by itself unless its logger has a handler."""
    theirs = logging.getLogger("dbos")
    theirs.handlers, theirs.propagate = [_Terse()], False


def _anything(service: Service) -> bool:
    with service.db.reading() as read:
        return bool(bulk.unfinished(read))


@contextmanager
def _place(service: Service) -> Iterator[bool]:
    """Whether this process alone may work: by a lock that its death lets go of."""
    if service.db.dialect == "sqlite":
        with _file_lock(Path(make_url(service.settings.database).database or "").with_name("jobs.lock")) as ours:
            yield ours
        return
    with _advisory_lock(service.db) as ours:
        yield ours


@contextmanager
def _file_lock(path: Path) -> Iterator[bool]:
    held: IO[bytes]
    with path.open("ab") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
            return
        yield True


@contextmanager
def _advisory_lock(db: Database) -> Iterator[bool]:
    engine = db.engine.execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        ours = bool(connection.execute(text("SELECT pg_try_advisory_lock(:place)"), {"place": _PLACE}).scalar())
        try:
            yield ours
        finally:
            if ours:
                connection.execute(text("SELECT pg_advisory_unlock(:place)"), {"place": _PLACE})
