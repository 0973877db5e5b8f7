"""Revoked, not revoked, unknown: three answers kept apart, and for the third its reason.

A certificate is on a list when a list made by its issuer names it: by the key that issued it, or by another key of the
same authority, for the newest key lists what all older ones issued (Doc 9303-12 §4.1.4). It is on none only when such
a list of the day does not name it. A revoked certificate fails whenever it was revoked: a security object carries no
trusted time, so nothing shows that it was signed before.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Final, Literal

from keys import algorithms, names
from keys.algorithms import Unsupported
from keys.chain.authority import may_list, paths_within
from keys.chain.rules import check
from keys.chain.search import Path
from keys.crl import RevocationList
from keys.der import DerError
from keys.trust import TrustStore
from keys.verdict import Check
from keys.x509 import Certificate

Revocation = Literal["revoked", "not_revoked", "unknown"]
REVOCATION: Final = "Doc 9303-12 §4.1.4"
_CRL: Final = "RFC 5280 §6.3.3"
_READ_EXTENSIONS: Final = frozenset({"authority_key_identifier", "crl_number", "issuer_alternative_name"})
_RENAMINGS: Final = 4
REASONS: Final = {
    1: ("key compromised", "انكشاف المفتاح"),
    2: ("authority compromised", "انكشاف مفتاح السلطة"),
    3: ("affiliation changed", "تغيّر الانتماء"),
    4: ("superseded", "استُبدلت"),
    5: ("cessation of operation", "توقف الاستعمال"),
    6: ("on hold", "موقوفة"),
    9: ("privilege withdrawn", "سُحب التخويل"),
    10: ("authority compromised", "انكشاف مفتاح السلطة"),
}
_CAUSES: Final = {
    "missing": ("no revocation list of its issuer is here", "لا توجد هنا قائمة إبطال من المُصدِر"),
    "issuer": ("only a list of another issuer of that country is here", "لا توجد هنا إلا قائمة مُصدِر آخر من الدولة"),
    "signature": ("no key of the issuer made the list", "لم يوقّع القائمة أي مفتاح للمُصدِر"),
    "unsupported": ("the list's signature cannot be computed here", "توقيع القائمة غير مدعوم هنا"),
    "scope": ("the list covers a part only, or holds what is not known here", "القائمة جزئية أو فيها ما لا يُعرف هنا"),
    "early": ("the list is of a later day", "القائمة من يوم لاحق"),
    "stale": ("the list should have been renewed", "القائمة قديمة وكان يجب تحديثها"),
}
_NEAREST: Final = tuple(_CAUSES)  # the later, the nearer the list is to being usable: that reason is the one to tell
_NOT_REVOKED: Final = check("revocation", "policy", "pass", ("not revoked", "غير مُبطلة"), REVOCATION)


@dataclass(frozen=True, slots=True)
class Listed:
    """What the lists of one issuer say of one certificate, whatever the moment. cause: why the unusable were not used.

    periods: (thisUpdate, nextUpdate) of each usable list. doubted: a list that is not understood names it.
    """

    revoked_at: datetime | None
    reason: int | None
    periods: tuple[tuple[datetime, datetime], ...]
    cause: str
    doubted: bool

    def cause_at(self, at: datetime) -> str:
        """Empty when a list of the day is here, and none that is not understood contradicts it."""
        if self.doubted:
            return "scope"
        if any(begin <= at <= end for begin, end in self.periods):
            return ""
        if not self.periods:
            return self.cause
        return "early" if all(at < begin for begin, _ in self.periods) else "stale"


def judge_revocation(listed: tuple[Listed, ...], at: datetime) -> tuple[tuple[Check, ...], Revocation]:
    """listed: one for each certificate below the anchor, signer first.

    `chain.revocation`; when that is unknown, `chain.crl.<cause>` before it says why.
    """
    for one in listed:
        if one.revoked_at is not None:
            return (_revoked(one.revoked_at, one.reason),), "revoked"
    causes = [cause for one in listed if (cause := one.cause_at(at))]
    if not causes:
        return (_NOT_REVOKED,), "not_revoked"
    cause = min(causes, key=_NEAREST.index)
    en, ar = _CAUSES[cause]
    return (
        check(f"crl.{cause}", "policy", "unknown", (en, ar), _CRL),
        check("revocation", "policy", "unknown", (f"unknown: {en}", f"الإبطال غير معلوم: {ar}"), REVOCATION),
    ), "unknown"


def _revoked(moment: datetime, reason: int | None) -> Check:
    en, ar = REASONS.get(reason or 0, ("", ""))
    words = (
        f"the certificate was revoked on {moment:%F}" + (f": {en}" if en else ""),
        f"أُبطلت الشهادة في {moment:%F}" + (f": {ar}" if ar else ""),
    )
    return check("revocation", "policy", "fail", words, REVOCATION)


def listings(trust: TrustStore, path: Path) -> tuple[Listed, ...]:
    """What the lists of `trust` say of each certificate below the anchor. Raises `DerError` when a name does not read.

    Besides the path's own issuers only certificates of `trust` may have signed a list.
    """
    lists = _Lists(trust, path)
    return tuple(lists.of(below, issuer) for below, issuer in pairwise(path))


class _Lists:
    """path: of the certificates asked about; whether its issuers may issue at all is judged elsewhere."""

    def __init__(self, trust: TrustStore, path: Path, *, nested: bool = False) -> None:
        self.trust = trust
        self.issuers = frozenset(certificate.der for certificate in path[1:])
        self.nested = nested

    def of(self, below: Certificate, issuer: Certificate) -> Listed:
        causes = {"missing"}
        periods = []
        revoked_at, reason, doubted = None, None, False
        for crl in self._candidates(issuer, causes):
            cause = self._unusable(crl, issuer)
            if cause:
                causes.add(cause)
                doubted |= cause == "scope" and below.serial in crl.revoked
                continue
            if below.serial in crl.revoked and revoked_at is None:
                revoked_at, reason = crl.revoked[below.serial], crl.reasons.get(below.serial)
            if crl.next_update is not None:
                periods.append((crl.this_update.at, crl.next_update.at))
            else:
                causes.add("stale")
        return Listed(revoked_at, reason, tuple(periods), max(causes, key=_NEAREST.index), doubted)

    def _candidates(self, issuer: Certificate, causes: set[str]) -> Iterator[RevocationList]:
        found = [crl for name in self._names(issuer) for crl in self.trust.crls_named(name)]
        if not found and self.trust.crls_of_country(issuer.country):
            causes.add("issuer")
        yield from found

    def _names(self, issuer: Certificate) -> list[bytes]:
        """The issuer's name, and those it took later: each vouched for by a link that one of its keys signed."""
        held = [issuer.subject_der]
        for name in held:
            for link in self.trust.issued_under(name):
                if (
                    link.extension("name_change") is not None
                    and not any(names.same(link.subject_der, known) for known in held)
                    and len(held) <= _RENAMINGS
                    and self._of_the_authority(link, issuer)
                ):
                    held.append(link.subject_der)
        return held

    def _unusable(self, crl: RevocationList, issuer: Certificate) -> str:
        """Why a list says nothing here; empty when it does."""
        if crl.inner_algorithm_der != crl.outer_algorithm_der:
            return "signature"
        cause = "signature"
        for holder in self._holders(crl, issuer):
            try:
                if not algorithms.holds(holder.public_key, crl.algorithm, crl.signature, crl.tbs):
                    continue
            except (DerError, Unsupported):
                cause = "unsupported"
                continue
            if holder.der in self.issuers or self._of_the_authority(holder, issuer):
                return "scope" if _is_partial(crl) else ""
        return cause

    def _holders(self, crl: RevocationList, issuer: Certificate) -> Iterator[Certificate]:
        """Who may have signed: the issuer itself, then any certificate of the list's name that may sign lists."""
        unique = {c.der: c for c in (issuer, *self.trust.named(crl.issuer_der))}
        yield from filter(may_list, unique.values())

    def _of_the_authority(self, certificate: Certificate, issuer: Certificate) -> bool:
        """Whether it is of the issuer's State and authority, by a path on which nothing is known to be revoked.

        The revocation of a list's signer is asked once: lists of its own issuer answer it, or nobody does.
        """
        if certificate.country.casefold() != issuer.country.casefold():
            return False
        paths: tuple[Path, ...] = self.trust.remembered(paths_within, certificate.der)
        if self.nested:
            return bool(paths)
        return any(self._none_revoked(path) for path in paths)

    def _none_revoked(self, path: Path) -> bool:
        nested = _Lists(self.trust, path, nested=True)
        return all(nested.of(*pair).revoked_at is None for pair in pairwise(path))


def _is_partial(crl: RevocationList) -> bool:
    """Whether it covers a part only, or holds what is not understood here (RFC 5280 §5.2, §5.3)."""
    return crl.unread_entry_extension or any(e.critical and e.name not in _READ_EXTENSIONS for e in crl.extensions)
