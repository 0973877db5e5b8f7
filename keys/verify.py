"""Is this EF.SOD genuine, and are these its data groups? A verdict on bytes, whoever issued them.

Steps, each with its result, also when it passes: 1. it reads (`sod.encoding`); 2. its form keeps Doc 9303-10
(`sod.form`); 3. the signed digest is that of the security object (`sod.digest`); 4. the signature is the document
signer's (`sod.signature`); 5. the data groups have the digests listed (`sod.data_group.N`); 6. EF.COM agrees
(`sod.com`); 7. the signer's path at the time of signing (`chain.*`). One fault never hides the next.

Nothing here shares an encoder with the builders. A security object of our own State must be exactly as we make them:
what others may do differently (`warning`) fails there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from keys import algorithms, deviations
from keys.chain import ChainJudgement, judge_chain
from keys.der import GENERALIZED_TIME, UTC_TIME, DerError, Reader
from keys.der import time as read_time
from keys.known_forms import read_and_lint
from keys.lint_sod import OBJECT
from keys.security_object import SecurityObject
from keys.signed_data import SignerInfo
from keys.signing import Purpose
from keys.sod_signature import PASSIVE, SignerJudgement, judge_signers
from keys.trust import TrustStore
from keys.verdict import Check, Level, Result, Verdict
from keys.x509 import Certificate, NameAttribute
from specs.load import load
from specs.schema.pki import Pki
from specs.schema.tolerances import SigningTime

COM: Final = "Doc 9303-10 §4.6.1"
MAX_DATA_GROUP_BYTES: Final = 4_194_304
_COM_WRONG: Final = deviations.COM_INCONSISTENT
_SIGNING_TIME: Final = "1.2.840.113549.1.9.5"
_TAGS: Final = bytes.fromhex("6175637665666768696A6B6C6D6E6F70")  # DG1 to DG16, Doc 9303-10 table 35
_TAG_TO_NUMBER: Final = {tag: number for number, tag in enumerate(_TAGS, start=1)}
_SHORT_NAMES: Final = {"2.5.4.6": "C", "2.5.4.10": "O", "2.5.4.11": "OU", "2.5.4.3": "CN", "2.5.4.5": "serialNumber"}


@dataclass(frozen=True, slots=True)
class SodJudgement:
    """held: None when it does not read. signers: of each signer, the certificate that was judged, or None."""

    verdict: Verdict
    held: SecurityObject | None = None
    signers: tuple[Certificate | None, ...] = ()


def verify_sod(
    sod: bytes,
    data_groups: Mapping[int, bytes],
    trust: TrustStore,
    at: datetime,
    *,
    com: bytes | None = None,
    partial: bool = False,
    issued_on: date | None = None,
    pki: Pki | None = None,
    signing_time: SigningTime | None = None,
) -> Verdict:
    """The verdict of `judge_sod`. partial: no listed group was meant to be read beyond those given."""
    judged = judge_sod(
        sod,
        data_groups,
        trust,
        at,
        com=com,
        unread=_TAG_TO_NUMBER.values() if partial else (),
        issued_on=issued_on,
        pki=pki,
        signing_time=signing_time,
    )
    return judged.verdict


def judge_sod(
    sod: bytes,
    data_groups: Mapping[int, bytes],
    trust: TrustStore,
    at: datetime,
    *,
    com: bytes | None = None,
    unread: Collection[int] = (),
    issued_on: date | None = None,
    pki: Pki | None = None,
    signing_time: SigningTime | None = None,
) -> SodJudgement:
    """What to say at `at` (aware) of a whole EF.SOD and the data-group files read with it (number -> whole file).

    com: EF.COM, when it was read. unread: the groups that were not meant to be read (DG3 is behind an inspection
    right); any other listed group that is absent leaves the verdict indeterminate. issued_on: date of issue, where
    something says it: it narrows when the signature was made, by `signing_time`. pki, signing_time: default, the
    ones in force.
    Facts of the verdict: kind, country, signer_serial, signer_until, hash, lds_version, data_groups (numbers listed),
    path (of each certificate: subject, country, serial, sha256); of several signers, those of the first.
    """
    pki = pki or load().pki_profiles
    try:
        held, form = read_and_lint(sod, pki.security_object)
    except DerError as error:
        reason = f"not an EF.SOD: {error}"
        checks = [_check("encoding", "profile", "fail", reason, "ليس كائن أمان مقروءا")]
        return SodJudgement(Verdict.of(checks, {"kind": "sod"}))
    judged = judge_signers(held, trust)
    ours = _is_ours(judged, pki)
    faults = _as_ours([*form, *_faults(judged)], ours)
    com_checks = [] if com is None else _com_checks(com, held)
    checks = [
        _check("encoding", "profile", "pass", "it reads", "مقروء"),
        *_passed(_as_ours(form, ours), judged),
        *faults,
        *_data_groups(held, data_groups, unread, ours=ours),
        *com_checks,
    ]
    first: tuple[Certificate, ...] = ()
    for index, one in enumerate(judged):
        if one.certificate is not None:
            found = _chain(
                held, one.certificate, held.signed_data.signers[index], trust, (at, issued_on, signing_time), pki
            )
            first = found.path if index == 0 else first
            checks += numbered([*_from_the_future(held.signed_data.signers[index], at), *found.checks], index)
    facts = _facts(held, judged[0].certificate if judged else None, first)
    return SodJudgement(Verdict.of(checks, facts), held, tuple(one.certificate for one in judged))


def read_and_judge(sod: bytes, pki: Pki) -> tuple[SecurityObject, list[Check]]:
    """The values of a whole EF.SOD, and what is wrong with its form, digest and signature.

    Raises `DerError` when it cannot be read.
    """
    held, form = read_and_lint(sod, pki.security_object)
    judged = judge_signers(held)
    return held, _as_ours([*form, *_faults(judged)], _is_ours(judged, pki))


def _is_ours(judged: list[SignerJudgement], pki: Pki) -> bool:
    """Whoever names our State in any spelling is held to our rules: no spelling buys what others are forgiven."""
    ours = pki.names.country_code.casefold()
    return any(ours in one.certificate.countries for one in judged if one.certificate is not None)


def _as_ours(found: list[Check], ours: bool) -> list[Check]:
    return [replace(c, result="fail") if c.result == "warning" else c for c in found] if ours and found else found


def _faults(judged: list[SignerJudgement]) -> Iterable[Check]:
    for index, one in enumerate(judged):
        yield from numbered(one.faults, index)


def numbered(checks: Iterable[Check], index: int) -> Iterable[Check]:
    """index: of the signer, from 0. The checks of the second and further signers carry the signer's number."""
    return checks if index == 0 else (replace(c, id=f"{c.id}.{index + 1}") for c in checks)


def _chain(
    held: SecurityObject,
    certificate: Certificate,
    info: SignerInfo,
    trust: TrustStore,
    moments: tuple[datetime, date | None, SigningTime | None],
    pki: Pki,
) -> ChainJudgement:
    at, issued_on, around = moments
    # the certificates inside may lie on the path of the first signer alone: each further search would cost as much
    inside = held.signed_data.certificates if info is held.signed_data.signers[0] else []
    others = [der for der in inside if der != certificate.der]
    signed_at = signing_moment(info, certificate, issued_on, at, around)
    return judge_chain(certificate.der, Purpose.document_signer, trust, at, others, signed_at=signed_at, pki=pki)


def signing_moment(
    info: SignerInfo, certificate: Certificate, issued_on: date | None, at: datetime, around: SigningTime | None = None
) -> tuple[datetime, datetime]:
    """The earliest and the latest moment at which the signature may have been made, none later than `at`.

    signingTime says it; else it lies around the date of issue; else in the usage period of the signer's key.
    """
    if stated := _signing_time(info):
        return min(stated, at), min(stated, at)
    if issued_on is not None:
        around = around or load().pki_tolerances.signing_time
        midnight = datetime.combine(issued_on, time(), UTC)
        earliest = midnight - timedelta(days=around.before_issue_days)
        latest = midnight + timedelta(days=around.after_issue_days + 1)
        return min(earliest, at), min(latest, at)
    try:
        begun, ended = certificate.private_key_usage_period
    except DerError:
        begun, ended = None, None
    return min(begun or certificate.not_before.at, at), min(ended or certificate.not_after.at, at)


def _from_the_future(info: SignerInfo, at: datetime) -> Iterable[Check]:
    stated = _signing_time(info)
    if stated is not None and stated > at:
        reason = f"it says that it was signed at {stated:%Y-%m-%d %H:%M}Z, later than this inspection"
        yield Check("sod.signing_time", "policy", "fail", reason, "وقت التوقيع المذكور بعد وقت الفحص", "RFC 5652 §11.3")


def _signing_time(info: SignerInfo) -> datetime | None:
    values = info.attributes.get(_SIGNING_TIME, ())
    if len(values) != 1:
        return None
    try:
        reader = Reader(values[0])
        tag = reader.peek()
        return read_time(tag, reader.content(tag), []) if tag in (UTC_TIME, GENERALIZED_TIME) else None
    except DerError:
        return None


def _data_groups(
    held: SecurityObject, data_groups: Mapping[int, bytes], unread: Collection[int], *, ours: bool
) -> Iterable[Check]:
    """Every file that is there, then every listed one that is not."""
    for number, file in sorted(data_groups.items()):
        name, expected = f"data_group.{number}", held.digests.get(number)
        if expected is None:
            result: Result = "fail" if ours else "unknown"
            reason, arabic = (
                f"DG{number} is not covered by the security object",
                f"المجموعة DG{number} غير مشمولة بالتوقيع",
            )
            yield _check(name, "crypto", result, reason, arabic)
        elif len(file) > MAX_DATA_GROUP_BYTES or algorithms.digest(held.hash, file) != expected:
            reason, arabic = f"DG{number} is not the one that was signed", f"المجموعة DG{number} تغيرت بعد التوقيع"
            yield _check(name, "crypto", "fail", reason, arabic, deviations.DG_HASH_WRONG)
        else:
            yield _check(name, "crypto", "pass", f"DG{number} is as signed", f"المجموعة DG{number} كما وُقّعت")
    for number in sorted(held.digests.keys() - data_groups.keys()):
        reason, arabic = f"DG{number} is listed, and was not read", f"المجموعة DG{number} مذكورة ولم تُقرأ"
        yield _check(f"data_group.{number}", "crypto", "warning" if number in unread else "unknown", reason, arabic)


def _com_checks(com: bytes, held: SecurityObject) -> list[Check]:
    try:
        listed = _com_list(com)
    except DerError as error:
        return [
            Check("sod.com", "profile", "fail", f"EF.COM is malformed: {error}", "ملف EF.COM تالف", COM, _COM_WRONG)
        ]
    if listed != set(held.digests):
        reason = f"EF.COM lists {sorted(listed)}, the security object {sorted(held.digests)}"
        return [Check("sod.com", "profile", "fail", reason, "قائمة EF.COM تخالف كائن الأمان", COM, _COM_WRONG)]
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


def _passed(form: list[Check], judged: list[SignerJudgement]) -> Iterable[Check]:
    """A `pass` for each of the steps 2 to 4 that was taken and found nothing wrong."""
    if not any(check.result in ("fail", "unknown") for check in form):
        yield Check("sod.form", "profile", "pass", "well formed", "سليم البنية", OBJECT)
    for index, one in enumerate(judged):
        steps = []
        if one.digest_holds:
            steps.append(_check("digest", "crypto", "pass", "the signed digest holds", "البصمة الموقعة صحيحة"))
        if one.signature_holds:
            steps.append(_check("signature", "crypto", "pass", "the signature holds", "التوقيع صحيح"))
        yield from numbered(steps, index)


def _facts(held: SecurityObject, signer: Certificate | None, path: tuple[Certificate, ...]) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "kind": "sod",
        "hash": held.hash,
        "lds_version": held.lds_version,
        "data_groups": sorted(held.digests),
    }
    if signer is not None:
        facts |= {
            "country": signer.country,
            "signer_serial": f"{signer.serial:X}",
            "signer_until": signer.not_after.at.isoformat(),
            "path": [
                {
                    "subject": _written(c.subject),
                    "country": c.country,
                    "serial": f"{c.serial:X}",
                    "sha256": c.sha256.hex(),
                }
                for c in path
            ],
        }
    return facts


def _written(name: tuple[NameAttribute, ...]) -> str:
    return ", ".join(f"{_SHORT_NAMES.get(a.oid, a.oid)}={a.value}" for a in name)


def _check(name: str, level: Level, result: Result, reason: str, reason_ar: str, deviation: str = "") -> Check:
    return Check(f"sod.{name}", level, result, reason, reason_ar, PASSIVE, deviation)
