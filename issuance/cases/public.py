"""What certificates and passports may ask of the case register about a person, at one snapshot.

Matched on the identity as confirmed, never on a name. Who reads on behalf of somebody keeps the look (`cases.record`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Date, bindparam
from sqlmodel import col, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from issuance.cases.case_rules import CaseRules
from issuance.cases.deadlines import waiting_due
from issuance.cases.facts import EffectFacts, Record, RulingFacts, TravelBanFacts
from issuance.cases.identities import AccusedIdentity, Namesake, identities_of, likely_namesakes, namesakes_of
from issuance.cases.looks import Look, keep
from issuance.cases.looks_model import CaseLook
from issuance.cases.model import CaseAccused, CaseRow, Ruling, RulingEffect, TravelBanRow
from issuance.core.actor import Actor
from issuance.core.civil import civil_day
from issuance.core.purpose import Purpose
from issuance.core.uow import Tx
from issuance.db.session import ReadSession
from issuance.db.tables import OutboxRow
from issuance.people.public import PersonFacts
from specs.schema import Specification
from specs.schema.reading import ToldToPerson

__all__ = [
    "FOR_A_CERTIFICATE",
    "FOR_A_PASSPORT",
    "AccusedIdentity",
    "EffectFacts",
    "Namesake",
    "Record",
    "RulingFacts",
    "ToldLook",
    "TravelBanFacts",
    "any_file_of",
    "bans_by_id",
    "changed_persons",
    "identities",
    "looks_told_to",
    "namesakes",
    "persons_with_rulings",
    "record_look",
    "record_of",
    "rehabilitation_by_law",
    "rehabilitation_days",
    "rulings_of",
    "travel_bans",
    "unconfirmed_namesakes",
]  # fmt: skip

FOR_A_CERTIFICATE, FOR_A_PASSPORT = Purpose("certificate"), Purpose("passport")
_OF_A_RECORD = (
    "case.action", "ruling.recorded", "ruling.withdrawn", "ruling.final", "ruling.not_final", "effect.recorded",
)  # fmt: skip


_BAN: tuple[Any, ...] = (
    *(TravelBanRow.id, CaseRow.number, TravelBanRow.since_on, TravelBanRow.until_on, TravelBanRow.legal_basis),
    TravelBanRow.office,
)
"""As `TravelBanFacts` has them."""
_BANS = select(*_BAN).join_from(TravelBanRow, CaseRow, col(CaseRow.id) == col(TravelBanRow.case_id))
_ON = bindparam("on", type_=Date)
_BANS_ON = _BANS.where(
    col(TravelBanRow.person_id) == bindparam("person"),
    col(TravelBanRow.since_on) <= _ON,
    or_(col(TravelBanRow.until_on).is_(None), col(TravelBanRow.until_on) >= _ON),
    or_(col(TravelBanRow.lifted_on).is_(None), col(TravelBanRow.lifted_on) > _ON),
).order_by(col(TravelBanRow.since_on), col(TravelBanRow.id))
"""Built once: border posts ask it for every document."""


def any_file_of(read: ReadSession, office: str) -> bool:
    """Whether the office opened a file."""
    return read.exec(select(CaseRow.id).where(CaseRow.office == office).limit(1)).first() is not None


def changed_persons(read: ReadSession, after: int, limit: int) -> tuple[int, frozenset[str]]:
    """Whose record may have changed since the event `after`: (the last event looked at, ids of persons)."""
    newest = read.exec(select(OutboxRow.seq).order_by(col(OutboxRow.seq).desc()).limit(1)).first() or 0
    query = select(OutboxRow.seq, OutboxRow.subject, OutboxRow.body).where(
        col(OutboxRow.seq) > after, col(OutboxRow.seq) <= newest, col(OutboxRow.topic).in_(_OF_A_RECORD)
    )
    rows = read.exec(query.order_by(col(OutboxRow.seq)).limit(limit)).all()
    named = {str(body["person"]) for _, _, body in rows if body.get("person")}
    cases = sorted({subject.removeprefix("case:") for _, subject, _ in rows if subject.startswith("case:")})
    for start in range(0, len(cases), 1000):
        accused = select(CaseAccused.person_id).where(col(CaseAccused.case_id).in_(cases[start : start + 1000]))
        named |= {person for person in read.exec(accused) if person is not None}
    return (rows[-1][0] if len(rows) == limit else newest), frozenset(named)


def persons_with_rulings() -> SelectOfScalar[str]:
    """A subquery: ids of those on whom there is any ruling, final or not."""
    return select(Ruling.person_id).where(col(Ruling.person_id).is_not(None))


def record_look(tx: Tx, person_id: str, found: int, purpose: Purpose = FOR_A_CERTIFICATE) -> None:
    """Keep that the person's record was read for that settled purpose, in the transaction that says so."""
    keep(tx, Look("record", purpose, person_id=person_id, own_part=True, found=found))


@dataclass(frozen=True, slots=True)
class ToldLook:
    """A look as the person may know of it. office: its code; by_service: no officer read, the service did for it."""

    on: date
    office: str | None
    by_service: bool
    purpose: str


def looks_told_to(read: ReadSession, person_id: str, rules: ToldToPerson, now: datetime) -> tuple[ToldLook, ...]:
    """Who read the person's record, newest first, by day: never by whom, never a look at a file."""
    query = select(CaseLook.at, CaseLook.office, CaseLook.account, CaseLook.purpose).where(
        CaseLook.person_id == person_id,
        CaseLook.kind == "record",
        col(CaseLook.case_id).is_(None),
        col(CaseLook.purpose).in_(rules.purposes),
        col(CaseLook.at) > now - timedelta(days=rules.days_back),
    )
    rows = read.exec(query.order_by(col(CaseLook.at).desc()).limit(500))
    told = (ToldLook(civil_day(at), office, by.startswith("system:"), purpose) for at, office, by, purpose in rows)
    return tuple(dict.fromkeys(told))


def record_of(read: ReadSession, person_id: str, as_of: date) -> Record:
    """The final rulings on the person as they stand on that day, with the effects in force on it, oldest first."""
    held = (one for one in rulings_of(read, person_id) if one.final_on is not None and one.final_on <= as_of)
    return Record(
        person_id,
        as_of,
        tuple(replace(one, effects=tuple(e for e in one.effects if e.in_force(as_of))) for one in held),
    )


def identities(read: ReadSession, person_id: str, spec: Specification) -> Mapping[str, AccusedIdentity]:
    """As `identities_of`, for an officer who compares."""
    return identities_of(read, person_id, CaseRules.of(spec))


def namesakes(
    read: ReadSession, actor: Actor, person: PersonFacts, spec: Specification, day: date
) -> tuple[Namesake, ...]:
    """As `namesakes_of`, by the likeness that holds a certificate up."""
    like = spec.certificate_requests.namesakes
    return namesakes_of(read, actor, person, (like.percent, like.minimum_names), CaseRules.of(spec), day)


def rehabilitation_days(ruling: RulingFacts, rules: CaseRules) -> Mapping[str, date]:
    """Kind of rehabilitation -> the first day on which it may come, counted from the end of the penalty.

    Empty for an acquittal, before the penalty ended, and for what nobody waits for. A court may rehabilitate earlier.
    Pure.
    """
    if ruling.verdict != "conviction":
        return {}
    ends = {
        kind: waiting_due(kind, ruling.kind, ruling.penalty_ended_on, rules, recidivist=ruling.recidivist)
        for kind in rules.vocabularies["rehabilitation_kinds"]
    }
    return {kind: civil_day(end.sure) for kind, end in ends.items() if end is not None}


def rehabilitation_by_law(ruling: RulingFacts, spec: Specification) -> date | None:
    """The first day on which the law itself rehabilitates, by the periods as configured; None: as above. Pure."""
    return rehabilitation_days(ruling, CaseRules.of(spec)).get("by_law")


def travel_bans(read: ReadSession, person_id: str, on: date) -> tuple[TravelBanFacts, ...]:
    """The bans that keep the person from leaving on that day, the oldest first."""
    return tuple(TravelBanFacts(*row) for row in read.rows(_BANS_ON, {"person": person_id, "on": on}))


def bans_by_id(read: ReadSession, ids: Collection[str]) -> dict[str, TravelBanFacts]:
    """Those of `ids` that are known, in force or not."""
    if not ids:
        return {}
    return {row[0]: TravelBanFacts(*row) for row in read.exec(_BANS.where(col(TravelBanRow.id).in_(ids)))}


def unconfirmed_namesakes(read: ReadSession, person: PersonFacts, percent: int, names: int) -> int:
    """How many accused are known by a name only, one of at least `names` names that answers the person's by `percent`.

    They may be the person or somebody else: nobody has confirmed who they are. One at least where the names are so
    common that not all could be looked at.
    """
    likely, all_of_them = likely_namesakes(read, person, percent, names)
    return len(likely) if all_of_them else max(1, len(likely))


def rulings_of(read: ReadSession, person_id: str) -> tuple[RulingFacts, ...]:
    """Every ruling on the person, oldest first."""
    rows = read.exec(
        select(Ruling).where(Ruling.person_id == person_id).order_by(col(Ruling.ruled_on), col(Ruling.id))
    ).all()
    effects = read.exec(
        select(RulingEffect)
        .where(col(RulingEffect.ruling_id).in_([row.id for row in rows]))
        .order_by(col(RulingEffect.effective_on), col(RulingEffect.id))
    ).all()
    return tuple(
        RulingFacts(
            id=row.id,
            case_number=row.case_number,
            court_arabic=row.court_arabic,
            court_english=row.court_english,
            kind=row.kind,
            presence=row.presence,
            verdict=row.verdict,
            ruled_on=row.ruled_on,
            final_on=row.final_on,
            committed_on=row.committed_on,
            offence_arabic=row.offence_arabic,
            offence_english=row.offence_english,
            penalty_arabic=row.penalty_arabic,
            penalty_english=row.penalty_english,
            foreign_judgment=row.foreign_judgment,
            recidivist=row.recidivist,
            penalty_ended_on=row.penalty_ended_on,
            effects=tuple(
                EffectFacts(e.kind, e.effective_on, e.legal_basis, e.revoked_on)
                for e in effects
                if e.ruling_id == row.id
            ),
        )
        for row in rows
    )
