"""The trust an officer names on the command line: certificates, lists and archives, for one inspection, nothing kept.

Naming a master list vouches for the State that signed it: its signature must hold up to that State's CSCA, which may
stand in the list itself. A deviation list must lead to a CSCA that is trusted beside it. To keep what is trusted, with
its dates, there is `issuance trust import`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from keys.der import DerError
from keys.lists.deviation_list import verify_deviation_list
from keys.lists.master_list import certificates_of, verify_master_list
from keys.our_country import speaks_for_us
from keys.trust import TrustStore
from keys.trust_archive import TrustArchive
from keys.trust_files import Found, contents, files_under
from keys.trust_import import acceptable
from keys.verdict import Verdict
from keys.x509 import read_certificate
from specs.errors import Fault, Invalid, IssuanceError
from specs.schema.pki import Pki

_CLAUSE: Final = "Doc 9303-12 §8"
_LIST_SUFFIXES: Final = (".ml", ".dl", ".dvl", ".ldif")


def trust_from(places: Sequence[Path], at: datetime, pki: Pki, *, crls: Sequence[Path] = ()) -> TrustStore:
    """Everything of these files, folders and archives together, as it stood at `at`. crls: revocation lists alone.

    Raises `Invalid` naming each that cannot be used: a damaged file, a list whose signature does not hold, and among
    `crls` whatever is no revocation list: nothing named there may become an authority.
    """
    held: list[TrustStore] = []
    deviations: dict[bytes, Path] = {}
    faults: list[Fault] = []
    for place in places:
        try:
            if place.is_dir():
                held.append(TrustArchive(place, pki.names).at(at))
                signed = [path for path in sorted(place.iterdir()) if path.suffix.lower() in _LIST_SUFFIXES]
                held.append(_of_files(signed, at, pki, deviations))
            else:
                held.append(_of_files([place], at, pki, deviations))
        except IssuanceError as error:
            faults += error.faults
    lists = TrustStore(crls=tuple(_revocation_lists(crls, pki, faults)))
    if not faults:
        trust = _together([*held, lists])
        for der, path in deviations.items():
            _judge(path, verify_deviation_list(der, trust, at, pki), faults)
    if faults:
        raise Invalid(*faults)
    return trust


def _together(held: Sequence[TrustStore]) -> TrustStore:
    def union(parts: Iterable[tuple[bytes, ...]]) -> tuple[bytes, ...]:
        return tuple(dict.fromkeys(der for part in parts for der in part))

    return TrustStore(
        union(store.certificates for store in held),
        union(store.crls for store in held),
        union(store.authorities for store in held),
        union(store.deviation_lists for store in held),
    )


def _of_files(paths: Iterable[Path], at: datetime, pki: Pki, deviations: dict[bytes, Path]) -> TrustStore:
    """deviations: takes the deviation lists, which are judged once all that is trusted is known."""
    mine: list[bytes] = []
    certificates: list[bytes] = []
    crls: list[bytes] = []
    authorities: list[bytes] = []
    faults: list[Fault] = []
    for path, found in _found(paths, pki, faults):
        if found.kind == "certificate":
            certificates.append(found.der)
        elif found.kind == "crl":
            crls.append(found.der)
        elif found.kind == "master_list":
            authorities += _of_list(path, found, at, pki, faults)
        else:
            mine.append(found.der)
            deviations[found.der] = path
    if faults:
        raise Invalid(*faults)
    return TrustStore(tuple(certificates), tuple(crls), tuple(authorities), tuple(mine))


def _revocation_lists(paths: Iterable[Path], pki: Pki, faults: list[Fault]) -> Iterator[bytes]:
    for path, found in _every(paths, pki, faults):
        if found.kind == "crl":
            yield found.der
        else:
            faults.append(_fault(path, "not_crl", "this is no revocation list", "ليست قائمة إبطال"))


def _found(paths: Iterable[Path], pki: Pki, faults: list[Fault]) -> Iterator[tuple[Path, Found]]:
    """What the files hold; of an LDIF, which nobody signed, no authority is believed."""
    for path, found in _every(paths, pki, faults):
        if not (found.from_directory and _authority(found)):
            yield path, found


def _every(paths: Iterable[Path], pki: Pki, faults: list[Fault]) -> Iterator[tuple[Path, Found]]:
    for path in files_under(paths, faults):
        try:
            for found in contents(path, pki, hashlib.sha256()):
                if isinstance(found, Found):
                    yield path, found
                else:
                    faults.append(_fault(path, "unreadable", f"{found.where} {found.reason}", "محتوى غير معروف"))
        except (OSError, DerError) as error:
            faults.append(_fault(path, "unreadable", f"cannot be read: {error}", "تعذرت قراءة الملف"))


def _authority(found: Found) -> bool:
    return found.kind == "certificate" and read_certificate(found.der).basic_constraints[0]


def _of_list(path: Path, found: Found, at: datetime, pki: Pki, faults: list[Fault]) -> tuple[bytes, ...]:
    """The authorities of a master list whose signature holds; a list vouches for no authority of our own State."""
    try:
        named = certificates_of(found.der, pki)
        verdict = verify_master_list(found.der, TrustStore(authorities=named), at, pki)
    except (DerError, Invalid) as error:
        faults.append(_fault(path, "list", f"the master list cannot be read: {error}", "قائمة غير مقروءة"))
        return ()
    if not _judge(path, verdict, faults):
        return ()
    return tuple(der for der in named if not speaks_for_us(der, pki.names))


def _judge(path: Path, verdict: Verdict, faults: list[Fault]) -> bool:
    """Whether a list may be believed; a fault that says why not."""
    if acceptable(verdict):
        return True
    why = "; ".join(check.reason for check in verdict.checks if check.result in ("fail", "unknown"))
    faults.append(_fault(path, "list", f"the list is not accepted: {why}", "القائمة غير مقبولة"))
    return False


def _fault(path: Path, code: str, en: str, ar: str) -> Fault:
    return Fault(f"trust.given.{code}", f"{path.name}: {ar}", f"{path.name}: {en}", field=str(path), clause=_CLAUSE)
