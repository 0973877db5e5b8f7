"""What the register of this installation knows for an inspection, and what is known where there is none.

Reads only. One instance serves one inspection: what it was told of a number it does not ask again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from issuance.border.knowledge import Ban, Defect, KnowledgeKind, Standing
from issuance.cases.public import TravelBanFacts, travel_bans
from issuance.certificates.public import status_of
from issuance.core.civil import civil_day
from issuance.db.session import Readable, ReadSession
from issuance.passports.public import BookAtBorder, book_at_border
from issuance.staff.public import offices_named
from keys.trust import TrustStore
from keys.verdict import Check
from specs.errors import Fault, Unavailable
from specs.schema import Specification
from specs.schema.base import Bilingual

CLAUSE: Final = "border/inspections.yaml"


@dataclass(slots=True)
class RegisterKnowledge:
    """`border.knowledge.Knowledge` over the register, as of the moment `as_of` (aware).

    of_holders: bans will be asked too, and are read with the document; criminal data is read for nobody else.
    """

    register: Readable
    trust: TrustStore
    as_of: datetime
    spec: Specification
    of_holders: bool = False
    kind: KnowledgeKind = "register"
    _books: dict[str, BookAtBorder | None] = field(default_factory=dict)
    _bans: dict[str, tuple[Ban, ...]] = field(default_factory=dict)

    def freshness(self, at: datetime) -> Check:
        """The register is asked as it stands; a past moment is judged by what is known now."""
        del at
        words = "the register was asked", "سُئل السجل"
        return Check("knowledge.freshness", "policy", "pass", *words, CLAUSE)

    def standing(self, number: str) -> Standing | None:
        """As `Knowledge.standing`."""
        book = self._book(number)
        if book is None:
            return None
        defects = tuple(Defect(*one) for one in book.defects)
        return Standing(book.number, book.state, book.since, defects, book.zone)

    def ended_certificate(self, number: str) -> str | None:
        """As `Knowledge.ended_certificate`."""
        with self.register.reading() as read:
            held = status_of(read, number, self.as_of)
        return held.code if held.ended else None

    def bans(self, number: str) -> tuple[Ban, ...] | None:
        """As `Knowledge.bans`; of a number that is not held there is none."""
        if not self.of_holders:
            return None
        self._book(number)
        return self._bans[number]

    def person_of(self, number: str) -> str | None:
        """Id of the holder, for whoever must keep that their record was looked at."""
        book = self._book(number)
        return book.person_id if book is not None else None

    def _book(self, number: str) -> BookAtBorder | None:
        """All that is asked of a number, at one snapshot."""
        if number not in self._books:
            with self.register.reading() as read:
                book = book_at_border(read, number)
                self._bans[number] = self._bans_of(read, book) if self.of_holders and book is not None else ()
            self._books[number] = book
        return self._books[number]

    def _bans_of(self, read: ReadSession, book: BookAtBorder) -> tuple[Ban, ...]:
        found = travel_bans(read, book.person_id, civil_day(self.as_of))
        return tuple(dict.fromkeys(self._as_told(read, found))) if found else ()

    def _as_told(self, read: ReadSession, bans: Sequence[TravelBanFacts]) -> list[Ban]:
        """Who answers for each order today: the office that gave it, or those that succeeded it."""
        ordering = offices_named(read, {ban.office for ban in bans if ban.office})
        answering = ordering | offices_named(read, {code for one in ordering.values() for code in one.successors})
        told = []
        for ban in bans:
            by = answering.get(ban.office or "")
            heirs = [answering[code] for code in by.successors if code in answering] if by is not None else []
            calling = heirs or ([by] if by is not None else [])
            if not calling:
                told.append(Ban(self.spec.passport.office.record_bars.unnamed, ""))
                continue
            named = Bilingual(ar="، ".join(o.arabic for o in calling), en=", ".join(o.english for o in calling))
            told.append(Ban(named, ", ".join(o.code for o in calling)))
        return told


@dataclass(frozen=True, slots=True)
class TrustKnowledge:
    """Certificates and lists alone, as named on a command line: nothing is known of any document."""

    trust: TrustStore
    as_of: datetime
    kind: KnowledgeKind = "trust"

    def freshness(self, at: datetime) -> Check:
        """Lists say themselves how old they are."""
        del at
        words = "judged by the certificates and lists given", "حُكم بالشهادات والقوائم المقدمة"
        return Check("knowledge.freshness", "policy", "pass", *words, CLAUSE)

    def standing(self, number: str) -> Standing | None:
        """Raises `Unavailable`, always."""
        raise _no_register(number)

    def ended_certificate(self, number: str) -> str | None:
        """Raises `Unavailable`, always."""
        raise _no_register(number)

    def bans(self, number: str) -> tuple[Ban, ...] | None:
        """Raises `Unavailable`, always."""
        raise _no_register(number)


def _no_register(number: str) -> Unavailable:
    del number
    words = "لم يُسأل أي سجل", "no register was asked"
    return Unavailable(Fault("border.knowledge.none", *words, clause=CLAUSE))
