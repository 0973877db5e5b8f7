"""What a step of a ceremony does to the store: one function an action, each built from what everyday renewal uses.

An action returns the public artefacts it made, by file name. It asks nobody and writes no transcript.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from keys.ceremony import make_crl
from keys.crl import read_crl
from keys.open import create_pki, open_ring
from keys.renewal import roll_over, rotate
from keys.ring import Keys
from keys.signing import IntentLog, Purpose, Signer
from keys.stores import Store
from keys.x509 import read_certificate
from specs.errors import Conflict, Fault, Invalid, NotFound
from specs.schema.ceremonies import Action, Step
from specs.schema.pki import Pki

Made = Mapping[str, bytes]


@dataclass(slots=True)
class Room:
    """What a ceremony works on. keys: None until the first keys are made. values: as given, by the ceremony's names."""

    store: Store
    intents: IntentLog
    pki: Pki
    keys: Keys | None
    values: Mapping[str, str]

    def ring(self) -> Keys:
        """Raises `Conflict` when there are no keys yet."""
        if self.keys is None:
            words = "لا مفاتيح في المخزن بعد", "the store holds no keys yet"
            raise Conflict(Fault("keys.ceremony.no_keys", *words))
        return self.keys


def _attend(room: Room, step: Step, now: datetime) -> Made:
    del room, step, now
    return {}


def _create_keys(room: Room, step: Step, now: datetime) -> Made:
    """Raises `Conflict` when the store is not new."""
    del step
    create_pki(room.store, now, room.pki)
    room.keys = open_ring(room.store, room.intents, room.pki)
    return _public(room.keys)


def _make_signer(room: Room, step: Step, now: datetime) -> Made:
    signer = rotate(room.ring(), room.store, Purpose(step.purpose or ""), now)
    return _certificate(signer)


def _roll_over(room: Room, step: Step, now: datetime) -> Made:
    del step
    ring = room.ring()
    signer = roll_over(ring, room.store, now, room.values.get("common_name"))
    return _certificate(signer) | {f"{signer.key_id}.link.cer": ring.links()[signer.key_id]}


def _revoke(room: Room, step: Step, now: datetime) -> Made:
    """Raises `Invalid` for a serial number that is none, `NotFound` when no certificate here has it."""
    ring, purpose = room.ring(), Purpose(step.purpose or "")
    try:
        serial = int(room.values["serial"], 16)
    except ValueError as error:
        words = "الرقم التسلسلي ليس عددا بالست عشري", "the serial number is not hexadecimal"
        raise Invalid(Fault("keys.ceremony.serial", *words, field="serial")) from error
    root = read_certificate(ring.signer(purpose, now).certificate)
    held = [read_certificate(signer.certificate) for signer in ring.signers()]
    if not any(c.serial == serial and c.issuer_der == root.subject_der for c in held):
        words = "لا شهادة بهذا الرقم من هذا الجذر", "no certificate of this root has this serial number"
        raise NotFound(Fault("keys.ceremony.serial", *words, field="serial", clause="Doc 9303-12 §4.1.4"))
    return _new_crl(room, purpose, {serial: now}, now)


def _publish_crl(room: Room, step: Step, now: datetime) -> Made:
    return _new_crl(room, Purpose(step.purpose or ""), {}, now)


def _export_trust(room: Room, step: Step, now: datetime) -> Made:
    del step, now
    return _public(room.ring())


ACTIONS: Final[dict[Action, Callable[[Room, Step, datetime], Made]]] = {
    "attend": _attend,
    "create_keys": _create_keys,
    "make_signer": _make_signer,
    "roll_over": _roll_over,
    "revoke": _revoke,
    "publish_crl": _publish_crl,
    "export_trust": _export_trust,
}


def _new_crl(room: Room, purpose: Purpose, further: Mapping[int, datetime], now: datetime) -> Made:
    """A complete list: what was revoked stays so, with the time it was revoked first."""
    ring = room.ring()
    old = read_crl(ring.crls[purpose]) if purpose in ring.crls else None
    revoked = {**further, **(old.revoked if old else {})}
    crl = make_crl(ring, purpose, (old.number or 0) + 1 if old else 1, revoked, now)
    room.store.put_crl(purpose, crl)
    ring.crls[purpose] = crl
    return {f"{purpose.value}.crl": crl}


def _certificate(signer: Signer) -> dict[str, bytes]:
    return {f"{signer.key_id}.cer": signer.certificate}


def _public(ring: Keys) -> dict[str, bytes]:
    """Every certificate, link and list of the ring."""
    made = {name: der for signer in ring.signers() for name, der in _certificate(signer).items()}
    made |= {f"{key_id}.link.cer": link for key_id, link in ring.links().items()}
    return made | {f"{purpose.value}.crl": crl for purpose, crl in ring.crls.items()}
