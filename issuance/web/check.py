"""The public page `/c`: seals are checked in the visitor's browser; files and pasted text, here. Nothing is kept."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from issuance.api.body import FormBody, read_form
from issuance.api.guard import TheService
from issuance.api.published import seal_format, seal_signers
from issuance.api.shield import CONTENT_SECURITY_POLICY
from issuance.border.status import CHECK, with_status
from issuance.border.upload import verify_upload
from issuance.border.verify import verify_text
from issuance.certificates.api_status import looked_up
from issuance.certificates.status import Status
from issuance.core import clock
from issuance.web.forms import Form
from issuance.web.inspection import inspection_shown
from issuance.web.language import Language, asked_for
from issuance.web.render import page
from issuance.web.visitor import Here
from keys.verdict import Verdict
from specs.errors import Fault, Invalid, NotFound
from specs.schema.travel_seal import TravelSealDefinition

if TYPE_CHECKING:
    from issuance.service import Service

router = APIRouter(include_in_schema=False)

# (fact, the caption it borrows from the certificate's specification, left to right)
SEAL_FACTS: Sequence[tuple[str, bool]] = (
    ("number", True),
    ("name_arabic", False),
    ("name_latin", True),
    ("birth_date", True),
    ("national_number_tail", True),
    ("outcome", False),
    ("issued_on", True),
    ("expires_on", True),
)
_SWITCH = re.compile(r"\?lang=(ar|en)#")  # our own language switch, in an address copied whole
EXPIRY_CHECKS = frozenset({"seal.expiry", "document.expiry"})
TEXTS = ("valid", "expired", "asking", "unasked", "unregistered")
_HOST = re.compile(r"[A-Za-z0-9.:\[\]-]+")
_MARKS = {"good": "valid", "expired": "expired"}


@router.get("/c")
def check(request: Request, service: TheService, _visitor: Here) -> Response:
    """The page as a QR code opens it; the seal stays in the fragment, which no browser sends."""
    return _answer(request, service, Form(), None)


@router.post("/c")
def check_upload(
    request: Request, service: TheService, _visitor: Here, body: Annotated[FormBody, Depends(read_form)]
) -> Response:
    """A file or a text, judged on the server, for those whose browser runs no scripts."""
    if "number" in body.fields:
        return _status(request, service, body)
    text = body.fields.get("text", "").strip()
    file = body.files.get("file")
    form = Form({"text": text})
    t = asked_for(request)
    if file is not None and not file.content:
        file = None
    if (file is None) == (not text):
        words = "check.nothing" if file is None else "check.both"
        error = Invalid(_fault(words, t))
        return _answer(request, service, form.refused(error, ("file", "text")), None, status=422)
    at = clock.now()
    if file is not None:
        verdict = verify_upload(file.content, file.name, service.trust, at, service.spec)
    else:
        verdict = verify_text(_SWITCH.sub("#", text), service.trust, at, service.spec)
    return _answer(request, service, form, with_status(verdict, service.db, at, service.spec))


def _status(request: Request, service: Service, body: FormBody) -> Response:
    """The status alone, for who holds the paper: by what is printed on it, or by its seal."""
    asked = {
        name: body.fields.get(name, "").strip() for name in ("number", "birth_date", "seal") if name in body.fields
    }
    form = Form({name: value for name, value in asked.items() if name != "seal"})
    try:
        held = looked_up(request, service, asked)
    except (Invalid, NotFound) as error:
        return _answer(request, service, form.refused(error, ("number", "birth_date")), None, status=404)
    return _answer(request, service, Form(), None, held=held)


def _fault(words: str, t: Language) -> Fault:
    return Fault(words, t(words), t(words), field="file")


def _answer(
    request: Request,
    service: Service,
    form: Form,
    verdict: Verdict | None,
    *,
    status: int = 200,
    held: Status | None = None,
) -> Response:
    t, shown = asked_for(request), _shown(verdict)
    answer = page(
        request,
        "check.html",
        status=status,
        form=form,
        verdict=verdict,
        shown=shown,
        inspection=inspection_shown(verdict, service.spec),
        facts=_facts(verdict, service, t) if verdict is not None and shown in ("valid", "expired", "ended") else (),
        travel=_travel(verdict, service) is not None,
        held=held,
        mark=_MARKS.get(held.code, "invalid") if held is not None else "",
        rules=service.spec.certificate_status,
        check_data=check_data(service, t),
    )
    answer.headers["Content-Security-Policy"] = _policy(request, service)
    return answer


def _policy(request: Request, service: Service) -> str:
    """That of every page, and one address its script may reach: whether a certificate still holds."""
    places = [service.settings.base_url]
    if _HOST.fullmatch(request.url.netloc):
        places.append(f"{request.url.scheme}://{request.url.netloc}")
    asked = " ".join(dict.fromkeys(f"{place}/v1/certificate-status" for place in places))
    return f"{CONTENT_SECURITY_POLICY}; connect-src {asked}"


def _shown(verdict: Verdict | None) -> str:
    """The verdict's status; `expired` when time is all that is against it; `ended`: withdrawn and the like."""
    if verdict is None:
        return "indeterminate"
    failed = {check.id for check in verdict.failed()}
    if verdict.status != "invalid" or not failed <= {CHECK, *EXPIRY_CHECKS}:
        return verdict.status
    return "ended" if CHECK in failed else "expired"


def labels(service: Service, t: Language) -> dict[str, str]:
    """The caption of each fact, from the specification of the certificate and of its seal."""
    certificate, seal = service.spec.certificate_certificate, service.spec.certificate_seal
    found: dict[str, str] = {field.id: t.pick(field.caption) for field in certificate.fields}
    found |= {feature.id: t.pick(feature.label) for feature in seal.features}
    found["outcome"] = t.pick(certificate.outcomes.heading)
    return found


def _travel_facts(verdict: Verdict, service: Service, t: Language) -> list[Mapping[str, Any]]:
    """What a travel document's seal says: which it is, and the lines of its zone, to be held against the page."""
    definition = _travel(verdict, service)
    if definition is None:
        return []
    lines = enumerate(verdict.facts.get("mrz", []), 1)
    return [
        {"label": t("check.travel.kind"), "value": t.pick(definition.title), "ltr": False},
        *({"label": t("check.travel.line", number=n), "value": line, "ltr": True} for n, line in lines),
    ]


def _travel(verdict: Verdict | None, service: Service) -> TravelSealDefinition | None:
    kind = verdict.facts.get("kind") if verdict is not None else None
    return next((one for one in service.spec.passport.seal.definitions if one.id == kind), None)


def _facts(verdict: Verdict, service: Service, t: Language) -> list[Mapping[str, Any]]:
    if travel := _travel_facts(verdict, service, t):
        return travel
    captions = labels(service, t)
    outcomes = service.spec.certificate_certificate.outcomes
    rows: list[Mapping[str, Any]] = []
    for name, ltr in SEAL_FACTS:
        value = verdict.facts.get(name)
        if name == "outcome" and value in ("clear", "entries"):
            value = t.pick(getattr(outcomes, value))
        if isinstance(value, str | int) and value != "":
            rows.append({"label": captions[name], "value": value, "ltr": ltr})
    if (level := verdict.facts.get("level")) in ("B-B", "B-T", "B-LT"):
        rows.append({"label": t("check.level"), "value": t(f"check.level.{level}"), "ltr": False})
    return rows


def check_data(service: Service, t: Language) -> dict[str, Any]:
    """All the page's script needs: the seal's format, the signers to believe, and its words in this language."""
    captions = labels(service, t)
    outcomes = service.spec.certificate_certificate.outcomes
    statuses = (
        "valid",
        "invalid",
        "expired",
        "ended",
        "indeterminate",
        "unreadable",
        "asking",
        "unasked",
        "unregistered",
        "travel",
    )
    reasons = (
        "unreadable",
        "kind",
        "travel",
        "contents",
        "signer",
        "revocation",
        "signature",
        "address",
        "dates",
        "browser",
    )
    return {
        "format": seal_format(service.spec.certificate_seal, service.settings.base_url),
        "signers": seal_signers(service.trust, clock.now(), service.spec.pki_profiles),
        "travel": [
            {"issuer": one.issuer, "definition": one.feature_definition_reference, "category": one.type_category}
            for one in service.spec.passport.seal.definitions
        ],
        "words": {
            "site": t("site.short"),
            "heading": {status: t(f"check.heading.{status}") for status in statuses},
            "text": {status: t(f"check.text.{status}") for status in TEXTS},
            "language": t.code,
            "legalised": t("check.status.legalised"),
            "reason": {reason: t(f"check.reason.{reason}") for reason in reasons},
            "outcome": {name: t.pick(getattr(outcomes, name)) for name in ("clear", "entries")},
            "facts": [
                {"id": name, "label": captions[name], "kind": "ltr" if ltr else "plain"} for name, ltr in SEAL_FACTS
            ],
        },
    }
