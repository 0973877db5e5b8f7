"""Published shapes of the officers' way: dockets, decisions, second officers, grievances, endings, legalisation."""

from __future__ import annotations

from typing import get_args

from issuance.certificates.schemas.papers import asked_of, doubts, request_view, ruling
from issuance.core.schema import (
    DAY,
    FLAG,
    ID,
    MOMENT,
    SHA256,
    TEXT,
    Document,
    Exchange,
    Schema,
    Source,
    Wrong,
    keyed,
    listed,
    maybe,
    members,
    number,
    one_of,
    text,
    words,
)
from issuance.core.terms import certificate_number, paper_number
from issuance.people.schemas import person
from specs.schema.certificate_requests import State
from specs.schema.certificate_status import LegalisationStep
from specs.schema.disclosure import Level

_OUTCOME = one_of(("clear", "entries"))
_WORDS = text(1000)
_ONE_DECISION = words("قرار غير معروف", "no such decision")


def _docket(source: Source) -> Schema:
    identity = members({"name": maybe(TEXT), "birth_date": maybe(DAY), "confirmation": maybe(TEXT)})
    namesake = members({"name": TEXT, "birth_date": maybe(DAY), "percent": number(0, 100), "number": maybe(TEXT)})
    approval = {
        "id": ID,
        "to": one_of(get_args(State)),
        "asked_by": ID,
        "asked_at": MOMENT,
        "refusal_reason": maybe(TEXT),
        "reason": TEXT,
        "expires_at": MOMENT,
        "state": TEXT,
    }
    return members(
        {
            "request": request_view(source),
            "asked": asked_of(source),
            "legal_basis": maybe(TEXT),
            "person": person(source),
            "outcome": _OUTCOME,
            "rule_version": TEXT,
            "digest": SHA256,
            "rulings": listed(ruling(source)),
            "doubts": doubts(source),
            "mother_arabic": TEXT,
            "identities": keyed(identity),
            "namesakes": listed(namesake),
            "approval": maybe(members(approval)),
        }
    )


def _explanation(source: Source) -> Schema:
    decision = {
        "asked_by": ID,
        "asked_at": MOMENT,
        "asked": TEXT,
        "reason": TEXT,
        "decision": maybe(TEXT),
        "decided_by": maybe(ID),
        "decided_at": maybe(MOMENT),
        "decision_reason": maybe(TEXT),
    }
    return members(
        {
            "number": certificate_number(source),
            "level": one_of(get_args(Level)),
            "purpose": TEXT,
            "on": DAY,
            "rule_version": TEXT,
            "digest": SHA256,
            "outcome": _OUTCOME,
            "same": FLAG,
            "differences": listed(TEXT),
            "rulings": listed(ruling(source)),
            "doubts": doubts(source),
            "request": maybe(request_view(source)),
            "decisions": listed(members(decision)),
        }
    )


def _heard(source: Source) -> Schema:
    refused = members({"number": paper_number(source), "reason": TEXT, "words": maybe(TEXT), "decided_on": DAY})
    return members(
        {
            "request": request_view(source),
            "asked": asked_of(source),
            "person": person(source),
            "refused": refused,
            "words": TEXT,
            "own": FLAG,
        }
    )


def _grievances(source: Source) -> Schema:
    return members({"grievances": listed(request_view(source))})


def _decision(source: Source) -> Schema:
    refusal = source.spec.certificate_requests.refusal
    reasons = dict.fromkeys(["", *refusal.reasons, *refusal.return_reasons])
    return members({"decision": one_of(("issue", "return", "refuse"))}, {"reason": one_of(reasons), "words": _WORDS})


def _second(source: Source) -> Schema:
    del source
    return members({"decision": one_of(("approve", "send_back"))}, {"words": _WORDS})


def _said(source: Source) -> Schema:
    del source
    return members({"words": _WORDS})


def _hearing(source: Source) -> Schema:
    del source
    return members({"decision": one_of(("grant", "dismiss")), "words": _WORDS})


def _ending(source: Source) -> Schema:
    rules = source.spec.certificate_status
    reasons = dict.fromkeys([*rules.withdrawal.entries, *rules.replacement.entries])
    return members({"end": one_of(("withdraw", "replace")), "reason": one_of(reasons), "words": _WORDS})


def _ending_decided(source: Source) -> Schema:
    del source
    return members({"decision": one_of(("approve", "refuse")), "words": _WORDS})


def _step(source: Source) -> Schema:
    del source
    return members({"step": one_of(get_args(LegalisationStep))}, {"correct": FLAG, "words": _WORDS})


DOCUMENTS = (
    Document("certificate-docket", 1, words("ملف المراجعة", "What an officer decides on"), _docket),
    Document("certificate-explanation", 1, words("تعليل شهادة", "Why a certificate says it"), _explanation),
    Document("certificate-grievance", 1, words("ملف تظلم", "A grievance as it is heard"), _heard),
    Document("certificate-grievances", 1, words("تظلمات تنتظر", "Grievances that wait"), _grievances),
    Document(
        "certificate-decision",
        1,
        words("قرار ضابط في طلب", "An officer's decision on a request"),
        _decision,
        beyond=words("سبب الإعادة أو الرفض واجب مع كل منهما", "A return or a refusal names its reason"),
        wrong=(Wrong(("decision",), "perhaps", _ONE_DECISION),),
    ),
    Document("certificate-approval", 1, words("قرار الضابط الثاني", "The second officer's decision"), _second),
    Document("certificate-complaint", 1, words("قول المتظلم، أو ما وجده ضابط", "What somebody says"), _said),
    Document("certificate-hearing", 1, words("قرار في تظلم", "A grievance decided"), _hearing),
    Document(
        "certificate-ending",
        1,
        words("طلب سحب شهادة أو استبدالها", "A withdrawal or replacement asked for"),
        _ending,
        wrong=(Wrong(("end",), "burn", words("يسحب أو يستبدل", "withdraw or replace")),),
    ),
    Document("certificate-ending-decision", 1, words("قرار في سحب", "An ending decided"), _ending_decided),
    Document(
        "legalisation-step",
        1,
        words("خطوة تصديق أو تصحيحها", "A step of legalisation, or its correction"),
        _step,
        beyond=words("الخطوات بترتيبها، ولا يصحح إلا آخرها", "In order; only the last one is corrected"),
        wrong=(Wrong(("step",), "bakery", words("جهة لا تصدق", "nobody who legalises")),),
    ),
)
_VIEW, _STANDING = "certificate-request-view", "certificate-standing"
ROUTES = {
    "GET /v1/certificate-requests": Exchange(gives="certificate-requests"),
    "GET /v1/certificate-requests/{request}": Exchange(gives=_VIEW),
    "POST /v1/certificate-requests/{request}/cancellation": Exchange(gives=_VIEW),
    "GET /v1/certificate-requests/{request}/docket": Exchange(gives="certificate-docket"),
    "GET /v1/certificate-requests/{request}/preview.pdf": Exchange(),
    "POST /v1/certificate-requests/{request}/decisions": Exchange("certificate-decision", _VIEW),
    "POST /v1/certificate-approvals/{approval}": Exchange("certificate-approval", _VIEW),
    "GET /v1/certificates/{number}/explanation": Exchange(gives="certificate-explanation"),
    "GET /v1/certificate-refusals/{number}/refusal.pdf": Exchange(),
    "POST /v1/certificate-requests/{request}/grievance": Exchange("certificate-complaint", _VIEW),
    "GET /v1/certificate-grievances": Exchange(gives="certificate-grievances"),
    "GET /v1/certificate-grievances/{request}": Exchange(gives="certificate-grievance"),
    "POST /v1/certificate-grievances/{request}": Exchange("certificate-hearing", _VIEW),
    "GET /v1/certificates/{number}/standing": Exchange(gives=_STANDING),
    "POST /v1/certificates/{number}/endings": Exchange("certificate-ending", "approval-asked"),
    "POST /v1/certificates/{number}/endings/{approval}": Exchange("certificate-ending-decision", _STANDING),
    "POST /v1/certificates/{number}/legalisation": Exchange("legalisation-step", _STANDING),
    "POST /v1/certificates/{number}/confirmation": Exchange("certificate-complaint", _STANDING),
}
COMMANDS = {"certificates explain": Exchange(gives="certificate-explanation")}
