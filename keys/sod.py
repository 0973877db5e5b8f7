"""EF.SOD as a signing request: the LDS security object over whole data-group files, in CMS, under tag 77.

Builds only. What comes out is judged by `keys.verify` and `keys.security_object`, which share no encoder with this.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache

from keys.algorithms import Unsupported, digest
from keys.cms import CmsDraft, begin_attached
from keys.der import DerError
from keys.encode import STAND_IN_SIGNATURE, digest_identifier, encode, tlv
from keys.known_forms import lint_form
from keys.lint_sod import SIGNED
from keys.signing import Draft, Purpose, Signer
from keys.verdict import Check
from keys.verify import read_and_judge
from keys.x509 import read_certificate
from specs.errors import Fault, Invalid
from specs.load import load
from specs.schema.pki import Pki

_INTEGER, _OCTETS, _PRINTABLE, _SEQUENCE, _FILE = 0x02, 0x04, 0x13, 0x30, 0x77


@dataclass(frozen=True, slots=True)
class SodRequest:
    """data_groups: number -> whole file (tag and length included). document_code: of the MRZ, e.g. `PP`.

    pki: default, the specification in force.
    """

    reference: str
    data_groups: Mapping[int, bytes]
    document_code: str
    pki: Pki = field(default_factory=lambda: load().pki_profiles)

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
        digests = {number: digest(rules.hash, file) for number, file in groups}
        listed = [part for number, held in digests.items() for part in (_start(number, len(held)), held)]
        start, end = _frame(rules.ldsso_version, rules.hash, rules.lds_version, rules.unicode_version)
        content = tlv(_SEQUENCE, start, tlv(_SEQUENCE, *listed), end)
        return _SodDraft(begin_attached(signer, rules.content_type, content), digests, self, signer)


@lru_cache(maxsize=64)
def _start(number: int, octets: int) -> bytes:
    """DataGroupHash up to its last `octets`, the digest itself."""
    return tlv(_SEQUENCE, bytes((_INTEGER, 1, number)), tlv(_OCTETS, bytes(octets)))[:-octets]


@lru_cache(maxsize=4)
def _frame(version: int, hash_name: str, lds: str, unicode: str) -> tuple[bytes, bytes]:
    """LDSSecurityObject before and after its digests."""
    versions = tlv(_SEQUENCE, tlv(_PRINTABLE, lds.encode("ascii")), tlv(_PRINTABLE, unicode.encode("ascii")))
    return encode(version) + digest_identifier(hash_name), versions


@dataclass(slots=True)
class _SodDraft:
    cms: CmsDraft
    digests: Mapping[int, bytes]
    request: SodRequest
    signer: Signer

    @property
    def to_be_signed(self) -> bytes:
        return self.cms.to_be_signed

    def lint(self) -> list[Check]:
        """Form of the very file to be made, and whether the signer may sign this kind of document."""
        try:
            found = lint_form(self.finish(STAND_IN_SIGNATURE), self.request.pki.security_object)
        except (DerError, Unsupported) as error:
            return [_unreadable(error)]
        types = read_certificate(self.signer.certificate).document_types
        if not any(self.request.document_code.startswith(kind) for kind in types):
            reason = f"the signer's documentTypeList {list(types)} does not cover {self.request.document_code!r}"
            arabic = "شهادة الموقع لا تشمل نوع الوثيقة"
            found.append(Check("sod.document_type", "profile", "fail", reason, arabic, "Doc 9303-12 §7.1.1.6"))
        return [replace(check, result="fail") for check in found]

    def finish(self, signature: bytes) -> bytes:
        return tlv(_FILE, self.cms.finish(signature))

    def verify(self, artefact: bytes) -> list[Check]:
        """Form, digest and signature, from the bytes; certificate and digests inside must be the ones meant."""
        try:
            held, found = read_and_judge(artefact, self.request.pki)
        except (DerError, Unsupported) as error:
            return [_unreadable(error)]
        limit = self.request.pki.security_object.maximum_bytes
        if held.signer is None or held.signer.der != self.signer.certificate or len(artefact) > limit:
            reason, arabic = "another certificate is inside, or the file is too large", "الشهادة أو حجم الملف خاطئ"
            found.append(Check("sod.artefact", "profile", "fail", reason, arabic, SIGNED))
        if held.digests != self.digests:
            reason, arabic = "it lists other digests", "بصمات مجموعات البيانات مختلفة"
            found.append(Check("sod.data_groups", "profile", "fail", reason, arabic, SIGNED))
        return found


def _unreadable(error: Exception) -> Check:
    return Check("sod.encoding", "profile", "fail", f"not an EF.SOD: {error}", "ليس كائن أمان صحيحا", SIGNED)
