"""The three questions of a border post: is the document genuine, is it current, may its holder travel?

Each is answered by its checks; what cannot be asked leaves a question open and never closes it with `valid`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal

from issuance.border.binding import expiry_date
from issuance.border.cross_check import Difference, agreement
from issuance.border.knowledge import Ban, Knowledge, Standing
from issuance.border.numbers import DOCUMENT_SEALS, ours
from issuance.border.routes import Route
from issuance.border.status import BOOK, BOOKS, NOT_HELD, standing_check
from issuance.core.civil import civil_day
from issuance.mrtd.mrz import MrzReport
from keys.deviations import DEVIATIONS
from keys.verdict import Check, Status, Verdict
from specs.errors import IssuanceError
from specs.schema import Specification

CLAUSE: Final = "border/inspections.yaml"
EXPIRY: Final = ("document.expiry", "seal.expiry")
TRAVEL: Final = "holder.travel_ban"
PROOF: Final = "document.proof"
Name = Literal["genuine", "current", "travel"]
_MOST_REASONS: Final = 3


@dataclass(frozen=True, slots=True)
class Question:
    """applies: False where nothing about this document can answer it, and it counts for nothing; more: what its JSON
    says besides."""

    name: Name
    verdict: Verdict
    otherwise: tuple[str, str]
    applies: bool = True
    more: Mapping[str, Any] = field(default_factory=dict)

    @property
    def status(self) -> Status:
        return self.verdict.status

    @property
    def reasons(self) -> tuple[str, str]:
        """Why it came out so, English and Arabic: what failed, else what is not known, else in short."""
        for result in ("fail", "unknown"):
            told = dict.fromkeys((c.reason, c.reason_ar) for c in self.verdict.checks if c.result == result)
            if told:
                first = list(told)[:_MOST_REASONS]
                return "; ".join(en for en, _ in first), "؛ ".join(ar for _, ar in first)
        return self.otherwise

    def as_json(self) -> dict[str, Any]:
        en, ar = self.reasons
        return {"status": self.status, "applies": self.applies, "reason": en, "reason_ar": ar, **self.more}


def genuine(routes: Sequence[Route], found: Sequence[Difference]) -> Question:
    """Of every route its own checks, dates of the document apart; the routes against one another; and a proof: only a
    chip or a travel document's seal is signed."""
    checks = [check for route in routes for check in route.verdict.checks if check.id not in EXPIRY]
    checks += agreement(routes, found)
    seals = [route for route in routes if route.name == "seal"]
    signed = any(route.name == "chip" for route in routes) or any(
        route.verdict.facts.get("kind") in DOCUMENT_SEALS for route in seals
    )
    zones = any(route.name in ("mrz", "page") for route in routes)
    if zones and not signed:
        words = "nothing given is signed: text and picture prove no document genuine", "لا شيء موقّع فيما قُدم"
        checks.append(Check(PROOF, "crypto", "unknown", *words, CLAUSE))
    if zones and any(route.verdict.facts.get("kind") not in DOCUMENT_SEALS for route in seals):
        words = "the seal is of another document and was not compared", "الختم لوثيقة أخرى فلم يُقارن"
        checks.append(Check("seal.kind", "profile", "warning", *words, CLAUSE))
    words = "signature, chain and contents hold, and all that was read agrees", "التوقيع والسلسلة والمحتوى سليمة ومتفقة"
    return Question("genuine", Verdict.of(checks), words)


def current(
    routes: Sequence[Route], primary: Mapping[str, str], knowledge: Knowledge, at: datetime, spec: Specification
) -> Question:
    """Expiry, and how the register or bundle says our document stands, for every number of ours that was read."""
    checks = [_expiry(routes, primary, at), knowledge.freshness(at)] if primary else []
    state: Standing | None = None
    numbers = _numbers(routes, spec)
    for number in numbers:
        held, told = _standing(number, knowledge, spec)
        checks += told
        if held is not None and (state is None or not spec.passport.office.documents.entries[held.state].travel):
            state = held
    if primary and not numbers:
        words = (
            "a document of another State: its dates alone were judged, its lists of lost documents are not known here",
            "وثيقة دولة أخرى: حُكم بتواريخها وحدها، وقوائم مفقوداتها غير معروفة هنا",
        )
        checks.append(Check("document.lists", "policy", "warning", *words, CLAUSE))
    for route in routes:
        if _of_certificate(route):
            checks += _certificate(route, knowledge)
    if not checks:
        words = "nothing read tells which document this is", "لا شيء مما قُرئ يدل على الوثيقة"
        checks.append(Check("document.number", "profile", "unknown", *words, CLAUSE))
    until = next((c for c in checks if c.id in EXPIRY and c.result == "pass"), None)
    shown = [c for c in checks if c.id in (BOOK, "document.lists")] + ([until] if until is not None else [])
    words = "; ".join(c.reason for c in shown) or "in force", "؛ ".join(c.reason_ar for c in shown) or "سارية"
    more = {"state": state.state if state is not None else None, "since": state.since if state is not None else None}
    return Question("current", Verdict.of(checks), words, more=more)


def travel(routes: Sequence[Route], knowledge: Knowledge, at: datetime, spec: Specification) -> Question:
    """Whether an order keeps the holder of our document from leaving, and whom to call; nothing of the case."""
    numbers = _numbers(routes, spec)
    if not numbers:
        words = "not asked: no document of ours was read", "لم يُسأل: ليست وثيقة من وثائقنا"
        checks = [Check(TRAVEL, "policy", "unknown", *words, CLAUSE)]
        return Question("travel", Verdict.of(checks), words, applies=False, more=_told(()))
    checks, bans = [knowledge.freshness(at)], list[Ban]()
    for number in numbers:
        check, found = _bans(number, knowledge)
        checks.append(check)
        bans += found
    words = "no order keeps the holder from leaving", "لا أمر بمنع حاملها من السفر"
    return Question("travel", Verdict.of(checks), words, more=_told(bans))


def _told(bans: Iterable[Ban]) -> dict[str, str | None]:
    held = list(dict.fromkeys(bans))
    return {
        "authority": "; ".join(ban.authority.en for ban in held) or None,
        "authority_ar": "؛ ".join(ban.authority.ar for ban in held) or None,
        "call": ", ".join(ban.call for ban in held if ban.call) or None,
    }


def _bans(number: str, knowledge: Knowledge) -> tuple[Check, tuple[Ban, ...]]:
    try:
        known = knowledge.standing(number) is not None
        found = knowledge.bans(number) if known else None
    except IssuanceError as error:
        fault = error.faults[0]
        return Check(TRAVEL, "policy", "unknown", fault.en, fault.ar, CLAUSE), ()
    if not known:
        words = "the holder is not known by this number", "لا يُعرف حاملها بهذا الرقم"
        return Check(TRAVEL, "policy", "unknown", *words, CLAUSE), ()
    if found is None:
        words = "travel bans are not known here: ask the register", "أوامر المنع غير معروفة هنا: اسأل السجل"
        return Check(TRAVEL, "policy", "unknown", *words, CLAUSE), ()
    if not found:
        words = "no order keeps the holder from leaving", "لا أمر بمنع حاملها من السفر"
        return Check(TRAVEL, "policy", "pass", *words, CLAUSE), ()
    en, ar = "; ".join(ban.authority.en for ban in found), "؛ ".join(ban.authority.ar for ban in found)
    words = f"the holder may not leave: call {en}", f"حاملها ممنوع من السفر: اتصل بـ{ar}"
    return Check(TRAVEL, "policy", "fail", *words, CLAUSE), found


def _numbers(routes: Sequence[Route], spec: Specification) -> list[str]:
    """Every number of a travel document of ours that any route read, once."""
    found = (ours(spec).number_of(route.fields) for route in routes)
    return list(dict.fromkeys(number for number in found if number is not None))


def _expiry(routes: Sequence[Route], primary: Mapping[str, str], at: datetime) -> Check:
    """The chip's own, where one was read; else by the most believed zone."""
    for route in routes:
        for check in route.verdict.checks:
            if route.name == "chip" and check.id == "document.expiry":
                return check
    today = civil_day(at)
    last = expiry_date(MrzReport(True, None, dict(primary), (), ()), today)
    clause = "Doc 9303-3 §4.8"
    if last is None:
        words = "its last day cannot be read", "تعذّرت قراءة آخر يوم لصلاحيتها"
        return Check("document.expiry", "policy", "unknown", *words, clause)
    if last < today:
        return Check("document.expiry", "policy", "fail", f"expired on {last}", f"انتهت في {last}", clause)
    return Check("document.expiry", "policy", "pass", f"valid until {last}", f"صالحة حتى {last}", clause)


def _standing(number: str, knowledge: Knowledge, spec: Specification) -> tuple[Standing | None, list[Check]]:
    try:
        held = knowledge.standing(number)
    except IssuanceError as error:
        fault = error.faults[0]
        return None, [Check(BOOK, "policy", "unknown", fault.en, fault.ar, BOOKS)]
    if held is not None:
        return held, [standing_check(held, spec), *map(_defect, held.defects)]
    if ours(spec).series.match(number):
        return None, [Check("document.unregistered", "policy", "unknown", *NOT_HELD, BOOKS)]
    words = (
        "of before this register: its dates alone were judged",
        "صدرت قبل هذا السجل: حُكم بتواريخها وحدها",
    )
    return None, [Check("document.lists", "policy", "warning", *words, BOOKS)]


def _defect(held: Any) -> Check:
    named = DEVIATIONS.get(held.deviation)
    what = f" ({named.en})" if named is not None else ""
    words = f"carries a known defect: {held.title}{what}", f"فيها عيب معلوم: {held.title}"
    oid = held.deviation if named is not None else ""
    return Check("document.defect", "policy", "warning", *words, "Doc 9303-12 §10", oid)


def _of_certificate(route: Route) -> bool:
    return route.name == "seal" and route.verdict.facts.get("kind") == "certificate_seal"


def _certificate(route: Route, knowledge: Knowledge) -> Iterable[Check]:
    """Its own dates, and whether it was ended since."""
    yield from (check for check in route.verdict.checks if check.id == "seal.expiry")
    number = route.verdict.facts.get("number")
    if not isinstance(number, str):
        return
    clause = "certificate/status.yaml"
    try:
        ended = knowledge.ended_certificate(number)
    except IssuanceError as error:
        fault = error.faults[0]
        yield Check("certificate.status", "policy", "unknown", fault.en, fault.ar, clause)
        return
    if ended is None:
        yield Check("certificate.status", "policy", "pass", "it was not ended", "لم تُنهَ", clause)
    else:
        yield Check("certificate.status", "policy", "fail", f"it was ended: {ended}", "أُنهيت هذه الشهادة", clause)
