"""Published shapes of certificates: what is asked for, requests and their decisions, the paper's data, its status."""

from __future__ import annotations

from typing import get_args

from issuance.certificates.paying import AtDesk
from issuance.certificates.request import CertificateRequest
from issuance.certificates.standing import Way
from issuance.core.schema import (
    BILINGUAL,
    CODE,
    DAY,
    FLAG,
    ID,
    MOMENT,
    TEXT,
    Document,
    Exchange,
    Schema,
    Source,
    Wrong,
    either,
    joined,
    listed,
    maybe,
    members,
    number,
    of_type,
    one_of,
    text,
    without,
    words,
)
from issuance.core.terms import (
    BIRTH_DATE,
    any_passport_number,
    certificate_number,
    office,
    paper_number,
    worded_code,
)
from issuance.documents.attachment import FORMAT
from issuance.documents.certificate import CertificateData
from issuance.fees.schemas import payment
from specs.schema.certificate_requests import Channel, State
from specs.schema.certificate_status import LegalisationStep, StatusCode
from specs.schema.disclosure import Level

_WORDS, _SECRET = text(1000), text(200, least=1)
_LEVEL = one_of(get_args(Level))


def _levels(source: Source, channel: Channel) -> Schema:
    return one_of(source.spec.certificate_requests.channels.entries[channel].levels)


def request(source: Source, channel: Channel = "clerk") -> Schema:
    """The types of `CertificateRequest`, with the purposes, levels and lengths of the specification."""
    spec = source.spec.certificate_certificate
    most = {name: spec.field(name).maximum_characters for name in ("purpose", "addressee")}
    needed, may = text(400, least=1), maybe(text(400, least=1))
    wording = {name: members({"ar": text(n, least=1)}, {"en": maybe(text(n, least=1))}) for name, n in most.items()}
    return of_type(
        CertificateRequest,
        given=False,
        national_number=needed,
        purpose=one_of(item.id for item in spec.purposes.items),
        purpose_text=maybe(wording["purpose"]),
        addressee=wording["addressee"],
        passport_number=maybe(any_passport_number(source)),
        office=may,
        level=_levels(source, channel),
        legal_basis=may,
    )


def _at_office(source: Source) -> Schema:
    return joined(request(source), of_type(AtDesk, given=False))


def _own(source: Source) -> Schema:
    """By the applicant: who they are is proved by a code, so a birth date goes with it."""
    levels = one_of(dict.fromkeys([*_levels(source, "citizen")["enum"], *_levels(source, "abroad")["enum"]]))
    return joined(
        request(source),
        members(
            {"birth_date": BIRTH_DATE},
            {"channel": one_of(("citizen", "abroad")), "language": one_of(("ar", "en")), "level": levels},
        ),
    )


def request_view(source: Source) -> Schema:
    """Where a request stands."""
    rules = source.spec.certificate_requests
    state = members({"code": one_of(get_args(State)), "ar": TEXT, "en": TEXT, "owner": maybe(TEXT)})
    reason = maybe(worded_code(one_of(rules.reasons.entries)))
    step = {"at": MOMENT, "from": maybe(one_of(get_args(State))), "to": one_of(get_args(State)), "reason": reason}
    return members(
        {
            "id": ID,
            "channel": one_of(get_args(Channel)),
            "level": _LEVEL,
            "purpose": TEXT,
            "office": office(source),
            "state": state,
            "reason": reason,
            "words": maybe(TEXT),
            "since": MOMENT,
            "due_at": maybe(MOMENT),
            "number": maybe(paper_number(source)),
            "requested_at": MOMENT,
            "steps": listed(members(step)),
        }
    )


def _request_or_fee(source: Source) -> Schema:
    return joined(request_view(source), members({}, {"payment": payment(source)}))


def _requests(source: Source) -> Schema:
    return members({"requests": listed(request_view(source))})


def _tracked(source: Source) -> Schema:
    """What an applicant sees; nothing of the person, who may be somebody else until the code was right."""
    where = members({"code": office(source), "ar": TEXT, "en": TEXT})
    own = {
        "office": where,
        "proven": FLAG,
        "certificate": maybe(status(source)),
        "grievance_until": maybe(DAY),
        "payment": maybe(payment(source)),
    }
    return joined(without(request_view(source), "id", "level"), members(own))


def _begun(source: Source) -> Schema:
    return members({"tracking": _SECRET, "request": _tracked(source)})


def _followed(source: Source) -> Schema:
    del source
    return members({"tracking": _SECRET}, {"code": text(20), "words": _WORDS, "number": text(200)})


def _own_looks(source: Source) -> Schema:
    kinds = maybe(one_of(source.spec.staff_offices.kinds.names))
    return members({"looks": listed(members({"on": DAY, "office_kind": kinds, "by_service": FLAG, "purpose": TEXT}))})


def data(source: Source) -> Schema:
    """The facts of the paper, as they are attached to its PDF."""
    most = source.spec.certificate_certificate.rulings.maximum_count
    shape = of_type(
        CertificateData,
        number=certificate_number(source),
        issued_on=DAY,
        expires_on=DAY,
        birth_date=BIRTH_DATE,
        national_number=text(source.spec.identity_national_number.shape.digits, least=1),
    )
    shape["properties"]["rulings"]["maxItems"] = most
    return joined(members({"format": {"const": FORMAT}}), shape)


def certificate(source: Source) -> Schema:
    """A certificate that was issued."""
    return members(
        {
            "number": certificate_number(source),
            "office": office(source),
            "purpose": TEXT,
            "outcome": one_of(source.spec.certificate_seal.outcomes.codes),
            "rule_version": text(least=1),
            "issued_on": DAY,
            "expires_on": DAY,
            "issued_at": MOMENT,
            "seal": text(least=1),
            "signature_level": maybe(text(least=1)),
            "data": data(source),
        }
    )


def status(source: Source) -> Schema:
    """For whoever checks: no reason, no name, no other number."""
    rules = source.spec.certificate_status
    step = one_of(get_args(LegalisationStep))
    last = (1 << rules.status_list.bits) - 1
    return members(
        {
            "number": certificate_number(source),
            "code": one_of(get_args(StatusCode)),
            "title": BILINGUAL,
            "text": BILINGUAL,
            "since": DAY,
            "expires_on": DAY,
            "legalised": listed(members({"step": step, "on": DAY, "ar": TEXT, "en": TEXT})),
            "corrected": listed(members({"step": step, "on": DAY, "corrected_on": DAY})),
            "signature_level": maybe(text(least=1)),
            "list": maybe(members({"index": number(), "value": number(0, last)})),
        }
    )


def _ended(source: Source) -> dict[str, Schema]:
    return {"reason": maybe(TEXT), "replaced_by": maybe(certificate_number(source))}


def _listed(source: Source) -> Schema:
    own = members({**_ended(source), "words": maybe(TEXT), "emergency": FLAG})
    one = joined(certificate(source), members({"status": joined(status(source), own)}))
    return members({"certificates": listed(one)})


def _standing(source: Source) -> Schema:
    step = maybe(one_of(get_args(LegalisationStep)))
    event = members(
        {"seq": number(1), "kind": CODE, "at": MOMENT, "office": maybe(office(source)), "step": step},
        {"reason": maybe(TEXT), "words": maybe(TEXT), "by": maybe(ID), "other": maybe(TEXT)},
    )
    waiting = {
        "id": ID,
        "action": TEXT,
        "reason": TEXT,
        "words": TEXT,
        "asked_by": ID,
        "asked_at": MOMENT,
        "expires_at": MOMENT,
    }
    return members(
        {
            "status": joined(status(source), members({}, _ended(source))),
            "events": listed(event),
            "waiting": maybe(members(waiting)),
            "ways": listed(one_of(get_args(Way))),
            "step": step,
        }
    )


def _status_inside(source: Source) -> Schema:
    return joined(status(source), members(_ended(source)))


def _status_asked(source: Source) -> Schema:
    del source
    given = {"number": text(least=1)}
    return either(members({**given, "birth_date": TEXT}), members({**given, "seal": TEXT}))


def _status_list(source: Source) -> Schema:
    """The claims of the token (draft-ietf-oauth-status-list §5.1)."""
    rules = source.spec.certificate_status.status_list
    packed = members({"bits": {"const": rules.bits}, "lst": text(pattern="^[A-Za-z0-9_-]+$")})
    seconds = number(0)
    return members(
        {
            "sub": text(pattern="^https?://.*/v1/status-lists/certificates$"),
            "iat": seconds,
            "exp": seconds,
            "ttl": {"const": rules.fresh_seconds},
            "status_list": packed,
        }
    )


def ruling(source: Source) -> Schema:
    """A ruling as an officer sees it, shown on the paper or left out and why."""
    reasons = source.spec.certificate_disclosure.left_out_reasons.entries
    effect = {"kind": TEXT, "effective_on": DAY, "legal_basis": TEXT, "revoked_on": maybe(DAY)}
    both = members({"ar": TEXT, "en": TEXT})
    return members(
        {
            "id": ID,
            "case_number": TEXT,
            "court": both,
            "offence": both,
            "penalty": both,
            "ruled_on": DAY,
            "final_on": maybe(DAY),
            "effects": listed(members(effect)),
            "shown": FLAG,
            "reason": maybe(worded_code(one_of(reasons))),
        }
    )


def asked_of(source: Source) -> Schema:
    """What was asked for, as it is kept."""
    held = request(source)["properties"]
    return members({}, {**held, "birth_date": TEXT})


def doubts(source: Source) -> Schema:
    return listed(worded_code(one_of(source.spec.certificate_disclosure.doubts.entries)))


DOCUMENTS = (
    Document(
        "certificate-request",
        1,
        words("طلب شهادة من مكتب أو نظام", "Request for a certificate, by an office or a connected system"),
        _at_office,
        beyond=words(
            "تُحذف الفراغات حول كل قيمة. ويُفحص فوق الشكل: أن الرقم الوطني مقيد، وأن النص العربي بحروف عربية والإنجليزي "
            "بلاتينية، وأن purpose_text يُكتب للغرض الحر وحده، وأن السند يُذكر لغير مستوى person",
            "Blanks around a value are taken off. Checked besides the shape: that the national number is in the "
            "register, that Arabic texts are in Arabic letters and English ones in Latin, that `purpose_text` is there "
            "for a free purpose and no other, that every level but `person` names its legal basis",
        ),
        wrong=(
            Wrong(("purpose",), "holiday", words("غرض غير معروف", "no such purpose")),
            Wrong(("addressee",), {"en": "Bank"}, words("الجهة بالعربية مطلوبة", "the addressee in Arabic is needed")),
        ),
    ),
    Document(
        "certificate-application",
        1,
        words("طلب صاحب الشأن شهادته", "An applicant asks for their own certificate"),
        _own,
        wrong=(Wrong(("channel",), "clerk", words("ليست قناة عامة", "no public channel")),),
    ),
    Document("certificate-request-view", 1, words("حالة طلب شهادة", "How a request stands"), _request_or_fee),
    Document("certificate-requests", 1, words("طلبات تنتظر ضابطاً", "Requests that wait for an officer"), _requests),
    Document("certificate-request-begun", 1, words("طلب بدأ ورمز متابعته", "A request begun, with its code"), _begun),
    Document("certificate-request-tracked", 1, words("متابعة طلب", "A request as its applicant sees it"), _tracked),
    Document("certificate-request-followed", 1, words("سؤال برمز المتابعة", "Asked by the private code"), _followed),
    Document("own-looks", 1, words("من اطلع على سجلي", "Who read my record"), _own_looks),
    Document("certificate", 1, words("شهادة الحالة الجنائية", "A criminal-status certificate"), certificate),
    Document("certificates", 1, words("الشهادات الصادرة", "Certificates issued, with their status"), _listed),
    Document(
        "certificate-data",
        1,
        words("بيانات الشهادة المرفقة بها (JSON)", "The JSON attached to a certificate's PDF"),
        data,
        wrong=(Wrong(("format",), "criminal-status-certificate/2", words("صيغة أخرى", "another format")),),
    ),
    Document("certificate-status", 1, words("حالة شهادة", "The status of a certificate"), status),
    Document("certificate-status-inside", 1, words("حالة شهادة للموظف", "A status, for officers"), _status_inside),
    Document("certificate-status-request", 1, words("سؤال عن حالة شهادة", "A status is asked for"), _status_asked),
    Document("status-list-token", 1, words("محتوى قائمة الحالة الموقعة", "Claims of the signed list"), _status_list),
    Document("certificate-standing", 1, words("أحداث الشهادة وتصديقاتها", "Events and legalisation"), _standing),
)
ROUTES = {
    "POST /v1/certificates": Exchange("certificate-request", ("certificate", "certificate-request-view")),
    "GET /v1/certificates": Exchange(gives="certificates"),
    "GET /v1/certificates/{number}": Exchange(gives="certificate"),
    "GET /v1/certificates/{number}/certificate.pdf": Exchange(),
    "POST /v1/certificate-requests": Exchange("certificate-application", "certificate-request-begun"),
    **{
        f"POST /v1/certificate-requests/{step}": Exchange("certificate-request-followed", "certificate-request-tracked")
        for step in ("confirm", "track", "answer", "grievance", "cancel")
    },
    **{
        f"POST /v1/certificate-requests/{paper}.pdf": Exchange("certificate-request-followed")
        for paper in ("certificate", "refusal", "receipt")
    },
    "POST /v1/certificate-requests/pay": Exchange("certificate-request-followed", "payment"),
    "POST /v1/certificate-requests/looks": Exchange("certificate-request-followed", "own-looks"),
    "POST /v1/certificate-status": Exchange("certificate-status-request", "certificate-status"),
    "GET /v1/status-lists/certificates": Exchange(gives="status-list-token"),
    "GET /v1/certificates/{number}/standing": Exchange(gives="certificate-standing"),
}
COMMANDS = {
    "certificates issue": Exchange("certificate-request", ("certificate", "certificate-request-view")),
    "certificates show": Exchange(gives="certificate"),
    "certificates list": Exchange(gives="certificates"),
    "certificates request": Exchange(gives=("certificate", "certificate-request-view")),
    "certificates status": Exchange(gives="certificate-status-inside"),
    "certificates revoke": Exchange(gives="certificate-status-inside"),
}
