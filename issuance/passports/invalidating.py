"""Many books are invalidated together: by office and window, by family record, or by a list, for a case, by two people.

A dry run counts and lists them first. What the second person approves is bound to the numbers the first one saw, and
holds for all of them in one transaction or for none. Two people reinstate; nothing else does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from hashlib import sha256
from typing import Annotated, Any, cast

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from sqlmodel import col, select

from issuance.core import approvals, policy
from issuance.core.actor import Actor
from issuance.core.approvals import Approval, digest_of
from issuance.core.civil import civil_day
from issuance.core.shapes import read_shape
from issuance.core.uow import Tx, unit_of_work
from issuance.db.session import ReadSession
from issuance.passports.life import portions, record_many
from issuance.passports.model import Invalidation, Passport, PassportEvent
from issuance.passports.reports import make_again
from issuance.people.public import family_members, former_members
from issuance.service import Service
from specs.errors import Conflict, Fault, Invalid, NotAllowed, NotFound
from specs.schema.passport_office import DocumentState

INVALIDATE = "passports.invalidate"
SUBJECT = "passports:invalidations"
CLAUSE = "LIBYA.md 1.3 [S24, S29]"
_UNDO = "reinstate"
_Number = Annotated[str, StringConstraints(strip_whitespace=True, to_upper=True, pattern=r"^[A-Za-z0-9]{6,9}$")]
Progress = Callable[[int, int], None]


class Scope(BaseModel):
    """Which books: those of an office issued in a window (first and last day), of a family record, or these numbers."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    office: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=16)] | None = None
    issued_from: date | None = None
    issued_to: date | None = None
    family_record: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)] | None = None
    numbers: tuple[_Number, ...] = Field(default=(), max_length=10_000)


@dataclass(frozen=True, slots=True)
class Affected:
    """What an invalidation would change. by_state: how many in which state; left: numbers named that are none of ours
    or have ended already; formerly: books of those who left the family record before, which are not meant (whoever
    finds them forged too names their numbers); digest: of the numbers."""

    scope: Scope
    numbers: tuple[str, ...]
    by_state: dict[str, int]
    left: tuple[str, ...]
    formerly: tuple[str, ...]
    digest: str

    def as_json(self, most: int = 1000) -> dict[str, Any]:
        """With the first `most` numbers."""
        return {
            "scope": self.scope.model_dump(mode="json", exclude_defaults=True),
            "books": len(self.numbers),
            "by_state": self.by_state,
            "numbers": list(self.numbers[:most]),
            "left": list(self.left[:most]),
            "formerly": list(self.formerly[:most]),
            "digest": self.digest,
        }


@dataclass(frozen=True, slots=True)
class InvalidationView:
    """undone_at None: it stands."""

    id: str
    case_reference: str
    scope: dict[str, Any]
    books: int
    at: datetime
    undone_at: datetime | None

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "case_reference": self.case_reference,
            "scope": self.scope,
            "books": self.books,
            "at": self.at.isoformat(),
            "undone_at": self.undone_at.isoformat() if self.undone_at else None,
        }


def read_scope(given: Any) -> Scope:
    """Raises `Invalid`: exactly one way to name the books, and a window has both ends in order."""
    scope = read_shape(Scope, given, code="passports.invalidate", clause=CLAUSE)
    ways = [scope.office is not None, scope.family_record is not None, bool(scope.numbers)]
    if sum(ways) != 1:
        words = "حدد مكتباً أو قيد عائلة أو أرقاماً", "name an office, or a family record, or numbers: one of the three"
        raise Invalid(_fault("scope", *words, "scope"))
    window = (scope.issued_from, scope.issued_to)
    if (scope.office is None) != (window == (None, None)) or (scope.office is not None and None in window):
        words = "للمكتب مدة: من يوم إلى يوم", "an office goes with a window: its first and its last day"
        raise Invalid(_fault("window", *words, "issued_from"))
    if scope.issued_from and scope.issued_to and scope.issued_from > scope.issued_to:
        raise Invalid(_fault("window", "آخر المدة قبل أولها", "the window ends before it begins", "issued_to"))
    return scope


def dry_run(service: Service, actor: Actor, given: Any) -> Affected:
    """What would be invalidated now; changes nothing. Raises `NotAllowed`, `Invalid`."""
    policy.require(actor, INVALIDATE)
    scope = read_scope(given)
    with service.db.reading() as read:
        affected = _affected(scope, _found(service, read, scope))
        if scope.family_record is None:
            return affected
        left = _of_people(_invalidatable(service), former_members(read, scope.family_record))
        return replace(affected, formerly=tuple(sorted(number for part in left for number, _ in read.exec(part))))


def ask(service: Service, actor: Actor, given: Any, case_reference: str, words: str, now: datetime) -> str:
    """Ask another person to invalidate these books; the id of the request. Raises as `dry_run`, `Conflict`: none."""
    policy.require(actor, INVALIDATE)
    scope, case = read_scope(given), case_reference.strip()
    if not case or len(case) > 120:
        said = "مرجع القضية أو القرار مطلوب", "the reference of the case or decision is needed, 120 characters at most"
        raise Invalid(_fault("case_reference", *said, "case_reference"))
    with unit_of_work(service.db, actor, "invalidate passports", now) as tx:
        affected = _affected(scope, _found(service, tx.read, scope))
        if not affected.numbers:
            raise Conflict(_fault("none", "لا جواز يشمله ذلك", "no book is meant by this", "scope"))
        proposal = {
            "scope": scope.model_dump(mode="json", exclude_defaults=True),
            "case_reference": case,
            "books": len(affected.numbers),
        }
        return approvals.ask(tx, INVALIDATE, SUBJECT, affected.digest, words, proposal=proposal)


def approve(
    service: Service, actor: Actor, approval_id: str, words: str, now: datetime, progress: Progress | None = None
) -> InvalidationView:
    """The second person agrees, to invalidate or to reinstate. progress: called with (done, of how many).

    Raises as `core.approvals.approve`: `Conflict` when other books are meant by now.
    """
    policy.require(actor, INVALIDATE)
    with unit_of_work(service.db, actor, "invalidate passports, second person", now) as tx:
        asked = approvals.approval(tx.read, approval_id, INVALIDATE)
        if _UNDO in asked.proposal:
            return _undo(tx, service, actor, asked, words, progress)
        return _do(tx, service, actor, asked, words, progress)


def refuse(service: Service, actor: Actor, approval_id: str, words: str, now: datetime) -> None:
    """The second person does not agree: nothing changes. Raises as `approve`."""
    policy.require(actor, INVALIDATE)
    with unit_of_work(service.db, actor, "leave passports as they are", now) as tx:
        approvals.refuse(tx, approval_id, words)


def ask_reinstatement(service: Service, actor: Actor, invalidation_id: str, words: str, now: datetime) -> str:
    """Ask another person to undo an invalidation; the id of the request. Raises `NotFound`, `Conflict`."""
    policy.require(actor, INVALIDATE)
    with unit_of_work(service.db, actor, "reinstate passports", now) as tx:
        row = _standing(tx, invalidation_id)
        return approvals.ask(tx, INVALIDATE, SUBJECT, _digest(row), words, proposal={_UNDO: row.id})


def needs_people() -> NotAllowed:
    """What the console says to all but a dry run: two people, each signed in, are behind an invalidation."""
    words = (
        "الإلغاء يطلبه شخص ويعتمده آخر بحسابيهما؛ هنا --dry-run وحده",
        "two people invalidate, signed in; here: --dry-run",
    )
    return NotAllowed(_fault("people", *words, "dry_run"))


def invalidations(service: Service, actor: Actor, now: datetime) -> tuple[list[InvalidationView], list[Approval]]:
    """(those made, the newest first; requests that wait for a second person). Raises `NotAllowed`."""
    policy.require(actor, INVALIDATE)
    with service.db.reading() as read:
        rows = read.exec(select(Invalidation).order_by(col(Invalidation.at).desc(), col(Invalidation.id)).limit(200))
        made = [_view(row) for row in rows]
        return made, [one for one in approvals.approvals_of(read, SUBJECT) if one.state(now) == "pending"]


def _do(
    tx: Tx, service: Service, actor: Actor, asked: Approval, words: str, progress: Progress | None
) -> InvalidationView:
    scope = read_scope(asked.proposal["scope"])
    found = _found(service, tx.read, scope, lock=True)
    affected = _affected(scope, found)
    approvals.approve(tx, asked.id, affected.digest, words)
    row = Invalidation(
        id=asked.id,
        case_reference=str(asked.proposal["case_reference"]),
        scope=scope.model_dump(mode="json", exclude_defaults=True),
        digest=affected.digest,
        books=len(found),
        at=tx.now,
        asked_by=asked.asked_by,
        decided_by=actor.id,
    )
    tx.session.add(row)
    tx.session.flush()
    changes: dict[str, DocumentState] = dict.fromkeys(affected.numbers, "invalidated")
    record_many(tx, service.spec, changes, civil_day(tx.now), reason=_mark(row), progress=progress)
    for number, state in found:
        if state == "passed":
            make_again(tx, service, tx.session.get_one(Passport, number), "invalidated", decide=True)
    tx.audit(INVALIDATE, f"invalidation:{row.id}", {"books": row.books})
    return _view(row)


def _undo(
    tx: Tx, service: Service, actor: Actor, asked: Approval, words: str, progress: Progress | None
) -> InvalidationView:
    row = _standing(tx, str(asked.proposal[_UNDO]))
    approvals.approve(tx, asked.id, _digest(row), words)
    row.undone_at, row.undone_asked_by, row.undone_by = tx.now, asked.asked_by, actor.id
    tx.session.add(row)
    tx.session.flush()
    changes = _states_before(tx, service, row)
    record_many(tx, service.spec, changes, civil_day(tx.now), reason=_mark(row), progress=progress)
    tx.audit("passports.reinstate", f"invalidation:{row.id}", {"books": len(changes)})
    return _view(row)


def _states_before(tx: Tx, service: Service, row: Invalidation) -> dict[str, DocumentState]:
    """What each book of an invalidation goes back to, those that are still invalidated by it alone. One that was not
    handed over stays: its application was decided on anew. Where another book travels now, it is the earlier one."""
    rules = service.spec.passport.office.documents.entries
    query = select(PassportEvent.number).join(Passport, col(Passport.number) == col(PassportEvent.number))
    query = query.where(PassportEvent.reason == _mark(row), Passport.state == "invalidated")
    numbers = sorted(set(tx.session.exec(query)))
    changes: dict[str, DocumentState] = {}
    taken: set[tuple[str, str]] = set()
    for part in portions(numbers):
        named = select(Passport.person_id).where(col(Passport.number).in_(part))
        every = select(Passport).where(col(Passport.person_id).in_(named)).order_by(col(Passport.number))
        books = {b.number: b for b in tx.session.exec(every.with_for_update())}
        taken |= {
            (b.person_id, b.document_type) for b in books.values() if rules[cast("DocumentState", b.state)].travel
        }
        events = select(PassportEvent).where(col(PassportEvent.number).in_(part))
        before: dict[str, list[str]] = {}
        for event in tx.session.exec(events.order_by(col(PassportEvent.number), col(PassportEvent.seq))):
            before.setdefault(event.number, []).append(event.kind)
        for number in sorted(part, key=lambda n: (books[n].issued_on, n), reverse=True):
            last = cast("DocumentState", before[number][-2])
            holder = (books[number].person_id, books[number].document_type)
            if last == "passed":
                continue
            if rules[last].travel and holder in taken:
                last = "superseded"
            elif rules[last].travel:
                taken.add(holder)
            changes[number] = last
    return changes


def _found(service: Service, read: ReadSession, scope: Scope, *, lock: bool = False) -> list[tuple[str, str]]:
    """(number, state) of the books meant that can still be invalidated, by number."""
    query = _invalidatable(service)
    if lock:
        query = query.with_for_update()
    parts: list[Any] = [query]
    if scope.office is not None:
        window = col(Passport.issued_on).between(scope.issued_from, scope.issued_to)
        parts = [query.where(Passport.office == scope.office, window)]
    elif scope.family_record is not None:
        parts = _of_people(query, family_members(read, scope.family_record))
    else:
        parts = [query.where(col(Passport.number).in_(part)) for part in portions(sorted(set(scope.numbers)))]
    return sorted((number, state) for part in parts for number, state in read.exec(part))


def _invalidatable(service: Service) -> Any:
    states = service.spec.passport.office.documents.entries["invalidated"].follows
    return select(Passport.number, Passport.state).where(col(Passport.state).in_(states))


def _of_people(query: Any, people: Sequence[str]) -> list[Any]:
    return [query.where(col(Passport.person_id).in_(part)) for part in portions(people)]


def _affected(scope: Scope, found: Sequence[tuple[str, str]]) -> Affected:
    numbers = tuple(number for number, _ in found)
    listed = sha256("\n".join(numbers).encode()).hexdigest()
    digest = digest_of({"scope": scope.model_dump(mode="json"), "numbers": listed})
    left = tuple(sorted(set(scope.numbers) - set(numbers)))
    return Affected(scope, numbers, dict(sorted(Counter(state for _, state in found).items())), left, (), digest)


def _standing(tx: Tx, invalidation_id: str) -> Invalidation:
    row = tx.session.get(Invalidation, invalidation_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound(_fault("unknown", "لا يوجد إلغاء بهذا المعرف", "there is no such invalidation", "invalidation"))
    if row.undone_at is not None:
        raise Conflict(_fault("undone", "رُجع عنه من قبل", "it was undone already", "invalidation"))
    return row


def _mark(row: Invalidation) -> str:
    return f"invalidation:{row.id}"


def _digest(row: Invalidation) -> str:
    return digest_of({"invalidation": row.id, "digest": row.digest})


def _view(row: Invalidation) -> InvalidationView:
    return InvalidationView(row.id, row.case_reference, row.scope, row.books, row.at, row.undone_at)


def _fault(code: str, ar: str, en: str, field: str) -> Fault:
    return Fault(f"passports.invalidate.{code}", ar, en, field=field, clause=CLAUSE)
