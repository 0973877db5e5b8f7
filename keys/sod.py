"""EF.SOD as a signing request: the LDS security object over whole data-group files, in CMS, under tag 77.

Builds only. What comes out is judged by `keys.verify` and `keys.security_object`, which share no encoder with this.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from cryptography.hazmat import asn1

from keys.algorithms import Unsupported
from keys.cms import CmsDraft, begin_attached
from keys.der import DerError
from keys.encode import AlgorithmIdentifier, digest_identifier, encode
from keys.security_object import SIGNED, SecurityObject, lint_security_object, read_security_object
from keys.signing import Draft, Purpose, Signer
from keys.verdict import Check
from keys.verify import data_group_faults, object_faults
from keys.x509 import read_certificate
from specs.errors import Fault, Invalid
from specs.schema.pki import Pki

_STAND_IN: Final = bytes.fromhex("3006020101020101")  # a well-formed signature of no key, while linting


@asn1.sequence
class _Digest:
    number: int
    value: bytes


@asn1.sequence
class _Versions:
    lds: asn1.PrintableString
    unicode: asn1.PrintableString


@asn1.sequence
class _LdsSecurityObject:
    version: int
    hash: AlgorithmIdentifier
    digests: list[_Digest]
    versions: _Versions


@dataclass(frozen=True, slots=True)
class SodRequest:
    """data_groups: number -> whole file (tag and length included). document_code: of the MRZ, e.g. `PP`."""

    reference: str
    data_groups: Mapping[int, bytes]
    document_code: str
    pki: Pki

    @property
    def purpose(self) -> Purpose:
        return Purpose.document_signer

    def draft(self, signer: Signer, now: datetime) -> Draft:
        """Raises `Invalid` when there are too few data groups, or one is none. `now` is not part of an EF.SOD."""
        del now
        rules = self.pki.security_object
        groups = sorted(self.data_groups.items())
        if len(groups) < rules.minimum_data_groups or not all(1 <= n <= 16 and file for n, file in groups):
            raise Invalid(
                Fault(
                    "keys.sod.data_groups",
                    "مجموعات البيانات ناقصة أو فارغة أو أرقامها خاطئة",
                    f"at least {rules.minimum_data_groups} data groups, numbered 1 to 16, none of them empty",
                    field="data_groups",
                    clause=rules.source,
                )
            )
        content = _LdsSecurityObject(
            version=rules.ldsso_version,
            hash=digest_identifier(rules.hash),
            digests=[_Digest(number=n, value=hashlib.new(rules.hash, file).digest()) for n, file in groups],
            versions=_Versions(
                lds=asn1.PrintableString(rules.lds_version), unicode=asn1.PrintableString(rules.unicode_version)
            ),
        )
        cms = begin_attached(signer, rules.content_type, encode(content))
        return _SodDraft(cms, self, signer)


@dataclass(frozen=True, slots=True)
class _SodDraft:
    cms: CmsDraft
    request: SodRequest
    signer: Signer

    @property
    def to_be_signed(self) -> bytes:
        return self.cms.to_be_signed

    def lint(self) -> list[Check]:
        """Form of the very file to be made, and whether the signer may sign this kind of document."""
        held = _read(self.finish(_STAND_IN))
        if not isinstance(held, SecurityObject):
            return [held]
        found = lint_security_object(held, self.request.pki.security_object)
        types = read_certificate(self.signer.certificate).document_types
        if not any(self.request.document_code.startswith(kind) for kind in types):
            reason = f"the signer's documentTypeList {list(types)} does not cover {self.request.document_code!r}"
            arabic = "شهادة الموقع لا تشمل نوع الوثيقة"
            found.append(Check("sod.document_type", "profile", "fail", reason, arabic, "Doc 9303-12 §7.1.1.6"))
        return [replace(check, result="fail") for check in found]

    def finish(self, signature: bytes) -> bytes:
        content = self.cms.finish(signature)
        return b"\x77" + _length(len(content)) + content

    def verify(self, artefact: bytes) -> list[Check]:
        """Form, digest, signature and data groups, from the bytes; the certificate inside must be the signer's own."""
        held = _read(artefact)
        if not isinstance(held, SecurityObject):
            return [held]
        found = object_faults(held, self.request.pki) + data_group_faults(held, self.request.data_groups)
        if held.signer is None or held.signer.der != self.signer.certificate or len(artefact) > self._limit:
            reason, arabic = "another certificate is inside, or the file is too large", "الشهادة أو حجم الملف خاطئ"
            found.append(Check("sod.artefact", "profile", "fail", reason, arabic, SIGNED))
        if held.digests.keys() != self.request.data_groups.keys():
            reason, arabic = "it lists other data groups", "مجموعات البيانات المذكورة مختلفة"
            found.append(Check("sod.data_groups", "profile", "fail", reason, arabic, SIGNED))
        return found

    @property
    def _limit(self) -> int:
        return self.request.pki.security_object.maximum_bytes


def _read(der: bytes) -> SecurityObject | Check:
    try:
        return read_security_object(der)
    except (DerError, Unsupported) as error:
        return Check("sod.encoding", "profile", "fail", f"not an EF.SOD: {error}", "ليس كائن أمان صحيحا", SIGNED)


def _length(octets: int) -> bytes:
    if octets < 0x80:
        return bytes([octets])
    held = octets.to_bytes((octets.bit_length() + 7) // 8, "big")
    return bytes([0x80 | len(held)]) + held
