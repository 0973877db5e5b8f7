"""What is wrong with the values of an entry, held against the file it is made in. Pure; every fault at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from issuance.cases.case_rules import CaseRules
from issuance.cases.fields import CLAUSE, is_date
from issuance.cases.file import Accused, Action, CaseFile
from issuance.core.civil import civil_day
from specs.errors import Fault

# What stands for a thing kept elsewhere: signed, in another file, or under its own chain of custody.
FIXED = frozenset({"office", "case", "object", "sequence", "evidence_list"})


def body_faults(file: CaseFile, action: Action) -> Iterator[Fault]:
    """What is wrong with the values, as `fields.read_body` gave them, in this file on this day."""
    yield from _named_faults(file, action.body)
    if "accused" in action.body and action.body["accused"] in file.accused:
        yield from _accused_faults(file, action)
    if "verdict" in action.body:
        yield from _verdict_faults(action.body)
    yield from _day_faults(action)
    if action.name == "confirm_past_finality":
        yield from _past_finality_faults(file, action)
    if action.name == "correct" and not 1 <= action.body["corrects"] <= file.version:
        yield fault_of("corrects", "unknown", "لا قيد بهذا الرقم", f"an entry from 1 to {file.version}")


def _named_faults(file: CaseFile, body: Mapping[str, Any]) -> Iterator[Fault]:
    """Accused and charges that the file does not have, or has no more."""
    for code in (*([body["accused"]] if "accused" in body else ()), *body.get("accused_list", ())):
        if code not in file.accused:
            yield fault_of("accused", "unknown", f"لا متهم {code}", f"no accused {code}; {', '.join(file.accused)}")
        elif code not in file.present:
            yield fault_of("accused", "moved", f"{code} انتقل إلى ملف آخر", f"{code} went to another file; act there")
    for code in body.get("charges", ()):
        if code not in file.charges:
            yield fault_of("charges", "unknown", f"لا تهمة {code}", f"no charge {code}; {', '.join(file.charges)}")


def _accused_faults(file: CaseFile, action: Action) -> Iterator[Fault]:
    """What the action supposes of this accused and is not so: custody, a ban, who it is."""
    code, held = action.body["accused"], file.custody.get(action.body["accused"])
    if action.name == "release" and held is None:
        yield fault_of("accused", "free", "المتهم ليس محبوساً", "this accused is not in custody")
    if "moment" in action.body and held is not None and datetime.fromisoformat(action.body["moment"]) < held.since:
        yield fault_of("moment", "early", "قبل بدء الحبس", f"before the custody began ({held.since.isoformat()})")
    banned = any(ban.accused == code and ban.in_force(action.happened_on) for ban in file.travel_bans)
    if action.name == "lift_travel_ban" and not banned:
        yield fault_of("accused", "no_ban", "لا منع على المتهم", "there is no ban on this accused")
    yield from _identity_faults(file.accused[code], action)
    others = [a.code for a in file.accused.values() if a.person_id == action.resolved.get("person_id")]
    if action.name == "identify_accused" and others and code not in others:
        words = f"هذا الشخص هو {others[0]} في هذا الملف", f"this person is {others[0]} of this file"
        yield fault_of("national_number", "twice", *words)


def _identity_faults(accused: Accused, action: Action) -> Iterator[Fault]:
    """What one officer confirmed, or first said of a birth date (it may seal the file), changes only by two."""
    known, born = accused.person_id, accused.birth_date.isoformat() if accused.birth_date is not None else None
    words = "هويته مؤكدة؛ تصحح بضابطين", "this accused is identified: two officers correct it (correct)"
    if action.name == "identify_accused" and known not in (None, action.resolved.get("person_id")):
        yield fault_of("accused", "identified", *words)
    if action.name == "describe_accused" and known is not None:
        yield fault_of("accused", "identified", *words)
    elif action.name == "describe_accused" and born not in (None, action.body.get("accused_birth_date", born)):
        words = "لتاريخ الميلاد قيد سابق؛ يصحح بضابطين", "a birth date was stated: two officers correct it"
        yield fault_of("accused_birth_date", "stated", *words)
    if action.name == "unidentify_accused" and known is None:
        yield fault_of("accused", "unidentified", "لم تحدد هويته", "this accused is not identified")


def _day_faults(action: Action) -> Iterator[Fault]:
    body, day = action.body, action.happened_on.isoformat()
    if body.get("committed_on", "") > day:
        yield fault_of("committed_on", "future", "الواقعة بعد الإجراء", "the act lies after this entry")
    if "moment" in body and datetime.fromisoformat(body["moment"]) > action.at:
        yield fault_of("moment", "future", "الوقت في المستقبل", "this moment has not come yet")
    if body.get("until", "9999") < day:
        yield fault_of("until", "past", "انتهى قبل أن يبدأ", "it would end before it begins")
    if body.get("revoked_on", "9999") < body.get("effective_on", ""):
        yield fault_of("revoked_on", "revoked_on", "ألغي قبل نفاذه", "it is revoked before it takes effect")


def correction_faults(target: Action, values: Mapping[str, Any], rules: CaseRules) -> Iterator[Fault]:
    """Why these values of that entry cannot be corrected."""
    kind = rules.lifecycle.actions[target.name]
    if kind.internal or target.name == "correct":
        words = "يصحح القيد الأصلي لا هذا", "this entry follows from another: correct that one"
        yield fault_of("corrects", "derived", *words)
    for name in values:
        held = rules.lifecycle.fields.get(name)
        if held is not None and held.kind in FIXED:
            ar = f"لا يصحح «{held.title.ar}»؛ أثبت إجراءً جديداً"
            yield fault_of(f"corrected.{name}", "fixed", ar, f"'{held.title.en}' cannot be corrected: make a new entry")
    day = values.get("happened_on")
    if day is not None and not (is_date(day) and day <= civil_day(target.at).isoformat()):
        yield fault_of("corrected.happened_on", "form", "تاريخ غير صحيح", "a date not after the day it was entered")


def opening_faults(action: Action, said_at: datetime) -> Iterator[Fault]:
    """What is wrong with the days of an opening entry. said_at: when it was made or last corrected."""
    if action.happened_on > civil_day(action.at):
        yield fault_of("happened_on", "future", "التاريخ في المستقبل", "this day has not come yet")
    if action.body.get("committed_on", "") > action.happened_on.isoformat():
        yield fault_of("committed_on", "future", "الواقعة بعد الإجراء", "the act lies after this entry")
    absent = action.body.get("presence") == "in_absentia" and action.body.get("kind") == "felony"
    final_on = action.body.get("final_on")
    yield from _final_faults(final_on, action.happened_on, civil_day(said_at), felony_in_absentia=absent)


def _final_faults(final_on: str | None, ruled_on: date, today: date, *, felony_in_absentia: bool) -> Iterator[Fault]:
    """What is wrong with the day on which an earlier register says that a ruling became final."""
    if final_on is None:
        return
    if final_on > today.isoformat():
        yield fault_of("final_on", "future", "لم يحل هذا اليوم", "this day has not come yet")
    if felony_in_absentia and final_on == ruled_on.isoformat():
        words = (
            "حكم غيابي في جناية لا يصير نهائياً يوم صدوره",
            "in absentia for a felony it is not final the day it is given",
        )
        yield fault_of("final_on", "in_absentia", *words)
    if final_on < ruled_on.isoformat():
        yield fault_of("final_on", "final_on", "صار نهائياً قبل صدوره", "final before it was given")


def _past_finality_faults(file: CaseFile, action: Action) -> Iterator[Fault]:
    for matter in (file.matters[code] for code in action.matters if code in file.matters):
        if (ruling := matter.standing) is not None:
            absent = ruling.presence == "in_absentia" and file.charges[matter.charge].kind == "felony"
            said, today = action.body["final_on"], civil_day(action.at)
            yield from _final_faults(said, ruling.ruled_on, today, felony_in_absentia=absent)


def _verdict_faults(body: Mapping[str, Any]) -> Iterator[Fault]:
    penalties = body.get("penalties")
    if body["verdict"] == "conviction" and not penalties:
        yield fault_of("penalties", "missing", "الإدانة تستوجب عقوبة", "a conviction has a penalty")
    if body["verdict"] != "conviction" and penalties:
        yield fault_of("penalties", "acquitted", "البراءة بلا عقوبة", "an acquittal has no penalty")
    if body["verdict"] != "conviction" and body.get("recidivist"):
        yield fault_of("recidivist", "acquitted", "لا عود في البراءة", "an acquittal makes nobody a recidivist")


def fault_of(field: str, code: str, ar: str, en: str) -> Fault:
    """A fault against the life cycle."""
    return Fault(code=f"cases.{code}", field=field, clause=CLAUSE, ar=ar, en=en)
