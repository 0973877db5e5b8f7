"""The key ring: which key signs for a purpose at a moment. Holds open private keys, and lets none out.

A key serves one purpose and only inside its usage period. Only `keys.signing.issue` reaches `_sign`; a test of the
architecture keeps it so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from keys.files import write_atomically
from keys.signing import IntentLog, Purpose, Signer
from keys.stores import PrivateKey
from keys.trust import TrustStore
from specs.errors import Fault, Unavailable
from specs.schema.pki import Pki


@dataclass(frozen=True, slots=True)
class KeyEntry:
    """One key: usable from `usable_from` up to, not including, `usable_until` (its private-key usage period)."""

    signer: Signer
    private_key: PrivateKey
    usable_from: datetime
    usable_until: datetime

    def usable(self, at: datetime) -> bool:
        return self.usable_from <= at < self.usable_until


class Keys:
    """The open keys of an installation. crls: DER by the purpose of the root that signed them."""

    def __init__(
        self, entries: Iterable[KeyEntry], crls: Mapping[Purpose, bytes], intents: IntentLog, pki: Pki
    ) -> None:
        self.intents = intents
        self.pki = pki
        self.crls = dict(crls)
        self._by_id: dict[str, KeyEntry] = {}
        self._by_purpose: dict[Purpose, tuple[KeyEntry, ...]] = {}
        for entry in entries:
            self.adopt(entry)

    def adopt(self, entry: KeyEntry) -> None:
        """Take in a key; the newest of its purpose that is in its period signs."""
        purpose = entry.signer.purpose
        held = (*self._by_purpose.get(purpose, ()), entry)
        self._by_id[entry.signer.key_id] = entry
        # set at once and never changed in place: other threads are reading
        self._by_purpose[purpose] = tuple(sorted(held, key=lambda e: e.usable_from, reverse=True))

    def signer(self, purpose: Purpose, now: datetime) -> Signer:
        """The newest key of the purpose in its usage period. Raises `Unavailable` when there is none."""
        held = self._by_purpose.get(purpose, ())
        for entry in held:
            if entry.usable(now):
                return entry.signer
        raise Unavailable(_none_usable(purpose, held))

    def period(self, key_id: str) -> tuple[datetime, datetime]:
        """(usable from, usable until) of a key. Raises `KeyError`."""
        entry = self._by_id[key_id]
        return entry.usable_from, entry.usable_until

    def signers(self) -> list[Signer]:
        """Every key, newest first within a purpose, in or out of its period."""
        return [entry.signer for held in self._by_purpose.values() for entry in held]

    def trust(self) -> TrustStore:
        """What this installation trusts: its own roots, signers' certificates and revocation lists."""
        return TrustStore(tuple(s.certificate for s in self.signers()), tuple(self.crls.values()))

    def export_trust(self, directory: Path) -> list[Path]:
        """Write every certificate (`<key id>.cer`) and list (`<purpose>.crl`); returns the files. No secret leaves.

        Raises `Unavailable` when the disk refuses; files written before stay, each of them whole.
        """
        written = {f"{s.key_id}.cer": s.certificate for s in self.signers()}
        written |= {f"{purpose.value}.crl": crl for purpose, crl in self.crls.items()}
        try:
            directory.mkdir(parents=True, exist_ok=True)
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
        if entry is None or entry.signer is not signer or not entry.usable(now):
            raise Unavailable(_none_usable(signer.purpose, () if entry is None else (entry,)))
        return entry.private_key.sign(to_be_signed, signer.algorithm)


def _none_usable(purpose: Purpose, held: Iterable[KeyEntry]) -> Fault:
    periods = ", ".join(f"{e.usable_from:%Y-%m-%d}..{e.usable_until:%Y-%m-%d}" for e in held) or "no key at all"
    return Fault(
        "keys.none_usable",
        f"لا مفتاح صالح للاستعمال الآن لهذا الغرض: {purpose.value}",
        f"no {purpose.value} key is in its usage period now ({periods})",
        field=purpose.value,
        clause="Doc 9303-12 §4.1",
    )
