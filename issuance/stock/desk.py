"""What the edges show and do of the stock: reads by the actor's offices, the freezing of a store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from issuance.core import policy
from issuance.core.actor import Actor
from issuance.core.approvals import Approval
from issuance.core.uow import unit_of_work
from issuance.db.session import ReadSession
from issuance.service import Service
from issuance.staff.public import offices_named
from issuance.stock import alarms, blanks, counts, look, transfers, two
from issuance.stock.alarms import Alarm
from issuance.stock.counts import Count
from issuance.stock.facts import Balance, Fate, Movement, fault
from issuance.stock.forecast import Forecast
from issuance.stock.transfers import Transfer
from issuance.stock.where import subject
from specs.errors import NotFound


@dataclass(frozen=True, slots=True)
class Overview:
    """The stock of the actor's offices on one page; waiting: what they may confirm."""

    balances: Sequence[Balance]
    forecasts: Sequence[Forecast]
    alarms: Sequence[Alarm]
    transfers: Sequence[Transfer]
    counts: Sequence[Count]
    movements: Sequence[Movement]
    waiting: Sequence[Approval]

    def as_json(self) -> dict[str, Any]:
        return {
            "balances": [one.as_json() for one in self.balances],
            "forecasts": [one.as_json() for one in self.forecasts],
            "alarms": [one.as_json() for one in self.alarms],
            "transfers": [one.as_json() for one in self.transfers],
            "counts": [one.as_json() for one in self.counts],
            "movements": [one.as_json() for one in self.movements],
            "waiting": [waiting_as_json(one) for one in self.waiting],
        }


def waiting_as_json(one: Approval) -> dict[str, Any]:
    """A movement that waits for a second person."""
    held = one.proposal
    return {
        "approval": one.id,
        "kind": held["kind"],
        "office": held["office"],
        "ranges": list(held["ranges"]),
        "document": held["document"],
        "reason": held["reason"],
        "asked_by": one.asked_by,
        "asked_at": one.asked_at.isoformat(),
        "words": one.reason,
    }


def overview(service: Service, actor: Actor, now: datetime, limit: int = 30) -> Overview:
    """Raises `NotAllowed`."""
    policy.require(actor, "stock.read")
    scope = policy.offices_in_scope(actor, "stock.read")
    with service.db.reading() as read:
        return Overview(
            look.balances(read, scope),
            alarms.forecasts(read, service.spec, now, scope),
            alarms.alarms(read, service.spec, now, scope),
            transfers.transfers(read, scope, limit),
            counts.counts(read, scope, limit),
            look.movements(read, scope, limit),
            two.waiting(service, actor, now),
        )


def fate(service: Service, actor: Actor, blank: str) -> Fate:
    """One blank and its history. Raises `NotAllowed`, `NotFound`, also for a blank of another's office."""
    policy.require(actor, "stock.read")
    with service.db.reading() as read:
        found = look.fate(read, blank)
    if not policy.allowed(actor, "stock.read", subject(found.office or "")):
        raise NotFound(fault("unknown", "لا دفتر بهذا الرقم في العهدة", "there is no such blank", field="blank"))
    return found


def transfer(service: Service, actor: Actor, transfer_id: str) -> Transfer:
    """One of those from or to the actor's offices. Raises `NotAllowed`, `NotFound`."""
    policy.require(actor, "stock.read")
    with service.db.reading() as read:
        found = transfers.transfer(read, transfer_id)
    ends = (found.from_office, found.to_office)
    if not any(policy.allowed(actor, "stock.read", subject(end)) for end in ends):
        raise NotFound(fault("transfer", "لا إرسالية بهذا المعرف", "there is no such transfer", field="transfer"))
    return found


def numbers(service: Service, actor: Actor, office: str) -> list[str]:
    """Every blank that lies at an office: what is reported when it is out of control. Raises `NotAllowed`."""
    policy.require(actor, "stock.read")
    policy.require(actor, "stock.read", subject(office))
    with service.db.reading() as read:
        return look.numbers_at(read, office)


def ranges(service: Service, actor: Actor, office: str) -> list[str]:
    """The same as ranges, as people write them. Raises `NotAllowed`."""
    policy.require(actor, "stock.read")
    policy.require(actor, "stock.read", subject(office))
    with service.db.reading() as read:
        return look.ranges_at(read, office)


def freeze(service: Service, actor: Actor, office: str, reason: str, now: datetime) -> int:
    """Cut a store off at once; how many blanks it holds. Raises `NotAllowed`, `NotFound`, `Invalid`, `Conflict`."""
    policy.require(actor, "stock.freeze")
    policy.require(actor, "stock.freeze", subject(office))
    with unit_of_work(service.db, actor, "a store of blanks is frozen", now) as tx:
        _require_known(tx.read, office)
        return blanks.freeze(tx, office, reason)


def unfreeze(service: Service, actor: Actor, office: str, reason: str, now: datetime) -> None:
    """Open a store again. Raises `NotAllowed`, `NotFound`, `Invalid`, `Conflict`."""
    policy.require(actor, "stock.freeze")
    policy.require(actor, "stock.freeze", subject(office))
    with unit_of_work(service.db, actor, "a store of blanks is opened again", now) as tx:
        _require_known(tx.read, office)
        blanks.unfreeze(tx, office, reason)


def _require_known(read: ReadSession, office: str) -> None:
    """Of the register, open or not: an office is often cut off when it is closed. Raises `NotFound`."""
    if not offices_named(read, [office]):
        raise NotFound(fault("office", "لا يوجد مكتب بهذا الرمز", "there is no office with this code", field="office"))
