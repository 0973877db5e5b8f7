"""A bundle as the knowledge of an inspection: judged when it is opened, looked up in place, no server, no database.

The bundle does not vouch for itself: its signer must lead to an authority of our State that the reader trusts already,
named or remembered beside the bundle since it was first accepted. An older bundle than the newest seen is refused.
"""

from __future__ import annotations

import hashlib
import mmap
import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Final, Literal, Self

from issuance.border.bundle import packs
from issuance.border.bundle.container import CLAUSE, PACKS, STATUS, Head, damaged, read_claims
from issuance.border.bundle.container import read_head as head_in
from issuance.border.bundle.content import DIGEST_BYTES, digest_of
from issuance.border.bundle.memory import Memory
from issuance.border.bundle.packs import PackInvalid
from issuance.border.bundle.status_reader import StatusSet
from issuance.border.bundle.status_set import StatusSetInvalid, normal
from issuance.border.knowledge import Ban, Standing
from keys.bundle_verify import MAXIMUM_BYTES, payload_of, verify_head
from keys.der import DerError
from keys.our_country import speaks_for_us
from keys.trust import TrustStore
from keys.verdict import Check
from keys.x509 import read_certificate
from specs.errors import Fault, Invalid, NotFound, Unavailable
from specs.schema import Specification

_START: Final = 16 + MAXIMUM_BYTES
_HASHED: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Opened:
    """A bundle whose form and digests hold; who signed it is another question. packs: entries by file."""

    token: bytes
    head: Head
    whole: mmap.mmap
    packs: dict[str, tuple[bytes, ...]]
    status: StatusSet

    def file(self, name: str) -> bytes:
        start, size = self.head.offsets(len(self.token))[name]
        return self.whole[start : start + size]

    def close(self) -> None:
        """Let go of the file; look-ups after it are an error."""
        self.status.close()
        self.whole.close()


@dataclass(frozen=True)
class BundleKnowledge:
    """`Knowledge` over an open bundle. spec: rules of age."""

    opened: Opened
    trust: TrustStore
    spec: Specification
    kind: Literal["bundle"] = "bundle"

    @classmethod
    def open(cls, path: Path, trusted: TrustStore | None, spec: Specification, memory: Path | None = None) -> Self:
        """trusted: whose word counts, None: who is remembered. memory: where that and the newest version are kept;
        default, `<bundle>.memory`.

        Raises `NotFound`, `Invalid` (no bundle, altered, not of our State), `Refused` (older than one seen),
        `Unavailable` (nothing can be remembered there).
        """
        kept = Memory.read(memory or path.with_name(f"{path.name}.memory"))
        opened = read_bundle(path, spec)
        try:
            believed, trust = judged(opened, trusted, kept, spec)
            kept.accept(opened.head.version, opened.token, own_anchors(believed, spec))
        except BaseException:
            opened.close()
            raise
        return cls(opened, trust, spec)

    @property
    def head(self) -> Head:
        return self.opened.head

    @property
    def as_of(self) -> datetime:
        return self.head.made_at

    def freshness(self, at: datetime) -> Check:
        """`unknown` past its time, and at a moment before it was made: a clock that was set back proves nothing."""
        rules = self.spec.border_bundle.freshness
        tolerance = timedelta(minutes=rules.clock_tolerance_minutes)
        good_until = min(self.head.good_until, self.head.made_at + timedelta(hours=rules.good_hours))
        until = f"{good_until.astimezone(UTC):%Y-%m-%d %H:%M}Z"
        if at < self.head.made_at - tolerance:
            en, ar = "the clock here is before the bundle was made", "ساعة هذا الجهاز قبل وقت إعداد الحزمة"
            return Check("knowledge.clock", "policy", "unknown", en, ar, CLAUSE)
        if at > good_until:
            en, ar = f"the bundle was good until {until}: update it", f"انتهت صلاحية الحزمة في {until}؛ حدّثها"
            return Check("knowledge.age", "policy", "unknown", en, ar, CLAUSE)
        return Check("knowledge.age", "policy", "pass", f"good until {until}", f"صالحة حتى {until}", CLAUSE)

    def standing(self, number: str) -> Standing | None:
        """Where the bundle holds only those not good, one of our series that it does not hold counts as good."""
        status, number = self.opened.status, normal(number)
        try:
            state = status.state_of(number)
        except (StatusSetInvalid, IndexError, ValueError) as error:
            words = "its status set does not read", "قائمة الحالات في الحزمة تالفة"
            raise Unavailable(*damaged(*words).faults) from error
        if state is None and not self.head.issued_numbers and status.of_series(number):
            state = status.default
        entries = self.spec.passport.office.documents.entries
        if state is None:
            return None
        if (known := next((held for held in entries if held == state), None)) is None:
            words = f"a state not known here: {state}", "حالة غير معروفة هنا: حدّث البرنامج"
            raise Unavailable(*damaged(*words, "state").faults)
        return Standing(number, known, None)

    def ended_certificate(self, number: str) -> str | None:
        return self._ended.get(digest_of(number))

    def bans(self, number: str) -> tuple[Ban, ...] | None:
        """None: who may not leave is in no bundle, for a lost one would tell it."""
        del number
        return None

    def close(self) -> None:
        self.opened.close()

    @cached_property
    def _ended(self) -> dict[bytes, str]:
        return {one[:DIGEST_BYTES]: one[DIGEST_BYTES:].decode("ascii", "replace") for one in self.opened.packs["ended"]}


def read_bundle(path: Path, spec: Specification) -> Opened:
    """The bundle, mapped, its digests checked against its head. Raises `NotFound`, `Invalid`."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        words = "لا حزمة هنا", f"there is no bundle here: {error.strerror}"
        raise NotFound(Fault("border.bundle.missing", *words, field=str(path), clause=CLAUSE)) from error
    try:
        told = os.fstat(handle)
        if not stat.S_ISREG(told.st_mode) or not 16 < told.st_size <= spec.border_bundle.limits.bundle_maximum_bytes:
            raise damaged("this is no bundle", "ليست حزمة منفذ")
        token = head_in(os.pread(handle, _START, 0), told.st_size)
        head = claims_of(token)
        _check(handle, head, len(token), told.st_size)
        whole = mmap.mmap(handle, told.st_size, access=mmap.ACCESS_READ)
    except (OSError, ValueError) as error:
        raise damaged("the bundle cannot be read", "تعذرت قراءة الحزمة") from error
    finally:
        os.close(handle)
    try:
        return _opened(token, head, whole)
    except BaseException:
        whole.close()
        raise


def _opened(token: bytes, head: Head, whole: mmap.mmap) -> Opened:
    places = head.offsets(len(token))
    try:
        held = {name: packs.unpack(whole[places[name][0] : sum(places[name])]) for name in PACKS}
        start, size = places[STATUS]
        return Opened(token, head, whole, held, StatusSet(memoryview(whole)[start : start + size]))
    except (PackInvalid, StatusSetInvalid) as error:
        raise damaged(f"a file of it does not read: {error}", "ملف من الحزمة غير مقروء") from error


def claims_of(token: bytes) -> Head:
    """The claims of a head whose own signature holds, whoever made it. Raises `Invalid`."""
    payload = payload_of(token)
    if payload is None:
        raise damaged("its signature does not hold", "توقيع الحزمة لا يصح", "signature")
    return read_claims(payload)


def _check(handle: int, head: Head, head_bytes: int, whole: int) -> None:
    places = head.offsets(head_bytes)
    if places[""][0] != whole:
        raise damaged("it is longer or shorter than was signed", "طول الحزمة ليس ما وُقّع")
    at = 16 + head_bytes
    for member in head.files:
        start, size = places[member.name]
        if any(os.pread(handle, start - at, at)):
            raise damaged("something stands between its files", "بين ملفات الحزمة زيادة")
        digest, read = hashlib.sha256(), 0
        while read < size and (some := os.pread(handle, min(_HASHED, size - read), start + read)):
            digest.update(some)
            read += len(some)
        if digest.hexdigest() != member.sha256:
            raise damaged(f"{member.name} is not what was signed", f"الملف {member.name} ليس ما وُقّع", "digest")
        at = start + size
    if any(os.pread(handle, whole - at, at)):
        raise damaged("something stands behind its files", "في آخر الحزمة زيادة")


def judged(
    opened: Opened, trusted: TrustStore | None, kept: Memory, spec: Specification
) -> tuple[TrustStore, TrustStore]:
    """(whose word counted, whom to trust with the bundle). Raises `Invalid`, `Refused`.

    As of when it was made: whether it is still good is a question of freshness, asked at each inspection.
    """
    believed = trusted if trusted is not None else kept.trust()
    if believed is None:
        words = "سمّ من تثق به عند أول استعمال: --trust", "say whom you trust at first use: --trust"
        raise Invalid(Fault("border.bundle.trust", *words, field="trust", clause=CLAUSE))
    kept.require_newer(opened.head.version)
    require_ours(opened.token, opened.head, opened.packs["crls"], believed, spec)
    try:
        return believed, _together(believed, opened, spec)
    except DerError as error:
        raise damaged("a certificate of it does not read", "شهادة في الحزمة تالفة") from error


def require_ours(token: bytes, head: Head, crls: Sequence[bytes], believed: TrustStore, spec: Specification) -> None:
    """The head's signer leads to an authority of our State that the reader trusts. crls: those of the bundle, which
    count as far as their own signatures do. Raises `Invalid`."""
    try:
        trust = TrustStore(believed.certificates, (*believed.crls, *crls), believed.authorities)
    except Invalid as error:
        raise damaged("a revocation list of it does not read", "قائمة إبطال في الحزمة تالفة") from error
    verdict = verify_head(token, trust, head.made_at, spec.pki_profiles).verdict
    if verdict.status != "valid":
        found = [one for one in verdict.checks if one.result in ("fail", "unknown")]
        faults = (Fault(f"border.bundle.{c.id}", c.reason_ar, c.reason, field="bundle", clause=c.clause) for c in found)
        raise Invalid(*faults)


def _together(believed: TrustStore, opened: Opened, spec: Specification) -> TrustStore:
    """What the reader trusts and what the bundle brings. An authority of our own State comes from the reader alone: a
    stolen key of records makes no passports."""
    held = opened.packs
    known, names = {*believed.certificates, *believed.authorities}, spec.pki_profiles.names
    certificates = [der for der in held["certificates"] if der in known or not _own_root(der, spec)]
    authorities = [der for der in held["authorities"] if der in known or not speaks_for_us(der, names)]

    return TrustStore(
        tuple(dict.fromkeys((*believed.certificates, *certificates))),
        tuple(dict.fromkeys((*believed.crls, *held["crls"]))),
        tuple(dict.fromkeys((*believed.authorities, *authorities))),
        tuple(dict.fromkeys((*believed.deviation_lists, *held["deviations"]))),
        believed.time_stamps,
    )


def _own_root(der: bytes, spec: Specification) -> bool:
    """Whether it would be an anchor of our own State by its own signature alone; a link certificate is none."""
    return speaks_for_us(der, spec.pki_profiles.names) and bool(TrustStore((der,)).anchors)


def own_anchors(trust: TrustStore, spec: Specification) -> tuple[bytes, ...]:
    """The authorities of our own State among what is trusted, DER."""
    held = dict.fromkeys((*trust.certificates, *trust.authorities))
    ours = (der for der in held if speaks_for_us(der, spec.pki_profiles.names))
    return tuple(der for der in ours if trust.is_anchor(read_certificate(der)))
