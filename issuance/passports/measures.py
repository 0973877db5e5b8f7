"""What a court or a prosecution ordered that stands against an application: who, its reference, since when, by which
law, and whom to call. What the case is about stays in the case register (least disclosure, LIBYA.md 5.2, S88).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from issuance.cases.public import RulingFacts, TravelBanFacts, bans_by_id, rulings_of
from issuance.db.session import ReadSession
from issuance.passports.holds import HoldView
from issuance.staff.public import OfficeFacts, offices_named
from specs.schema.base import Bilingual
from specs.schema.passport_office import COURT_HOLDS, PassportOffice

BAN: Final = "travel_ban"


@dataclass(frozen=True, slots=True)
class Measure:
    """authority: who ordered it; reference: the number under which it knows the matter; on: of the ruling, or the first
    day of the ban; until: its last day, None: nobody said; call: who answers for it today, after offices merged."""

    authority: Bilingual
    reference: str
    on: date
    until: date | None
    legal_basis: Bilingual
    call: Bilingual

    def as_json(self) -> dict[str, Any]:
        both = {"authority": self.authority, "legal_basis": self.legal_basis, "call": self.call}
        return {
            "reference": self.reference,
            "on": self.on.isoformat(),
            "until": None if self.until is None else self.until.isoformat(),
            **{name: {"ar": held.ar, "en": held.en} for name, held in both.items()},
        }


def measures_of(
    read: ReadSession, person_id: str, holds: Sequence[HoldView], rules: PassportOffice
) -> dict[str, Measure]:
    """Id of a hold -> the measure it stands on; a hold whose cause is gone, or that rests on no measure, has none."""
    wanted = [one for one in holds if one.kind in COURT_HOLDS and one.ended != "gone"]
    if not wanted:
        return {}
    bans = bans_by_id(read, [one.reference for one in wanted if one.kind == BAN])
    rulings = {one.id: one for one in rulings_of(read, person_id)} if len(bans) < len(wanted) else {}
    ordering = offices_named(read, {ban.office for ban in bans.values() if ban.office})
    answering = ordering | offices_named(read, {code for one in ordering.values() for code in one.successors})
    found = {}
    for one in wanted:
        if one.kind == BAN and (ban := bans.get(one.reference)) is not None:
            found[one.id] = _of_ban(ban, answering, rules)
        elif (ruling := rulings.get(one.reference)) is not None:
            found[one.id] = _of_ruling(ruling, rules)
    return found


def told_to_applicant(
    holds: Sequence[HoldView], measures: dict[str, Measure], rules: PassportOffice
) -> list[Bilingual]:
    """What an applicant is told of the holds that stand, each wording once: of a measure of a court, whom to ask."""
    told = {}
    for one in holds:
        held = measures.get(one.id)
        public, call = rules.holds.entries[one.kind].public, rules.record_bars.unnamed if held is None else held.call
        ar, en = (words.replace("{authority}", by) for words, by in ((public.ar, call.ar), (public.en, call.en)))
        told[ar, en] = Bilingual(ar=ar, en=en)
    return list(told.values())


def _of_ban(ban: TravelBanFacts, offices: dict[str, OfficeFacts], rules: PassportOffice) -> Measure:
    by = offices.get(ban.office or "")
    heirs = [] if by is None else [offices[code] for code in by.successors if code in offices]
    authority = _named([by] if by is not None else [], rules)
    call = _named(heirs, rules) if heirs else authority
    return Measure(
        authority, ban.case_number, ban.since, ban.until, Bilingual(ar=ban.legal_basis, en=ban.legal_basis), call
    )


def _of_ruling(one: RulingFacts, rules: PassportOffice) -> Measure:
    court = Bilingual(ar=one.court_arabic, en=one.court_english)
    return Measure(court, one.case_number, one.ruled_on, None, rules.record_bars.legal_basis, court)


def _named(offices: Sequence[OfficeFacts], rules: PassportOffice) -> Bilingual:
    if not offices:
        return rules.record_bars.unnamed
    return Bilingual(ar="، ".join(one.arabic for one in offices), en=", ".join(one.english for one in offices))
