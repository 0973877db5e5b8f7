"""Change of keys by a person: the next signer of a purpose, the next CSCA root. Each leaves an audit row."""

from __future__ import annotations

from issuance.core import policy
from issuance.core.actor import Actor
from issuance.core.uow import unit_of_work
from issuance.service import Service
from keys.renewal import roll_over, rotate
from keys.signing import Purpose, Signer


def rotate_signer(service: Service, actor: Actor, purpose: Purpose) -> Signer:
    """A new key of this purpose; it signs from now on. Raises `NotAllowed`, `Invalid` for a root, `Unavailable`."""
    policy.require(actor, "keys.manage")
    return _recorded(service, actor, "keys.rotate", rotate(service.keys, service.store, purpose, service.clock()))


def roll_over_root(service: Service, actor: Actor, common_name: str | None = None) -> Signer:
    """A new CSCA root with its link certificate; it signs after its wait. common_name: when the root changes its name.

    Raises `NotAllowed`, `Invalid` when one waits already, `Unavailable`.
    """
    policy.require(actor, "keys.manage")
    made = roll_over(service.keys, service.store, service.clock(), common_name)
    return _recorded(service, actor, "keys.rollover", made)


def _recorded(service: Service, actor: Actor, action: str, made: Signer) -> Signer:
    service.publish_trust()
    with unit_of_work(service.db, actor, "change of a signing key", service.clock()) as tx:
        tx.audit(action, f"key:{made.key_id}", {"purpose": made.purpose.value})
    return made
