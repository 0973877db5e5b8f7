"""Blanks from one office to another: the sender signs them out, somebody else signs them in, and what did not arrive
is named number by number. On the way they are nobody's to draw."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, cast

from sqlmodel import col, or_, select

from issuance.core import policy
from issuance.core.actor import Actor
from issuance.core.ids import new_id
from issuance.core.uow import Tx, unit_of_work
from issuance.db.session import ReadSession
from issuance.service import Service
from issuance.stock.facts import Account, Line, fault, store
from issuance.stock.ledger import Deed, digits, hold, post, runs_in
from issuance.stock.model import StockTransfer
from issuance.stock.ranges import Range, minus, size, written
from issuance.stock.where import holder, named, require_store, subject
from specs.errors import Conflict, Fault, Invalid, NotAllowed, NotFound
from specs.schema.stock import MovementKind

TransferState = Literal["sent", "arrived", "turned_back"]
_SEALS = 200


@dataclass(frozen=True, slots=True)
class Transfer:
    """ranges: what is on the way, none when it ended; missing: numbers that did not arrive; surplus: numbers that did
    and were not sent, booked nowhere until the next count."""

    id: str
    from_office: str
    to_office: str
    numbers: int
    seals: str
    state: TransferState
    sent_by: str
    sent_at: datetime
    ended_by: str | None
    ended_at: datetime | None
    missing: int
    surplus: tuple[str, ...]
    ranges: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "from_office": self.from_office,
            "to_office": self.to_office,
            "numbers": self.numbers,
            "seals": self.seals,
            "state": self.state,
            "sent_by": self.sent_by,
            "sent_at": self.sent_at.isoformat(),
            "ended_by": self.ended_by,
            "ended_at": self.ended_at.isoformat() if self.ended_at else None,
            "missing": self.missing,
            "surplus": list(self.surplus),
            "ranges": list(self.ranges),
        }


def send(
    service: Service, actor: Actor, office: str, to: str, ranges: Sequence[str], seals: str, now: datetime
) -> Transfer:
    """Sign blanks out of the store of `office`. seals: the numbers of the seals they travel under.

    Raises `NotAllowed`, `NotFound`, `Invalid`, `Refused` (not in the store, either store frozen, no store there).
    """
    said = seals.strip()
    with unit_of_work(service.db, actor, "blanks are sent", now) as tx:
        require_store(service, tx.read, actor, "stock.transfer", office, now)
        holder(service, tx.read, to, now)
        numbers = named(service, ranges)
        if office == to:
            raise Invalid(fault("same_office", "المرسل هو المستلم", "sender and receiver are one office", "to"))
        if not 0 < len(said) <= _SEALS:
            words = f"أرقام الأختام مطلوبة، {_SEALS} حرف على الأكثر", f"1 to {_SEALS} characters name the seals"
            raise Invalid(fault("seals", *words, field="seals"))
        row = StockTransfer(
            id=new_id(),
            from_office=office,
            to_office=to,
            numbers=size(numbers),
            seals=said,
            state="sent",
            sent_by=actor.id,
            sent_at=now,
        )
        tx.session.add(row)
        tx.session.flush()
        post(tx, Deed("send", office, document=row.id), [Line(store(office), _way(row), numbers)])
        return _view(tx.read, row)


def acknowledge(service: Service, actor: Actor, transfer: str, arrived: Sequence[str], now: datetime) -> Transfer:
    """Sign in what arrived; what was sent and is not among it is missing from now on.

    Raises `NotAllowed` (another office's, or the person who sent it), `NotFound`, `Invalid`, `Conflict` (it ended),
    `Refused` (frozen).
    """
    return _end(service, actor, transfer, arrived, "acknowledge", now)


def turn_back(service: Service, actor: Actor, transfer: str, arrived: Sequence[str], now: datetime) -> Transfer:
    """The sender's office signs in what came back instead of arriving. Raises as `acknowledge`."""
    return _end(service, actor, transfer, arrived, "turn_back", now)


def transfers(read: ReadSession, offices: Collection[str] | None = None, limit: int = 100) -> list[Transfer]:
    """From and to these offices, None: all; those on the way first, the newest before the older."""
    query = select(StockTransfer).order_by(col(StockTransfer.state).desc(), col(StockTransfer.id).desc()).limit(limit)
    if offices is not None:
        query = query.where(or_(col(StockTransfer.from_office).in_(offices), col(StockTransfer.to_office).in_(offices)))
    rows = sorted(read.exec(query), key=lambda row: row.state != "sent")
    return [_view(read, row) for row in rows]


def transfer(read: ReadSession, transfer_id: str) -> Transfer:
    """One of them. Raises `NotFound`."""
    row = read.exec(select(StockTransfer).where(StockTransfer.id == transfer_id)).first()
    if row is None:
        raise NotFound(_unknown())
    return _view(read, row)


def _end(
    service: Service, actor: Actor, transfer: str, arrived: Sequence[str], how: MovementKind, now: datetime
) -> Transfer:
    policy.require(actor, "stock.transfer")
    with unit_of_work(service.db, actor, "blanks arrive", now) as tx:
        row = _sent(tx, actor, transfer, how)
        end = row.to_office if how == "acknowledge" else row.from_office
        if actor.id == row.sent_by:
            words = "من أرسل لا يتسلم؛ يتسلم شخص آخر", "who sent does not sign the arrival: another person does"
            raise NotAllowed(fault("same_person", *words, field="transfer"))
        came = named(service, arrived, "arrived") if any(one.strip() for one in arrived) else ()
        sent = runs_in(tx.read, _way(row))
        gone, extra = minus(sent, came), minus(came, sent)
        good = minus(sent, gone)
        _book(tx, row, end, how, good, gone)
        row.state = "arrived" if how == "acknowledge" else "turned_back"
        row.ended_by, row.ended_at = actor.id, now
        row.missing, row.surplus = size(gone), ",".join(written(extra, digits()))
        tx.session.add(row)
        tx.session.flush()
        return _view(tx.read, row)


def _book(
    tx: Tx, row: StockTransfer, end: str, how: MovementKind, good: tuple[Range, ...], gone: tuple[Range, ...]
) -> None:
    if good:
        post(tx, Deed(how, end, document=row.id), [Line(_way(row), store(end), good)])
    if gone:
        post(tx, Deed("miss", end, document=row.id), [Line(_way(row), Account("missing", end), gone)])


def _sent(tx: Tx, actor: Actor, transfer: str, how: MovementKind) -> StockTransfer:
    """The transfer, still on its way and held until the transaction ends."""
    row = tx.session.get(StockTransfer, transfer, with_for_update=True, populate_existing=True)
    end = "" if row is None else row.to_office if how == "acknowledge" else row.from_office
    if row is None or not policy.allowed(actor, "stock.transfer", subject(end)):
        raise NotFound(_unknown())
    if row.state != "sent":
        raise Conflict(fault("ended", "انتهت هذه الإرسالية", "this transfer has ended", field="transfer"))
    hold(tx, (_way(row), store(end)))
    return row


def _unknown() -> Fault:
    return fault("transfer", "لا إرسالية بهذا المعرف", "there is no such transfer", field="transfer")


def _way(row: StockTransfer) -> Account:
    return Account("transit", row.to_office, row.id)


def _view(read: ReadSession, row: StockTransfer) -> Transfer:
    values = row.model_dump(exclude={"surplus", "state"})
    moving = runs_in(read, _way(row)) if row.state == "sent" else ()
    return Transfer(
        state=cast(TransferState, row.state),
        surplus=tuple(filter(None, row.surplus.split(","))),
        ranges=tuple(written(moving, digits())),
        **values,
    )
