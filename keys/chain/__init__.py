"""From a signer's certificate to an anchor: whose key signed what, by which rules, when, and whether it was revoked.

Pure: the trust store and the moment are arguments. Steps: 1. the certificate reads; 2. its usage fits the purpose;
3. a path of signatures leads to an anchor (`search`); 4. the path keeps its rules (`rules`); 5. it held when it was
used (`periods`); 6. nothing on it is revoked (`revocation`). Our PDFs, records and time stamps need signers of our own
State besides, and so everybody above them. Everything no moment changes is worked out once for each certificate and
kept with the trust store.

Of several paths the one that fares best is told. Policy chosen: without a list of the day nothing is known about
revocation; a revoked certificate fails whenever it was revoked.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from keys import names
from keys.algorithms import Unsupported
from keys.chain.periods import Interval, Periods
from keys.chain.revocation import Listed, Revocation, judge_revocation, listings
from keys.chain.rules import PATH, check, judge_rules, said_twice_alike
from keys.chain.search import Found, Path, find_paths, looked_at, made
from keys.der import BIT_STRING, SEQUENCE, DerError, Reader, whole_bytes
from keys.deviations import DS_SIGNATURE
from keys.our_country import speaks_for_us
from keys.signing import Purpose
from keys.trust import TrustStore
from keys.verdict import Check, Result
from keys.x509 import Certificate, read_certificate
from specs.load import load
from specs.schema.pki import CertificateProfile, Pki

__all__ = ["PATH", "ChainJudgement", "Revocation", "judge_chain", "verify_chain"]

_CA_PURPOSES: Final = (Purpose.csca, Purpose.services_root)
_OURS_ALONE: Final = (Purpose.pdf_signer, Purpose.record_signer, Purpose.time_stamp_authority)  # no State signs ours
_ISSUED: Final = check("issuer", "crypto", "pass", ("a trusted root issued it", "أصدرتها سلطة جذر موثوقة"))


@dataclass(frozen=True)
class ChainJudgement:
    """checks: `chain.*`; path: signer first, as far as one was found; revocation: of the path's certificates."""

    checks: list[Check]
    path: Path
    revocation: Revocation


@dataclass(frozen=True, slots=True)
class _Known:
    """What no moment changes about one path."""

    path: Path
    rules: tuple[Check, ...]
    periods: Periods
    listed: tuple[Listed, ...]


def verify_chain(
    certificate: bytes,
    purpose: Purpose,
    trust: TrustStore,
    at: datetime,
    extra: Sequence[bytes] = (),
    *,
    pki: Pki | None = None,
) -> list[Check]:
    """The checks of `judge_chain`, everything to hold at `at`."""
    return judge_chain(certificate, purpose, trust, at, extra, pki=pki).checks


def judge_chain(
    certificate: bytes,
    purpose: Purpose,
    trust: TrustStore,
    at: datetime,
    extra: Sequence[bytes] = (),
    *,
    signed_at: Interval | None = None,
    pki: Pki | None = None,
) -> ChainJudgement:
    """What a signer's DER certificate stands on. extra: untrusted certificates that may lie on the path.

    at: aware moment of the inspection. signed_at: the earliest and latest moment at which the signature may have been
    made; without it everything must hold at `at`. pki: default, the specification in force.
    """
    pki = pki or load().pki_profiles
    try:
        signer = read_certificate(certificate)
        ours = pki.names.country_code.casefold()
        found, known = trust.remembered(_known, (certificate, looked_at(extra), ours))
        fits = _purpose(signer, purpose, pki)
        if not known:
            periods = Periods.of(found.nearest).judge(at, signed_at)
            checks = [fits, _no_issuer(found, trust, pki), *said_twice_alike(found.nearest), *periods]
            return ChainJudgement(checks, found.nearest, "unknown")
    except DerError as error:
        words = (f"the certificate is not DER: {error}", "الشهادة غير مقروءة")
        return ChainJudgement([check("certificate", "profile", "fail", words)], (), "unknown")
    except Unsupported as error:
        words = (f"not supported: {error}", "خوارزمية الشهادة غير مدعومة هنا")
        return ChainJudgement([check("certificate", "crypto", "unknown", words)], (), "unknown")
    if purpose in _OURS_ALONE:
        known = tuple(replace(one, rules=(*one.rules, _ours(one.path, pki))) for one in known)
    judged = [_judgement(one, fits, purpose, at, signed_at) for one in known]
    return judged[0] if len(judged) == 1 else min(judged, key=_fared)


def _known(trust: TrustStore, question: tuple[bytes, tuple[bytes, ...], str]) -> tuple[Found, tuple[_Known, ...]]:
    """question: the signer's certificate, untrusted ones, our country. Raises `DerError` when every path is broken."""
    certificate, extra, ours = question
    found: Found = trust.remembered(find_paths, (certificate, extra))
    known, broken = [], None
    for path in found.paths:
        try:
            known.append(_Known(path, judge_rules(path, ours), Periods.of(path), listings(trust, path)))
        except DerError as error:
            broken = error
    if broken is not None and not known:
        raise broken
    return found, tuple(known)


def _judgement(
    known: _Known, fits: Check, purpose: Purpose, at: datetime, signed_at: Interval | None
) -> ChainJudgement:
    checks = [fits, _ISSUED, *known.rules, *known.periods.judge(at, signed_at)]
    if purpose in _CA_PURPOSES:
        return ChainJudgement(checks, known.path, "unknown")
    said, revocation = judge_revocation(known.listed, at)
    return ChainJudgement([*checks, *said], known.path, revocation)


def _ours(path: Path, pki: Pki) -> Check:
    """Our certificates, records and time stamps are vouched for by our own authorities, whatever else is trusted."""
    if all(speaks_for_us(one.der, pki.names) for one in path):
        return check("own_state", "policy", "pass", ("signed and vouched for by our State", "وقّعته دولتنا وتشهد له"))
    words = (
        "another State's authority vouches for a signer that is ours alone",
        "تشهد سلطة دولة أخرى لموقّع يخص دولتنا",
    )
    return check("own_state", "crypto", "fail", words)


def _fared(judgement: ChainJudgement) -> tuple[int, ...]:
    """Fewer faults first, then fewer open questions, then fewer warnings, then the shorter path."""
    order: tuple[Result, ...] = ("fail", "unknown", "warning")
    results = [found.result for found in judgement.checks]
    return (*(results.count(result) for result in order), len(judgement.path))


def _purpose(signer: Certificate, purpose: Purpose, pki: Pki) -> Check:
    """The usages the profile gives a signer of this purpose; nothing beyond them either."""
    profile = pki.for_purpose(purpose.value)[1]
    beyond = (signer.key_usage or frozenset()) - frozenset(profile.key_usage)
    wrong = []
    if not (signer.key_usage or frozenset()).issuperset(profile.key_usage):
        wrong.append("key usage")
    if sorted(signer.extended_key_usage) != sorted(profile.extended_key_usage):
        wrong.append("extended key usage")
    if signer.basic_constraints[0] != (purpose in _CA_PURPOSES):
        wrong.append("basic constraints")
    ours = signer.country.casefold() == pki.names.country_code.casefold()
    if beyond and (ours or _serious(beyond, profile)):
        wrong.append("key usage")
    if wrong:
        reason = f"not a {purpose.value} certificate: {', '.join(dict.fromkeys(wrong))}"
        return check("purpose", "profile", "fail", (reason, "الشهادة ليست لهذا الغرض"), profile.source)
    if beyond:
        words = ("its key may be used for more than this", "استعمالات مفتاح الشهادة أوسع من هذا الغرض")
        return check("purpose", "profile", "warning", words, profile.source)
    return check(
        "purpose", "profile", "pass", ("the certificate is for this use", "الشهادة لهذا الغرض"), profile.source
    )


def _serious(beyond: frozenset[str], profile: CertificateProfile) -> bool:
    """A signer that may issue, or lists, is none; and where the profile names no usage none may stand."""
    return not profile.key_usage or bool(beyond & {"key_cert_sign", "crl_sign"})


def _no_issuer(found: Found, trust: TrustStore, pki: Pki) -> Check:
    """Why no path was found, and whether that alone shows a forgery."""
    for certificate in found.nearest:
        if forged := _forged(certificate, trust, pki):
            return forged
    if found.uncomputable:
        words = (f"a signature above it cannot be computed here: {found.uncomputable}", "توقيع فوقها غير مدعوم هنا")
        return check("issuer", "crypto", "unknown", words)
    if found.exhausted:
        words = ("too many certificates to try", "الشهادات المحتملة أكثر من الحد")
        return check("issuer", "crypto", "unknown", words)
    return check("issuer", "crypto", "unknown", ("the issuer is not trusted here", "المُصدِر غير معروف هنا"))


def _forged(certificate: Certificate, trust: TrustStore, pki: Pki) -> Check | None:
    """A certificate that is an anchor's by name and by nothing else: of our own State, or naming that anchor's key."""
    anchors = [anchor for anchor in trust.named(certificate.issuer_der) if trust.is_anchor(anchor)]
    # of our own State we know every key: what stands under its name and none of them made is forged
    ours = names.country(certificate.issuer_der) == pki.names.country_code.casefold()
    if not ours:
        anchors = [anchor for anchor in anchors if _key_digest(anchor) == certificate.authority_key_identifier]
    try:
        if not anchors or any(trust.remembered(made, (anchor.spki_der, certificate.der)) for anchor in anchors):
            return None
    except Unsupported:
        return None
    if ours:
        words = ("no key of its issuer made this signature", "لم يوقعها أي مفتاح للمُصدِر")
        return check("issuer", "crypto", "fail", words)
    words = ("it names a trusted key that did not make its signature", "تذكر مفتاحا موثوقا لم يوقّعها")
    return replace(check("issuer", "crypto", "fail", words), deviation=DS_SIGNATURE)


def _key_digest(certificate: Certificate) -> bytes:
    """The key identifier that can be of this key only (RFC 5280 §4.2.1.2 (1)), whatever the certificate says."""
    reader = Reader(certificate.spki_der).enter(SEQUENCE)
    reader.whole(SEQUENCE)
    return hashlib.sha1(whole_bytes(reader.content(BIT_STRING), []), usedforsecurity=False).digest()
