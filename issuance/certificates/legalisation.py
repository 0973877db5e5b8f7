"""Legalisation: each step a signed event of the office that took it, and of the one that takes an error back.

Nothing is rubbed out: who looks later sees the step, and the day on which it was corrected.
"""

from __future__ import annotations

from datetime import datetime

from issuance.certificates.events import Happening, fault, happen, row_for
from issuance.certificates.status import CORRECTED, LEGALISED, Status, events_of, status_of_row
from issuance.core.actor import Actor
from issuance.service import Service
from specs.errors import Conflict, Invalid, Refused
from specs.schema.certificate_status import LegalisationStep

WORDS = 1000


def legalise(
    service: Service, actor: Actor, number: str, step: LegalisationStep, words: str | None, now: datetime
) -> Status:
    """Take the next step. Raises `NotFound`, `NotAllowed`, `Conflict` (not in force), `Refused` (its turn)."""
    steps = service.spec.certificate_status.legalisation.steps
    status, before = _standing(service, actor, number, step, now)
    if status.code != "good":
        raise Conflict(fault("not_in_force", "الشهادة غير سارية فلا تصدق", "it is not in force: it is not legalised"))
    following = next_step(service, status)
    if step != following:
        if following is None or step in [one.step for one in status.legalised]:
            raise Refused(fault("step_done", "سبق هذا التصديق", "this step was taken before", "step"))
        title = steps[following].title
        raise Refused(fault("step_order", f"يسبقه: {title.ar}", f"first: {title.en}", "step"))
    return happen(service, actor, Happening(LEGALISED, number, before, step, words or None), now)


def correct(service: Service, actor: Actor, number: str, step: LegalisationStep, words: str, now: datetime) -> Status:
    """Take back a step that was entered by mistake, by the authority that entered it, whatever the status. The last
    step first: a later one rests on it. Raises `NotFound`, `NotAllowed`, `Invalid` without words, `Refused`."""
    status, before = _standing(service, actor, number, step, now)
    if not (said := words.strip()) or len(said) > WORDS:
        told = "اكتب سبب التصحيح في ألف حرف على الأكثر", "write what was wrong, in 1000 characters at most"
        raise Invalid(fault("words", *told, "words"))
    last = status.legalised[-1] if status.legalised else None
    if last is None or last.step != step:
        told = "لا يصحح إلا آخر تصديق قائم", "only the last step that stands is corrected"
        raise Refused(fault("step_not_last", *told, "step"))
    return happen(service, actor, Happening(CORRECTED, number, before, step, said, other=str(last.seq)), now)


def next_step(service: Service, status: Status) -> LegalisationStep | None:
    """The step that is due, or None when all are taken."""
    done = [one.step for one in status.legalised]
    return next((name for name in service.spec.certificate_status.legalisation.steps if name not in done), None)


def _standing(service: Service, actor: Actor, number: str, step: LegalisationStep, now: datetime) -> tuple[Status, int]:
    steps = service.spec.certificate_status.legalisation.steps
    if step not in steps:
        known = ", ".join(steps)
        raise Invalid(fault("step", f"خطوة غير معروفة؛ المتاح: {known}", f"one of {known}", "step"))
    with service.db.reading() as read:
        row = row_for(read, actor, number, steps[step].action)
        return status_of_row(read, row, now), len(events_of(read, number))
