"""From a signer's certificate to an anchor: signatures, validity at a moment, purpose, revocation.

Pure: the trust store and the moment are arguments. Steps: 1. the certificate reads; 2. its usage fits the purpose;
3. an issuer is found whose key made its signature, up to an anchor; 4. every certificate of the path holds at `at`;
5. revocation.

Policy chosen: without a fresh revocation list nothing is known about revocation, so the answer is `unknown`; a revoked
certificate fails whenever it was revoked, because a security object carries no trusted time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Final, Literal

from keys import algorithms
from keys.algorithms import Unsupported
from keys.crl import RevocationList
from keys.der import DerError
from keys.signing import Purpose
from keys.trust import TrustStore
from keys.verdict import Check, Level, Result
from keys.x509 import Certificate, read_certificate
from specs.load import load
from specs.schema.pki import Pki

MAX_PATH: Final = 5
PATH: Final = "Doc 9303-12 §6, RFC 5280 §6.1"
REVOCATION: Final = "Doc 9303-12 §4.1.4"
_CA_PURPOSES: Final = (Purpose.csca, Purpose.services_root)


Revocation = Literal["revoked", "not_revoked", "unknown"]


@dataclass(frozen=True)
class ChainJudgement:
    """checks: `chain.*`; path: signer first, as far as one was found; revocation: of the path's certificates."""

    checks: list[Check]
    path: tuple[Certificate, ...]
    revocation: Revocation


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
    signed_at: tuple[datetime, datetime] | None = None,
    pki: Pki | None = None,
) -> ChainJudgement:
    """What a signer's DER certificate stands on. extra: untrusted certificates that may lie on the path.

    at: aware moment of the inspection. signed_at: the earliest and latest moment at which the signature may have been
    made; without it everything must hold at `at`. pki: default, the specification in force.
    """
    pki = pki or load().pki_profiles
    path: list[Certificate] = []
    checks: list[Check] = []
    try:
        signer = read_certificate(certificate)
        checks.append(_purpose(signer, purpose, pki))
        path, found = _path(signer, trust, extra, pki)
        checks.append(found)
        checks += _validity(path, at) if signed_at is None else _validity_at_signing(path, at, signed_at)
        if found.result == "pass" and purpose not in _CA_PURPOSES:
            checks.append(_revocation(path, trust, at))
    except DerError as error:
        words = (f"the certificate is not DER: {error}", "الشهادة غير مقروءة")
        checks = [_check("certificate", "profile", "fail", words)]
    except Unsupported as error:
        words = (f"not supported: {error}", "خوارزمية الشهادة غير مدعومة هنا")
        checks = [_check("certificate", "crypto", "unknown", words)]
    said = {check.result for check in checks if check.id == "chain.revocation"}
    revocation: Revocation = "revoked" if "fail" in said else "not_revoked" if "pass" in said else "unknown"
    return ChainJudgement(checks, tuple(path), revocation)


def _purpose(signer: Certificate, purpose: Purpose, pki: Pki) -> Check:
    """The usages the profile gives a signer of this purpose; nothing beyond them either."""
    profile = pki.for_purpose(purpose.value)[1]
    wrong = []
    if (signer.key_usage or frozenset()) != frozenset(profile.key_usage):
        wrong.append("key usage")
    if sorted(signer.extended_key_usage) != sorted(profile.extended_key_usage):
        wrong.append("extended key usage")
    if signer.basic_constraints[0] != (purpose in _CA_PURPOSES):
        wrong.append("basic constraints")
    if wrong:
        reason = f"not a {purpose.value} certificate: {', '.join(wrong)}"
        return _check("purpose", "profile", "fail", (reason, "الشهادة ليست لهذا الغرض"), profile.source)
    return _check(
        "purpose", "profile", "pass", ("the certificate is for this use", "الشهادة لهذا الغرض"), profile.source
    )


def _path(signer: Certificate, trust: TrustStore, extra: Sequence[bytes], pki: Pki) -> tuple[list[Certificate], Check]:
    """The certificates from the signer to an anchor as far as found, and what became of the search."""
    path = [signer]
    candidates = [read_certificate(der) for der in extra[:16]]
    while len(path) < MAX_PATH:
        last = path[-1]
        if trust.is_anchor(last):
            return path, _check("issuer", "crypto", "pass", ("a trusted root issued it", "أصدرتها سلطة جذر موثوقة"))
        anchors = [c for c in trust.named(last.issuer_der) if trust.is_anchor(c)]
        below = [c for c in candidates if c.subject_der == last.issuer_der and c not in path and _may_issue(c)]
        issuer = next((c for c in (*anchors, *below) if _may_issue(c) and _made(c, last)), None)
        if issuer is None:
            return path, _no_issuer(last, bool(anchors), pki)
        path.append(issuer)
    return path, _check("issuer", "policy", "fail", ("the path is too long", "سلسلة الشهادات أطول من المسموح"))


def _may_issue(certificate: Certificate) -> bool:
    return certificate.basic_constraints[0] and "key_cert_sign" in (certificate.key_usage or ())


def _made(issuer: Certificate, below: Certificate) -> bool:
    """Whether the issuer's key made the signature on `below`, whose two algorithm fields must agree."""
    if below.inner_algorithm_der != below.outer_algorithm_der:
        return False
    try:
        return algorithms.holds(issuer.public_key, below.algorithm, below.signature, below.tbs)
    except Unsupported:
        return False


def _no_issuer(last: Certificate, named: bool, pki: Pki) -> Check:
    """Of our own State we know every key: a certificate under its name that none of them made is forged."""
    own = pki.names.country_code
    if named and own in {a.value for a in last.issuer if a.oid == "2.5.4.6"}:
        return _check(
            "issuer", "crypto", "fail", ("no key of its issuer made this signature", "لم يوقعها أي مفتاح للمُصدِر")
        )
    return _check("issuer", "crypto", "unknown", ("the issuer is not trusted here", "المُصدِر غير معروف هنا"))


def _validity(path: list[Certificate], at: datetime) -> list[Check]:
    for certificate in path:
        if not certificate.not_before.at <= at <= certificate.not_after.at:
            reason = f"a certificate of the path holds {certificate.not_before.at:%F} to {certificate.not_after.at:%F}"
            return [_check("validity", "policy", "fail", (reason, "شهادة في السلسلة خارج مدة صلاحيتها"))]
    return [_check("validity", "policy", "pass", ("every certificate holds now", "كل الشهادات سارية"))]


def _validity_at_signing(path: list[Certificate], at: datetime, signed_at: tuple[datetime, datetime]) -> list[Check]:
    """Some moment of `signed_at` must lie in every certificate's validity and in the signing key's usage period."""
    begun, ended = path[0].private_key_usage_period
    earliest = max(signed_at[0], *(c.not_before.at for c in path), *([begun] if begun else []))
    latest = min(signed_at[1], *(c.not_after.at for c in path), *([ended] if ended else []))
    if earliest > latest:
        words = ("signed outside the period of its signer or root", "وُقّعت خارج مدة موقّعها أو جذرها")
        found = [_check("validity", "policy", "fail", words)]
    else:
        found = [_check("validity", "policy", "pass", ("every certificate held at signing", "كل الشهادات كانت سارية"))]
    if any(at < c.not_before.at for c in path):
        return [*found, _check("current", "policy", "fail", ("not valid yet", "لم تبدأ صلاحيتها بعد"))]
    if any(at > c.not_after.at for c in path):
        return [*found, _check("current", "policy", "warning", ("expired since", "انتهت صلاحيتها منذ ذلك"))]
    return [*found, _check("current", "policy", "pass", ("every certificate holds now", "كل الشهادات سارية"))]


def _revocation(path: list[Certificate], trust: TrustStore, at: datetime) -> Check:
    """Every certificate below the anchor must be on no list of its issuer, and a list of each issuer must be fresh."""
    fresh = True
    for below, issuer in pairwise(path):
        lists = [crl for crl in trust.crls_named(issuer.subject_der) if _crl_holds(crl, trust, issuer)]
        if any(below.serial in crl.revoked for crl in lists):
            return _check("revocation", "policy", "fail", ("the certificate is revoked", "الشهادة مُبطلة"), REVOCATION)
        fresh &= any(crl.next_update is not None and at <= crl.next_update.at for crl in lists)
    if not fresh:
        return _check(
            "revocation", "policy", "unknown", ("no fresh revocation list is here", "لا قائمة إبطال حديثة"), REVOCATION
        )
    return _check("revocation", "policy", "pass", ("not revoked", "غير مُبطلة"), REVOCATION)


def _crl_holds(crl: RevocationList, trust: TrustStore, issuer: Certificate) -> bool:
    """Whether a key under the issuer's name (the newest signs for all older ones) made the list."""
    if crl.inner_algorithm_der != crl.outer_algorithm_der:
        return False
    for holder in (issuer, *(c for c in trust.named(crl.issuer_der) if trust.is_anchor(c))):
        try:
            if "crl_sign" in (holder.key_usage or ()) and algorithms.holds(
                holder.public_key, crl.algorithm, crl.signature, crl.tbs
            ):
                return True
        except Unsupported:
            continue
    return False


def _check(name: str, level: Level, result: Result, words: tuple[str, str], clause: str = PATH) -> Check:
    """words: reason in English and Arabic."""
    return Check(f"chain.{name}", level, result, *words, clause)
