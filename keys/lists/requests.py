"""Master and deviation lists as signing requests: CMS that names its signer by key and carries it with its CSCA.

Builds only; `keys.lists.master_list` and `.deviation_list` judge what comes out, and share no encoder with this.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from cryptography.hazmat import asn1

from keys.cms import CmsDraft, begin_attached, signing_time
from keys.der import DerError
from keys.deviations import (
    CSCA_ENCODING,
    DEVIATIONS,
    DG_HASH_WRONG,
    DG_MALFORMED,
    DS_ENCODING,
    MRZ_WRONG_CHECK_DIGIT,
    MRZ_WRONG_DATA,
)
from keys.encode import STAND_IN_SIGNATURE, digest_identifier, encode, oid, tlv
from keys.lists.deviation_list import DEVIATION_LIST, lint_deviation_list
from keys.lists.deviations import SYNTAX, Description, Deviation, Documents
from keys.lists.master_list import MASTER_LIST, lint_master_list
from keys.lists.signed_list import ListKind, read_signed_list, signature_checks
from keys.schemes import SCHEMES
from keys.signing import Draft, Purpose, Signer
from keys.verdict import Check
from keys.x509 import read_certificate
from specs.errors import Fault, Invalid
from specs.load import load
from specs.schema.pki import Pki

_INTEGER, _OID, _PRINTABLE, _GENERALIZED, _SEQUENCE, _SET = 0x02, 0x06, 0x13, 0x18, 0x30, 0x31
_CERTIFICATE_FIELDS: Final = range(10)  # generic(0) to subjectUniqueID(9)
_DATA_GROUPS: Final = (*range(1, 17), 20, 21)  # 20: EF.SOD, 21: EF.COM
_MRZ_FIELDS: Final = range(10)
_FIELDS: Final = {
    DS_ENCODING: _CERTIFICATE_FIELDS,
    CSCA_ENCODING: _CERTIFICATE_FIELDS,
    DG_MALFORMED: _DATA_GROUPS,
    DG_HASH_WRONG: _DATA_GROUPS,
    MRZ_WRONG_DATA: _MRZ_FIELDS,
    MRZ_WRONG_CHECK_DIGIT: _MRZ_FIELDS,
}


@dataclass(frozen=True, slots=True)
class MasterListRequest:
    """certificates: the CSCA certificates we vouch for, DER, in any order. pki: default, the specification in force."""

    reference: str
    certificates: Sequence[bytes]
    pki: Pki = field(default_factory=lambda: load().pki_profiles)

    @property
    def purpose(self) -> Purpose:
        return Purpose.master_list_signer

    def draft(self, signer: Signer, now: datetime) -> Draft:
        """Raises `Invalid` naming each certificate that is none, or is no certification authority."""
        faults = [fault for index, der in enumerate(self.certificates) for fault in _not_an_authority(index, der)]
        if not self.certificates:
            words = "القائمة بلا شهادات", "a master list holds at least one certificate"
            faults.append(Fault("keys.master_list.empty", *words, field="certificates", clause=MASTER_LIST.table))
        if faults:
            raise Invalid(*faults)
        content = tlv(_SEQUENCE, tlv(_INTEGER, b"\0"), tlv(_SET, *sorted(set(self.certificates))))
        return _draft(signer, MASTER_LIST, content, now, self.pki)


@dataclass(frozen=True, slots=True)
class DeviationListRequest:
    """deviations: what we know to be wrong with which documents. pki: default, the specification in force."""

    reference: str
    deviations: Sequence[Deviation]
    pki: Pki = field(default_factory=lambda: load().pki_profiles)

    @property
    def purpose(self) -> Purpose:
        return Purpose.deviation_list_signer

    def draft(self, signer: Signer, now: datetime) -> Draft:
        """Raises `Invalid` naming each entry that says nothing, means every document, or is no deviation known."""
        faults = [fault for index, entry in enumerate(self.deviations) for fault in _wrong_entry(index, entry)]
        if faults:
            raise Invalid(*faults)
        content = tlv(
            _SEQUENCE,
            tlv(_INTEGER, b"\0"),
            digest_identifier(SCHEMES[signer.algorithm].hash),  # Doc 9303-3 §7.3.6: names certificates as it is signed
            tlv(_SET, *sorted({_entry(entry) for entry in self.deviations})),
        )
        return _draft(signer, DEVIATION_LIST, content, now, self.pki)


def described(deviation: str, text: str = "", about: int | str | None = None) -> Description:
    """A deviation by OID. about: data group, MRZ field or certificate field (number), or an extension (dotted OID)."""
    parameter = b""
    if about is not None:
        parameter = encode(about) if isinstance(about, int) else encode(oid(about))
    return Description(deviation, text, parameter)


@dataclass(slots=True)
class _ListDraft:
    """A list complete but for its signature. content: what must be inside."""

    cms: CmsDraft
    signer: Signer
    kind: ListKind
    content: bytes
    maximum_bytes: int
    form: Callable[[bytes], list[Check]]

    @property
    def to_be_signed(self) -> bytes:
        return self.cms.to_be_signed

    def lint(self) -> list[Check]:
        return self.form(self.finish(STAND_IN_SIGNATURE))

    def finish(self, signature: bytes) -> bytes:
        return self.cms.finish(signature)

    def verify(self, artefact: bytes) -> list[Check]:
        """Form, digest and signature, from the bytes; content and signer inside must be the ones meant."""
        found = self.form(artefact)
        try:
            held = read_signed_list(artefact, self.kind, self.maximum_bytes)
        except DerError:
            return found
        found += [check for check in signature_checks(held, own=True) if check.result != "pass"]
        if held.content != self.content or held.signer is None or held.signer.der != self.signer.certificate:
            reason, arabic = "another content or signer is inside", "المحتوى أو الموقع مختلف"
            found.append(Check(f"{self.kind.name}.artefact", "profile", "fail", reason, arabic, self.kind.table))
        return found


def _draft(signer: Signer, kind: ListKind, content: bytes, now: datetime, pki: Pki) -> _ListDraft:
    cms = begin_attached(
        signer, kind.content_type, content, [signing_time(now)], with_chain=True, by_key_identifier=True
    )
    if kind is MASTER_LIST:
        limit, lint = pki.master_list.maximum_bytes, lint_master_list
    else:
        limit, lint = pki.deviation_list.maximum_bytes, lint_deviation_list
    return _ListDraft(cms, signer, kind, content, limit, lambda artefact: lint(artefact, pki))


def _not_an_authority(index: int, der: bytes) -> list[Fault]:
    field_name = f"certificates.{index}"
    try:
        authority = read_certificate(der).basic_constraints[0]
    except DerError as error:
        words = "شهادة لا تُقرأ", f"this is no certificate: {error}"
        return [Fault("keys.master_list.certificate", *words, field=field_name, clause=MASTER_LIST.table)]
    if authority:
        return []
    words = "الشهادة ليست لسلطة تصديق", "this is no certification authority"
    return [Fault("keys.master_list.certificate", *words, field=field_name, clause=MASTER_LIST.table)]


def _wrong_entry(index: int, entry: Deviation) -> list[Fault]:
    which, found = entry.documents, []
    signers = (which.issuer_and_serial, which.key_identifier, which.certificate_digest)
    if which == Documents():
        found.append(("documents", "انحراف بلا وثائق محددة", "it names no document, and would mean all of them"))
    if which.document_type and (len(which.document_type) != 2 or not which.document_type.isascii()):
        found.append(("documents.document_type", "نوع الوثيقة حرفان", "a document type has two characters, e.g. PP"))
    if sum(one is not None for one in signers) > 1:
        found.append(("documents.signer", "الموقع يسمى بطريقة واحدة", "the signer is named in one way only"))
    if which.issued and which.issued[1] < which.issued[0]:
        found.append(("documents.issued", "فترة الإصدار مقلوبة", "the period ends before it begins"))
    if any(not number or not _is_printable(number) for number in which.numbers or ()):
        found.append(("documents.numbers", "رقم وثيقة غير صالح", "a document number that is empty or not printable"))
    if not entry.descriptions:
        found.append(("descriptions", "انحراف بلا وصف", "it describes nothing"))
    for number, one in enumerate(entry.descriptions):
        found += [(f"descriptions.{number}.{where}", ar, en) for where, ar, en in _wrong_description(one)]
    return [
        Fault("keys.deviation_list.entry", ar, en, field=f"deviations.{index}.{where}", clause=SYNTAX)
        for where, ar, en in found
    ]


def _wrong_description(one: Description) -> list[tuple[str, str, str]]:
    found = []
    if one.deviation not in DEVIATIONS:
        found.append(("deviation", "نوع انحراف غير معروف", f"{one.deviation} is no deviation of Doc 9303-3 §7.3.5"))
    allowed, about = _FIELDS.get(one.deviation), one.field
    extension = isinstance(about, str) and allowed is _CERTIFICATE_FIELDS
    if (allowed is None and one.parameter) or (allowed is not None and about not in allowed and not extension):
        found.append(("about", "معامل الانحراف لا يوافق نوعه", "its parameter does not fit this deviation"))
    if one.text and not _is_printable(one.text):
        found.append(("text", "الوصف بحروف PrintableString فقط", "the description may hold PrintableString only"))
    return found


def _is_printable(text: str) -> bool:
    return text.isascii() and all(c.isalnum() or c in " '()+,-./:=?" for c in text)


def _entry(entry: Deviation) -> bytes:
    descriptions = sorted({_description(one) for one in entry.descriptions})
    return tlv(_SEQUENCE, _documents(entry.documents), tlv(_SET, *descriptions))


def _description(one: Description) -> bytes:
    return tlv(
        _SEQUENCE,
        tlv(_PRINTABLE, one.text.encode("ascii")) if one.text else b"",
        encode(oid(one.deviation)),
        tlv(0xA0, one.parameter) if one.parameter else b"",
        tlv(0xA1, one.national_use) if one.national_use else b"",
    )


def _documents(which: Documents) -> bytes:
    """DeviationDocuments; tags are implicit."""
    parts = []
    if which.document_type:
        parts.append(tlv(0x80, which.document_type.encode("ascii")))
    if which.issuer_and_serial is not None:
        parts.append(tlv(0xA1, which.issuer_and_serial[0], encode(which.issuer_and_serial[1])))
    if which.key_identifier is not None:
        parts.append(tlv(0x82, which.key_identifier))
    if which.certificate_digest is not None:
        parts.append(tlv(0x83, which.certificate_digest))
    if which.issued is not None:
        parts.append(tlv(0xA4, *(_generalized(at) for at in which.issued)))
    if which.numbers is not None:
        parts.append(tlv(0xA5, *sorted(tlv(_PRINTABLE, number.encode("ascii")) for number in which.numbers)))
    return tlv(_SEQUENCE, *parts)


def _generalized(at: datetime) -> bytes:
    return encode(asn1.GeneralizedTime(at.astimezone(UTC).replace(microsecond=0)))
