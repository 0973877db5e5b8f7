"""Requests in bulk by a named authority: a file is taken in whole, then worked off some rows at a time.

Every row becomes one request or a refusal with its faults, and a request is issued at most once: a run that is cut
short, or a file sent again, only does what is missing. What a row says of a person is erased once it is settled.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any, Literal

from sqlalchemy import func, insert
from sqlmodel import col, select

from issuance.certificates import engine, paying, webhooks
from issuance.certificates.bulk_model import CertificateBulk, CertificateBulkRow
from issuance.certificates.bulk_rows import CLAUSE, BulkRow, request_of, rows_in
from issuance.certificates.model import Request
from issuance.certificates.requests import asks_the_same, issuing_office, new_row
from issuance.certificates.together import advance_together
from issuance.core import policy
from issuance.core.actor import Actor, system
from issuance.core.ids import new_id
from issuance.core.policy import Subject
from issuance.core.tracking import TRACKING_BYTES, tracking_code
from issuance.core.uow import Tx, unit_of_work
from issuance.db.session import ReadSession, lock
from issuance.people.public import PersonFacts, find_people
from issuance.service import Service
from specs.errors import Fault, IssuanceError, NotFound

log = logging.getLogger("issuance.certificates")
ACTION = "certificates.bulk"
Outcome = Literal["requested", "already_there", "refused"]


@dataclass(frozen=True, slots=True)
class BulkView:
    """One file as it stands. settled: rows that became a request or were refused; refused: those of them."""

    id: str
    office: str
    rows: int
    settled: int
    refused: int
    requested_at: datetime
    ended_at: datetime | None

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "office": self.office,
            "rows": self.rows,
            "settled": self.settled,
            "refused": self.refused,
            "requested_at": self.requested_at.isoformat(),
            "ended_at": self.ended_at.isoformat() if self.ended_at else None,
        }


def send(service: Service, actor: Actor, office: str | None, content: bytes, now: datetime) -> BulkView:
    """Take a file in; it is worked off by `jobs.durable`. The same file of the same sender again is the first one.

    office: that issues, default the actor's. Raises `NotAllowed`, `Invalid` for the whole file, `NotFound`, `Refused`.
    """
    code = office or actor.office or ""
    policy.require(actor, ACTION, Subject("certificate", "new", code))
    rows, sender, digest = rows_in(content, service.spec), sender_of(actor, code), sha256(content).hexdigest()
    with unit_of_work(service.db, actor, "certificates requested in bulk", now) as tx:
        issuing_office(tx, service, code, now)
        lock(tx.session, f"certificate_bulk:{sender}")
        query = select(CertificateBulk).where(CertificateBulk.sender == sender, CertificateBulk.sha256 == digest)
        bulk = tx.session.exec(query).first()
        if bulk is None:
            bulk = CertificateBulk(
                id=new_id(),
                sender=sender,
                office=code,
                sha256=digest,
                rows=len(rows),
                requested_by=actor.id,
                requested_at=now,
            )
            tx.session.add(bulk)
            tx.session.flush()
            tx.session.connection().execute(insert(CertificateBulkRow), [_kept(bulk.id, row) for row in rows])
        tx.audit("certificates.bulk", f"certificate_bulk:{bulk.id}", {"rows": bulk.rows, "sha256": digest})
        return view_of_bulk(tx.read, bulk)


def dry_run(service: Service, actor: Actor, office: str | None, content: bytes, now: datetime) -> list[BulkRow]:
    """Every row with the faults it would be refused for; nothing is kept and no criminal record is read.

    Whether an officer would look first is not told: that would be told of the record. Raises as `send`.
    """
    code = office or actor.office or ""
    policy.require(actor, ACTION, Subject("certificate", "new", code))
    rows = rows_in(content, service.spec)
    with unit_of_work(service.db, actor, "dry run of certificates in bulk", now) as tx:
        issuing_office(tx, service, code, now)
        tx.audit("certificates.bulk_dry_run", "certificate_bulk:none", {"rows": len(rows)})
    told = []
    for start in range(0, len(rows), 500):
        some = rows[start : start + 500]
        with service.db.reading() as read:
            people = find_people(read, {row.asked["national_number"] for row in some if not row.faults})
        told += [row if row.faults else _judged(row, people) for row in some]
    return told


def seen(service: Service, actor: Actor, bulk_id: str) -> BulkView:
    """How a file stands. Raises `NotAllowed`, `NotFound` also for another's."""
    with service.db.reading() as read:
        return view_of_bulk(read, require_bulk(read, actor, bulk_id))


def require_bulk(read: ReadSession, actor: Actor, bulk_id: str) -> CertificateBulk:
    """The file, for its sender and the officers of its office. Raises `NotAllowed`, `NotFound`."""
    policy.require(actor, ACTION)
    bulk = read.get(CertificateBulk, bulk_id)
    theirs = bulk is not None and (actor.kind != "client" or bulk.sender == actor.id)
    if bulk is None or not theirs or not policy.allowed(actor, ACTION, Subject("certificate", bulk_id, bulk.office)):
        words = "لا يوجد ملف طلبات بهذا المعرف", "there is no such file of requests"
        raise NotFound(Fault("certificates.bulk.unknown", *words, field="bulk", clause=CLAUSE))
    return bulk


def sender_of(actor: Actor, office: str) -> str:
    """Whose a file is: a client's own, else the office's."""
    return actor.id if actor.kind == "client" else f"office:{office}"


def unfinished(read: ReadSession) -> list[str]:
    """Ids of the files that are still worked on, the oldest first."""
    query = select(CertificateBulk.id).where(col(CertificateBulk.ended_at).is_(None))
    return list(read.exec(query.order_by(col(CertificateBulk.requested_at), col(CertificateBulk.id))))


def work(service: Service, bulk_id: str, now: datetime) -> int:
    """Do the next rows of a file; answers how many are left. Safe to repeat at any point.

    Raises `Unavailable`, and `Conflict` when another was quicker: both are tried again.
    """
    rule = service.spec.certificate_requests.bulk
    with service.db.reading() as read:
        begun = _own(read, bulk_id, "compiling")
        lines = list(read.exec(_waiting(bulk_id).order_by(col(CertificateBulkRow.line)).limit(rule.rows_at_once)))
    ids = begun + (_open(service, bulk_id, lines, now) if lines else [])
    if ids:
        advance_together(service, ids, now)
    with service.db.reading() as read:
        left = select(func.count()).select_from(_waiting(bulk_id).subquery())
        return read.exec(left).one()


def finish(service: Service, bulk_id: str, now: datetime) -> None:
    """Once no row is left: go on with what a crash left half made, and say that it is done. Safe to repeat."""
    with service.db.reading() as read:
        left = _own(read, bulk_id, *engine.OWN)
    for request_id in left:
        try:
            engine.advance(service, request_id, now)
        except IssuanceError as error:  # upkeep goes on with it
            log.warning("certificate request %s waits: %s", request_id, error.faults[0].code)
    with unit_of_work(service.db, _us(None), "a file of requests is worked off", now) as tx:
        bulk = tx.session.get(CertificateBulk, bulk_id, with_for_update=True)
        if bulk is not None and bulk.ended_at is None:
            bulk.ended_at = now
            tx.session.add(bulk)
            view = view_of_bulk(tx.read, bulk)
            webhooks.tell_bulk(tx, bulk.sender, view.id, view.rows, view.refused)
            tx.audit("certificates.bulk_end", f"certificate_bulk:{bulk_id}", {"refused": view.refused})


@dataclass(slots=True)
class _Some:
    """What the register holds of the rows at hand. known: by the id of the row's request; active: as in `Request`."""

    people: Mapping[str, PersonFacts]
    known: Mapping[str, Request]
    active: dict[str, Request] = field(default_factory=dict)


def _open(service: Service, bulk_id: str, lines: Collection[int], now: datetime) -> list[str]:
    """Make the rows of `lines` requests, or refuse them, in one transaction; answers the ids of the new requests."""
    with unit_of_work(service.db, _us(None), "requests of a file", now) as tx:
        bulk = tx.session.get(CertificateBulk, bulk_id)
        assert bulk is not None  # noqa: S101 - rows have their file
        tx.actor = _us(bulk.office)
        chosen = select(CertificateBulkRow).where(
            CertificateBulkRow.bulk_id == bulk_id,
            col(CertificateBulkRow.line).in_(lines),
            col(CertificateBulkRow.outcome).is_(None),
        )
        rows = tx.session.exec(chosen.order_by(col(CertificateBulkRow.line)).with_for_update()).all()
        some = _some(tx, bulk, rows)
        settled = [(row, *_settled(row, bulk, some, now)) for row in rows]
        fresh = [request for _, outcome, request, _ in settled if request is not None and outcome == "requested"]
        tx.session.add_all(fresh)
        paying.enter_together(tx, service, fresh)
        for row, outcome, request, faults in settled:  # now that what they name is there
            row.outcome, row.asked, row.faults = outcome, None, [as_json(fault) for fault in faults] or None
            row.request_id = request.id if request is not None else None
            tx.session.add(row)
        tx.audit("certificates.bulk_rows", f"certificate_bulk:{bulk_id}", {"lines": len(rows), "opened": len(fresh)})
        return [request.id for request in fresh]


def _some(tx: Tx, bulk: CertificateBulk, rows: Iterable[CertificateBulkRow]) -> _Some:
    asked = {row.line: row.asked or {} for row in rows}
    people = find_people(tx.read, {str(one["national_number"]) for one in asked.values()})
    ids = [_request_id(bulk.sender, row.reference) for row in rows]
    known = tx.session.exec(select(Request).where(col(Request.request_id).in_(ids))).all()
    keys = [
        f"{people[number].id}:{one['purpose']}"
        for one in asked.values()
        if (number := str(one["national_number"])) in people
    ]
    active = tx.session.exec(select(Request).where(col(Request.active).in_(keys))).all()
    return _Some(people, {str(one.request_id): one for one in known}, {str(one.active): one for one in active})


def _settled(
    row: CertificateBulkRow, bulk: CertificateBulk, some: _Some, now: datetime
) -> tuple[Outcome, Request | None, tuple[Fault, ...]]:
    asked = row.asked or {}
    person, faults = _person(asked, some.people)
    if person is None or faults:
        return "refused", None, faults
    wanted = request_of(asked, bulk.office)
    secret = tracking_code(secrets.token_bytes(TRACKING_BYTES))
    request = new_row(wanted, "authority", bulk.office, secret, bulk.requested_by, now)
    request.request_id, request.person_id = _request_id(bulk.sender, row.reference), person.id
    if (before := some.known.get(request.request_id)) is not None:
        if asks_the_same(before, request):
            return "already_there", before, ()
        words = (
            "أرسل هذا المرجع من قبل بمحتوى آخر؛ استعمل مرجعاً جديداً",
            "this reference was sent before with other content: use a new one",
        )
        return "refused", None, (_fault("reference", "changed", *words),)
    request.active = f"{person.id}:{request.purpose}"
    if (other := some.active.get(request.active)) is not None:
        if asks_the_same(other, request) and other.requested_by == request.requested_by:
            return "already_there", other, ()
        words = "لهذا الشخص طلب قائم للغرض نفسه", "a request of this person for this purpose is under way"
        return "refused", None, (Fault("certificates.request.active", *words, field="purpose", clause=CLAUSE),)
    some.active[request.active] = request
    return "requested", request, ()


def _judged(row: BulkRow, people: Mapping[str, PersonFacts]) -> BulkRow:
    return BulkRow(row.line, row.reference, row.asked, _person(row.asked, people)[1])


def _person(
    asked: Mapping[str, Any], people: Mapping[str, PersonFacts]
) -> tuple[PersonFacts | None, tuple[Fault, ...]]:
    """The person of a row. One answer for a number that nobody has and for another birth date than the record's."""
    person = people.get(str(asked["national_number"]))
    if person is None or person.birth_date.iso() != asked["birth_date"]:
        words = (
            "لا يطابق الرقم الوطني وتاريخ الميلاد قيداً واحداً",
            "national number and birth date do not belong to one record",
        )
        return None, (_fault("national_number", "person", *words),)
    if person.portrait is None:
        words = "لا توجد صورة مسجلة لهذا الشخص", "the record holds no portrait"
        return person, (Fault("certificates.portrait.missing", *words, field="national_number", clause=CLAUSE),)
    return person, ()


def _kept(bulk_id: str, row: BulkRow) -> dict[str, Any]:
    """A row with faults of its own is refused at once, and what it says of a person not kept."""
    return {
        "bulk_id": bulk_id,
        "line": row.line,
        "reference": row.reference,
        "asked": None if row.faults else dict(row.asked),
        "outcome": "refused" if row.faults else None,
        "faults": [as_json(fault) for fault in row.faults] or None,
    }


def as_json(fault: Fault) -> dict[str, object]:
    """A fault as reports give it."""
    return {"code": fault.code, "field": fault.field, "ar": fault.ar, "en": fault.en, "clause": fault.clause}


def view_of_bulk(read: ReadSession, bulk: CertificateBulk) -> BulkView:
    """The file with its counts."""
    query = select(CertificateBulkRow.outcome, func.count()).where(CertificateBulkRow.bulk_id == bulk.id)
    counted = dict(read.exec(query.group_by(col(CertificateBulkRow.outcome))).all())
    waiting = counted.get(None, 0)
    return BulkView(
        bulk.id,
        bulk.office,
        bulk.rows,
        bulk.rows - waiting,
        counted.get("refused", 0),
        bulk.requested_at,
        bulk.ended_at,
    )


def _waiting(bulk_id: str) -> Any:
    return select(CertificateBulkRow.line).where(
        CertificateBulkRow.bulk_id == bulk_id, col(CertificateBulkRow.outcome).is_(None)
    )


def _own(read: ReadSession, bulk_id: str, *states: str) -> list[str]:
    """Requests of the file in which the service itself has to act: a run was cut short."""
    query = select(Request.id).where(
        col(Request.state).in_(states),
        col(Request.id).in_(
            select(CertificateBulkRow.request_id).where(
                CertificateBulkRow.bulk_id == bulk_id, CertificateBulkRow.outcome == "requested"
            )
        ),
    )
    return list(read.exec(query.order_by(col(Request.id))))


def _request_id(sender: str, reference: str | None) -> str:
    """The same for a sender's row whenever it is sent."""
    return "bulk:" + sha256(f"{sender}\n{reference}".encode()).hexdigest()


def _us(office: str | None) -> Actor:
    return system("certificates", office)


def _fault(field: str, code: str, ar: str, en: str) -> Fault:
    return Fault(f"certificates.bulk.{code}", ar, en, field=field, clause=CLAUSE)
