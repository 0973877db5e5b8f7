"""After an interruption: what a step that began and did not end left in the store, and whether that is its whole work.

Adopts nothing and asks nobody: `keys.ceremonies.run` does, under confirmation. What is not exactly the work of the step
is never adopted.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from keys.ceremonies.actions import Made, Room
from keys.ceremony import ROOTS
from keys.crl import RevocationList, read_crl
from keys.der import DerError
from keys.signing import Purpose
from keys.x509 import COMMON_NAME, read_certificate
from specs.schema.ceremonies import Action, Step

_LINK: Final = ".link.cer"


@dataclass(frozen=True, slots=True)
class _Left:
    """What an interrupted step left. added, replaced: public files of the store by name; began: of the step, UTC."""

    room: Room
    step: Step
    added: Mapping[str, bytes]
    replaced: Mapping[str, bytes]
    began: datetime

    def since_it_began(self, *moments: datetime) -> bool:
        return all(moment >= self.began for moment in moments)


def public_files(room: Room) -> dict[str, bytes]:
    """Every certificate and list the store's directory holds, by name; its private halves are never looked at."""
    if not room.store.directory.is_dir():
        return {}
    paths = (p for p in room.store.directory.iterdir() if p.suffix in (".cer", ".crl") and not p.name.startswith("."))
    return {path.name: path.read_bytes() for path in sorted(paths)}


def digests(files: Mapping[str, bytes]) -> dict[str, str]:
    """SHA-256 in hexadecimal by name, sorted."""
    return {name: hashlib.sha256(data).hexdigest() for name, data in sorted(files.items())}


def left_by(room: Room, begun: Mapping[str, Any]) -> dict[str, bytes]:
    """The public files that are new or other than when the step began. begun: its line of the transcript."""
    before = begun["store"]
    return {n: d for n, d in public_files(room).items() if before.get(n) != hashlib.sha256(d).hexdigest()}


def work_of(room: Room, step: Step, begun: Mapping[str, Any]) -> Made | None:
    """What the step made, when what is in the store since is exactly that; None: it is something else.

    The ring was opened over the store since, so every certificate and list was judged and is signed by a root here.
    """
    judge = _JUDGES.get(step.action)
    now, left = public_files(room), left_by(room, begun)
    if judge is None or room.keys is None or not set(begun["store"]) <= set(now):
        return None
    added = {name: data for name, data in left.items() if name not in begun["store"]}
    replaced = {name: data for name, data in left.items() if name in begun["store"]}
    began = datetime.fromisoformat(begun["at"]).replace(microsecond=0)
    try:
        return left if judge(_Left(room, step, added, replaced, began)) else None
    except (DerError, ValueError):
        return None


def _all_the_first_keys(left: _Left) -> bool:
    """One new key for each profile and the first list of each root, and nothing before."""
    pki = left.room.pki
    purposes = sorted(profile.purpose for name, profile in pki.profiles.items() if not pki.is_link(name))
    lists = {f"{root.value}.crl" for root in ROOTS}
    keys = {name: data for name, data in left.added.items() if name not in lists}
    return (
        not left.replaced
        and lists <= set(left.added)
        and sorted(_purpose(name) for name in keys) == purposes
        and all(read_crl(left.added[name]).number == 1 for name in lists)
        and left.since_it_began(*(read_certificate(der).not_before.at for der in keys.values()))
    )


def _one_signer(left: _Left) -> bool:
    """One new key of the step's purpose."""
    if left.replaced or len(left.added) != 1:
        return False
    (name,) = left.added
    return _is_key(left, name, Purpose(left.step.purpose or ""))


def _the_next_root(left: _Left) -> bool:
    """One new root under the name that was asked for; the CSCA's with the link certificate of the same key."""
    pki, purpose = left.room.pki, Purpose(left.step.purpose or "")
    roots = [name for name in left.added if not name.endswith(_LINK)]
    if left.replaced or len(roots) != 1 or not _is_key(left, roots[0], purpose):
        return False
    root = read_certificate(left.added[roots[0]])
    links = {name: read_certificate(der).spki_der for name, der in left.added.items() if name.endswith(_LINK)}
    profile = pki.for_purpose(purpose.value)[0]
    linked = any(pki.is_link(name) and held.issuer == profile for name, held in pki.profiles.items())
    asked = left.room.values.get("common_name")
    named = [a.value for a in root.subject if a.oid == COMMON_NAME]
    expected = {roots[0].removesuffix(".cer") + _LINK: root.spki_der} if linked else {}
    return links == expected and (not asked or named == [asked])


def _the_list_with_the_serial(left: _Left) -> bool:
    """One root's next list, in which the certificate named, and no other, was revoked since."""
    crl = _one_list(left)
    wanted = _serial(left.room)
    return crl is not None and {s for s, at in crl.revoked.items() if at >= left.began} == {wanted}


def _the_next_list(left: _Left) -> bool:
    """The next list of the step's root, in which nothing was revoked since."""
    crl = _one_list(left)
    return (
        crl is not None
        and set(left.replaced) == {f"{left.step.purpose}.crl"}
        and all(at < left.began for at in crl.revoked.values())
    )


def _one_list(left: _Left) -> RevocationList | None:
    if left.added or len(left.replaced) != 1:
        return None
    ((name, der),) = left.replaced.items()
    crl = read_crl(der) if name.endswith(".crl") else None
    return crl if crl is not None and left.since_it_began(crl.this_update.at) else None


def _is_key(left: _Left, name: str, purpose: Purpose) -> bool:
    made = read_certificate(left.added[name])
    return _purpose(name) == purpose.value and left.since_it_began(made.not_before.at)


def _purpose(name: str) -> str:
    return name.removesuffix(".cer").rpartition("-")[0]


def _serial(room: Room) -> int:
    """Of the certificate named, by serial number or key id. Raises `ValueError`."""
    given = room.values["serial"]
    for signer in room.ring().signers():
        if signer.key_id == given:
            return read_certificate(signer.certificate).serial
    return int(given.replace(":", ""), 16)


_JUDGES: Final[dict[Action, Callable[[_Left], bool]]] = {
    "create_keys": _all_the_first_keys,
    "make_signer": _one_signer,
    "roll_over": _the_next_root,
    "revoke": _the_list_with_the_serial,
    "publish_crl": _the_next_list,
}
