"""Enter offices into their register. What becomes of an office later is an order (`office_orders`), never an edit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from issuance.core.actor import Actor
from issuance.core.policy import Subject, require
from issuance.core.uow import Tx, unit_of_work
from issuance.db.session import Database
from issuance.staff.model import Office
from issuance.staff.rules import OFFICES_CLAUSE, authority_faults, office_faults
from specs.errors import Conflict, Fault, Invalid
from specs.schema import Specification
from specs.schema.staff import Offices


@dataclass(frozen=True, slots=True)
class OfficeEntry:
    """What a person says of an office; codes as in `specs/staff/offices.yaml`."""

    code: str
    name_arabic: str
    name_english: str
    kind: str
    valid_from: date
    region: str | None = None
    parent: str | None = None
    valid_to: date | None = None
    authority: str | None = None


def register_office(db: Database, actor: Actor, entry: OfficeEntry, spec: Specification, now: datetime) -> None:
    """Raises `NotAllowed`, `Invalid` with every fault, `Conflict` when the code is taken."""
    require(actor, "offices.manage", Subject("office", entry.code), spec.roles)
    faults = list(entry_faults(entry, spec.staff_offices))
    with unit_of_work(db, actor, "register office", now) as tx:
        if entry.parent is not None:
            faults.extend(office_missing(tx.session, entry.parent, "parent"))
        if faults:
            raise Invalid(*faults)
        if tx.session.get(Office, entry.code) is not None:
            raise Conflict(Fault("staff.office.exists", "رمز المكتب مستعمل", "This office code is taken", field="code"))
        enter_office(tx, entry)


def entry_faults(entry: OfficeEntry, rules: Offices) -> Iterator[Fault]:
    """What is wrong with an entry by itself."""
    yield from office_faults(entry.code, entry.kind, entry.region, (entry.valid_from, entry.valid_to), rules)
    yield from authority_faults(entry.authority, rules)
    for field in ("name_arabic", "name_english"):
        if not getattr(entry, field).strip():
            yield Fault("staff.office.name", "الاسم مطلوب", "A name is needed", field=field, clause=OFFICES_CLAUSE)


def enter_office(tx: Tx, entry: OfficeEntry) -> None:
    """Add an entry that has no faults and whose parent is there, with its audit row."""
    tx.session.add(Office(**{name: getattr(entry, name) for name in OfficeEntry.__slots__}))
    tx.audit("offices.register", f"office:{entry.code}", {"kind": entry.kind, "region": entry.region})


def office_missing(session: Session, code: str | None, field: str) -> list[Fault]:
    """The fault of naming an office that is not in the register, if it is one."""
    if code is None or session.get(Office, code) is not None:
        return []
    words = "لا يوجد مكتب بهذا الرمز", "There is no office with this code"
    return [Fault("staff.office.unknown", *words, field=field, clause=OFFICES_CLAUSE)]
