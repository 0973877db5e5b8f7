"""Published shapes of the office: applications, what officers decide on, what applicants follow."""

from __future__ import annotations

from typing import get_args

from issuance.core.schema import (
    CODE,
    DAY,
    ID,
    MOMENT,
    SHA256,
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
    of_type,
    one_of,
    text,
    words,
)
from issuance.core.terms import any_passport_number, office, worded_code
from issuance.passports.api_applications import Decision, Lease, LiftDecision, Words
from issuance.passports.request import PassportRequest
from issuance.people.schemas import person
from specs.schema.passport_office import Channel, HoldKind, Kind, State

_ANY_OBJECT: Schema = {"type": "object"}
_BOTH = members({"ar": text(least=1), "en": text(least=1)})
_FILE_NAME = text(pattern="^[a-z][a-z_]{0,39}$")
_WORDS = text(1000)


def _request(_source: Source) -> Schema:
    """What a draft may say; `application` is judged when it is handed in."""
    return of_type(PassportRequest, given=False, application=_ANY_OBJECT)


def application_view(source: Source) -> Schema:
    """An application as it stands."""
    return members(
        {
            "id": ID,
            "kind": one_of(get_args(Kind)),
            "channel": one_of(get_args(Channel)),
            "document_type": text(24, least=1),
            "office": office(source),
            "predecessor": maybe(any_passport_number(source)),
            "state": members(
                {"code": one_of(get_args(State)), "ar": text(least=1), "en": text(least=1), "owner": maybe(TEXT)}
            ),
            "reason": maybe(worded_code()),
            "words": maybe(_WORDS),
            "since": MOMENT,
            "due_at": maybe(MOMENT),
            "lease_by": maybe(ID),
            "lease_until": maybe(MOMENT),
            "number": maybe(any_passport_number(source)),
            "content_version": number(1),
            "enrolled_at": MOMENT,
            "steps": listed(_step()),
        }
    )


def _step() -> Schema:
    fault = members({"field": maybe(TEXT), "code": CODE, "ar": text(least=1), "en": text(least=1)})
    states = one_of(get_args(State))
    return members(
        {"at": MOMENT, "from": maybe(states), "to": states, "reason": maybe(worded_code()), "faults": listed(fault)}
    )


def _applications(source: Source) -> Schema:
    return members({"applications": listed(application_view(source))})


def _begun(source: Source) -> Schema:
    return members({"tracking": text(least=16), "application": application_view(source)})


def _measure() -> Schema:
    """What a court or prosecution ordered, and whom to call; never what the case is about."""
    held = {"authority": _BOTH, "reference": text(least=1), "on": DAY, "until": maybe(DAY)}
    return members(held | {"legal_basis": _BOTH, "call": _BOTH})


def _docket(source: Source) -> Schema:
    hold = members(
        {
            "id": ID,
            "kind": one_of(get_args(HoldKind)),
            "title": _BOTH,
            "officers": number(0, 2),
            "reference": TEXT,
            "open": {"type": "boolean"},
            "raised_at": MOMENT,
            "words": maybe(_WORDS),
            "measure": maybe(_measure()),
        }
    )
    return members(
        {
            "application": application_view(source),
            "asked": _ANY_OBJECT,
            "person": person(source),
            "holds": listed(hold),
            "files": listed(members({"name": _FILE_NAME, "sha256": SHA256})),
            "digest": SHA256,
            "warnings": listed(worded_code()),
            "approvals": listed(members({"id": ID, "hold": ID, "reason": TEXT, "asked_by": ID})),
        }
    )


def _decision(source: Source) -> Schema:
    rules = source.spec.passport.office.decision
    reasons = one_of([*rules.refusal_reasons, *rules.return_reasons])
    return of_type(Decision, given=False, digest=SHA256, words=text(1000, least=1), reason=maybe(reasons))


def _words(_source: Source) -> Schema:
    return of_type(Words, given=False, words=text(1000, least=1))


def _lift_decision(_source: Source) -> Schema:
    return of_type(LiftDecision, given=False, words=text(1000, least=1))


def _lease(_source: Source) -> Schema:
    return of_type(Lease, given=False)


def _code(_source: Source) -> Schema:
    return members({"tracking": text(200)})


def _tracked(source: Source) -> Schema:
    due = members(
        {
            "reference": text(least=1),
            "amount": text(pattern=rf"^[0-9]{{1,12}}\.[0-9]{{{source.spec.fees.currency.decimals}}}$"),
            "currency": {"const": source.spec.fees.currency.code},
        }
    )
    return members(
        {
            "kind": one_of(get_args(Kind)),
            "document_type": text(24, least=1),
            "office": members({"code": office(source), "ar": text(least=1), "en": text(least=1)}),
            "state": worded_code(one_of(get_args(State))),
            "yours": {"type": "boolean"},
            "reason": maybe(worded_code()),
            "since": MOMENT,
            "due_at": maybe(MOMENT),
            "waits": listed(_BOTH),
            "fields": listed(TEXT),
            "bring": listed(_BOTH),
            "payment": maybe(due),
        }
    )


_VIEW = "passport-application-view"
DOCUMENTS = (
    Document(
        "passport-request",
        1,
        words("طلب مقدم إلى مكتب جوازات، مسودته وما بعدها", "Request at a passport office, from its draft on"),
        _request,
        beyond=words(
            "المسودة تحفظ ناقصة؛ وعند التقديم يُفحص العضو application كطلب جواز، ومعه الصورة والجواز السابق والولاية",
            "A draft is kept incomplete; when it is handed in, `application` is judged as an application for a "
            "passport, with the portrait, the earlier book and the guardians",
        ),
        wrong=(
            Wrong(("kind",), "second", words("نوع من أنواع الطلبات", "one of the kinds of application")),
            Wrong(("predecessor",), "A-1", words("رقم جواز", "the number of a book")),
        ),
    ),
    Document(_VIEW, 1, words("حالة طلب جواز", "How an application for a passport stands"), application_view),
    Document("passport-applications", 1, words("طلبات جوازات تنتظر", "Applications that wait"), _applications),
    Document(
        "passport-application-begun",
        1,
        words("طلب جواز بدأ، برمز متابعته", "An application begun, with its private code"),
        _begun,
    ),
    Document("passport-docket", 1, words("ملف قرار جواز", "What an officer decides on"), _docket),
    Document("passport-decision", 1, words("قرار في طلب جواز", "A decision on an application"), _decision),
    Document("passport-words", 1, words("سبب بكلمات الموظف", "Why, in an officer's words"), _words),
    Document("passport-hold-decision", 1, words("قرار الضابط الثاني", "The second officer's decision"), _lift_decision),
    Document("passport-lease", 1, words("تولي طلب جواز", "Who takes an application"), _lease),
    Document("passport-tracking-code", 1, words("رمز متابعة طلب", "The private code of an application"), _code),
    Document(
        "passport-application-tracked", 1, words("طلب جواز كما يتابعه صاحبه", "As its applicant follows it"), _tracked
    ),
)
_AT = "/v1/passports/applications"
ROUTES = {
    f"POST {_AT}": Exchange("passport-request", "passport-application-begun"),
    f"GET {_AT}": Exchange(gives="passport-applications"),
    f"POST {_AT}/track": Exchange("passport-tracking-code", "passport-application-tracked"),
    f"POST {_AT}/approvals/{{approval}}": Exchange("passport-hold-decision", _VIEW),
    f"POST {_AT}/holds/{{hold}}": Exchange("passport-words", _VIEW),
    f"GET {_AT}/{{application}}": Exchange(gives=_VIEW),
    f"PUT {_AT}/{{application}}": Exchange("passport-request", _VIEW),
    f"PUT {_AT}/{{application}}/files/{{name}}": Exchange(gives=_VIEW),
    f"GET {_AT}/{{application}}/files/{{name}}": Exchange(),
    f"POST {_AT}/{{application}}/submission": Exchange(gives=_VIEW),
    f"GET {_AT}/{{application}}/docket": Exchange(gives="passport-docket"),
    f"POST {_AT}/{{application}}/decisions": Exchange("passport-decision", _VIEW),
    f"PUT {_AT}/{{application}}/lease": Exchange("passport-lease", _VIEW),
    f"DELETE {_AT}/{{application}}/lease": Exchange(gives=_VIEW),
    f"POST {_AT}/{{application}}/withdrawal": Exchange("passport-words", _VIEW),
}
COMMANDS = {
    "passports apply": Exchange("passport-request", "passport-application-begun"),
    "passports applications": Exchange(gives="passport-applications"),
    "passports application": Exchange(gives=_VIEW),
    "passports docket": Exchange(gives="passport-docket"),
    "passports decide": Exchange(gives=_VIEW),
    "passports lift": Exchange(gives=_VIEW),
    "passports withdraw": Exchange(gives=_VIEW),
    "passports track": Exchange(gives="passport-application-tracked"),
}
