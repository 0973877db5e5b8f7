"""The rules of an EF.SOD's form: one rule set for what we sign and what we accept.

`fail`: a verifier rejects it. `warning`: allowed to others, never made by us, so our own drafts treat it as a failure.
Values that were signed are judged by `keys.verify`; nothing here computes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from keys import deviations
from keys.algorithms import HASHES, Unsupported, digest_algorithm, signature_algorithm
from keys.der import OCTET_STRING, OID, DerError
from keys.security_object import SecurityObject
from keys.signed_data import CONTENT_TYPE, MESSAGE_DIGEST, SignedData, SignerInfo
from keys.verdict import Check, Result
from specs.load import load
from specs.schema.pki import SecurityObject as Rules

OBJECT: Final = "Doc 9303-10 §4.6.2.3"
MAX_SIGNERS: Final = 4  # judged; documents have one
SIGNED: Final = "Doc 9303-10 §4.6.2.2"
_MANDATORY: Final = "Doc 9303-10 §4.6"
_ALGORITHMS: Final = "Doc 9303-12 §4.2"
_DIGEST_OCTETS: Final = {name: algorithm.digest_size for name, algorithm in HASHES.items()}
_ODD: Final[dict[str, tuple[str, str, Result]]] = {
    "file.tag": ("the message lacks the file's tag 77", "ينقص الملف وسم 77", "fail"),
    "file.trailing": ("bytes follow the file's one element", "بايتات زائدة بعد عنصر الملف", "fail"),
    "cms.ber": ("BER, not DER", "ترميز BER وليس DER", "warning"),
    "cms.certificate_kind": ("something other than a certificate stands among them", "ليس كل ما فيه شهادات", "fail"),
    "cms.certificate_unreadable": ("a certificate inside cannot be read", "شهادة داخله غير مقروءة", "fail"),
    "cms.attribute_order": ("signed attributes are not in DER order", "ترتيب الخصائص الموقعة خاطئ", "warning"),
    "cms.attribute_twice": ("a signed attribute stands twice", "خاصية موقعة مكررة", "fail"),
    "integer.minimal": ("an INTEGER with a superfluous octet", "عدد صحيح ببايت زائد", "warning"),
}


def lint_security_object(sod: SecurityObject, rules: Rules) -> list[Check]:
    """What is wrong with the form of a security object; an empty list means nothing."""
    found = [_fault(name, en, ar, SIGNED, result) for name in sod.oddities for en, ar, result in (_ODD[name],)]
    if sod.broken:
        found.append(_fault("security_object", f"it cannot be read: {sod.broken}", "كائن الأمان غير مقروء", OBJECT))
    else:
        found += _object_rules(sod, rules)
    found += _signed_data_rules(sod, rules)
    for index, info in enumerate(sod.signed_data.signers[:MAX_SIGNERS]):
        rules_of_signer = _signer_rules(sod.signed_data, info)
        found += rules_of_signer if index == 0 else (replace(c, id=f"{c.id}.{index + 1}") for c in rules_of_signer)
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
    if lacking := [f"DG{number}" for number in rules.mandatory_data_groups if number not in sod.digests]:
        en, ar = f"it does not list {', '.join(lacking)}", f"لا يذكر {'، '.join(lacking)}"
        yield _fault("data_groups.mandatory", en, ar, _MANDATORY)
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
        known = signed.content_type in load().pki_tolerances.content_types.identifiers
        en, ar = f"content type {signed.content_type} is no LDS security object", "نوع المحتوى خاطئ"
        yield _fault("content_type", en, ar, SIGNED, "warning" if known else "fail", deviations.LDS)
    if len(signed.signers) != 1:
        result: Result = "warning" if signed.signers else "fail"
        yield _fault("signers", f"{len(signed.signers)} signers, not one", "عدد الموقعين ليس واحدا", SIGNED, result)
    if len(signed.signers) > MAX_SIGNERS:
        en, ar = f"only the first {MAX_SIGNERS} signers are judged", f"يُفحص أول {MAX_SIGNERS} موقّعين فقط"
        yield _fault("signers.many", en, ar, SIGNED, "unknown")
    if any(signer is None for signer in sod.signers):
        reason, arabic = "no certificate inside is named as the signer's", "لا شهادة في الملف باسم الموقع"
        yield _fault("certificate", reason, arabic, SIGNED, "warning")
    if len(signed.certificates) > 1:
        yield _fault("certificates", "more than the signer's certificate", "شهادات زائدة", SIGNED, "warning")
    if signed.crls:
        yield _fault("crls", "revocation lists inside", "قوائم إبطال داخل الملف", SIGNED, "warning")


def _signer_rules(signed: SignedData, info: SignerInfo) -> Iterator[Check]:
    if info.version != (1 if info.key_id is None else 3):
        yield _fault("signer_version", "the SignerInfo version does not fit", "إصدار معلومات الموقع خاطئ", SIGNED)
    if info.key_id is not None:
        yield _fault(
            "signer_id", "the signer is named by key identifier", "تعريف الموقع بمعرف المفتاح", SIGNED, "warning"
        )
    if info.signed_attributes:
        yield from _attribute_rules(info)
    else:
        yield _fault("attributes_absent", "there are no signed attributes", "لا خصائص موقعة", SIGNED)
    if info.unsigned_attributes:
        yield _fault("unsigned_attributes", "unsigned attributes", "خصائص غير موقعة", SIGNED, "warning")
    try:
        name, null = digest_algorithm(info.digest_algorithm_der)
        declared = [digest_algorithm(der) for der in signed.digest_algorithms]
    except (DerError, Unsupported) as error:
        yield _fault("digest_algorithm", f"not allowed: {error}", "خوارزمية بصمة غير مسموحة", _ALGORITHMS)
        return
    if name not in {held for held, _ in declared}:
        yield _fault("digest_algorithm", "the digest algorithm is not declared", "خوارزمية البصمة غير معلنة", SIGNED)
    if null or len(declared) != 1 or declared[0][1]:
        yield _fault(
            "digest_form", "more than one digest algorithm, or a NULL", "صيغة خوارزمية البصمة", SIGNED, "warning"
        )
    try:
        algorithm = signature_algorithm(info.signature_algorithm_der)
    except (DerError, Unsupported) as error:
        yield _fault("signature_algorithm", f"not allowed: {error}", "خوارزمية توقيع غير مسموحة", _ALGORITHMS)
        return
    if (algorithm.scheme == "ecdsa" and algorithm.null) or algorithm.hash not in (None, name):
        yield _fault(
            "signature_form", "unusual signature algorithm", "صيغة خوارزمية توقيع غير معتادة", SIGNED, "warning"
        )


def _attribute_rules(info: SignerInfo) -> Iterator[Check]:
    """Which there are; what they say is signed, and `keys.sod_signature` judges it."""
    kinds = info.attributes.get(CONTENT_TYPE, ())
    if len(kinds) != 1 or kinds[0][0] != OID:
        yield _fault("content_type_attribute", "no signed content type", "لا نوع موقع للمحتوى", SIGNED)
    digests = info.attributes.get(MESSAGE_DIGEST, ())
    if len(digests) != 1 or digests[0][0] != OCTET_STRING:
        yield _fault("message_digest", "no signed digest of the content", "لا بصمة موقعة للمحتوى", SIGNED)
    if len(info.attributes) > 2:
        yield _fault("attributes", "further signed attributes", "خصائص موقعة زائدة", SIGNED, "warning")


def _fault(name: str, en: str, ar: str, clause: str, result: Result = "fail", deviation: str = "") -> Check:
    return Check(f"sod.{name}", "profile", result, en, ar, clause, deviation)
