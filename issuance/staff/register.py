"""The register of offices as the entries and all dated orders together make it. Reads only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlmodel import col, select

from issuance.db.session import ReadSession
from issuance.staff.model import Office, OfficePlacement, OfficeSuccession
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
