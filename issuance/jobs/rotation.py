"""Change of keys by a person: the next signer of a purpose, the next root. Each leaves an audit row."""

from __future__ import annotations

import time

from issuance.core import policy
from issuance.core.actor import Actor
from issuance.core.uow import unit_of_work
from issuance.service import Service
from keys.renewal import roll_over, rotate
from keys.signing import Purpose, Signer
from keys.tidy import OLD_ENOUGH_SECONDS, tidy
from specs.errors import Fault, NotAllowed
from specs.load import directory


def rotate_signer(service: Service, actor: Actor, purpose: Purpose) -> Signer:
    """A new key of this purpose; it signs from now on. Raises `NotAllowed`, `Invalid` for a root, `Unavailable`."""
    policy.require(actor, "keys.manage")
    _refuse_in_production(service, purpose, purpose.value)
    return _recorded(service, actor, "keys.rotate", rotate(service.keys, service.store, purpose, service.clock()))


def roll_over_root(
    service: Service, actor: Actor, common_name: str | None = None, purpose: Purpose = Purpose.csca
) -> Signer:
    """The next root, a CSCA with its link certificate; it signs after its wait. common_name: when a CSCA changes it.

    Raises `NotAllowed`, `Invalid` when one waits already or the purpose is no root's, `Unavailable`.
    """
    policy.require(actor, "keys.manage")
    _refuse_in_production(service, purpose, f"{purpose.value}_rollover")
    made = roll_over(service.keys, service.store, service.clock(), common_name, purpose)
    return _recorded(service, actor, "keys.rollover", made)


def tidy_keys(service: Service, actor: Actor) -> list[str]:
    """Destroy what a creation of keys that was cut off left over an hour ago; returns the names. Audited.

    Raises `NotAllowed`, `Unavailable`.
    """
    policy.require(actor, "keys.manage")
    destroyed = tidy(service.store, time.time() - OLD_ENOUGH_SECONDS)
    if destroyed:
        with unit_of_work(service.db, actor, "destruction of left keys", service.clock()) as tx:
            for name in destroyed:
                tx.audit("keys.tidy", f"key:{name}", {})
    service.renew()
    return destroyed


def _refuse_in_production(service: Service, purpose: Purpose, ceremony: str) -> None:
    """Raises `NotAllowed`: production's keys are made before witnesses, who sign what they saw."""
    if service.settings.production:
        shipped = (directory() / "pki" / "ceremonies" / f"{ceremony}.yaml").exists()
        command = f"issuance keys ceremony run {ceremony if shipped else 'FILE'}"
        words = f"مفاتيح الإنتاج تُنشأ في مراسم: {command}", f"keys of production are made in a ceremony: `{command}`"
        raise NotAllowed(Fault("keys.ceremony.needed", *words, field=purpose.value, clause="docs/ceremonies.md"))


def _recorded(service: Service, actor: Actor, action: str, made: Signer) -> Signer:
    service.publish_trust()
    with unit_of_work(service.db, actor, "change of a signing key", service.clock()) as tx:
        tx.audit(action, f"key:{made.key_id}", {"purpose": made.purpose.value})
    return made
