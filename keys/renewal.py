"""Keep an installation signing: new revocation lists, new signers, a new root; and the alarm before a key runs out.

What was signed before stays verifiable: nothing is removed, and `Keys.export_trust` writes old and new.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from keys.ceremony import ROOTS, entry_of, make_crl, make_key, roots_of
from keys.crl import RevocationList, read_crl
from keys.files import alone
from keys.lint_crl import lint_crl
from keys.ring import Keys
from keys.signing import Purpose, Signer
from keys.stores import Store, files
from keys.x509 import read_certificate
from specs.errors import Fault, Invalid, Unavailable
from specs.schema.pki import Pki


@dataclass(frozen=True, slots=True)
class Alarm:
    """A key that signs now and soon will not, with nobody to follow. left: days, or signatures."""

    signer: Signer
    reason: Literal["period", "count"]
    left: int

    @property
    def fault(self) -> Fault:
        """For log, console and health."""
        unit = ("أيام", "days") if self.reason == "period" else ("توقيعات", "signatures")
        purpose = self.signer.purpose.value
        return Fault(
            f"keys.alarm.{self.reason}",
            f"بقي لمفتاح {purpose}: {self.left} {unit[0]}، فأنشئ المفتاح التالي",
            f"the {purpose} key has {self.left} {unit[1]} left: make the next one",
            field=self.signer.key_id,
            clause="specs/pki/rotation.yaml",
        )


def alarms(keys: Keys, now: datetime) -> list[Alarm]:
    """Each purpose whose newest key is near the end of its period or count. Raises what the intent log raises."""
    newest: dict[Purpose, Signer] = {}
    for signer in keys.signers():  # newest first within a purpose
        newest.setdefault(signer.purpose, signer)
    found = []
    for purpose, signer in newest.items():
        days = (keys.period(signer.key_id)[1] - now).days
        if days < keys.rotation.alarm_days(purpose.value):
            found.append(Alarm(signer, "period", max(days, 0)))
        at, most = keys.rotation.alarm_signatures(purpose.value), keys.rotation.maximum_signatures(purpose.value)
        if at is not None and most is not None and (uses := keys.intents.uses(signer.key_id)) >= at:
            found.append(Alarm(signer, "count", max(most - uses, 0)))
    return found


def renew_crls(keys: Keys, store: Store, now: datetime) -> list[Purpose]:
    """Issue anew each CRL that is absent, near its end, or of an earlier root; what was revoked stays revoked.

    Returns the roots renewed. Raises `Unavailable` when a root's key is out of its period or the store refuses.
    """
    left = timedelta(days=keys.pki.revocation_list.renew_when_days_left)
    renewed = []
    for purpose in ROOTS:
        old = read_crl(keys.crls[purpose]) if purpose in keys.crls else None
        ample = old is not None and old.next_update is not None and old.next_update.at - now > left
        if old is not None and ample and not _another_root_signs(keys, purpose, old, now):
            continue
        publish_crl(keys, store, purpose, {}, now)
        renewed.append(purpose)
    return renewed


def publish_crl(
    keys: Keys, store: Store, purpose: Purpose, further: Mapping[int, datetime], now: datetime
) -> RevocationList:
    """The next complete list of a root: what its last one names, and `further` (serial number -> time of revocation).

    The newest key of the root signs it. Raises `Unavailable` when there is none in its period or the store refuses.
    """
    with files.written(), alone(store.directory):
        take_in_crls(keys, store)  # of another process: a list made from an older one would forget what that revoked
        old = read_crl(keys.crls[purpose]) if purpose in keys.crls else None
        number = (old.number or 0) + 1 if old else 1
        crl = make_crl(keys, purpose, number, {**further, **(old.revoked if old else {})}, now)
        store.put_crl(purpose, crl)
        keys.publish(purpose, crl)
    return read_crl(crl)


def take_in_crls(keys: Keys, store: Store) -> bool:
    """Take in lists that are newer in the store than here. True when there was one. Raises `Unavailable`, `Invalid`."""
    newer = False
    for purpose, crl in files.crls(store.directory).items():
        held = keys.crls.get(purpose)
        if held == crl or lint_crl(crl):
            continue
        if held is None or (read_crl(crl).number or 0) > (read_crl(held).number or 0):
            keys.publish(purpose, crl)
            newer = True
    return newer


def _another_root_signs(keys: Keys, purpose: Purpose, crl: RevocationList, now: datetime) -> bool:
    """Whether a newer root than the list's has taken over: the newest signs everything (Doc 9303-12 §4.3)."""
    try:
        root = read_certificate(keys.signer(purpose, now).certificate)
    except Unavailable:
        return False
    return root.subject_key_identifier != crl.authority_key_identifier


def renew_signers(keys: Keys, store: Store, now: datetime) -> list[Purpose]:
    """Make a new key for each purpose whose last key ended, was revoked, or has few signatures left; returns those.

    By period not before the end: whoever holds older trust must be able to say who signed on which day. Roots are not
    renewed; theirs is `roll_over`. Raises `Unavailable` when a root's key is out of its period or the store refuses,
    and what `Store.held` raises when its secret does not open what is there: a new key must not be locked away.
    """
    ends: dict[Purpose, datetime] = {}
    for signer in keys.signers():
        if keys.is_revoked(signer):
            continue
        until = keys.period(signer.key_id)[1]
        ends[signer.purpose] = max(until, ends.get(signer.purpose, until))
    few = {alarm.signer.purpose for alarm in alarms(keys, now) if alarm.reason == "count"}
    due: list[Purpose] = [
        purpose
        for purpose in Purpose
        if purpose not in ROOTS and (purpose not in ends or ends[purpose] <= now or purpose in few)
    ]
    if due:
        store.held()
    for purpose in due:
        rotate(keys, store, purpose, now)
    return due


def rotate(keys: Keys, store: Store, purpose: Purpose, now: datetime) -> Signer:
    """A new key of this purpose, which signs from now on; the earlier ones stay for verifying.

    Raises `Invalid` for a root, `Unavailable` as `make_key` does.
    """
    name = keys.pki.for_purpose(purpose.value)[0]
    if keys.pki.is_root(name):
        words = "الجذر يُخلف بشهادة ربط", "a root is followed by a link certificate: `issuance keys rollover`"
        raise Invalid(Fault("keys.rotate.root", *words, field=purpose.value, clause="Doc 9303-12 §4.1"))
    return _adopted(keys, store, name, now)


def roll_over(keys: Keys, store: Store, now: datetime, common_name: str | None = None) -> Signer:
    """A new CSCA root and the link certificate of the earlier one; it signs after `wait_days`, and then everything.

    common_name: of the new root, when it changes. Raises `Unavailable` as `make_key` does, `Invalid` when a root
    that was made already still waits.
    """
    link = next(name for name in keys.pki.profiles if keys.pki.is_link(name))
    root = keys.pki.profiles[link].issuer
    waiting = [s for s in keys.signers() if s.purpose is Purpose.csca and keys.period(s.key_id)[0] > now]
    if waiting:
        words = "يوجد جذر جديد ينتظر", "a new root waits already for its time"
        raise Invalid(Fault("keys.rollover.waiting", *words, field=waiting[0].key_id, clause="Doc 9303-12 §4.3"))
    return _adopted(keys, store, root, now, link=link, pki=_named(keys.pki, root, common_name) if common_name else None)


def _named(pki: Pki, root: str, common_name: str) -> Pki:
    """These profiles with another name for the root."""
    return pki.model_copy(
        update={"profiles": {**pki.profiles, root: pki.profiles[root].model_copy(update={"common_name": common_name})}}
    )


def _adopted(
    keys: Keys, store: Store, profile: str, now: datetime, link: str | None = None, pki: Pki | None = None
) -> Signer:
    key = make_key(keys, store, profile, now, link_profile=link, pki=pki)
    entry = entry_of(key, roots_of(keys.signers()), keys)
    keys.adopt(entry)
    return entry.signer
