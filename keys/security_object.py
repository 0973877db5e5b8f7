"""EF.SOD as read values, and the rules of its form: one rule set for what we sign and what we accept.

`fail`: a verifier rejects it. `warning`: allowed to others, never made by us, so our own drafts treat it as a failure.
Shares nothing with the builder `keys.sod`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from keys.algorithms import HASHES, SignatureAlgorithm, Unsupported, digest_algorithm, signature_algorithm
from keys.der import (
    INTEGER,
    OCTET_STRING,
    OID,
    PRINTABLE_STRING,
    SEQUENCE,
    DerError,
    Reader,
    dotted,
    element,
    elements,
    integer,
    text,
)
from keys.signed_data import CONTENT_TYPE, MESSAGE_DIGEST, SignedData, SignerInfo, read_signed_data
from keys.verdict import Check, Result
from keys.x509 import Certificate, read_certificate
from specs.schema.pki import SecurityObject as Rules

TAG: Final = 0x77
OBJECT: Final = "Doc 9303-10 §4.6.2.3"
SIGNED: Final = "Doc 9303-10 §4.6.2.2"
_MAX_BYTES: Final = 1_048_576
_SHAPES: Final = ([INTEGER, SEQUENCE, SEQUENCE], [INTEGER, SEQUENCE, SEQUENCE, SEQUENCE])
_DIGEST_OCTETS: Final = {name: algorithm.digest_size for name, algorithm in HASHES.items()}


@dataclass(slots=True)
class SecurityObject:
    """version 0 or 1 of the LDS security object; digests: data group number -> hash; lds_version None in version 0.

    signer: the document signer's certificate, None when none inside is named by the one SignerInfo.
    """

    signed_data: SignedData
    version: int
    hash: str
    hash_null: bool
    digests: dict[int, bytes]
    lds_version: str | None
    unicode_version: str | None
    signer: Certificate | None

    @property
    def info(self) -> SignerInfo:
        return self.signed_data.signers[0]

    @property
    def algorithm(self) -> SignatureAlgorithm:
        return signature_algorithm(self.info.signature_algorithm_der)

    @property
    def message_digest(self) -> bytes:
        """The messageDigest attribute. Raises `DerError`."""
        values = self.info.attributes.get(MESSAGE_DIGEST, [])
        if len(values) != 1:
            raise DerError("messageDigest must stand there once")
        return Reader(values[0]).content(OCTET_STRING)


def read_security_object(der: bytes) -> SecurityObject:
    """The whole EF.SOD file, tag 77 included. Raises `DerError`, or `Unsupported` for another hash."""
    if len(der) > _MAX_BYTES:
        raise DerError("larger than any EF.SOD")
    tag, start, stop = element(der, 0, len(der))
    if tag != TAG or stop != len(der):
        raise DerError("not one element of tag 77")
    signed = read_signed_data(der, start, stop)
    content = signed.content
    if content is None:
        raise DerError("no security object inside")
    tag, start, stop = element(content, 0, len(content))
    if tag != SEQUENCE or stop != len(content):
        raise DerError("the security object is not one SEQUENCE")
    fields = elements(content, start, stop)
    if [field[0] for field in fields] not in _SHAPES:
        raise DerError("the security object has other fields")
    version, algorithm, listed = fields[:3]
    name, null = digest_algorithm(content[algorithm[1] : algorithm[3]])
    lds_version, unicode_version = (None, None) if len(fields) == 3 else _versions(content[fields[3][2] : stop])
    signer = None
    if len(signed.signers) == 1:
        named = signed.signers[0].names
        signer = next((c for c in map(read_certificate, signed.certificates) if named(c)), None)
    digests = _digests(content, listed[2], listed[3])
    number = integer(content[version[2] : version[3]])
    return SecurityObject(signed, number, name, null, digests, lds_version, unicode_version, signer)


@lru_cache(maxsize=64)
def _versions(content: bytes) -> tuple[str, str]:
    reader = Reader(content)
    lds = text(PRINTABLE_STRING, reader.content(PRINTABLE_STRING))
    unicode = text(PRINTABLE_STRING, reader.content(PRINTABLE_STRING))
    reader.done()
    return lds, unicode


def _digests(content: bytes, at: int, end: int) -> dict[int, bytes]:
    """Numbers are 1 to 16 and digests below 128 bytes, so both have one-byte lengths: 30 . 02 01 n 04 length digest."""
    found: dict[int, bytes] = {}
    for tag, _, start, stop in elements(content, at, end):
        if (
            tag != SEQUENCE
            or content[start : start + 2] != b"\x02\x01"
            or content[start + 3 : start + 5] != bytes((OCTET_STRING, stop - start - 5 & 0x7F))
        ):
            raise DerError("a data group digest of another shape")
        number = content[start + 2]
        if number in found or not 1 <= number <= 16:
            raise DerError(f"data group number {number} stands twice or is none")
        found[number] = content[start + 5 : stop]
    return found


def lint_security_object(sod: SecurityObject, rules: Rules) -> list[Check]:
    """What is wrong with the form of a security object; an empty list means nothing."""
    found = [check for rule in (_object_rules, _signed_data_rules) for check in rule(sod, rules)]
    if len(sod.signed_data.signers) == 1:
        found += _signer_rules(sod)
    return found


def _object_rules(sod: SecurityObject, rules: Rules) -> Iterator[Check]:
    if sod.version not in (0, 1) or (sod.version == 1) != (sod.lds_version is not None):
        yield _fault("version", "version 1 with version information, or 0 without", "إصدار كائن الأمان خاطئ", OBJECT)
    elif sod.version == 0:
        yield _fault("version", "version 0; version 1 is recommended", "إصدار قديم لكائن الأمان", OBJECT, "warning")
    if sod.lds_version is not None and not (len(sod.lds_version) == 4 and sod.lds_version.isdigit()):
        yield _fault("lds_version", "the LDS version is not four digits", "رقم إصدار البنية المنطقية خاطئ", OBJECT)
    if sod.unicode_version is not None and not (len(sod.unicode_version) == 6 and sod.unicode_version.isdigit()):
        yield _fault("unicode_version", "the Unicode version is not six digits", "رقم إصدار يونيكود خاطئ", OBJECT)
    if len(sod.digests) < rules.minimum_data_groups:
        yield _fault("data_groups", "fewer data groups than allowed", "عدد مجموعات البيانات أقل من المسموح", OBJECT)
    if list(sod.digests) != sorted(sod.digests):
        yield _fault("order", "data groups are not in order", "ترتيب مجموعات البيانات خاطئ", OBJECT, "warning")
    length = _DIGEST_OCTETS[sod.hash]
    if any(len(digest) != length for digest in sod.digests.values()):
        yield _fault("digest_length", "a digest of the wrong length", "طول بصمة خاطئ", OBJECT)
    if sod.hash_null:
        yield _fault(
            "hash_null", "the hash identifier carries a NULL", "معاملات زائدة في خوارزمية البصمة", OBJECT, "warning"
        )


def _signed_data_rules(sod: SecurityObject, rules: Rules) -> Iterator[Check]:
    signed = sod.signed_data
    if signed.version != 3:
        yield _fault(
            "signed_data_version", f"SignedData version {signed.version}, not 3", "إصدار التوقيع ليس 3", SIGNED
        )
    if signed.content_type != rules.content_type:
        yield _fault(
            "content_type", f"content type {signed.content_type} is no LDS security object", "نوع المحتوى خاطئ", SIGNED
        )
    if len(signed.signers) != 1:
        result: Result = "unknown" if signed.signers else "fail"
        yield _fault("signers", f"{len(signed.signers)} signers, not one", "عدد الموقعين ليس واحدا", SIGNED, result)
    elif sod.signer is None:
        yield _fault("certificate", "the signer's certificate is not inside", "شهادة الموقع ليست في الملف", SIGNED)
    if len(signed.certificates) > 1:
        yield _fault("certificates", "more than the signer's certificate", "شهادات زائدة", SIGNED, "warning")
    if signed.crls:
        yield _fault("crls", "revocation lists inside", "قوائم إبطال داخل الملف", SIGNED, "warning")


def _signer_rules(sod: SecurityObject) -> Iterator[Check]:
    info, signed = sod.info, sod.signed_data
    if info.version != (1 if info.key_id is None else 3):
        yield _fault("signer_version", "the SignerInfo version does not fit", "إصدار معلومات الموقع خاطئ", SIGNED)
    if info.key_id is not None:
        yield _fault(
            "signer_id", "the signer is named by key identifier", "تعريف الموقع بمعرف المفتاح", SIGNED, "warning"
        )
    try:
        name, null = digest_algorithm(info.digest_algorithm_der)
        declared = [digest_algorithm(der) for der in signed.digest_algorithms]
    except Unsupported as error:
        yield _fault("digest_algorithm", f"not allowed: {error}", "خوارزمية بصمة غير مسموحة", "Doc 9303-12 §4.2")
        return
    if name not in {held for held, _ in declared}:
        yield _fault("digest_algorithm", "the digest algorithm is not declared", "خوارزمية البصمة غير معلنة", SIGNED)
    if null or len(declared) != 1 or declared[0][1]:
        yield _fault(
            "digest_form", "more than one digest algorithm, or a NULL", "صيغة خوارزمية البصمة", SIGNED, "warning"
        )
    try:
        algorithm = sod.algorithm
    except Unsupported as error:
        yield _fault("signature_algorithm", f"not allowed: {error}", "خوارزمية توقيع غير مسموحة", "Doc 9303-12 §4.2")
        return
    if (algorithm.scheme == "ecdsa" and algorithm.null) or algorithm.hash not in (None, name):
        yield _fault(
            "signature_form", "unusual signature algorithm", "صيغة خوارزمية توقيع غير معتادة", SIGNED, "warning"
        )
    kinds = info.attributes.get(CONTENT_TYPE, [])
    if len(kinds) != 1 or _oid(kinds[0]) != signed.content_type:
        yield _fault("content_type_attribute", "the signed content type differs", "نوع المحتوى الموقع مختلف", SIGNED)
    digests = info.attributes.get(MESSAGE_DIGEST, [])
    if len(digests) != 1 or digests[0][0] != OCTET_STRING:
        yield _fault("message_digest", "no signed digest of the content", "لا بصمة موقعة للمحتوى", SIGNED)
    if len(info.attributes) > 2:
        yield _fault("attributes", "further signed attributes", "خصائص موقعة زائدة", SIGNED, "warning")
    if info.unsigned_attributes:
        yield _fault("unsigned_attributes", "unsigned attributes", "خصائص غير موقعة", SIGNED, "warning")


def _oid(der: bytes) -> str:
    return dotted(Reader(der).content(OID))


def _fault(name: str, en: str, ar: str, clause: str, result: Result = "fail") -> Check:
    return Check(f"sod.{name}", "profile", result, en, ar, clause)
