"""An office that is cut off: nobody of it signs in, none of its programs is served, until it is restored.

Rows and audit only; who may cut off and restore is the caller's to say (`passports.cut_offs`).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import col, select

from issuance.core.ids import new_id
from issuance.core.uow import Tx
from issuance.db.session import ReadSession
from issuance.staff.model import Account, ApiClient, OfficeCutOff, StaffSession
from specs.errors import Conflict, Fault, Invalid, Refused

CLAUSE = "LIBYA.md 1.3 [S28, S29]"


@dataclass(frozen=True, slots=True)
class CutOff:
    """ended_at None: it stands."""

    id: str
    office: str
    at: datetime
    by: str
    reason: str
    ended_at: datetime | None

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "office": self.office,
            "at": self.at.isoformat(),
            "reason": self.reason,
            "ended_at": self.ended_at.isoformat() if self.ended_at else None,
        }


def require_not_cut_off(read: ReadSession, *offices: str | None) -> None:
    """Ask it in the transaction of every step of a document. Raises `Refused` (`staff.office.cut_off`)."""
    named = {code for code in offices if code is not None}
    query = select(OfficeCutOff.office).where(col(OfficeCutOff.standing).in_(named))
    if named and (found := read.exec(query).first()) is not None:
        words = f"المكتب {found} موقوف عن العمل", f"the office {found} is cut off"
        raise Refused(Fault("staff.office.cut_off", *words, field="office", clause=CLAUSE))


def cut_offs(read: ReadSession, offices: Collection[str] | None = None) -> list[CutOff]:
    """Every time an office was cut off, the newest first. offices: only these."""
    query = select(OfficeCutOff).order_by(col(OfficeCutOff.at).desc(), col(OfficeCutOff.id))
    if offices is not None:
        query = query.where(col(OfficeCutOff.office).in_(offices))
    return [CutOff(r.id, r.office, r.at, r.by, r.reason, r.ended_at) for r in read.exec(query)]


def cut_off(tx: Tx, office: str, reason: str) -> str:
    """Cut an office off: its sessions end, its programs are served no more; the id. Raises `Invalid`, `Conflict`."""
    if not (said := reason.strip()):
        raise Invalid(Fault("staff.office.reason", "السبب مطلوب", "a reason is required", field="reason"))
    if tx.session.exec(select(OfficeCutOff.id).where(OfficeCutOff.standing == office)).first() is not None:
        words = "المكتب موقوف من قبل", "the office is cut off already"
        raise Conflict(Fault("staff.office.cut_off_already", *words, field="office", clause=CLAUSE))
    row = OfficeCutOff(id=new_id(), office=office, standing=office, at=tx.now, by=tx.actor.id, reason=said[:1000])
    tx.session.add(row)
    own = select(Account.id).where(Account.office == office)
    open_sessions = select(StaffSession).where(
        col(StaffSession.account_id).in_(own), col(StaffSession.ended_at).is_(None)
    )
    sessions = tx.session.exec(open_sessions).all()
    for session in sessions:
        session.ended_at = tx.now
    clients = select(ApiClient).where(ApiClient.office == office, col(ApiClient.revoked_at).is_(None))
    programs = tx.session.exec(clients).all()
    for program in programs:
        program.revoked_at = tx.now
    tx.session.flush()
    tx.audit("staff.cut_off", f"office:{office}", {"sessions": len(sessions), "programs": len(programs)})
    return row.id


def restore(tx: Tx, cut_off_id: str) -> str:
    """The office works again; the office. Its people sign in anew, its programs need new tokens. Raises `Conflict`."""
    row = tx.session.get(OfficeCutOff, cut_off_id, with_for_update=True, populate_existing=True)
    if row is None or row.standing is None:
        words = "لا إيقاف قائماً بهذا المعرف", "no cut-off of this id stands"
        raise Conflict(Fault("staff.office.not_cut_off", *words, field="cut_off", clause=CLAUSE))
    row.standing, row.ended_at, row.ended_by = None, tx.now, tx.actor.id
    tx.session.add(row)
    tx.session.flush()
    tx.audit("staff.restore", f"office:{row.office}")
    return row.office
