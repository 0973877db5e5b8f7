"""What an office asks for: a certificate for a person, a purpose and one addressee. Shape only; rules in `commands`."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, StringConstraints

from issuance.core.shapes import read_shape

CLAUSE = "certificate/certificate.yaml"
_Text = Annotated[str, StringConstraints(min_length=1, max_length=400, strip_whitespace=True, pattern=r"^[^\x00]*$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Wording(_Strict):
    """Arabic is required; English where there is one."""

    ar: _Text
    en: _Text | None = None


class CertificateRequest(_Strict):
    """purpose: its id; purpose_text: only where that purpose is free text; office None: the actor's."""

    national_number: _Text
    purpose: _Text
    purpose_text: Wording | None = None
    addressee: Wording
    passport_number: _Text | None = None
    office: _Text | None = None


def read_request(data: Any) -> CertificateRequest:
    """The request in `data` (decoded JSON). Raises `Invalid` naming every field of wrong shape."""
    return read_shape(CertificateRequest, data, code="certificates.request", clause=CLAUSE)
