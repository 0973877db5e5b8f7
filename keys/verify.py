"""Is this EF.SOD genuine, and are these its data groups? A verdict on bytes, whoever issued them.

Steps: 1. it reads as DER; 2. its form keeps Doc 9303-10; 3. the signed digest is that of the security object; 4. the
signature is the document signer's; 5. the data groups have the digests listed; 6. EF.COM agrees; 7. the signer's path.

Nothing here shares an encoder with the builders. A security object of our own State must be exactly as we make them:
what others may do differently (`warning`) fails there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from keys import algorithms
from keys.algorithms import Unsupported
from keys.chain import verify_chain
from keys.der import DerError
from keys.known_forms import read_and_lint
from keys.security_object import OBJECT, SecurityObject
from keys.signing import Purpose
from keys.trust import TrustStore
from keys.verdict import Check, Level, Result, Verdict
from specs.load import load
from specs.schema.pki import Pki

PASSIVE: Final = "Doc 9303-11 §5.1"
COM: Final = "Doc 9303-10 §4.6.1"
MAX_DATA_GROUP_BYTES: Final = 4_194_304
_TAGS: Final = bytes.fromhex("6175637665666768696A6B6C6D6E6F70")  # DG1 to DG16, Doc 9303-10 table 35
_TAG_TO_NUMBER: Final = {tag: number for number, tag in enumerate(_TAGS, start=1)}


def verify_sod(
    sod: bytes,
    data_groups: Mapping[int, bytes],
    trust: TrustStore,
    at: datetime,
    *,
    com: bytes | None = None,
    partial: bool = False,
    pki: Pki | None = None,
) -> Verdict:
    """The verdict at `at` (aware) on a whole EF.SOD and the data-group files read with it (number -> whole file).

    com: EF.COM, when it was read. partial: not every listed group was meant to be read (DG3 is behind an inspection
    right); without it a listed group that is absent leaves the verdict indeterminate. pki: default, the one in force.
    Facts: kind, country, signer_serial, signer_until, hash, lds_version, data_groups (numbers listed).
    """
    pki = pki or load().pki_profiles
    try:
        held, checks = read_and_judge(sod, pki)
    except (DerError, Unsupported) as error:
        reason = f"not an EF.SOD in DER: {error}"
        return Verdict.of(
            [_check("encoding", "profile", "fail", reason, "ليس كائن أمان صحيح الترميز")], {"kind": "sod"}
        )
    checks += data_group_faults(held, data_groups)
    checks += [_absent(number, partial) for number in sorted(held.digests.keys() - data_groups.keys())]
    if com is not None:
        checks += _com_faults(com, held)
    checks = [*_passed(checks, held, data_groups), *checks]
    if held.signer is not None:
        others = [der for der in held.signed_data.certificates if der != held.signer.der]
        checks += verify_chain(held.signer.der, Purpose.document_signer, trust, at, others, pki=pki)
    return Verdict.of(checks, _facts(held))


def read_and_judge(sod: bytes, pki: Pki) -> tuple[SecurityObject, list[Check]]:
    """The values of a whole EF.SOD, and what is wrong with its form, digest and signature.

    Raises `DerError` or `Unsupported` when it cannot be read.
    """
    held, found = read_and_lint(sod, pki.security_object)
    if held.signer is None:
        return held, found
    if found and held.signer.country == pki.names.country_code:
        found = [replace(c, result="fail") if c.result == "warning" else c for c in found]
    return held, found + _signature_faults(held)


def _signature_faults(held: SecurityObject) -> list[Check]:
    signer, info, content = held.signer, held.info, held.signed_data.content
    if signer is None or content is None:
        return []
    try:
        name = algorithms.digest_algorithm(info.digest_algorithm_der)[0]
        found = []
        if algorithms.digest(name, content) != held.message_digest:
            found.append(_check("digest", "crypto", "fail", "the signed digest differs", "البصمة الموقعة مختلفة"))
        if not algorithms.holds(signer.public_key, held.algorithm, info.signature, info.signed_attributes, name):
            found.append(_check("signature", "crypto", "fail", "the signature does not hold", "التوقيع غير صحيح"))
    except Unsupported as error:
        return [_check("signature", "crypto", "unknown", f"not supported: {error}", "خوارزمية غير مدعومة هنا")]
    return found


def data_group_faults(held: SecurityObject, data_groups: Mapping[int, bytes]) -> list[Check]:
    """What is wrong with the data groups that are there."""
    found = []
    for number, file in data_groups.items():
        expected = held.digests.get(number)
        if expected is None:
            reason, arabic = f"DG{number} is not covered by the security object", "مجموعة بيانات غير مشمولة بالتوقيع"
            found.append(_check(f"data_group.{number}", "crypto", "fail", reason, arabic))
        elif len(file) > MAX_DATA_GROUP_BYTES or algorithms.digest(held.hash, file) != expected:
            reason, arabic = f"DG{number} is not the one that was signed", "مجموعة البيانات تغيرت بعد التوقيع"
            found.append(_check(f"data_group.{number}", "crypto", "fail", reason, arabic))
    return found


def _absent(number: int, partial: bool) -> Check:
    result: Result = "warning" if partial else "unknown"
    reason = f"DG{number} is listed, and was not read"
    return _check(f"data_group.{number}", "crypto", result, reason, "مجموعة بيانات مذكورة ولم تُقرأ")


def _com_faults(com: bytes, held: SecurityObject) -> list[Check]:
    try:
        listed = _com_list(com)
    except DerError as error:
        return [Check("sod.com", "profile", "fail", f"EF.COM is malformed: {error}", "ملف EF.COM تالف", COM)]
    if listed != set(held.digests):
        reason = f"EF.COM lists {sorted(listed)}, the security object {sorted(held.digests)}"
        return [Check("sod.com", "profile", "fail", reason, "قائمة EF.COM تخالف كائن الأمان", COM)]
    return [Check("sod.com", "profile", "pass", "EF.COM agrees", "ملف EF.COM مطابق", COM)]


def _com_list(com: bytes) -> set[int]:
    """Data group numbers of EF.COM: 60 { 5F01 04 ...; 5F36 06 ...; 5C n tags }. Its tags have two bytes; so by hand."""
    if len(com) < 17 or com[0] != 0x60 or com[1] != len(com) - 2 or com[1] > 0x7F:
        raise DerError("not one element of tag 60")
    if com[2:5] != b"\x5f\x01\x04" or com[9:12] != b"\x5f\x36\x06" or com[18:19] != b"\x5c":
        raise DerError("version or tag list missing")
    if com[19] != len(com) - 20 or not (com[5:9] + com[12:18]).isdigit():
        raise DerError("a version that is no number, or a list of the wrong length")
    tags = com[20:]
    if len(set(tags)) != len(tags) or any(tag not in _TAG_TO_NUMBER for tag in tags):
        raise DerError("a tag that is no data group, or stands twice")
    return {_TAG_TO_NUMBER[tag] for tag in tags}


def _passed(faults: Iterable[Check], held: SecurityObject, data_groups: Mapping[int, bytes]) -> list[Check]:
    """A `pass` for every step that found nothing wrong."""
    bad = {check.id for check in faults if check.result in ("fail", "unknown")}
    form = {
        i for i in bad if not i.startswith("sod.data_group") and i not in ("sod.digest", "sod.signature", "sod.com")
    }
    passed = []
    if not form:
        passed.append(_check("form", "profile", "pass", "well formed", "سليم البنية", OBJECT))
    if held.signer is not None:
        if "sod.digest" not in bad:
            passed.append(_check("digest", "crypto", "pass", "the signed digest holds", "البصمة الموقعة صحيحة"))
        if "sod.signature" not in bad:
            passed.append(_check("signature", "crypto", "pass", "the signature holds", "التوقيع صحيح"))
    for number in sorted(data_groups):
        if f"sod.data_group.{number}" not in bad:
            reason, arabic = f"DG{number} is as signed", "مجموعة البيانات كما وُقّعت"
            passed.append(_check(f"data_group.{number}", "crypto", "pass", reason, arabic))
    return passed


def _facts(held: SecurityObject) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "kind": "sod",
        "hash": held.hash,
        "lds_version": held.lds_version,
        "data_groups": sorted(held.digests),
    }
    if held.signer is not None:
        facts |= {
            "country": held.signer.country,
            "signer_serial": f"{held.signer.serial:X}",
            "signer_until": held.signer.not_after.at.isoformat(),
        }
    return facts


def _check(name: str, level: Level, result: Result, reason: str, reason_ar: str, clause: str = PASSIVE) -> Check:
    return Check(f"sod.{name}", level, result, reason, reason_ar, clause)
