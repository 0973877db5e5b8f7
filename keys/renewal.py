"""Keep an installation signing: new revocation lists, new signers, a new root; and the alarm before a key runs out.

What was signed before stays verifiable: nothing is removed, and `Keys.export_trust` writes old and new.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from keys.admission import take_in
from keys.ceremony import ROOTS, entry_of, make_crl, make_key, roots_of
from keys.crl import RevocationList, read_crl
from keys.files import alone
from keys.ring import Keys
from keys.signing import Purpose, Signer
from keys.stores import Store, files
from keys.x509 import read_certificate
from specs.errors import Conflict, Fault, Invalid, Unavailable
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

    Returns the roots renewed. Raises `Unavailable` when a root's key is out of its period or the store refuses; the
    other root's list is renewed all the same.
    """
    renewed: list[Purpose] = []
    faults: list[Fault] = []
    for purpose in ROOTS:
        if not _crl_due(keys, purpose, now):
            continue
        try:
            with _alone(keys, store):
                if _crl_due(keys, purpose, now):  # nobody else made it meanwhile
                    _publish(keys, store, purpose, {}, now)
            renewed.append(purpose)
        except (Unavailable, Invalid) as error:
            faults += error.faults
    if faults:
        raise Unavailable(*faults)
    return renewed


def publish_crl(
    keys: Keys, store: Store, purpose: Purpose, further: Mapping[int, datetime], now: datetime
) -> RevocationList:
    """The next complete list of a root: what its last one names, and `further` (serial number -> time of revocation).

    The newest key of the root signs it. Raises `Unavailable` when there is none in its period or the store refuses,
    `Conflict` when it would tell nothing new and follow the last one too soon.
    """
    with _alone(keys, store):
        if not further and (next_at := _next_crl_from(keys, purpose)) and now < next_at:
            raise Conflict(
                Fault(
                    "keys.crl.too_soon",
                    f"لا إبطال جديد؛ لا تصدر القائمة التالية قبل {next_at:%Y-%m-%d %H:%M}Z",
                    f"nothing new was revoked: the next list comes no earlier than {next_at:%Y-%m-%d %H:%M}Z",
                    field=purpose.value,
                    clause="Doc 9303-12 §4.1.4",
                )
            )
        return _publish(keys, store, purpose, further, now)


def _publish(
    keys: Keys, store: Store, purpose: Purpose, further: Mapping[int, datetime], now: datetime
) -> RevocationList:
    """Within `_alone`: a list made from an older one would forget what another process revoked."""
    old = read_crl(keys.crls[purpose]) if purpose in keys.crls else None
    number = (old.number or 0) + 1 if old else 1
    crl = make_crl(keys, purpose, number, {**further, **(old.revoked if old else {})}, now)
    store.put_crl(purpose, crl)
    keys.publish(purpose, crl)
    return read_crl(crl)


def _crl_due(keys: Keys, purpose: Purpose, now: datetime) -> bool:
    """Whether a root's list is to be made anew, and enough time went by since the last."""
    if purpose not in keys.crls:
        return True
    held, left = read_crl(keys.crls[purpose]), timedelta(days=keys.pki.revocation_list.renew_when_days_left)
    next_at = _next_crl_from(keys, purpose)
    if next_at is not None and now < next_at:
        return False
    ample = held.next_update is not None and held.next_update.at - now > left
    return not ample or _another_root_signs(keys, purpose, held, now)


def _next_crl_from(keys: Keys, purpose: Purpose) -> datetime | None:
    """From when the next list may be made that names nothing new; None: there is no list yet."""
    if purpose not in keys.crls:
        return None
    apart = timedelta(hours=keys.pki.revocation_list.minimum_hours_between)
    return read_crl(keys.crls[purpose]).this_update.at + apart


def _another_root_signs(keys: Keys, purpose: Purpose, crl: RevocationList, now: datetime) -> bool:
    """Whether a newer root than the list's has taken over: the newest signs everything (Doc 9303-12 §4.3)."""
    try:
        root = read_certificate(keys.signer(purpose, now).certificate)
    except Unavailable:
        return False
    return root.subject_key_identifier != crl.authority_key_identifier


@contextlib.contextmanager
def _alone(keys: Keys, store: Store) -> Iterator[None]:
    """No other process or thread changes this store meanwhile, and what they changed before is known here.

    Raises `Unavailable`; `Invalid` when what they put there is not good.
    """
    with files.written(), alone(store.directory):
        take_in(keys, store)
        yield


def renew_signers(keys: Keys, store: Store, now: datetime) -> list[Purpose]:
    """Make a new key for each purpose whose last key ended, was revoked, or has few signatures left; returns those.

    By period not before the end: whoever holds older trust must be able to say who signed on which day. Roots are not
    renewed; theirs is `roll_over`. Raises `Unavailable` when a root's key is out of its period or the store refuses;
    the other purposes' keys are made all the same. And what `Store.held` raises when its secret does not open what is
    there: a new key must not be locked away.
    """
    if not _signers_due(keys, now):
        return []
    with _alone(keys, store):
        due = _signers_due(keys, now)  # without those that another process made meanwhile
        if due:
            store.held()
        made: list[Purpose] = []
        faults: dict[Fault, None] = {}
        for purpose in due:
            try:
                _adopted(keys, store, keys.pki.for_purpose(purpose.value)[0], now)
                made.append(purpose)
            except Unavailable as error:
                faults |= dict.fromkeys(error.faults)
    if faults:
        raise Unavailable(*faults)
    return made


def _signers_due(keys: Keys, now: datetime) -> list[Purpose]:
    ends: dict[Purpose, datetime] = {}
    for signer in keys.signers():
        if keys.is_revoked(signer):
            continue
        until = keys.period(signer.key_id)[1]
        ends[signer.purpose] = max(until, ends.get(signer.purpose, until))
    few = {alarm.signer.purpose for alarm in alarms(keys, now) if alarm.reason == "count"}
    return [
        purpose
        for purpose in Purpose
        if purpose not in ROOTS and (purpose not in ends or ends[purpose] <= now or purpose in few)
    ]


def rotate(keys: Keys, store: Store, purpose: Purpose, now: datetime) -> Signer:
    """A new key of this purpose, which signs from now on; the earlier ones stay for verifying.

    Raises `Invalid` for a root, `Unavailable` as `make_key` does.
    """
    name = keys.pki.for_purpose(purpose.value)[0]
    if keys.pki.is_root(name):
        command = f"issuance keys rollover --purpose {purpose.value}"
        words = f"الجذر يُخلف بجذر جديد: {command}", f"a root is followed by a new root: `{command}`"
        raise Invalid(Fault("keys.rotate.root", *words, field=purpose.value, clause="Doc 9303-12 §4.1"))
    with _alone(keys, store):
        return _adopted(keys, store, name, now)


def roll_over(
    keys: Keys, store: Store, now: datetime, common_name: str | None = None, purpose: Purpose = Purpose.csca
) -> Signer:
    """The next root of this purpose; it signs after `wait_days`, and then everything, revocation lists included.

    The CSCA's comes with the link certificate of the earlier one, for other States. The services root needs none:
    whoever verifies with it has the trust we publish. common_name: of the new CSCA, when it changes. Raises
    `Unavailable` as `make_key` does, `Invalid` when a root that was made still waits, or for what is no root.
    """
    root = keys.pki.for_purpose(purpose.value)[0]
    link = next((n for n, p in keys.pki.profiles.items() if keys.pki.is_link(n) and p.issuer == root), None)
    if not keys.pki.is_root(root) or (common_name and link is None):
        words = "لا يُخلف هذا الغرض هكذا", "this is no root, or one without a link certificate keeps its name"
        raise Invalid(Fault("keys.rollover.purpose", *words, field=purpose.value, clause="Doc 9303-12 §4.1"))
    with _alone(keys, store):
        waiting = [s for s in keys.signers() if s.purpose is purpose and keys.period(s.key_id)[0] > now]
        if waiting:
            words = "يوجد جذر جديد ينتظر", "a new root waits already for its time"
            raise Invalid(Fault("keys.rollover.waiting", *words, field=waiting[0].key_id, clause="Doc 9303-12 §4.3"))
        pki = _named(keys.pki, root, common_name) if common_name else None
        return _adopted(keys, store, root, now, link=link, pki=pki)


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
