"""Rulings and effects of an earlier register, entered as case files of their own, with the days they say."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from issuance.cases.act import Move, appended, held, opened
from issuance.cases.case_rules import CaseRules
from issuance.cases.fields import CLAUSE, read_body
from issuance.cases.model import CaseRow, Ruling
from issuance.core import policy
from issuance.core.actor import Actor
from issuance.core.uow import unit_of_work
from issuance.service import Service
from specs.errors import Fault, Invalid, NotFound


@dataclass(frozen=True, slots=True)
class RulingEntry:
    """What a court's registry says; pairs are (Arabic, English); codes are those of `cases/register.yaml`.

    confirmation: how it was confirmed whom the ruling is on.
    """

    case_number: str
    court: tuple[str, str]
    kind: str
    presence: str
    verdict: str
    ruled_on: date
    committed_on: date
    offence: tuple[str, str]
    penalty: tuple[str, str]
    final_on: date | None = None
    foreign_judgment: bool = False
    confirmation: str = "civil_registry"


@dataclass(frozen=True, slots=True)
class EffectEntry:
    """A dated effect on a ruling, with its legal basis."""

    kind: str
    effective_on: date
    legal_basis: str
    revoked_on: date | None = None


def record_ruling(service: Service, actor: Actor, national_number: str, entry: RulingEntry, now: datetime) -> str:
    """Open a file with this ruling; the ruling's id. Raises `Invalid` with every fault, `NotFound`, `NotAllowed`."""
    policy.require(actor, "cases.record_past_ruling")
    rules, early = CaseRules.of(service.spec), []
    if entry.final_on is not None and entry.final_on < entry.ruled_on:
        words = "صار نهائياً قبل صدوره", "final before it was given"
        early = [Fault("cases.final_on", *words, field="final_on", clause=CLAUSE)]
    body = {
        "national_number": national_number,
        "confirmation": entry.confirmation,
        "old_number": entry.case_number,
        "court_arabic": entry.court[0],
        "court_english": entry.court[1],
        "kind": entry.kind,
        "presence": entry.presence,
        "verdict": entry.verdict,
        "committed_on": entry.committed_on.isoformat(),
        "offence_arabic": entry.offence[0],
        "offence_english": entry.offence[1],
        "penalty_arabic": entry.penalty[0],
        "penalty_english": entry.penalty[1],
        "final_on": entry.final_on.isoformat() if entry.final_on is not None else None,
        "foreign_judgment": entry.foreign_judgment or None,
    }
    _all_faults(lambda: read_body("record_past_ruling", body, rules), early)
    with unit_of_work(service.db, actor, "ruling of an earlier register", now) as tx:
        file = opened(tx, Move("record_past_ruling", body, happened_on=entry.ruled_on), rules)
    return file.matters["A1/C1"].rulings[0].id


def record_effect(service: Service, actor: Actor, ruling_id: str, entry: EffectEntry, now: datetime) -> str:
    """Add an earlier effect to such a ruling; its id. Raises `Invalid`, `NotFound`, `NotAllowed`, `Refused`."""
    policy.require(actor, "cases.record_past_effect")
    body = {
        "effect_kind": entry.kind,
        "effective_on": entry.effective_on.isoformat(),
        "legal_basis": entry.legal_basis,
        "revoked_on": entry.revoked_on.isoformat() if entry.revoked_on is not None else None,
    }
    rules, early = CaseRules.of(service.spec), []
    if entry.revoked_on is not None and entry.revoked_on < entry.effective_on:
        words = "ألغي قبل نفاذه", "it is revoked before it takes effect"
        early = [Fault("cases.revoked_on", *words, field="revoked_on", clause=CLAUSE)]
    _all_faults(lambda: read_body("record_past_effect", body, rules), early)
    with unit_of_work(service.db, actor, "effect on a ruling of an earlier register", now) as tx:
        ruling = tx.session.get(Ruling, ruling_id)
        case = tx.session.get(CaseRow, ruling.case_id) if ruling is not None else None
        if ruling is None or case is None or ruling.matter is None:
            words = "لا يوجد حكم بهذا المعرف", "there is no such ruling"
            raise NotFound(Fault("cases.ruling", *words, field="ruling", clause=CLAUSE))
        move = Move("record_past_effect", body, (ruling.matter,))
        file = appended(tx, held(tx, case.number, rules, "record_past_effect"), move, rules)
        return file.matters[ruling.matter].rulings[-1].effects[-1].id


def _all_faults(read: Callable[[], object], more: Sequence[Fault]) -> None:
    """Raises `Invalid` with what `read` finds wrong, and `more`."""
    found = list(more)
    try:
        read()
    except Invalid as error:
        found = [*error.faults, *found]
    if found:
        raise Invalid(*found)
