"""What a trust store holds, counted: anchors by State and what can be done with each, certificates, and CRLs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from keys import algorithms, names
from keys.algorithms import Unsupported
from keys.crl import RevocationList, read_crl
from keys.der import DerError
from keys.trust import TrustStore, is_self_signed
from keys.x509 import COMMON_NAME, COUNTRY, Certificate, NameAttribute, read_certificate, read_name

SelfSignature = Literal["holds", "fails", "cannot_compute", "link"]
Freshness = Literal["fresh", "stale", "not_yet", "no_end"]


@dataclass(frozen=True, slots=True)
class SurveyedAuthority:
    """One authority. self_signature `link`: another key signed it, as a link certificate wants it.

    usable: paths may end here. reason: what stands in the way of a self-signature that holds, else empty.
    """

    sha256: str
    state: str
    name: str
    loaded: bool
    public_key: str
    self_signature: SelfSignature
    usable: bool
    reason: str


@dataclass(frozen=True, slots=True)
class SurveyedCrl:
    """One revocation list. signature: of a key known here under the issuer's name."""

    state: str
    issuer: str
    number: int | None
    this_update: datetime
    next_update: datetime | None
    revoked: int
    freshness: Freshness
    signature: Literal["holds", "fails", "issuer_unknown", "cannot_compute"]


@dataclass(frozen=True, slots=True)
class Survey:
    authorities: tuple[SurveyedAuthority, ...]
    certificates: int
    crls: tuple[SurveyedCrl, ...]

    def as_json(self) -> dict[str, Any]:
        """`{"anchors": {...counts..., "by_state", "findings"}, "certificates", "crls"}`."""
        held = self.authorities
        return {
            "anchors": {
                "total": len(held),
                "loaded": sum(one.loaded for one in held),
                "public_key": sum(bool(one.public_key) for one in held),
                "usable": sum(one.usable for one in held),
                "self_signature": dict(sorted(Counter(one.self_signature for one in held).items())),
                "by_state": dict(sorted(Counter(one.state for one in held).items())),
                "findings": [
                    {
                        "sha256": one.sha256,
                        "state": one.state,
                        "name": one.name,
                        "self_signature": one.self_signature,
                        "usable": one.usable,
                        "reason": one.reason,
                    }
                    for one in held
                    if one.reason
                ],
            },
            "certificates": self.certificates,
            "crls": [
                {
                    "state": crl.state,
                    "issuer": crl.issuer,
                    "number": crl.number,
                    "this_update": crl.this_update.isoformat(),
                    "next_update": crl.next_update.isoformat() if crl.next_update else None,
                    "revoked": crl.revoked,
                    "freshness": crl.freshness,
                    "signature": crl.signature,
                }
                for crl in self.crls
            ],
        }


def survey(trust: TrustStore, at: datetime) -> Survey:
    """Everything in the store, judged one by one; freshness at the moment `at`. Costs a signature check each."""
    vouched = set(trust.authorities)
    authorities, others = list(dict.fromkeys(trust.authorities)), 0
    for der in trust.certificates:
        if der in vouched:
            continue
        if _is_root(der):
            authorities.append(der)
        else:
            others += 1
    return Survey(
        tuple(_authority(der, trust) for der in authorities), others, tuple(_crl(der, trust, at) for der in trust.crls)
    )


def _is_root(der: bytes) -> bool:
    try:
        held = read_certificate(der)
        return held.basic_constraints[0] and names.same(held.issuer_der, held.subject_der)
    except (DerError, Unsupported):
        return False


def _authority(der: bytes, trust: TrustStore) -> SurveyedAuthority:
    digest = algorithms.digest("sha256", der).hex()
    try:
        held = read_certificate(der)
    except (DerError, Unsupported) as error:
        return SurveyedAuthority(digest, "", "", False, "", "cannot_compute", False, f"cannot be read: {error}")
    try:
        key = _key_name(held)
    except (DerError, Unsupported) as error:
        reason = f"its public key cannot be computed with: {error}"
        return SurveyedAuthority(
            digest, held.country.upper(), _name(held.subject), True, "", "cannot_compute", False, reason
        )
    signature, reason = _self_signature(held)
    usable = trust.is_anchor(held)
    if not usable and not reason:
        reason = "paths do not end here"
    return SurveyedAuthority(digest, held.country.upper(), _name(held.subject), True, key, signature, usable, reason)


def _key_name(held: Certificate) -> str:
    key = held.public_key
    return key.curve or f"{type(key.key).__name__.removeprefix('_').removesuffix('PublicKey')}-{key.bits}"


def _self_signature(held: Certificate) -> tuple[SelfSignature, str]:
    """What became of it, and why when it does not hold."""
    try:
        if not names.same(held.issuer_der, held.subject_der):
            return "link", ""
        another = held.authority_key_identifier
        if another is not None and another != held.subject_key_identifier:
            return "link", ""  # it says itself that the earlier key of the name signed it
        if is_self_signed(held):
            return "holds", ""
    except (DerError, Unsupported) as error:
        return "cannot_compute", str(error)
    return "fails", "its own key did not make its signature"


def _crl(der: bytes, trust: TrustStore, at: datetime) -> SurveyedCrl:
    crl = read_crl(der)
    issuer = read_name(crl.issuer_der)
    return SurveyedCrl(
        next((a.value.upper() for a in issuer if a.oid == COUNTRY), ""),
        _name(issuer),
        crl.number,
        crl.this_update.at,
        crl.next_update.at if crl.next_update else None,
        len(crl.revoked),
        _freshness(crl, at),
        _crl_signature(crl, trust),
    )


def _freshness(crl: RevocationList, at: datetime) -> Freshness:
    if crl.this_update.at > at:
        return "not_yet"
    if crl.next_update is None:
        return "no_end"
    return "fresh" if at <= crl.next_update.at else "stale"


def _crl_signature(
    crl: RevocationList, trust: TrustStore
) -> Literal["holds", "fails", "issuer_unknown", "cannot_compute"]:
    key = crl.authority_key_identifier
    issuers = [c for c in trust.named(crl.issuer_der) if key is None or c.subject_key_identifier in (None, key)]
    try:
        if any(algorithms.holds(c.public_key, crl.algorithm, crl.signature, crl.tbs) for c in issuers):
            return "holds"
    except (DerError, Unsupported):
        return "cannot_compute"
    return "fails" if issuers else "issuer_unknown"


def _name(attributes: Iterable[NameAttribute]) -> str:
    return next((a.value for a in attributes if a.oid == COMMON_NAME), "")
