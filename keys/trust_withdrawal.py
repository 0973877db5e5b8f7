"""What an officer believes no more: an imported anchor, certificate or list leaves the trust from that moment on.

History stays: a verdict of an earlier day is repeated as it was. What this installation made itself is not withdrawn
here; its keys are revoked (`keys.revocation`).
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from keys.algorithms import Unsupported
from keys.der import DerError
from keys.lists.master_list import certificates_of
from keys.trust import TrustStore
from keys.trust_archive import TrustArchive
from keys.trust_snapshots import Item, Snapshot
from keys.x509 import COMMON_NAME, Certificate, read_certificate
from specs.errors import Conflict, Fault, Invalid, IssuanceError, NotFound, Refused
from specs.schema.pki import Pki

_NAME: Final = re.compile(r"(?:[0-9a-f]{2}){8,64}")
_REASON_CHARACTERS: Final = range(3, 501)
_CERTIFICATES: Final = ("authority", "certificate")


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """named: kind and holder by SHA-256; with_it: SHA-256 of what only a withdrawn master list had vouched for.

    same_key: SHA-256 of certificates that bear the key of one that was withdrawn and are trusted still.
    """

    snapshot: Snapshot
    named: dict[str, tuple[str, str]]
    with_it: tuple[str, ...]
    same_key: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """`{"snapshot", "withdrawn": [{"sha256","kind","holder"}], "with_it", "same_key"}`."""
        return {
            "snapshot": {"number": self.snapshot.number, "at": self.snapshot.at.isoformat()},
            "withdrawn": [{"sha256": name, "kind": kind, "holder": who} for name, (kind, who) in self.named.items()],
            "with_it": list(self.with_it),
            "same_key": list(self.same_key),
        }


def withdraw(archive: TrustArchive, name: str, reason: str, at: datetime, by: str, pki: Pki) -> Withdrawal:
    """Withdraw an object by its SHA-256, or every certificate of a key by its key identifier, both hexadecimal.

    Raises `Invalid` for a name or reason without form, `NotFound` for what was never imported, `Conflict` for what was
    withdrawn already, `Refused` for our own, `Unavailable` when the disk refuses.
    """
    sought = re.sub(r"[\s:]", "", name).lower()
    _well_formed(sought, reason)
    with archive.writing() as writer:
        held = list(archive.items())
        names = _meant(archive, held, sought)
        if not names:
            raise _absent(archive, sought)
        if not archive.own().isdisjoint(names):
            raise _refused()
        kinds = {item.sha256: item.kind for item in held}
        certificates = {n: found for n in names if kinds[n] in _CERTIFICATES and (found := _certificate(archive, n))}
        with_it = _only_from(archive, held, names, pki)
        snapshot = writer.withdraw(names, with_it, reason, at, by)
    described = {one: (str(kinds[one]), _holder(certificates.get(one))) for one in names}
    return Withdrawal(snapshot, described, with_it, _of_same_key(archive.at(snapshot.at), certificates))


def _meant(archive: TrustArchive, held: list[Item], sought: str) -> list[str]:
    """SHA-256 of the objects of that name, or of the certificates of that key."""
    if any(item.sha256 == sought for item in held):
        return [sought]
    key = bytes.fromhex(sought)
    names = dict.fromkeys(item.sha256 for item in held if item.kind in _CERTIFICATES)
    return [n for n in names if (c := _certificate(archive, n)) and c.subject_key_identifier == key]


def _certificate(archive: TrustArchive, name: str) -> Certificate | None:
    try:
        found = read_certificate(archive.read(name))
        found.subject_key_identifier  # noqa: B018 - who has none that reads is found by SHA-256 only
    except (DerError, Unsupported):
        return None
    return found


def _only_from(archive: TrustArchive, held: list[Item], names: list[str], pki: Pki) -> tuple[str, ...]:
    """The authorities of withdrawn master lists that no other list and no file of their own vouches for."""
    lists = [item.sha256 for item in held if item.kind == "master_list"]
    gone = _listed(archive, [one for one in lists if one in names], pki)
    if not gone:
        return ()
    kept = _listed(archive, [one for one in lists if one not in names], pki) | _by_themselves(archive) | archive.own()
    return tuple(sorted({i.sha256 for i in held if i.kind == "authority"} & gone - kept - set(names)))


def _listed(archive: TrustArchive, lists: list[str], pki: Pki) -> set[str]:
    return {hashlib.sha256(der).hexdigest() for one in lists for der in certificates_of(archive.read(one), pki)}


def _by_themselves(archive: TrustArchive) -> set[str]:
    """Authorities that came in by a file without any list: an officer vouched for each."""
    found: set[str] = set()
    for snapshot in archive.snapshots:
        of_lists = {item.source for item in snapshot.items if item.kind == "master_list"}
        found |= {i.sha256 for i in snapshot.items if i.kind == "authority" and i.source not in of_lists}
    return found


def _of_same_key(trust: TrustStore, certificates: dict[str, Certificate]) -> tuple[str, ...]:
    keys = {c.subject_key_identifier for c in certificates.values()} - {None}
    return tuple(c.sha256.hex() for key in keys if key for c in trust.with_key_identifier(key))


def _holder(certificate: Certificate | None) -> str:
    if certificate is None:
        return ""
    name = next((a.value for a in certificate.subject if a.oid == COMMON_NAME), "")
    return f"{certificate.country} {name}".strip()


def _well_formed(sought: str, reason: str) -> None:
    faults = []
    if not _NAME.fullmatch(sought):
        words = "اكتب بصمة SHA-256 أو معرف المفتاح بالست عشري", "write a SHA-256 or a key identifier in hexadecimal"
        faults.append(Fault("trust.withdraw.name", *words, field="name"))
    if len(reason.strip()) not in _REASON_CHARACTERS or not reason.isprintable():
        words = "اذكر السبب في 3 إلى 500 حرف", "give the reason in 3 to 500 characters, in one line"
        faults.append(Fault("trust.withdraw.reason", *words, field="reason"))
    if faults:
        raise Invalid(*faults)


def _absent(archive: TrustArchive, sought: str) -> IssuanceError:
    if sought in {name for s in archive.snapshots for name in (*s.withdrawn, *s.with_it)}:
        words = "سُحبت الثقة منها من قبل", "it was withdrawn already"
        return Conflict(Fault("trust.withdraw.again", *words, field="name"))
    own = TrustStore.from_directory(archive.directory)
    if sought in archive.own() or own.with_key_identifier(bytes.fromhex(sought)):
        return _refused()
    words = "لم يُستورد شيء بهذا الاسم", "nothing of this name was imported"
    return NotFound(Fault("trust.withdraw.unknown", *words, field="name"))


def _refused() -> Refused:
    words = (
        "هذه شهادتنا أو قائمتنا؛ لا تُسحب هنا، بل يُلغى المفتاح بالأمر issuance keys revoke",
        "this is our own and is not withdrawn here; a key is revoked with `issuance keys revoke`",
    )
    return Refused(Fault("trust.withdraw.own", *words, field="name"))
