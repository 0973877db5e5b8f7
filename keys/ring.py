"""The key ring: which key signs for a purpose at a moment. Holds open private keys, and lets none out.

A key serves one purpose and only inside its usage period. Only `keys.signing.issue` reaches `_sign`; a test of the
architecture keeps it so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from keys.crl import read_crl
from keys.files import write_atomically
from keys.signing import IntentLog, Purpose, Signer
from keys.stores import PrivateKey
from keys.trust import TIME_STAMPS, TrustStore
from keys.x509 import read_certificate
from specs.errors import Fault, Unavailable
from specs.load import load
from specs.schema.pki import Pki
from specs.schema.rotation import Rotation

if TYPE_CHECKING:
    from keys.timestamp_outside import OutsideAuthority

_PROCESSES: Final = 16
"""As many processes may share a key before their counts, each asked for anew ever more often, could pass its limit."""


@dataclass(frozen=True, slots=True)
class KeyEntry:
    """One key: usable from `usable_from` up to, not including, `usable_until` (its private-key usage period).

    link: of a root that followed another, the certificate the earlier root gave it.
    """

    signer: Signer
    private_key: PrivateKey
    usable_from: datetime
    usable_until: datetime
    link: bytes = b""

    def usable(self, at: datetime) -> bool:
        return self.usable_from <= at < self.usable_until


class Keys:
    """The open keys of an installation. crls: DER by the purpose of the root that signed them.

    rotation: default, the specification in force. outside: an authority to ask for time stamps instead of our own.
    """

    def __init__(
        self,
        entries: Iterable[KeyEntry],
        crls: Mapping[Purpose, bytes],
        intents: IntentLog,
        pki: Pki,
        rotation: Rotation | None = None,
    ) -> None:
        self.intents = intents
        self.pki = pki
        self.rotation = rotation or load().pki_rotation
        self.crls: dict[Purpose, bytes] = {}
        self._revoked: frozenset[int] = frozenset()
        self._limits = {purpose: self.rotation.maximum_signatures(purpose.value) for purpose in Purpose}
        self._ask_again_after: dict[str, int] = {}
        self._by_id: dict[str, KeyEntry] = {}
        self._by_purpose: dict[Purpose, tuple[KeyEntry, ...]] = {}
        self._trust: TrustStore | None = None
        self.outside: OutsideAuthority | None = None
        for purpose, crl in crls.items():
            self.publish(purpose, crl)
        for entry in entries:
            self.adopt(entry)

    def publish(self, purpose: Purpose, crl: bytes) -> None:
        """Take in the newest revocation list of a root: from here on no key signs whose certificate is on it."""
        self.crls = {**self.crls, purpose: crl}
        self._revoked = frozenset(serial for der in self.crls.values() for serial in read_crl(der).revoked)

    def is_revoked(self, signer: Signer) -> bool:
        """Whether a root's list names this key's certificate."""
        return bool(self._revoked) and read_certificate(signer.certificate).serial in self._revoked

    def adopt(self, entry: KeyEntry) -> None:
        """Take in a key; the newest of its purpose that is in its period signs."""
        purpose = entry.signer.purpose
        held = (entry, *self._by_purpose.get(purpose, ()))  # first among those that begin in one second
        self._by_id[entry.signer.key_id] = entry
        # set at once and never changed in place: other threads are reading
        self._by_purpose[purpose] = tuple(sorted(held, key=lambda e: e.usable_from, reverse=True))

    def signer(self, purpose: Purpose, now: datetime) -> Signer:
        """The newest key of the purpose in its period, below its count, and not revoked; else raises `Unavailable`."""
        held = self._by_purpose.get(purpose, ())
        for entry in held:
            if (
                entry.usable(now)
                and not self.is_revoked(entry.signer)
                and (self._limits[purpose] is None or self._below_count(entry.signer))
            ):
                return entry.signer
        raise Unavailable(_none_usable(purpose, held))

    def _below_count(self, signer: Signer) -> bool:
        """Whether the key may be used once more. Counting every use costs: the log is asked as the limit comes near."""
        left = self._ask_again_after.get(signer.key_id, 0)
        if left <= 0:
            unused = (self._limits[signer.purpose] or 0) - self.intents.uses(signer.key_id)
            if unused <= 0:
                return False
            left = max(1, unused // _PROCESSES)
        self._ask_again_after[signer.key_id] = left - 1
        return True

    def period(self, key_id: str) -> tuple[datetime, datetime]:
        """(usable from, usable until) of a key. Raises `KeyError`."""
        entry = self._by_id[key_id]
        return entry.usable_from, entry.usable_until

    def signers(self) -> list[Signer]:
        """Every key, newest first within a purpose, in or out of its period."""
        return [entry.signer for held in self._by_purpose.values() for entry in held]

    def trust(self) -> TrustStore:
        """What this installation trusts: its own roots, signers' certificates and revocation lists.

        The same store as long as they are the same: it remembers what was judged.
        """
        certificates = (*(s.certificate for s in self.signers()), *self.links().values())
        crls, held = tuple(self.crls.values()), self._trust
        stamps = self.outside.trust if self.outside else None
        if held is None or (held.certificates, held.crls, held.time_stamps) != (certificates, crls, stamps):
            held = self._trust = TrustStore(certificates, crls, time_stamps=stamps)
        return held

    def links(self) -> dict[str, bytes]:
        """Link certificates by the id of the key they certify."""
        return {key_id: entry.link for key_id, entry in self._by_id.items() if entry.link}

    def export_trust(self, directory: Path) -> list[Path]:
        """Write each certificate (`<key id>.cer`, `.link.cer`) and list (`<purpose>.crl`); returns the files.

        Raises `Unavailable` when the disk refuses; files written before stay, each of them whole.
        """
        written = {f"{s.key_id}.cer": s.certificate for s in self.signers()}
        written |= {f"{key_id}.link.cer": link for key_id, link in self.links().items()}
        written |= {f"{purpose.value}.crl": crl for purpose, crl in self.crls.items()}
        stamps = self.outside.trust if self.outside else TrustStore()
        written |= {f"{TIME_STAMPS}/{name}": der for name, der in stamps.files().items()}
        try:
            (directory / TIME_STAMPS if stamps.certificates else directory).mkdir(parents=True, exist_ok=True)
            for name, der in written.items():
                write_atomically(directory / name, der, mode=0o644)
        except OSError as error:
            raise Unavailable(
                Fault(
                    "keys.trust.write",
                    "تعذّرت كتابة ملفات الثقة",
                    f"the trust files could not be written: {error.strerror}",
                    field=str(directory),
                )
            ) from error
        return [directory / name for name in written]

    def _sign(self, signer: Signer, to_be_signed: bytes, now: datetime) -> bytes:
        """The signature by the signer's algorithm (DER for ECDSA). For `keys.signing.issue` alone."""
        entry = self._by_id.get(signer.key_id)
        if entry is None or entry.signer is not signer or not entry.usable(now) or self.is_revoked(signer):
            raise Unavailable(_none_usable(signer.purpose, () if entry is None else (entry,)))
        return entry.private_key.sign(to_be_signed, signer.algorithm)


def _none_usable(purpose: Purpose, held: Iterable[KeyEntry]) -> Fault:
    periods = ", ".join(f"{e.usable_from:%Y-%m-%d}..{e.usable_until:%Y-%m-%d}" for e in held) or "no key at all"
    return Fault(
        "keys.none_usable",
        f"لا مفتاح صالح للاستعمال الآن لهذا الغرض: {purpose.value}",
        f"no {purpose.value} key is in its usage period and below its count now ({periods})",
        field=purpose.value,
        clause="Doc 9303-12 §4.1",
    )
