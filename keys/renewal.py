"""Keep a development installation signing: new revocation lists and new signers before anybody misses them.

What was signed before stays verifiable: nothing is removed, and `Keys.export_trust` writes old and new.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from keys.ceremony import ROOTS, entry_of, make_crl, make_key, roots_of
from keys.crl import read_crl
from keys.ring import Keys
from keys.signing import Purpose
from keys.stores import Store


def renew_crls(keys: Keys, store: Store, now: datetime) -> list[Purpose]:
    """Issue anew each CRL that is absent or near its end; what was revoked stays revoked. Returns the roots renewed.

    Raises `Unavailable` when a root's key is out of its period or the disk refuses.
    """
    left = timedelta(days=keys.pki.revocation_list.renew_when_days_left)
    renewed = []
    for purpose in ROOTS:
        old = read_crl(keys.crls[purpose]) if purpose in keys.crls else None
        if old and old.next_update and old.next_update.at - now > left:
            continue
        crl = make_crl(keys, purpose, (old.number or 0) + 1 if old else 1, old.revoked if old else {}, now)
        store.put_crl(purpose, crl)
        keys.crls[purpose] = crl
        renewed.append(purpose)
    return renewed


def renew_signers(keys: Keys, store: Store, now: datetime) -> list[Purpose]:
    """Make a new key for each purpose whose last key has ended (or that has none); returns those purposes.

    Not before the end: whoever holds older trust must be able to say who signed on which day. Roots are not renewed;
    theirs is a ceremony. Raises `Unavailable` when a root's key is out of its period or the store refuses, and what
    `Store.held` raises when its secret does not open what is there: a new key must not be locked away.
    """
    ends: dict[Purpose, datetime] = {}
    for signer in keys.signers():
        until = keys.period(signer.key_id)[1]
        ends[signer.purpose] = max(until, ends.get(signer.purpose, until))
    pki = keys.pki
    purposes = {n: Purpose(p.purpose) for n, p in pki.profiles.items() if not pki.is_root(n) and not pki.is_link(n)}
    due = {name: purpose for name, purpose in purposes.items() if purpose not in ends or ends[purpose] <= now}
    if due:
        store.held()
    for name in due:
        key = make_key(keys, store, name, now)
        keys.adopt(entry_of(key, roots_of(keys.signers()), keys.pki))
    return list(due.values())
