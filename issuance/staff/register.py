"""The register of offices as the entries and all dated orders together make it. Reads only."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta

from sqlmodel import col, select

from issuance.db.session import ReadSession
from issuance.staff.model import Office, OfficeOrder, OfficePlacement, OfficeSuccession
from issuance.staff.territory import Placement, Succession, closed_on


@dataclass(frozen=True, slots=True)
class OfficeFacts:
    """An office as a document names it; valid_to: its last day, None: open; successors: who answers then."""

    code: str
    arabic: str
    english: str
    kind: str
    region: str | None
    parent: str | None
    authority: str | None
    valid_from: date
    valid_to: date | None
    successors: tuple[str, ...] = ()

    def open_on(self, day: date) -> bool:
        """Whether it may act on that day."""
        return self.valid_from <= day and not self.closed_before(day)

    def closed_before(self, day: date) -> bool:
        """Whether its last day is past."""
        return self.valid_to is not None and self.valid_to < day


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """An order and what it did: closed -> the office's successors; placed -> the parent it then stood below."""

    id: str
    kind: str
    effective_on: date
    reason: str
    legal_reference: str
    recorded_at: datetime
    recorded_by: str
    closed: dict[str, tuple[str, ...]]
    placed: dict[str, str | None]


def orders(read: ReadSession, office: str | None = None) -> list[OrderFacts]:
    """Every order, or every one that closed, placed or was succeeded by `office`, by the day of its effect."""
    rows = read.exec(select(OfficeOrder).order_by(col(OfficeOrder.effective_on), col(OfficeOrder.id))).all()
    succeeded, placed = read.exec(select(OfficeSuccession)).all(), read.exec(select(OfficePlacement)).all()
    found = []
    for row in rows:
        closed: dict[str, tuple[str, ...]] = {}
        for s in (s for s in succeeded if s.order_id == row.id):
            closed[s.predecessor] = (*closed.get(s.predecessor, ()), s.successor)
        below = {p.office: p.parent for p in placed if p.order_id == row.id}
        if office is None or office in closed or office in below or any(office in heirs for heirs in closed.values()):
            facts = row.model_dump(include={f.name for f in fields(OrderFacts)})
            found.append(OrderFacts(**facts, closed=closed, placed=below))
    return found


def register_on(read: ReadSession, day: date = date.max) -> list[OfficeFacts]:
    """Every office by code, open on `day` or not, placed as it stands on that day (default: after the last order)."""
    rows = read.exec(select(Office).order_by(col(Office.code))).all()
    placements, successions = office_orders(read)
    return [facts_of(row, placements, successions, day) for row in rows]


def office_orders(read: ReadSession, office: str | None = None) -> tuple[list[Placement], list[Succession]]:
    """The placements and successions of one office, or of all, in the order in which they were decided."""
    placed, succeeded = select(OfficePlacement), select(OfficeSuccession)
    if office is not None:
        placed = placed.where(OfficePlacement.office == office)
        succeeded = succeeded.where(OfficeSuccession.predecessor == office)
    return (
        [
            Placement(p.office, p.parent, p.authority, p.effective_on)
            for p in read.exec(placed.order_by(col(OfficePlacement.order_id)))
        ],
        [Succession(s.predecessor, s.successor, s.effective_on) for s in read.exec(succeeded)],
    )


def facts_of(row: Office, placements: list[Placement], successions: list[Succession], day: date) -> OfficeFacts:
    """The office as it stands on `day`; its last day is known whatever the day."""
    placed = Placement(row.code, row.parent, row.authority, row.valid_from)
    for p in sorted((p for p in placements if p.office == row.code), key=lambda p: p.effective_on):
        placed = p if p.effective_on <= day else placed
    closed = closed_on(row.code, successions)
    last_days = [last for last in (row.valid_to, closed and closed - timedelta(days=1)) if last is not None]
    return OfficeFacts(
        code=row.code,
        arabic=row.name_arabic,
        english=row.name_english,
        kind=row.kind,
        region=row.region,
        parent=placed.parent,
        authority=placed.authority,
        valid_from=row.valid_from,
        valid_to=min(last_days, default=None),
        successors=tuple(sorted(s.successor for s in successions if s.predecessor == row.code)),
    )
