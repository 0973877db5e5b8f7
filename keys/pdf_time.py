"""When was this PDF signed, as far as a time stamp proves it, and what held at that moment?

Judges the authority of a time stamp, and then the signer as of the stamped moment instead of today. A time stamp that
is none of this signature fails the file. One whose authority is not believed, or has expired (level B-LTA is for that),
counts for nothing, as if it were absent, for anybody could take it out: the signer is judged as of today.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final, Literal

from keys.chain import ChainJudgement, judge_chain
from keys.chain.past import revocation_at
from keys.chain.periods import Periods
from keys.chain.revocation import listings
from keys.chain.search import Path
from keys.der import DerError
from keys.pdf_signature import PdfSignature, read_time_stamp
from keys.pdf_store import SecurityStore
from keys.signing import Purpose
from keys.timestamp_verify import TimeStamp, fault
from keys.trust import TrustStore
from keys.verdict import Check
from specs.errors import Invalid
from specs.schema.pki import Pki

PdfLevel = Literal["B-B", "B-T", "B-LT"]
LEVEL: Final = "ETSI EN 319 142-1 §6"
_STAMP: Final = "RFC 3161 §2.4.2"
_FREE_OUTSIDE: Final = frozenset({"chain.own_state", "chain.country", "chain.purpose"})  # rules of our own authority
_REVOCATION: Final = ("chain.revocation", "chain.crl.")


@dataclass(frozen=True, slots=True)
class Stamped:
    """checks: of the time stamp; held: it, when it proves its moment; path: of its authority, there."""

    checks: list[Check]
    held: TimeStamp | None = None
    path: Path = ()
    trust: TrustStore = field(default_factory=TrustStore)


def judge_time_stamp(
    signature: PdfSignature, store: SecurityStore | None, trust: TrustStore, at: datetime, pki: Pki
) -> Stamped:
    """What the time stamp inside a signature proves at `at`; nothing at all when there is none."""
    held, faults = read_time_stamp(signature)
    if held is None or faults:
        return Stamped(faults)
    rules = pki.time_stamp
    if held.at > at + timedelta(seconds=rules.clock_tolerance_seconds):
        return Stamped([fault("time", "policy", ("stamped in the future", "خُتم في المستقبل"), _STAMP)])
    others = (*held.others, *(store.certificates if store else ()))
    judged, believed_by = _authority(held, others, trust, at, pki)
    if beside := set(held.others) - {one.der for one in judged.path}:
        words = (f"{len(beside)} certificates inside lead nowhere", "في ختم الوقت شهادات لا صلة لها به")
        return Stamped([fault("certificates", "profile", words)])
    checks = [c for c in judged.checks if not c.id.startswith(_REVOCATION)]
    if any(c.level == "crypto" and c.result == "fail" for c in checks):
        return Stamped([replace(c, id=f"timestamp.{c.id}") for c in checks if c.result == "fail"])
    if not _bad(checks):
        stores = (believed_by, *_of(store, judged.path, believed_by))
        checks.append(revocation_at(judged.path, stores, held.at, at, rules.revoked_and_still_believed))
    if bad := _bad(checks):
        words = (
            f"the time stamp is not relied upon: {bad[0].reason}",
            f"لا يُعوّل على ختم الوقت: {bad[0].reason_ar}",
        )
        return Stamped([Check("timestamp.authority", "policy", "warning", *words, bad[0].clause)])
    words = (f"stamped at {held.at:%F %T}Z by a trusted authority", f"خُتم في {held.at:%F %T}Z من سلطة موثوقة")
    return Stamped([Check("timestamp.authority", "policy", "pass", *words, _STAMP)], held, judged.path, believed_by)


def judge_signer(
    signature: PdfSignature,
    claimed: datetime | None,
    stamped: Stamped,
    store: SecurityStore | None,
    trust: TrustStore,
    at: datetime,
    pki: Pki,
) -> tuple[list[Check], PdfLevel]:
    """The signer's path as of the stamped moment, else as of `at`, and the level reached."""
    certificate, *others = signature.certificates
    if stamped.held is None:
        return judge_chain(certificate, Purpose.pdf_signer, trust, at, others, pki=pki).checks, "B-B"
    proven = stamped.held.at
    earliest = min(claimed or proven, proven)
    judged = judge_chain(certificate, Purpose.pdf_signer, trust, at, others, signed_at=(earliest, proven), pki=pki)
    checks = [c for c in judged.checks if not c.id.startswith(_REVOCATION)]
    if not judged.path or any(c.id == "chain.issuer" and c.result != "pass" for c in checks):
        return judged.checks, "B-T"
    if proven > Periods.of(judged.path).ends:
        words = ("stamped after the signer's certificate ended", "خُتم الوقت بعد انتهاء شهادة الموقّع")
        checks.append(fault("period", "policy", words, LEVEL))
    own = tuple(_of(store, judged.path, trust))
    checks.append(revocation_at(judged.path, (trust, *own), proven, at))
    embedded = {*signature.certificates, stamped.held.certificate.der, *stamped.held.others}
    embedded |= set(store.certificates) if store else set()
    enough = (
        bool(own)
        and {one.der for one in (*judged.path, *stamped.path)} <= embedded
        and _covered(own, judged.path, proven)
        and _covered(tuple(_of(store, stamped.path, stamped.trust)), stamped.path, proven)
    )
    return checks, "B-LT" if enough else "B-T"


def _authority(
    held: TimeStamp, others: Sequence[bytes], trust: TrustStore, at: datetime, pki: Pki
) -> tuple[ChainJudgement, TrustStore]:
    """The path of a time stamp's signer, by our own authority's rules or else by those for outside ones."""
    purpose, moment = Purpose.time_stamp_authority, (held.at, held.at)
    ours = judge_chain(held.certificate.der, purpose, trust, at, others, signed_at=moment, pki=pki)
    if trust.time_stamps is None or any(c.id == "chain.issuer" and c.result != "unknown" for c in ours.checks):
        return ours, trust
    theirs = judge_chain(held.certificate.der, purpose, trust.time_stamps, at, others, signed_at=moment, pki=pki)
    return replace(theirs, checks=[c for c in theirs.checks if c.id not in _FREE_OUTSIDE]), trust.time_stamps


def _of(store: SecurityStore | None, path: Path, trust: TrustStore) -> Iterable[TrustStore]:
    """The embedded revocation lists as a store to ask, which believes no certificate but those of `trust`."""
    if store is None or not store.crls:
        return
    named = {c.der: None for issuer in path[1:] for c in trust.named(issuer.subject_der)}
    try:
        yield TrustStore(tuple(named), store.crls)
    except Invalid as error:
        raise DerError("an embedded revocation list that does not read") from error


def _covered(own: tuple[TrustStore, ...], path: Path, moment: datetime) -> bool:
    """Whether an embedded list of that moment speaks of every certificate below the anchor."""
    return bool(own) and all(not listed.cause_at(moment) for listed in listings(own[0], path))


def _bad(checks: list[Check]) -> list[Check]:
    """Why an authority is not believed. Expired since is a reason: nothing shows its key was safe after its period."""
    return [c for c in checks if c.result in ("fail", "unknown") or (c.id == "chain.current" and c.result != "pass")]
