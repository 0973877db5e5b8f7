"""Why a certificate says what it says: computed again from the inputs it keeps, and compared with what was printed.

An explanation is criminal data: it is read for a stated purpose, and the look is kept. Nothing is decided here.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from sqlmodel import select

from issuance.cases.public import RulingFacts, record_look
from issuance.certificates.compile import Compiled, of_text
from issuance.certificates.life import RequestView, view_of
from issuance.certificates.making import ruling_row
from issuance.certificates.model import Certificate, Request
from issuance.certificates.rules import Disclosed
from issuance.core import approvals, policy
from issuance.core.actor import Actor
from issuance.core.approvals import Approval
from issuance.core.policy import Subject
from issuance.core.purpose import Purpose, settled
from issuance.core.uow import unit_of_work
from issuance.documents.attachment import certificate_data
from issuance.service import Service
from specs.errors import Fault, NotFound, Refused
from specs.schema import Specification
from specs.schema.base import Bilingual
from specs.schema.disclosure import Disclosure

log = logging.getLogger("issuance.certificates")


@dataclass(frozen=True, slots=True)
class Told:
    """One ruling and whether it is shown; reason: why not, a code of `left_out_reasons`."""

    ruling: RulingFacts
    reason: str | None

    def as_json(self, rules: Disclosure) -> dict[str, Any]:
        one = self.ruling
        return {
            "id": one.id,
            "case_number": one.case_number,
            "court": {"ar": one.court_arabic, "en": one.court_english},
            "offence": {"ar": one.offence_arabic, "en": one.offence_english},
            "penalty": {"ar": one.penalty_arabic, "en": one.penalty_english},
            "ruled_on": one.ruled_on.isoformat(),
            "final_on": one.final_on.isoformat() if one.final_on else None,
            "effects": [
                asdict(e)
                | {
                    "effective_on": e.effective_on.isoformat(),
                    "revoked_on": e.revoked_on.isoformat() if e.revoked_on else None,
                }
                for e in one.effects
            ],
            "shown": self.reason is None,
            "reason": None if self.reason is None else worded(self.reason, rules.left_out_reasons.entries[self.reason]),
        }


@dataclass(frozen=True, slots=True)
class Explanation:
    """differences: members of the printed data that the inputs do not give again; none: it is confirmed."""

    number: str
    compiled: Compiled
    disclosed: Disclosed
    doubts: tuple[str, ...]
    differences: tuple[str, ...]
    request: RequestView | None
    approvals: Sequence[Approval]

    @property
    def rulings(self) -> tuple[Told, ...]:
        return told(self.disclosed)

    def as_json(self, spec: Specification) -> dict[str, Any]:
        """For officers and auditors, with who decided."""
        rules, asked = spec.certificate_disclosure, self.compiled.asked
        request = self.request.as_json(spec.certificate_requests) if self.request else None
        return {
            "number": self.number,
            "level": asked.level,
            "purpose": asked.purpose,
            "on": asked.on.isoformat(),
            "rule_version": self.disclosed.rule_version,
            "digest": self.compiled.digest(),
            "outcome": self.disclosed.outcome,
            "same": not self.differences,
            "differences": list(self.differences),
            "rulings": [one.as_json(rules) for one in self.rulings],
            "doubts": [worded(code, rules.doubts.entries[code]) for code in self.doubts],
            "request": request,
            "decisions": [
                {
                    "asked_by": one.asked_by,
                    "asked_at": one.asked_at.isoformat(),
                    "asked": one.proposal["to"],
                    "reason": one.reason,
                    "decision": one.decision,
                    "decided_by": one.decided_by,
                    "decided_at": one.decided_at.isoformat() if one.decided_at else None,
                    "decision_reason": one.decision_reason,
                }
                for one in self.approvals
            ],
        }


def explain(service: Service, actor: Actor, number: str, purpose: Purpose, now: datetime) -> Explanation:
    """Compute the certificate again. The look is kept with its purpose, a difference is logged as an alarm.

    Raises `Invalid` without a purpose, `NotAllowed`, `NotFound`, `Refused` for one that keeps no inputs or whose rule
    is gone.
    """
    policy.require(actor, "certificates.explain")
    purpose = settled(purpose, service.spec.purposes)
    with unit_of_work(service.db, actor, "explain a certificate", now) as tx:
        row = tx.session.get(Certificate, number)
        if row is None or not policy.allowed(actor, "certificates.explain", Subject("certificate", number, row.office)):
            words = "لا توجد شهادة بهذا الرقم", "there is no certificate of this number"
            raise NotFound(_fault("not_found", *words))
        if row.compiled is None:
            words = "صدرت قبل حفظ أسانيد الشهادات", "issued before certificates kept what they rest on"
            raise Refused(_fault("explain.no_inputs", *words))
        compiled = of_text(row.compiled)
        try:
            disclosed = compiled.disclosed(service.spec.certificate_disclosure)
        except LookupError as error:
            words = "لم تعد هذه النسخة من القاعدة محفوظة", f"the rule {compiled.rule_version} is no longer held"
            raise Refused(_fault("explain.rule_gone", *words)) from error
        asked = tx.session.exec(select(Request).where(Request.id == row.request_id)).first()
        view = view_of(tx.read, asked) if asked is not None else None
        decided = approvals.approvals_of(tx.read, f"certificate_request:{row.request_id}")
        differences = differing(row, compiled, disclosed)
        record_look(tx, compiled.person_id, len(compiled.rulings), purpose)
        tx.audit("certificates.explain", f"certificate:{number}", {"same": not differences})
    if differences:
        log.error("certificate %s is not what its inputs give: %s", number, ", ".join(differences))
    doubts = compiled.doubts(service.spec.certificate_disclosure)
    return Explanation(number, compiled, disclosed, doubts, differences, view, decided)


def differing(row: Certificate, compiled: Compiled, disclosed: Disclosed) -> tuple[str, ...]:
    """Which members of the row and of its printed data the inputs do not give again. Pure."""
    printed = certificate_data(row.data.encode())
    pairs = {
        "outcome": (printed.outcome, disclosed.outcome),
        "rulings": (printed.rulings, tuple(ruling_row(one) for one in disclosed.shown)),
        "birth_date": (printed.birth_date, compiled.born.iso()),
        "issued_on": (printed.issued_on, compiled.asked.on),
        "purpose": (row.purpose, compiled.asked.purpose),
        "level": (row.level, compiled.asked.level),
        "rule_version": (row.rule_version, disclosed.rule_version),
        "person": (row.person_id, compiled.person_id),
    }
    return tuple(name for name, (said, again) in pairs.items() if said != again)


def explanation_for_person(compiled: Compiled, rules: Disclosure) -> dict[str, Any]:
    """What the person may be told of their own record: each ruling, shown or why not, at the level of the person.

    Left away: accused of like name, who are others, and what officers doubted and decided. Pure.
    """
    own = replace(compiled, asked=replace(compiled.asked, level="person"))
    disclosed = own.disclosed(rules)
    return {
        "on": own.asked.on.isoformat(),
        "rule_version": disclosed.rule_version,
        "outcome": disclosed.outcome,
        "rulings": [one.as_json(rules) for one in told(disclosed)],
    }


def told(disclosed: Disclosed) -> tuple[Told, ...]:
    """Every ruling, the shown ones first. Pure."""
    shown = (Told(one, None) for one in disclosed.shown)
    return (*shown, *(Told(one.ruling, one.reason) for one in disclosed.left_out))


def worded(code: str, words: Bilingual) -> dict[str, str]:
    """A code with its wording in both languages."""
    return {"code": code, "ar": words.ar, "en": words.en}


def _fault(code: str, ar: str, en: str) -> Fault:
    return Fault(f"certificates.{code}", ar, en, field="number", clause="certificate/disclosure.yaml")
