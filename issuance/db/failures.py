"""What a database failure means to a person: busy, full, unreachable. Everything else stays a bug."""

from __future__ import annotations

import sqlite3

from sqlalchemy import exc

from specs.errors import Conflict, Fault, Invalid, IssuanceError, Unavailable

LOCKED = Fault(
    code="db.locked",
    ar="قاعدة البيانات مشغولة الآن ولم يُحفظ شيء. أعد المحاولة بعد قليل",
    en="The database is busy; nothing was saved. Try again shortly",
)
DISK_FULL = Fault(
    code="db.disk_full",
    ar="لا توجد مساحة كافية على القرص ولم يُحفظ شيء",
    en="The disk is full; nothing was saved",
)
UNREACHABLE = Fault(
    code="db.unreachable",
    ar="تعذر الوصول إلى قاعدة البيانات ولم يُحفظ شيء",
    en="The database does not answer; nothing was saved",
)
UNCERTAIN = Fault(
    code="db.uncertain",
    ar="انقطع الاتصال بقاعدة البيانات أثناء الحفظ ولا يُعلم هل حُفظ الطلب. راجع السجل قبل إعادته",
    en="The database went away while it was saving, and whether it did is not known. Look before you repeat it",
)
DAMAGED = Fault(
    code="db.damaged",
    ar="ملف قاعدة البيانات تالف أو ليس قاعدة بيانات",
    en="The database file is damaged or is not a database",
)
UNSTORABLE = Fault(
    code="db.unstorable",
    clause="PostgreSQL text",
    ar="في النص محرف لا يُحفظ في قاعدة البيانات، ولم يُحفظ شيء",
    en="The text holds a character that cannot be stored; nothing was saved",
)
DUPLICATE = Fault(
    code="db.duplicate",
    ar="هذا السجل موجود من قبل ولم يُحفظ شيء",
    en="This record exists already; nothing was saved",
)

_SQLITE = {
    sqlite3.SQLITE_BUSY: LOCKED,
    sqlite3.SQLITE_LOCKED: LOCKED,
    sqlite3.SQLITE_FULL: DISK_FULL,
    sqlite3.SQLITE_IOERR: DISK_FULL,  # a file-size limit or a quota ends here
    sqlite3.SQLITE_CANTOPEN: UNREACHABLE,
    sqlite3.SQLITE_READONLY: UNREACHABLE,
    sqlite3.SQLITE_PERM: UNREACHABLE,
    sqlite3.SQLITE_CORRUPT: DAMAGED,
    sqlite3.SQLITE_NOTADB: DAMAGED,
}
# https://www.postgresql.org/docs/15/errcodes-appendix.html
_POSTGRESQL = {
    "55P03": LOCKED,  # lock_not_available
    "40P01": LOCKED,  # deadlock_detected: the other one went through
    "40001": LOCKED,  # serialization_failure
    "57014": LOCKED,  # query_canceled, by statement_timeout
    "25P03": LOCKED,  # idle_in_transaction_session_timeout
    "53100": DISK_FULL,
    "53200": UNREACHABLE,  # out_of_memory
    "53300": UNREACHABLE,  # too_many_connections
}
_POSTGRESQL_CLASSES = ("08", "57P")  # connection exception; the server is stopping or starting
UNIQUE_VIOLATION = "23505"


def translate(error: exc.SQLAlchemyError) -> IssuanceError | None:
    """The typed error for `error`, or None when it is a bug that must surface as itself."""
    if isinstance(error, exc.TimeoutError):  # no connection of the pool came free
        return Unavailable(LOCKED)
    if not isinstance(error, exc.DBAPIError):
        return None
    original = error.orig
    if isinstance(error, exc.DataError) and "NUL" in str(original):  # psycopg refuses it before the server sees it
        return Invalid(UNSTORABLE)
    if isinstance(original, sqlite3.Error):
        return _of_sqlite(getattr(original, "sqlite_errorcode", None))
    state = getattr(original, "sqlstate", None)
    if state == UNIQUE_VIOLATION:
        return Conflict(DUPLICATE)
    if state in _POSTGRESQL:
        return Unavailable(_POSTGRESQL[state])
    lost = state is None and (error.connection_invalidated or isinstance(error, exc.OperationalError))
    if lost or (state is not None and state.startswith(_POSTGRESQL_CLASSES)):
        return Unavailable(UNREACHABLE)
    return None


def _of_sqlite(code: int | None) -> IssuanceError | None:
    if code in (sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY):
        return Conflict(DUPLICATE)
    fault = _SQLITE.get(code & 0xFF) if code is not None else None
    return Unavailable(fault) if fault is not None else None
