"""Why an application waits: raised by a check, lifted by as many officers as the specification says, or gone."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, cast

from sqlmodel import col, select

from issuance.core.uow import Tx
from issuance.db.session import ReadSession
from issuance.passports.model import PassportHold
from issuance.passports.way import subject_of
from specs.schema.passport_office import HoldKind, PassportOffice


@dataclass(frozen=True, slots=True)
class Cause:
    """What a check found. reference: ids or codes alone."""

    kind: HoldKind
    reference: str = ""


@dataclass(frozen=True, slots=True)
class HoldView:
    """open: nobody lifted it and its cause stands."""

    id: str
    kind: HoldKind
    reference: str
    open: bool
    ended: str | None
    raised_at: datetime
    lifted_by: str | None
    words: str | None

    def as_json(self, rules: PassportOffice) -> dict[str, Any]:
        rule = rules.holds.entries[self.kind]
        return {
            "id": self.id,
            "kind": self.kind,
            "title": {"ar": rule.title.ar, "en": rule.title.en},
            "officers": rule.officers,
            "reference": self.reference,
            "open": self.open,
            "raised_at": self.raised_at.isoformat(),
            "words": self.words,
        }


def hold(tx: Tx, application_id: str, cause: Cause) -> None:
    """Raise a hold; one that was lifted for the same kind and reference stays lifted, an open one stays."""
    known = (PassportHold.application_id == application_id, PassportHold.kind == cause.kind)
    query = select(PassportHold.id).where(*known, PassportHold.reference == cause.reference)
    if tx.session.exec(query.where(_stands())).first() is not None:
        return
    row = PassportHold(
        application_id=application_id,
        kind=cause.kind,
        reference=cause.reference,
        open=f"{application_id}:{cause.kind}:{cause.reference}",
        raised_at=tx.now,
        raised_by=tx.actor.id,
    )
    tx.session.add(row)
    tx.session.flush()
    tx.audit("passports.hold", subject_of(application_id), {"kind": cause.kind, "hold": row.id})


def settle(tx: Tx, application_id: str, causes: Collection[Cause]) -> None:
    """Bring the holds up to all that the checks found now: new causes are held, those that are gone are closed."""
    present = {(cause.kind, cause.reference) for cause in causes}
    for row in _open(tx, application_id):
        if (row.kind, row.reference) not in present:
            close(tx, row, "gone", None)
    for cause in causes:
        hold(tx, application_id, cause)


def close(tx: Tx, row: PassportHold, ended: Literal["lifted", "gone"], words: str | None) -> None:
    """It stands no more: an officer lifted it, with words, or its cause is gone."""
    row.open, row.ended, row.lifted_at, row.lifted_by, row.words = None, ended, tx.now, tx.actor.id, words
    tx.session.add(row)
    tx.session.flush()
    tx.audit("passports.lift_hold", subject_of(row.application_id), {"kind": row.kind, "hold": row.id, "ended": ended})


def open_holds(read: ReadSession, application_id: str) -> Sequence[HoldView]:
    """Those that stand, oldest first."""
    return [one for one in holds_of(read, application_id) if one.open]


def holds_of(read: ReadSession, application_id: str) -> Sequence[HoldView]:
    """Every hold of an application, oldest first."""
    query = select(PassportHold).where(PassportHold.application_id == application_id)
    return [
        HoldView(
            row.id,
            cast(HoldKind, row.kind),
            row.reference,
            row.open is not None,
            row.ended,
            row.raised_at,
            row.lifted_by,
            row.words,
        )
        for row in read.exec(query.order_by(col(PassportHold.id)))
    ]


def _open(tx: Tx, application_id: str) -> Sequence[PassportHold]:
    query = select(PassportHold).where(
        PassportHold.application_id == application_id, col(PassportHold.open).is_not(None)
    )
    return tx.session.exec(query.order_by(col(PassportHold.id)).with_for_update()).all()


def _stands() -> Any:
    """Open, or lifted by officers: what they decided once is not asked again for the same cause."""
    return col(PassportHold.open).is_not(None) | (col(PassportHold.ended) == "lifted")
