"""Orders that change the register of offices: merge, split, close, move. Each adds dated rows and rewrites none.

An office is closed only together with a successor, so no case file is ever without an office that answers for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import select

from issuance.core.actor import Actor
from issuance.core.policy import Subject, require
from issuance.core.uow import Tx, unit_of_work
from issuance.db.session import Database, ReadSession, lock
from issuance.staff.model import Office, OfficeOrder, OfficePlacement, OfficeSuccession
from issuance.staff.register import OfficeFacts, office_orders, register_on
from issuance.staff.rules import OFFICES_CLAUSE, authority_faults
from issuance.staff.territory import Placement, parents_on, stands_below
from specs.errors import Fault, Invalid, Refused
from specs.schema.staff import Offices


@dataclass(frozen=True, slots=True)
class Order:
    """What a person says of a decision: its first day, why, and the text that orders it (`قرار وزير الداخلية ...`)."""

    effective_on: date
    reason: str
    legal_reference: str


def merge(db: Database, actor: Actor, order: Order, sources: Sequence[str], into: str, now: datetime) -> str:
    """Close `sources` and let `into` answer for them; the offices below them move below it. The order's id.

    All orders here raise `NotAllowed`, `Invalid` with every fault, `Refused` when the register of that day forbids it.
    """
    with _ordering(db, actor, "merge", order, now) as register:
        gone = tuple(dict.fromkeys(code for code in sources if code != into))
        register.need(*gone, staying=[into])
        if not gone:
            register.fault("sources", "لا يوجد مكتب يُدمج", "there is no office to merge")
        below = {source: register.below(source) for source in gone}
        register.settle()
        for source in gone:
            register.succeed(source, [into])
        for source in gone:
            register.hand_down((child for child in below[source] if child not in gone), into, source)
        return register.id


def close(db: Database, actor: Actor, order: Order, office: str, successor: str | None, now: datetime) -> str:
    """Close an office; its successor is the office above it unless another is named."""
    with _ordering(db, actor, "close", order, now) as register:
        register.need(office)
        heir = successor or (register.held[office].parent if office in register.held else None)
        if heir is None:
            words = "يلزم مكتب خلف: ليس فوق هذا المكتب مكتب", "name a successor: no office stands above this one"
            register.fault("successor", *words)
        else:
            register.need(staying=[heir])
        below = register.below(office)
        register.settle()
        register.succeed(office, [str(heir)])
        register.hand_down(below, str(heir), office)
        return register.id


def split(
    db: Database, actor: Actor, order: Order, office: str, into: Mapping[str, Iterable[str]], now: datetime
) -> str:
    """Divide an office among `into`: each with the offices below the old one that it takes.

    When `into` names the office itself it stays open and only gives some of them away.
    """
    with _ordering(db, actor, "split", order, now) as register:
        register.need(office, staying=into)
        if len(into) < 2:
            register.fault("into", "التقسيم إلى مكتبين على الأقل", "an office is split into two at least")
        taken = [child for children in into.values() for child in children]
        if sorted(taken) != (wanted := sorted(register.below(office))):
            listed = ", ".join(wanted) or "-"
            words = f"كل مكتب تابع يُسند مرة واحدة: {listed}", f"place each office below it exactly once: {listed}"
            register.fault("children", *words)
        register.settle()
        if office not in into:
            register.succeed(office, into)
        for parent, children in into.items():
            if parent != office:
                register.hand_down(children, parent, office)
        return register.id


def move(
    db: Database,
    actor: Actor,
    order: Order,
    office: str,
    *,
    parent: str | None,
    authority: str | None,
    rules: Offices,
    now: datetime,
) -> str:
    """Put an office below another, or under another authority, from a day on. None: below none, under none."""
    with _ordering(db, actor, "move", order, now) as register:
        register.need(office, staying=[parent] if parent is not None else [])
        register.faults.extend(authority_faults(authority, rules))
        register.settle()
        register.place(office, parent, authority)
        return register.id


class _Register:
    """The register on the order's day, and the rows the order adds to it."""

    def __init__(self, tx: Tx, kind: str, order: Order) -> None:
        self.tx, self.kind, self.day = tx, kind, order.effective_on
        self.held: dict[str, OfficeFacts] = {o.code: o for o in register_on(tx.read, self.day)}
        self.faults: list[Fault] = []
        self._closing: set[str] = set()
        self._entered = {code: parent for code, parent in tx.read.exec(select(Office.code, Office.parent))}
        self._placements, _ = office_orders(tx.read)
        self._latest = _latest_orders(tx.read)
        self._row = OfficeOrder(
            kind=kind,
            effective_on=order.effective_on,
            reason=order.reason,
            legal_reference=order.legal_reference,
            recorded_at=tx.now,
            recorded_by=tx.actor.id,
        )
        self.id = self._row.id
        for field in ("reason", "legal_reference"):
            if not getattr(order, field).strip():
                self.fault(field, "هذا الحقل مطلوب في كل قرار", "every order states this")

    def fault(self, field: str, ar: str, en: str) -> None:
        self.faults.append(Fault(f"staff.office.{field}", ar, en, field=field, clause=OFFICES_CLAUSE))

    def need(self, *offices: str, staying: Iterable[str] = ()) -> None:
        """All are in the register and open on the day; no later order stands about `offices`, none closes `staying`."""
        for code in (*offices, *(code for code in staying if code not in offices)):
            if code not in self.held:
                self.fault("unknown", f"لا يوجد مكتب بهذا الرمز: {code}", f"there is no office with this code: {code}")
            elif not self.held[code].open_on(self.day):
                words = f"المكتب غير قائم في هذا التاريخ: {code}", f"the office is not open on this day: {code}"
                self.fault("closed", *words)
            elif code in offices:
                self._need_no_later_order(code)
            elif self.held[code].valid_to is not None:
                self.fault("closing", f"للمكتب {code} تاريخ إغلاق", f"{code} has a day on which it closes")

    def below(self, office: str) -> list[str]:
        """The offices directly below one on the day, and those that will open below it."""
        found = [o.code for o in self.held.values() if o.parent == office and not o.closed_before(self.day)]
        for code in found:
            self._need_no_later_order(code)
        return found

    def settle(self) -> None:
        """Raises `Invalid` with every fault found so far; else the order stands, and its rows may follow."""
        if self.faults:
            raise Invalid(*dict.fromkeys(self.faults))
        self.tx.session.add(self._row)
        self.tx.session.flush()

    def succeed(self, predecessor: str, successors: Iterable[str]) -> None:
        self.tx.audit(f"offices.{self.kind}", f"office:{predecessor}", {"order": self.id, "to": sorted(successors)})
        self._closing.add(predecessor)
        for successor in successors:
            row = {"order_id": self.id, "predecessor": predecessor, "successor": successor}
            self.tx.session.add(OfficeSuccession(**row, effective_on=self.day))

    def hand_down(self, children: Iterable[str], heir: str, old: str) -> None:
        """Put what stood below `old` below its heir; an heir that itself stood there comes to where `old` stood."""
        above = self.held[old].parent
        while above in self._closing:
            above = self.held[above].parent
        for child in children:
            self.place(child, above if child == heir else heir, self.held[child].authority)

    def place(self, office: str, parent: str | None, authority: str | None) -> None:
        """Raises `Refused` when the office would stand below itself, on that day or by a later order."""
        self._placements.append(Placement(office, parent, authority, self.day))
        days = {p.effective_on for p in self._placements if p.effective_on >= self.day}
        above = (parents_on(day, self._entered, self._placements) for day in days)
        if parent is not None and any(stands_below(parent, office, parents) for parents in above):
            words = f"لا يكون المكتب تابعاً لنفسه: {office}", f"an office cannot stand below itself: {office}"
            raise Refused(Fault("staff.office.circle", *words, field="parent", clause=OFFICES_CLAUSE))
        row = OfficePlacement(
            order_id=self.id, office=office, parent=parent, authority=authority, effective_on=self.day
        )
        self.tx.session.add(row)
        self.tx.audit("offices.place", f"office:{office}", {"order": self.id, "parent": parent, "authority": authority})

    def _need_no_later_order(self, code: str) -> None:
        last = self._latest.get(code)
        if last is not None and last > self.day:
            words = f"على المكتب {code} قرار لاحق نافذ من {last}", f"{code} is under a later order, of {last}"
            self.fault("later_order", *words)


@contextmanager
def _ordering(db: Database, actor: Actor, kind: str, order: Order, now: datetime) -> Iterator[_Register]:
    require(actor, "offices.manage", Subject("office", kind))
    with unit_of_work(db, actor, order.reason.strip() or kind, now) as tx:
        lock(tx.session, "office_orders")
        yield _Register(tx, kind, order)


def _latest_orders(read: ReadSession) -> dict[str, date]:
    """The last day on which an order about each office takes effect."""
    placements, successions = office_orders(read)
    latest: dict[str, date] = {}
    named = [(p.office, p.effective_on) for p in placements]
    named += [(code, s.effective_on) for s in successions for code in (s.predecessor, s.successor)]
    for code, day in named:
        latest[code] = max(day, latest.get(code, day))
    return latest
