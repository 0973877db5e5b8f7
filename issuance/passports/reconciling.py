"""Blanks against books: the queries of the daily reconciliation, over one snapshot. They change nothing.

What is looked for: an insider's book has a blank that the ledger did not give for it, or a number that nobody took; and
a blank that was consumed became a book, or waits in somebody's drawer (LIBYA 1.3).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlmodel import and_, col, or_, select

from issuance.core.numbers import missing
from issuance.db.session import ReadSession
from issuance.db.tables import NumberAllocation
from issuance.passports.commands import series
from issuance.passports.document_form import form_of
from issuance.passports.model import Passport, PassportApplication
from issuance.stock import public as stock
from specs.schema import Specification
from specs.schema.passport_office import DocumentState
from specs.schema.stock import FindingKind

_ROWS = 2000


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that does not agree. office None: the country. number: of the passport; last: of a run of `count`."""

    kind: FindingKind
    office: str | None
    blank: str | None = None
    number: str | None = None
    last: str | None = None
    count: int = 1
    since: datetime | None = None

    def as_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "office": self.office,
            "blank": self.blank,
            "number": self.number,
            "last": self.last,
            "count": self.count,
            "since": self.since.isoformat() if self.since else None,
        }


@dataclass(frozen=True, slots=True)
class Compared:
    """tied: blanks that the ledger ties to a passport; books: that have one of these; claimed: taken for books that are
    being made. Each by the office that drew."""

    tied: Mapping[str, int]
    books: Mapping[str, int]
    claimed: Mapping[str, int]
    findings: tuple[Finding, ...]


def compare(read: ReadSession, spec: Specification, now: datetime) -> Compared:
    """Everything that does not agree now, in the order of kinds and numbers."""
    since = now - timedelta(minutes=spec.passport.stock.reconciliation.claimed_minutes)
    tied, books, claimed = Counter[str](), Counter[str](), Counter[str]()
    found = [
        *_without_book(read, since, tied, claimed),
        *_books(read, spec, tied, books),
        *(
            Finding("blank_on_two_books", office, blank, held[0])
            for blank, office, held in stock.drawn_for_several(read)
        ),
        *_numbers(read, spec, since),
    ]
    one_each = {(one.kind, one.blank, one.number): one for one in found}
    order = list(spec.passport.stock.reconciliation.entries)
    ranked = sorted(one_each.values(), key=lambda one: (order.index(one.kind), one.number or "", one.blank or ""))
    return Compared(tied, books, claimed, tuple(ranked))


def _without_book(read: ReadSession, since: datetime, tied: Counter[str], claimed: Counter[str]) -> Iterator[Finding]:
    """Blanks that were consumed or tied, and no book stands under the number."""
    held = stock.tied()
    claim = and_(col(PassportApplication.number) == held.c.passport, col(PassportApplication.state) == "production")
    query = (
        select(  # type: ignore[call-overload]  # more columns than it is typed for
            held.c.number, held.c.passport, held.c.kind, held.c.office, col(PassportApplication.since)
        )
        .outerjoin(Passport, col(Passport.number) == held.c.passport)
        .outerjoin(PassportApplication, claim)
        .where(col(Passport.number).is_(None))
        .order_by(held.c.number)
    )
    for number, passport, kind, office, began in read.exec(query):
        tied[office or ""] += 1
        if began is None or kind != "consumed":
            yield Finding("blank_without_book", office, stock.printed(number), passport, since=began)
            continue
        claimed[office or ""] += 1
        if began < since:
            yield Finding("claimed_too_long", office, stock.printed(number), passport, since=began)


def _books(read: ReadSession, spec: Specification, tied: Counter[str], books: Counter[str]) -> Iterator[Finding]:
    """Books whose blank is not the one the ledger gave for them, or stands elsewhere than the book says.

    Trials, made in one step without a blank, are left out.
    """
    held = stock.tied()
    query = (
        select(  # type: ignore[call-overload]
            Passport.number, Passport.blank, Passport.office, Passport.state, held.c.number, held.c.kind, held.c.office
        )
        .outerjoin(held, held.c.passport == Passport.number)
        .where(or_(col(Passport.application_id).is_not(None), col(Passport.blank).is_not(None)))
        .order_by(col(Passport.number))
        .execution_options(yield_per=_ROWS)
    )
    for number, blank, office, state, drawn, kind, store in read.exec(query):
        if drawn is not None:
            tied[store or ""] += 1
            books[store or ""] += 1
        if blank is None or drawn is None:
            other = stock.tied_to(read, blank) if blank is not None else None
            yield Finding("blank_on_two_books" if other else "book_without_blank", office, blank, number)
        elif stock.printed(drawn) != blank:
            yield Finding("blank_on_two_books", office, blank, number)
        elif kind not in _places(spec, cast(DocumentState, state)):
            yield Finding("fate_differs", office, blank, number)


def _places(spec: Specification, state: DocumentState) -> Collection[str]:
    """In which accounts the blank of a book in this state may stand."""
    if state in ("spoiled", "destroyed"):
        return ("spoiled", "destroyed") if state == "spoiled" else ("destroyed",)
    dead = state in spec.passport.office.documents.entries["destroyed"].follows
    return ("consumed", "spoiled", "destroyed") if dead else ("consumed",)


def _numbers(read: ReadSession, spec: Specification, since: datetime) -> Iterator[Finding]:
    """Gaps of the series, numbers used for nothing, books under numbers that were not given out."""
    known = {}
    for edition in spec.passport.editions.values():
        for document_type in edition.document_types.issued():
            one = series(form_of(edition, document_type))
            known[one.name] = one
    for one in known.values():
        for gap in missing(read, one):
            first, last = one.render(gap.start), one.render(gap.stop - 1)
            yield Finding("number_missing", None, number=first, last=last, count=len(gap))
    of_passports = col(NumberAllocation.series).in_(known)
    lost = (
        select(NumberAllocation.number)
        .outerjoin(Passport, col(Passport.number) == col(NumberAllocation.number))
        .where(of_passports, NumberAllocation.state == "used", col(Passport.number).is_(None))
    )
    for number in read.exec(lost.order_by(col(NumberAllocation.number))):
        yield Finding("number_without_book", None, number=number)
    query = (
        select(Passport.number, Passport.office)
        .outerjoin(
            NumberAllocation,
            and_(col(NumberAllocation.number) == col(Passport.number), col(NumberAllocation.state) == "used"),
        )
        .where(col(NumberAllocation.number).is_(None))
    )
    for number, office in read.exec(query.order_by(col(Passport.number))):
        yield Finding("book_without_number", office, number=number)
    claim = col(PassportApplication.number) == col(NumberAllocation.number)
    left = (
        select(NumberAllocation.number, NumberAllocation.allocated_at, PassportApplication.office)
        .outerjoin(PassportApplication, claim)
        .where(of_passports, NumberAllocation.state == "allocated", col(NumberAllocation.allocated_at) < since)
        .where(or_(col(PassportApplication.id).is_(None), col(PassportApplication.state) != "production"))
    )
    for number, at, office in read.exec(left.order_by(col(NumberAllocation.number))):
        yield Finding("claimed_too_long", office, number=number, since=at)
