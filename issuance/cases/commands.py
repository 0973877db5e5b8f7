"""Record rulings and their effects. Rows are added, never rewritten."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from issuance.cases.model import Ruling, RulingEffect
from issuance.core import policy
from issuance.core.actor import Actor
from issuance.core.civil import civil_day
from issuance.core.uow import unit_of_work
from issuance.people.public import require_person
from issuance.service import Service
from specs.errors import Fault, Invalid, NotFound
from specs.schema.cases import Register

CLAUSE = "cases/register.yaml"


@dataclass(frozen=True, slots=True)
class RulingEntry:
    """What a court's registry says; pairs are (Arabic, English); codes are those of `cases/register.yaml`."""

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


@dataclass(frozen=True, slots=True)
class EffectEntry:
    """A dated effect on a ruling, with its legal basis."""

    kind: str
    effective_on: date
    legal_basis: str
    revoked_on: date | None = None


def record_ruling(service: Service, actor: Actor, national_number: str, entry: RulingEntry, now: datetime) -> str:
    """Add a ruling on the person; its id. Raises `Invalid` with every fault, `NotFound`, `NotAllowed`."""
    policy.require(actor, "cases.record")
    if found := list(_ruling_faults(entry, service.spec.cases_register, civil_day(now))):
        raise Invalid(*found)
    with unit_of_work(service.db, actor, "ruling of a court", now) as tx:
        person = require_person(tx.read, national_number)
        row = Ruling(
            person_id=person.id,
            case_number=entry.case_number,
            court_arabic=entry.court[0],
            court_english=entry.court[1],
            kind=entry.kind,
            presence=entry.presence,
            verdict=entry.verdict,
            ruled_on=entry.ruled_on,
            final_on=entry.final_on,
            committed_on=entry.committed_on,
            offence_arabic=entry.offence[0],
            offence_english=entry.offence[1],
            penalty_arabic=entry.penalty[0],
            penalty_english=entry.penalty[1],
            foreign_judgment=entry.foreign_judgment,
            recorded_at=now,
        )
        tx.session.add(row)
        tx.audit("cases.record_ruling", f"ruling:{row.id}", {"person": person.id, "kind": row.kind})
    return row.id


def record_effect(service: Service, actor: Actor, ruling_id: str, entry: EffectEntry, now: datetime) -> str:
    """Add an effect to a ruling; its id. Raises `Invalid`, `NotFound`, `NotAllowed`."""
    policy.require(actor, "cases.record")
    found = []
    if entry.kind not in service.spec.cases_register.effects.entries:
        found.append(_unknown("kind", service.spec.cases_register.effects.entries))
    if not entry.legal_basis.strip():
        found.append(_fault("legal_basis", "السند القانوني مطلوب", "an effect names its legal basis"))
    if entry.revoked_on is not None and entry.revoked_on < entry.effective_on:
        found.append(_fault("revoked_on", "ألغي قبل نفاذه", "it is revoked before it takes effect"))
    if found:
        raise Invalid(*found)
    with unit_of_work(service.db, actor, "effect on a ruling", now) as tx:
        if tx.session.get(Ruling, ruling_id) is None:
            raise NotFound(_fault("ruling", "لا يوجد حكم بهذا المعرف", "there is no such ruling"))
        row = RulingEffect(
            ruling_id=ruling_id,
            kind=entry.kind,
            effective_on=entry.effective_on,
            legal_basis=entry.legal_basis,
            revoked_on=entry.revoked_on,
            recorded_at=now,
        )
        tx.session.add(row)
        tx.audit("cases.record_effect", f"ruling:{ruling_id}", {"kind": entry.kind, "effect": row.id})
    return row.id


def _ruling_faults(entry: RulingEntry, register: Register, today: date) -> Iterator[Fault]:
    for field, vocabulary in (
        ("kind", register.kinds),
        ("presence", register.presence),
        ("verdict", register.verdicts),
    ):
        if getattr(entry, field) not in vocabulary.entries:
            yield _unknown(field, vocabulary.entries)
    for field in ("case_number", "court", "offence", "penalty"):
        value = getattr(entry, field)
        if not all(text.strip() for text in ((value,) if isinstance(value, str) else value)):
            yield _fault(field, "لا يجوز أن يكون الحقل فارغاً", "this field must not be empty")
    if not entry.committed_on <= entry.ruled_on <= today:
        yield _fault("ruled_on", "تاريخ الحكم قبل الواقعة أو في المستقبل", "ruled before the act or in the future")
    if entry.final_on is not None and entry.final_on < entry.ruled_on:
        yield _fault("final_on", "صار نهائياً قبل صدوره", "final before it was given")


def _unknown(field: str, known: Iterable[str]) -> Fault:
    codes = ", ".join(sorted(known))
    return _fault(field, f"رمز غير معروف؛ المتاح: {codes}", f"one of {codes}")


def _fault(field: str, ar: str, en: str) -> Fault:
    return Fault(code=f"cases.{field}", field=field, clause=CLAUSE, ar=ar, en=en)
