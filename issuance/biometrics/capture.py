"""Fingerprints as a scanner took them: quality and count, missing fingers with their reason, a second officer for few.

Pictures and templates of fingers never come here: the scanner hands them to the system that compares them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Annotated, Any, Protocol

from pydantic import BaseModel, ConfigDict, Field, StrictInt, StringConstraints
from sqlalchemy import or_
from sqlmodel import col, select

from issuance.biometrics.facts import Capture, Finger
from issuance.biometrics.model import BiometricCapture
from issuance.core import approvals, policy
from issuance.core.actor import Actor
from issuance.core.approvals import digest_of
from issuance.core.policy import Subject
from issuance.core.shapes import read_shape
from issuance.core.uow import unit_of_work
from issuance.db.session import ReadSession
from issuance.people.public import BirthDate
from issuance.service import Service
from specs.errors import Fault, Invalid, NotFound
from specs.schema import Specification
from specs.schema.biometrics import FingerprintRules

CAPTURE, CONFIRM = "biometrics.capture", "biometrics.confirm"
CLAUSE = "fingerprints.yaml"
_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120, pattern=r"^[^\x00]*$")]


class CapturedFinger(BaseModel):
    """code: ISO/IEC 19794-4; score: NFIQ 2 of the best attempt, or missing: a code of `missing_fingers`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    code: StrictInt
    score: StrictInt | None = None
    attempts: StrictInt = 1
    missing: str | None = None


class CaptureRecord(BaseModel):
    """What a scanner reports. device: maker, model and serial number."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    device: _Text
    fingers: tuple[CapturedFinger, ...] = Field(max_length=10)


class CaptureDevice(Protocol):
    """A live scanner at the desk. It repeats poor prints itself, and keeps what it took for the system it feeds."""

    def capture(self, fingers: Sequence[int]) -> CaptureRecord:
        """Take these fingers, in this order. Raises `Unavailable` when the scanner does not answer."""


def read_record(data: Any) -> CaptureRecord:
    """`data` (decoded JSON) as a record. Raises `Invalid`, one fault a field."""
    return read_shape(CaptureRecord, data, code="biometrics.capture", clause=CLAUSE)


def capture_faults(record: CaptureRecord, rules: FingerprintRules) -> Iterator[Fault]:
    """What is wrong with a record: fingers left out or twice, no reason, a print that must be taken again. Pure."""
    wanted, counted = rules.capture.finger_codes, Counter(finger.code for finger in record.fingers)
    wrong = [str(code) for code in sorted({*wanted, *counted}) if counted[code] != (1 if code in wanted else 0)]
    if wrong:
        yield _fault("fingers", "كل أصبع مرة واحدة", "each finger once", f"({', '.join(wrong)})")
    named, most = rules.missing_fingers.reasons_named, rules.quality.attempts
    for finger in record.fingers:
        at = f"fingers.{finger.code}"
        if finger.score is None and finger.missing not in [reason.code for reason in named]:
            ar, en = "، ".join(reason.ar for reason in named), "; ".join(reason.en for reason in named)
            words = f"درجة الجودة أو سبب الغياب مطلوب: {ar}", f"a score, or why it is missing: {en}"
            yield _fault("reason", *words, f"({finger.code})", at)
        elif finger.score is None:
            continue
        elif finger.missing is not None or not 0 <= finger.score <= 100:
            words = "إما درجة من 0 إلى 100 وإما سبب", "a score from 0 to 100, or a reason"
            yield _fault("score", *words, f"({finger.code})", at)
        elif not 1 <= finger.attempts <= most:
            yield _fault("attempts", f"من محاولة إلى {most}", f"one to {most} attempts", f"({finger.code})", at)
        elif finger.score < least_score(finger.code, rules) and finger.attempts < most:
            numbers = f"({finger.code}: {finger.score} < {least_score(finger.code, rules)})"
            yield _fault(
                "again", "جودة البصمة دون الحد، أعد أخذها", "the print is too poor, take it again", numbers, at
            )


def least_score(code: int, rules: FingerprintRules) -> int:
    """The score below which a print is taken again; thumbs (1 and 6) have their own."""
    return rules.quality.thumb_minimum_score if code in (1, 6) else rules.quality.minimum_score


def fingers_required(birth_date: BirthDate, on: date, rules: FingerprintRules) -> bool:
    """Whether fingerprints are taken of somebody of this age; of an unknown birth year they are."""
    age = birth_date.age_on(on)
    return age is None or age >= rules.capture.minimum_age_years


def record_capture(
    service: Service, actor: Actor, application_id: str, record: CaptureRecord, now: datetime
) -> Capture:
    """Keep quality and count; the newest capture of an application counts.

    With fewer fingers than the least it waits for another officer (`confirm_capture`). Raises `NotAllowed` and
    `Invalid` with every fault.
    """
    policy.require(actor, CAPTURE)
    rules = finger_rules(service.spec)
    if faults := list(capture_faults(record, rules)):
        raise Invalid(*faults)
    present = sum(finger.score is not None for finger in record.fingers)
    few = present < rules.missing_fingers.least_fingers
    with unit_of_work(service.db, actor, "fingerprints taken", now) as tx:
        row = BiometricCapture(
            application_id=application_id,
            office=actor.office,
            device=record.device,
            fingers=[_kept(finger, rules) for finger in record.fingers],
            state="awaiting" if few else "complete",
            taken_by=actor.id,
            taken_at=now,
        )
        if few:
            words = f"{present} fingers"
            row.approval = approvals.ask(tx, CAPTURE, f"capture:{row.id}", _digest(row), words, office=row.office)
        tx.session.add(row)
        detail = {"capture": row.id, "present": present, "state": row.state}
        tx.audit("biometrics.capture", f"application:{application_id}", detail)
        return _view(row)


def confirm_capture(
    service: Service, actor: Actor, approval_id: str, agree: bool, reason: str, now: datetime
) -> Capture:
    """Another officer saw that no more fingers can be taken, or did not. Raises as `approvals.approve`."""
    policy.require(actor, CONFIRM)
    with unit_of_work(service.db, actor, "few fingerprints confirmed", now) as tx:
        asked = approvals.approval(tx.read, approval_id)
        id_ = asked.subject.removeprefix("capture:")
        row = tx.session.get(BiometricCapture, id_, with_for_update=True, populate_existing=True)
        if asked.action != CAPTURE or row is None:
            raise NotFound(_fault("unknown", "لا يوجد طلب بهذا المعرف", "there is no such request", ""))
        policy.require(actor, CONFIRM, Subject("biometric", row.id, row.office))
        if agree:
            approvals.approve(tx, approval_id, _digest(row), reason)
        else:
            approvals.refuse(tx, approval_id, reason)
        row.state = "complete" if agree else "refused"
        tx.session.add(row)
        detail = {"capture": row.id, "state": row.state, "approval": approval_id}
        tx.audit("biometrics.capture_confirmed", f"application:{row.application_id}", detail)
        return _view(row)


def capture_of(read: ReadSession, application_id: str, office: str) -> Capture | None:
    """The newest capture of an application that was taken at its office, or None: nobody elsewhere changes it."""
    here = or_(col(BiometricCapture.office) == office, col(BiometricCapture.office).is_(None))
    query = select(BiometricCapture).where(BiometricCapture.application_id == application_id, here)
    row = read.exec(query.order_by(col(BiometricCapture.id).desc()).limit(1)).first()
    return None if row is None else _view(row)


def finger_rules(spec: Specification) -> FingerprintRules:
    """Those of the newest edition: the scanner serves every application."""
    newest = max(spec.passport.editions.values(), key=lambda held: held.booklet.in_force.from_date)
    return newest.fingerprints


def _kept(finger: CapturedFinger, rules: FingerprintRules) -> dict[str, Any]:
    """Marked when the best of all attempts is below the limit."""
    low = finger.score is not None and finger.score < least_score(finger.code, rules)
    return {**finger.model_dump(), "low": low}


def _view(row: BiometricCapture) -> Capture:
    fingers = tuple(Finger(**held) for held in row.fingers)
    state: Any = row.state
    return Capture(row.id, row.application_id, row.device, fingers, state, row.approval, row.taken_by, row.taken_at)


def _digest(row: BiometricCapture) -> str:
    return digest_of({"capture": row.id, "fingers": row.fingers})


def _fault(kind: str, ar: str, en: str, which: str, field: str = "fingers") -> Fault:
    return Fault(f"biometrics.capture.{kind}", f"{ar} {which}".strip(), f"{en} {which}".strip(), field, CLAUSE)
