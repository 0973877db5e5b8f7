"""What a step of a ceremony does to the store: one function an action, each built from what everyday renewal uses.

An action returns the public artefacts it made, by file name. It asks nobody and writes no transcript.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from keys.lists.deviations import Deviation
from keys.lists.requests import DeviationListRequest, MasterListRequest
from keys.open import create_pki, open_ring
from keys.renewal import publish_crl, roll_over, rotate
from keys.revocation import revoke
from keys.ring import Keys
from keys.signing import IntentLog, Purpose, Signer, issue, prepare
from keys.stores import Store
from specs.errors import Conflict, Fault, Invalid
from specs.schema.ceremonies import Action, Step
from specs.schema.pki import Pki

Made = Mapping[str, bytes]


@dataclass(slots=True)
class Room:
    """What a ceremony works on. keys: None until the first keys are made. values: as given, by the ceremony's names.

    anchors: foreign CSCA certificates (DER) this installation vouches for. deviations: what a deviation list is to say.
    """

    store: Store
    intents: IntentLog
    pki: Pki
    keys: Keys | None
    values: Mapping[str, str]
    anchors: Sequence[bytes] = ()
    deviations: Sequence[Deviation] = ()

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
    ring = room.ring()
    signer = roll_over(ring, room.store, now, room.values.get("common_name"), Purpose(step.purpose or ""))
    made = _certificate(signer)
    if link := ring.links().get(signer.key_id):
        made[f"{signer.key_id}.link.cer"] = link
    return made


def _revoke(room: Room, step: Step, now: datetime) -> Made:
    """Raises what `keys.revocation.revoke` does."""
    del step
    done = revoke(room.ring(), room.store, room.values["serial"], now)
    return {f"{done.root.value}.crl": done.crl.der}


def _publish_crl(room: Room, step: Step, now: datetime) -> Made:
    purpose = Purpose(step.purpose or "")
    return {f"{purpose.value}.crl": publish_crl(room.ring(), room.store, purpose, {}, now).der}


def _publish_master_list(room: Room, step: Step, now: datetime) -> Made:
    """Our own roots and links, and the foreign anchors this installation trusts when the ceremony says so."""
    del step
    ring = room.ring()
    roots = [signer.certificate for signer in ring.signers() if signer.purpose is Purpose.csca]
    others = room.anchors if room.values.get("others") == "yes" else ()
    request = MasterListRequest(
        f"master_list:{now:%Y%m%dT%H%M%SZ}", [*roots, *ring.links().values(), *others], room.pki
    )
    return {"master_list.ml": issue(prepare(ring, request, now), now).artefact}


def _publish_deviation_list(room: Room, step: Step, now: datetime) -> Made:
    """A whole new list: what it leaves out is no longer said. Raises `Invalid` when nothing is to be said."""
    del step
    if not room.deviations:
        words = "لا انحرافات لنشرها", "there are no deviations to publish"
        raise Invalid(Fault("keys.ceremony.no_deviations", *words, field="file"))
    request = DeviationListRequest(f"deviation_list:{now:%Y%m%dT%H%M%SZ}", room.deviations, room.pki)
    return {"deviation_list.dl": issue(prepare(room.ring(), request, now), now).artefact}


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
    "publish_master_list": _publish_master_list,
    "publish_deviation_list": _publish_deviation_list,
    "export_trust": _export_trust,
}


def _certificate(signer: Signer) -> dict[str, bytes]:
    return {f"{signer.key_id}.cer": signer.certificate}


def _public(ring: Keys) -> dict[str, bytes]:
    """Every certificate, link and list of the ring."""
    made = {name: der for signer in ring.signers() for name, der in _certificate(signer).items()}
    made |= {f"{key_id}.link.cer": link for key_id, link in ring.links().items()}
    return made | {f"{purpose.value}.crl": crl for purpose, crl in ring.crls.items()}
