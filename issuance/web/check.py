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
from issuance.border.upload import verify_upload
from issuance.border.verify import verify_text
from issuance.core import clock
from issuance.web.forms import Form
from issuance.web.inspection import inspection_shown
from issuance.web.language import Language, asked_for
from issuance.web.render import page
from issuance.web.visitor import Here
from keys.verdict import Verdict
from specs.errors import Fault, Invalid

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


@router.get("/c")
def check(request: Request, service: TheService, _visitor: Here) -> Response:
    """The page as a QR code opens it; the seal stays in the fragment, which no browser sends."""
    return _answer(request, service, Form(), None)


@router.post("/c")
def check_upload(
    request: Request, service: TheService, _visitor: Here, body: Annotated[FormBody, Depends(read_form)]
) -> Response:
    """A file or a text, judged on the server, for those whose browser runs no scripts."""
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
    return _answer(request, service, form, verdict)


def _fault(words: str, t: Language) -> Fault:
    return Fault(words, t(words), t(words), field="file")


def _answer(request: Request, service: Service, form: Form, verdict: Verdict | None, *, status: int = 200) -> Response:
    t, shown = asked_for(request), _shown(verdict)
    return page(
        request,
        "check.html",
        status=status,
        form=form,
        verdict=verdict,
        shown=shown,
        inspection=inspection_shown(verdict, service.spec),
        facts=_facts(verdict, service, t) if verdict is not None and shown in ("valid", "expired") else (),
        check_data=check_data(service, t),
    )


def _shown(verdict: Verdict | None) -> str:
    """The verdict's status; `expired` when time is all that is against the document."""
    if verdict is None:
        return "indeterminate"
    failed = {check.id for check in verdict.failed()}
    return "expired" if verdict.status == "invalid" and failed <= EXPIRY_CHECKS else verdict.status


def labels(service: Service, t: Language) -> dict[str, str]:
    """The caption of each fact, from the specification of the certificate and of its seal."""
    certificate, seal = service.spec.certificate_certificate, service.spec.certificate_seal
    found: dict[str, str] = {field.id: t.pick(field.caption) for field in certificate.fields}
    found |= {feature.id: t.pick(feature.label) for feature in seal.features}
    found["outcome"] = t.pick(certificate.outcomes.heading)
    return found


def _facts(verdict: Verdict, service: Service, t: Language) -> list[Mapping[str, Any]]:
    captions = labels(service, t)
    outcomes = service.spec.certificate_certificate.outcomes
    rows: list[Mapping[str, Any]] = []
    for name, ltr in SEAL_FACTS:
        value = verdict.facts.get(name)
        if name == "outcome" and value in ("clear", "entries"):
            value = t.pick(getattr(outcomes, value))
        if isinstance(value, str | int) and value != "":
            rows.append({"label": captions[name], "value": value, "ltr": ltr})
    return rows


def check_data(service: Service, t: Language) -> dict[str, Any]:
    """All the page's script needs: the seal's format, the signers to believe, and its words in this language."""
    captions = labels(service, t)
    outcomes = service.spec.certificate_certificate.outcomes
    statuses = ("valid", "invalid", "expired", "indeterminate", "unreadable")
    reasons = ("unreadable", "kind", "contents", "signer", "revocation", "signature", "address", "dates", "browser")
    return {
        "format": seal_format(service.spec.certificate_seal, service.settings.base_url),
        "signers": seal_signers(service.trust, clock.now(), service.spec.pki_profiles),
        "words": {
            "site": t("site.short"),
            "heading": {status: t(f"check.heading.{status}") for status in statuses},
            "text": {status: t(f"check.text.{status}") for status in ("valid", "expired")},
            "reason": {reason: t(f"check.reason.{reason}") for reason in reasons},
            "outcome": {name: t.pick(getattr(outcomes, name)) for name in ("clear", "entries")},
            "facts": [
                {"id": name, "label": captions[name], "kind": "ltr" if ltr else "plain"} for name, ltr in SEAL_FACTS
            ],
        },
    }
