"""Typed errors as RFC 9457 problem documents; the only place that gives an error an HTTP status.

A problem never carries more than the fault itself says: an unexpected error answers 500 without detail.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi.responses import JSONResponse

from specs.errors import Fault, Invalid, IssuanceError, NotAllowed, Refused

MEDIA_TYPE = "application/problem+json"
RETRY_SECONDS = "5"

STATUS: Mapping[str, int] = {
    "invalid": 422,
    "not_allowed": 403,
    "not_found": 404,
    "conflict": 409,
    "refused": 422,
    "unavailable": 503,
}

TITLE: Mapping[int, tuple[str, str]] = {
    400: ("طلب غير مفهوم", "Request not understood"),
    401: ("تسجيل الدخول مطلوب", "Sign-in required"),
    403: ("غير مسموح", "Not allowed"),
    404: ("غير موجود", "Not found"),
    405: ("طريقة غير مقبولة", "Method not accepted"),
    409: ("تعارض", "Conflict"),
    411: ("طول الطلب غير مذكور", "Length required"),
    413: ("الطلب أكبر من المسموح", "Request too large"),
    415: ("نوع محتوى غير مقبول", "Media type not accepted"),
    422: ("بيانات غير صحيحة", "Invalid input"),
    428: ("يلزم ذكر الإصدار الذي اطلعت عليه", "The version you saw is required"),
    429: ("محاولات كثيرة", "Too many attempts"),
    500: ("خطأ داخلي", "Internal error"),
    503: ("الخدمة غير متاحة الآن", "Service unavailable"),
}


class NotSignedIn(NotAllowed):
    """Nobody is signed in, and the call needs somebody: 401, where a known actor without the right gets 403."""

    def __init__(self) -> None:
        super().__init__(
            Fault(
                "api.not_signed_in",
                "يلزم تسجيل الدخول أو رمز دخول صالح لهذا الطلب",
                "this call needs a signed-in session or a valid API token",
                clause="issue 2 §7",
            )
        )


class TooLarge(Invalid):
    """The request body is larger than its route takes: 413."""

    def __init__(self, limit_bytes: int) -> None:
        super().__init__(
            Fault(
                "api.body.too_large",
                f"حجم الطلب أكبر من الحد المسموح ({limit_bytes} بايت)",
                f"the request body is over the limit of {limit_bytes} bytes",
                clause="issue 2 §7",
            )
        )


class TooMany(Refused):
    """One address asks more often than its door admits: 429. seconds: after how many it may ask again."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        super().__init__(
            Fault(
                "api.too_many",
                f"طلبات كثيرة من هذا العنوان؛ أعد المحاولة بعد {seconds} ثانية",
                f"too many requests from this address; try again in {seconds} seconds",
                clause="RFC 6585 §4",
            )
        )


class VersionNeeded(Invalid):
    """A change that does not say which version it is made to: 428."""

    def __init__(self) -> None:
        super().__init__(
            Fault(
                "api.version.missing",
                "أرسل If-Match بالإصدار الذي اطلعت عليه",
                "send If-Match with the version you read",
                field="If-Match",
                clause="RFC 6585 §3",
            )
        )


def status_of(error: IssuanceError) -> int:
    """The HTTP status that says the same as the error's family."""
    if isinstance(error, NotSignedIn):
        return 401
    if isinstance(error, TooLarge):
        return 413
    if isinstance(error, VersionNeeded):
        return 428
    if isinstance(error, TooMany):
        return 429
    return STATUS.get(error.family, 500)


def problem(
    status: int,
    family: str,
    faults: Sequence[Fault],
    *,
    headers: Mapping[str, str] | None = None,
    more: Mapping[str, Any] | None = None,
) -> JSONResponse:
    """A problem document. `detail` is the first fault in Arabic and English; `faults` holds every one.

    more: members of this kind of problem alone (RFC 9457 §3.2).
    """
    ar, en = TITLE.get(status, TITLE[500])
    body: dict[str, Any] = {
        "type": f"urn:issuance:problem:{family}",
        "title": f"{ar} / {en}",
        "status": status,
        "code": faults[0].code if faults else f"api.{family}",
        "faults": [{"field": f.field, "code": f.code, "clause": f.clause, "ar": f.ar, "en": f.en} for f in faults],
        **(more or {}),
    }
    if faults:
        body["detail"] = f"{faults[0].ar} / {faults[0].en}"
    return JSONResponse(body, status_code=status, media_type=MEDIA_TYPE, headers=dict(headers or {}))


def headers_of(error: IssuanceError) -> dict[str, str]:
    """What the status of the error tells a program beside its number."""
    status = status_of(error)
    if status == 401:
        return {"WWW-Authenticate": 'Bearer realm="issuance"'}
    if isinstance(error, TooMany):
        return {"Retry-After": str(error.seconds)}
    return {"Retry-After": RETRY_SECONDS} if status == 503 else {}


def problem_of(error: IssuanceError) -> JSONResponse:
    """The problem document of a typed error."""
    return problem(status_of(error), error.family, error.faults, headers=headers_of(error))


def faults_of_validation(errors: Sequence[Mapping[str, Any]]) -> list[Fault]:
    """What FastAPI found wrong with a request's shape, as faults; the input itself is never echoed."""
    out = []
    for error in errors:
        path = ".".join(str(step) for step in error["loc"] if step not in ("body", "query", "path", "header"))
        kind = str(error["type"])
        missing = kind == "missing"
        out.append(
            Fault(
                "api.request.missing" if missing else "api.request.malformed",
                "هذا الحقل مطلوب" if missing else "قيمة هذا الحقل ليست بالشكل المطلوب",
                "this field is required" if missing else str(error["msg"]),
                field=path or None,
                clause="openapi",
            )
        )
    return out
