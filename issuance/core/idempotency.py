"""A creating request sent twice has one effect: `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header).

`once` claims the key in a transaction of its own, runs the work, keeps the answer. A claim carries `request_id`: a
command that uses it as the id of the row it makes cannot make that row twice, even when a crash fell in between.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import ColumnElement, delete, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from issuance.core import clock
from issuance.core.actor import Actor
from issuance.core.ids import new_id
from issuance.db.session import Database
from issuance.db.tables import IdempotencyKey
from specs.errors import Conflict, Fault, Invalid, IssuanceError, Unavailable, Uncertain
from specs.schema.staff import Idempotency

CLAUSE = "draft-ietf-httpapi-idempotency-key-header"


@dataclass(frozen=True, slots=True)
class Request:
    """key: the header's value; route: method and path (`POST /v1/passports`); body: the exact bytes received."""

    key: str
    route: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered, to be given again. replayed: this came from the store."""

    status: int
    content_type: str
    body: bytes
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to carry out one request; request_id (UUIDv7) names what it creates."""

    actor_id: str
    request: Request
    request_id: str
    leased_until: datetime


def once(db: Database, actor: Actor, request: Request, rules: Idempotency, work: Callable[[Claim], Answer]) -> Answer:
    """The answer of `work`, or the stored one when this key was answered before.

    A typed error of `work` frees the key, for nothing was done. Where that is not known the key keeps its
    request: after `Uncertain` the next try carries on at once, after any other error when the lease ends.
    Raises `Conflict`: `core.idempotency.other_request` (same key, other body), `core.idempotency.in_progress`.
    """
    claimed = claim(db, actor, request, rules, clock.now())
    if isinstance(claimed, Answer):
        return claimed
    try:
        answer = work(claimed)
    except IssuanceError as error:
        with suppress(Unavailable):  # the lease ends by itself
            _release(db, claimed, keep=isinstance(error, Uncertain))
        raise
    with db.writing() as session:
        finish(session, claimed, answer)
    return answer


def claim(db: Database, actor: Actor, request: Request, rules: Idempotency, now: datetime) -> Claim | Answer:
    """Take the key, committed, or give the stored answer. Raises `Invalid`, `Conflict` as `once` does."""
    limit = rules.key_maximum_characters
    if not (0 < len(request.key) <= limit and request.key.isascii() and request.key.isprintable()):
        ar = f"مفتاح التكرار ليس من 1 إلى {limit} حرفاً مطبوعاً"
        raise Invalid(_fault("key", ar, f"The key is not 1 to {limit} printable ASCII characters"))
    digest = sha256(request.body).hexdigest()
    leased_until = now + timedelta(seconds=rules.lease_seconds)
    with db.writing() as session:
        session.execute(delete(IdempotencyKey).where(col(IdempotencyKey.expires_at) <= now))
        fresh = IdempotencyKey(
            actor_id=actor.id,
            key=request.key,
            route=request.route,
            body_sha256=digest,
            request_id=new_id(),
            leased_until=leased_until,
            expires_at=now + timedelta(hours=rules.retention_hours),
        )
        if not _insert(session, fresh):
            query = select(IdempotencyKey).where(*_same(actor.id, request)).with_for_update()
            held = session.exec(query).one()
            if held.body_sha256 != digest:
                ar = "استُعمل مفتاح التكرار هذا لطلب مختلف"
                raise Conflict(_fault("other_request", ar, "This idempotency key was used for a different request"))
            if held.status is not None:
                return Answer(held.status, held.content_type or "", held.body or b"", replayed=True)
            if held.leased_until > now:
                ar = "الطلب نفسه قيد التنفيذ"
                raise Conflict(_fault("in_progress", ar, "The same request is still being carried out"))
            held.leased_until = leased_until  # its worker died: carry on under the same request id
            fresh = held
        return Claim(actor.id, request, fresh.request_id, leased_until)


def finish(session: Session, claimed: Claim, answer: Answer) -> None:
    """Keep the answer: in a unit of work (`tx.session`) together with what it is about, or by itself.

    Raises `Conflict` when the lease ended and another took the request over: then nothing of this one is kept.
    """
    query = select(IdempotencyKey).where(*_same(claimed.actor_id, claimed.request)).with_for_update()
    held = session.exec(query).first()
    if held is None or held.leased_until != claimed.leased_until or held.request_id != claimed.request_id:
        raise Conflict(_fault("taken_over", "تولى طلب آخر التنفيذ", "Another try took this request over"))
    held.status, held.content_type, held.body = answer.status, answer.content_type, answer.body


def _release(db: Database, claimed: Claim, *, keep: bool) -> None:
    """Nobody works on it any more. keep: under the same `request_id`."""
    unanswered = [col(IdempotencyKey.status).is_(None), col(IdempotencyKey.leased_until) == claimed.leased_until]
    ours = [*_same(claimed.actor_id, claimed.request), *unanswered]
    with db.writing() as session:
        if keep:
            session.execute(update(IdempotencyKey).where(*ours).values(leased_until=clock.now()))
        else:
            session.execute(delete(IdempotencyKey).where(*ours))


def _same(actor_id: str, request: Request) -> list[ColumnElement[bool]]:
    return [
        col(IdempotencyKey.actor_id) == actor_id,
        col(IdempotencyKey.key) == request.key,
        col(IdempotencyKey.route) == request.route,
    ]


def _insert(session: Session, row: IdempotencyKey) -> bool:
    """False when the key exists; a concurrent claim of the same key waits here for the first to commit."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    statement = dialect.insert(IdempotencyKey).values(**row.model_dump()).on_conflict_do_nothing()
    return bool(session.execute(statement.returning(col(IdempotencyKey.key))).all())


def _fault(kind: str, ar: str, en: str) -> Fault:
    return Fault(code=f"core.idempotency.{kind}", field="Idempotency-Key", clause=CLAUSE, ar=ar, en=en)
