"""The certificate's seal: facts -> the bytes a seal signer signs -> the seal, and the address a QR code holds.

`SealDraft` and `header_of` are what every seal is made with (`keys/travel_seal.py`).

Writes only. It must not verify (`keys/seal_verify.py`), read tables or know where certificates come from.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from keys import seal_verify, vds
from keys.seal_contents import civil_day, content_checks, digest
from keys.signing import Purpose, Signer
from keys.verdict import Check
from keys.x509 import read_certificate
from specs.errors import Fault, Invalid
from specs.schema.seal import FeatureId, OutcomeId, SealFeature, SealSpec

_VERIFIER = re.compile(r"(?P<scheme>[a-z]+)://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[A-Za-z0-9._~-]+)*")
_BIRTH_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class SealRequest:
    """What the seal of one certificate says.

    birth_date: `YYYY-MM-DD`, unknown parts `00`; national_number: in full here, only its last digits are written;
    verifier: base address of the public check, e.g. `https://verify.example`.
    """

    reference: str
    number: str
    name_arabic: str
    name_latin: str
    birth_date: str
    national_number: str
    issued_on: date
    expires_on: date
    outcome: OutcomeId
    verifier: str
    spec: SealSpec

    @property
    def purpose(self) -> Purpose:
        return Purpose.seal_signer

    def draft(self, signer: Signer, now: datetime) -> SealDraft:
        """The seal for this signer, dated on the civil day of `now` in Libya. Raises `Invalid` with every fault."""
        spec = self.spec
        features, faults = _features(self, signer.certificate)
        if faults:
            raise Invalid(*faults)
        address, wanted = address_of(self.verifier, spec), spec.definition
        header = header_of(
            signer.certificate,
            issuer=wanted.issuer,
            issued_on=self.issued_on,
            now=now,
            dated=spec,
            definition=(wanted.feature_definition_reference, wanted.type_category, wanted.seal_version),
        )

        def judged(seal: vds.Seal) -> list[Check]:
            return content_checks(seal, signer.certificate, address, spec)

        return SealDraft(vds.encode(header, features), signer.certificate, spec.signature.bytes, judged)


def header_of(
    certificate: bytes,
    *,
    issuer: str,
    issued_on: date,
    now: datetime,
    dated: SealSpec,
    definition: tuple[int, int, int],
) -> vds.Header:
    """The header of a seal by this signer, signed now. definition: feature reference, type category, seal version;
    dated: whose `signature_date` says which civil day it is."""
    signer = read_certificate(certificate)
    reference, category, version = definition
    return vds.Header(
        issuer=issuer,
        signer=seal_verify.signer_id(signer),
        reference=f"{signer.serial:X}",
        issued_on=issued_on,
        signed_on=civil_day(now, dated),
        definition=reference,
        category=category,
        version=version,
    )


@dataclass(frozen=True, slots=True)
class SealDraft:
    """A seal of any kind without its signature. signature_bytes: of r and s together; judged: the checks of its
    contents, read back from the bytes."""

    to_be_signed: bytes
    certificate: bytes
    signature_bytes: int
    judged: Callable[[vds.Seal], list[Check]]

    def lint(self) -> list[Check]:
        """The contents as a verifier would judge them, read back from the bytes; failures and warnings only."""
        seal = vds.decode(vds.complete(self.to_be_signed, bytes(self.signature_bytes)))
        return [check for check in self.judged(seal) if check.result != "pass"]

    def finish(self, signature: bytes) -> bytes:
        """The whole seal; `signature` is DER."""
        half = self.signature_bytes // 2
        r, s = decode_dss_signature(signature)
        return vds.complete(self.to_be_signed, r.to_bytes(half, "big") + s.to_bytes(half, "big"))

    def verify(self, artefact: bytes) -> list[Check]:
        """Signature and contents of the finished seal."""
        try:
            seal = vds.decode(artefact)
        except Invalid as refused:
            return [seal_verify.refused_check("seal.encoding", refused)]
        return [seal_verify.signature_check(seal, self.certificate), *self.judged(seal)]


def seal_text(seal: bytes) -> str:
    """base64url without padding: the form of a seal in text, and the fragment of its address."""
    return base64.urlsafe_b64encode(seal).rstrip(b"=").decode("ascii")


def seal_url(verifier: str, seal: bytes, spec: SealSpec) -> str:
    """The address a QR code holds: `<verifier>/c#<seal>`. Raises `Invalid` when `verifier` is no such base address."""
    return f"{address_of(verifier, spec)}#{seal_text(seal)}"


def address_of(verifier: str, spec: SealSpec) -> str:
    """The page of the public check below the base address `verifier`. Raises `Invalid`."""
    match = _VERIFIER.fullmatch(verifier)
    if match is None or match["scheme"] not in spec.address.schemes:
        raise Invalid(
            Fault(
                "keys.seal.verifier",
                "عنوان التحقق يجب أن يكون مثل https://verify.example دون شرطة في آخره",
                "the verifier address must look like https://verify.example, without a slash at its end",
                field="verifier",
                clause=spec.address.source,
            )
        )
    return verifier + spec.address.path


def _features(request: SealRequest, certificate: bytes) -> tuple[Sequence[vds.Feature], list[Fault]]:
    """Every feature in the order of the specification, and every fault of the request."""
    spec, faults = request.spec, []
    digits = request.national_number
    if not (digits.isascii() and digits.isdigit() and len(digits) >= spec.national_number.tail_digits):
        faults.append(_fault("national_number", "الرقم الوطني أرقام فقط", "the national number is digits only", spec))
    if not (request.birth_date.isascii() and _BIRTH_DATE.fullmatch(request.birth_date)):
        faults.append(_fault("birth_date", "تاريخ الميلاد YYYY-MM-DD", "write the birth date as YYYY-MM-DD", spec))
    if request.expires_on < request.issued_on:
        faults.append(_fault("expires_on", "تنتهي قبل إصدارها", "the certificate expires before it is issued", spec))
    try:
        address = address_of(request.verifier, spec)
    except Invalid as refused:
        faults.extend(refused.faults)
        address = ""
    tail = digits[-spec.national_number.tail_digits :] if spec.national_number.tail_digits else ""
    values: dict[FeatureId, str | int | date | bytes] = {
        "edition": spec.edition.number,
        "number": request.number,
        "name_arabic": request.name_arabic,
        "name_latin": request.name_latin,
        "birth_date": request.birth_date.replace("-", ""),
        "national_number_tail": tail,
        "expires_on": request.expires_on,
        "outcome": spec.outcomes.codes[request.outcome],
        "address_digest": address.encode(),
        "signer_digest": certificate,
    }
    features = []
    for feature in spec.features:
        try:
            features.append((feature.tag, _encode(feature, values[feature.id])))
        except ValueError as wrong:
            faults.append(_fault(feature.id, f"{feature.label.ar}: لا يكتب في الختم", str(wrong), spec))
        except Invalid as refused:
            faults.append(_fault(feature.id, refused.faults[0].ar, refused.faults[0].en, spec))
    return features, faults


def _encode(feature: SealFeature, value: str | int | date | bytes) -> bytes:
    if isinstance(value, int):
        out = bytes((value,))
    elif isinstance(value, date):
        out = vds.encode_date(value)
    elif isinstance(value, bytes):
        out = digest(feature, value)
    else:
        out = vds.encode_c40(value) if feature.encoding == "c40" else value.encode()
    if not out:
        raise ValueError(f"{feature.label.en}: empty")
    if len(out) > feature.maximum_bytes:
        raise ValueError(f"{feature.label.en}: {len(out)} bytes, at most {feature.maximum_bytes}")
    return out


def _fault(field: str, ar: str, en: str, spec: SealSpec) -> Fault:
    return Fault(f"keys.seal.{field}", ar, en, field=field, clause=spec.features_basis.source)
