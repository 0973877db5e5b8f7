"""Published shapes of biometrics: a portrait judged, fingerprints, suspected duplicates, the state of the search."""

from __future__ import annotations

from issuance.core.schema import (
    FLAG,
    ID,
    MOMENT,
    TEXT,
    Document,
    Exchange,
    Schema,
    Source,
    Wrong,
    listed,
    maybe,
    members,
    number,
    one_of,
    text,
    words,
)

_NUMBER: Schema = {"type": "number"}
_PERCENT = number(0, 100)
_WORDS = text(1000, least=1)


def _assessed(source: Source) -> Schema:
    del source
    check = members(
        {
            "id": text(pattern="^[a-z_]+$"),
            "measured": maybe(_NUMBER),
            "minimum": maybe(_NUMBER),
            "maximum": maybe(_NUMBER),
            "unit": TEXT,
            "result": one_of(("ok", "warning", "fail")),
            "code": maybe(text(pattern="^[a-z_]+$")),
            "clause": text(least=1),
            "ar": text(least=1),
            "en": text(least=1),
        }
    )
    return members({"accepted": FLAG, "checks": listed(check, least=1)})


def _taken(source: Source) -> Schema:
    rules = source.passport.fingerprints
    finger = members(
        {"code": one_of_numbers(rules.capture.finger_codes)},
        {
            "score": maybe(_PERCENT),
            "attempts": number(1, rules.quality.attempts),
            "missing": maybe(one_of([one.code for one in rules.missing_fingers.reasons_named])),
        },
    )
    return members({"device": text(120, least=1), "fingers": listed(finger, rules.capture.fingers)})


def one_of_numbers(codes: list[int]) -> Schema:
    """One of these numbers."""
    return {"enum": sorted(codes)}


def _capture(source: Source) -> Schema:
    rules = source.passport.fingerprints
    finger = members(
        {
            "code": one_of_numbers(rules.capture.finger_codes),
            "score": maybe(_PERCENT),
            "attempts": number(1),
            "missing": maybe(TEXT),
            "low": FLAG,
        }
    )
    return members(
        {
            "id": ID,
            "application": ID,
            "device": text(120, least=1),
            "fingers": listed(finger, rules.capture.fingers),
            "present": number(0, rules.capture.fingers),
            "state": one_of(("complete", "awaiting", "refused")),
            "approval": maybe(ID),
            "taken_by": ID,
            "taken_at": MOMENT,
        }
    )


def _clearance(source: Source) -> Schema:
    cases = [one.code for one in source.spec.passport.afis.degraded_mode.humanitarian]
    candidate = members({"person": ID, "face_percent": maybe(_PERCENT), "name_percent": maybe(_PERCENT)})
    return members(
        {
            "state": one_of(("none", "clear", "hits", "pending", "degraded")),
            "candidates": listed(candidate),
            "search": maybe(ID),
            "application": maybe(ID),
            "at": maybe(MOMENT),
            "outcome": maybe(one_of(("different", "same"))),
            "humanitarian": maybe(one_of(cases)),
            "recheck_due": maybe(MOMENT),
        }
    )


def _hits(source: Source) -> Schema:
    return members({"hits": listed(_clearance(source))})


def _settled(source: Source) -> Schema:
    del source
    return members({"outcome": one_of(("different", "same")), "words": _WORDS})


def _agreed(source: Source) -> Schema:
    del source
    return members({"agree": FLAG, "words": _WORDS})


def _declared(source: Source) -> Schema:
    del source
    return members({"until": MOMENT, "words": _WORDS})


def _approved(source: Source) -> Schema:
    del source
    return members({"words": _WORDS})


def _outage(source: Source) -> Schema:
    del source
    return members(
        {
            "id": ID,
            "reason": text(least=1),
            "declared_by": ID,
            "approved_by": ID,
            "since": MOMENT,
            "until": MOMENT,
        }
    )


def _status(source: Source) -> Schema:
    return members(
        {
            "answers": FLAG,
            "used": maybe(number()),
            "records": maybe(number(1)),
            "share": maybe(_NUMBER),
            "alarm": FLAG,
            "degraded": maybe(_outage(source)),
            "unanswered": number(),
            "overdue": number(),
            "hits": number(),
            "found_late": number(),
        }
    )


_TWO = words("يُعتمد من شخص آخر", "Another person has to approve")
DOCUMENTS = (
    Document("portrait-assessment", 1, words("فحص صورة شخصية", "A portrait judged"), _assessed),
    Document(
        "fingerprint-record",
        1,
        words("ما أفاد به ماسح البصمات", "What a fingerprint scanner tells"),
        _taken,
        beyond=words("كل أصبع مرة واحدة: درجة أو سبب", "Each finger once, with a score or a reason"),
        wrong=(Wrong(("fingers", 0, "code"), 11, words("لا أصبع بهذا الرقم", "no finger has this code")),),
    ),
    Document("fingerprint-capture", 1, words("بصمات سُجلت", "Fingerprints recorded"), _capture),
    Document("duplicate-search", 1, words("نتيجة بحث عن ازدواج", "What a search for duplicates found"), _clearance),
    Document("duplicate-hits", 1, words("اشتباهات تنتظر البت", "Suspected duplicates that wait"), _hits),
    Document("duplicate-decision", 1, words("البت في اشتباه", "A suspected duplicate decided"), _settled, beyond=_TWO),
    Document("second-word", 1, words("كلمة الموظف الثاني", "The second officer's word"), _agreed),
    Document("search-outage-declaration", 1, words("إعلان تعطل البحث", "An outage declared"), _declared, beyond=_TWO),
    Document("search-outage-approval", 1, words("اعتماد التعطل", "An outage approved"), _approved),
    Document("search-outage", 1, words("تعطل معلن", "A declared outage"), _outage),
    Document("search-status", 1, words("حال البحث عن الازدواج", "How the search for duplicates stands"), _status),
)
ROUTES = {
    "POST /v1/biometrics/portraits": Exchange(gives="portrait-assessment"),
    "POST /v1/biometrics/captures/{application}": Exchange("fingerprint-record", "fingerprint-capture"),
    "POST /v1/biometrics/captures/approvals/{approval}": Exchange("second-word", "fingerprint-capture"),
    "GET /v1/biometrics/hits": Exchange(gives="duplicate-hits"),
    "POST /v1/biometrics/hits/{search}": Exchange("duplicate-decision", "approval-asked"),
    "POST /v1/biometrics/hits/approvals/{approval}": Exchange("second-word", "duplicate-search"),
    "GET /v1/biometrics/afis": Exchange(gives="search-status"),
    "POST /v1/biometrics/afis/outages": Exchange("search-outage-declaration", "approval-asked"),
    "POST /v1/biometrics/afis/outages/{approval}": Exchange("search-outage-approval", "search-outage"),
    "DELETE /v1/biometrics/afis/outages": Exchange(),
}
COMMANDS = {
    "biometrics assess": Exchange(gives="portrait-assessment"),
    "biometrics afis": Exchange(gives="search-status"),
}
