"""What certificates may ask of the case register: a person's rulings and their effects, at one snapshot."""

from __future__ import annotations

from sqlmodel import col, select

from issuance.cases.facts import EffectFacts, RulingFacts
from issuance.cases.model import CaseRow, Ruling, RulingEffect
from issuance.db.session import ReadSession

__all__ = ["EffectFacts", "RulingFacts", "any_file_of", "rulings_of"]


def any_file_of(read: ReadSession, office: str) -> bool:
    """Whether the office opened a file."""
    return read.exec(select(CaseRow.id).where(CaseRow.office == office).limit(1)).first() is not None


def rulings_of(read: ReadSession, person_id: str) -> tuple[RulingFacts, ...]:
    """Every ruling on the person, oldest first. Matched on the person's identity, never on a name."""
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
            effects=tuple(
                EffectFacts(e.kind, e.effective_on, e.legal_basis, e.revoked_on)
                for e in effects
                if e.ruling_id == row.id
            ),
        )
        for row in rows
    )
