"""The signed status list: digests of the numbers of books that are not good for travel, and as what. It names nobody.

Signed anew when a book came on or off it, or when half its life is over; kept in a table between.
"""

from __future__ import annotations

import base64
import json
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import func
from sqlmodel import col, select

from issuance.core.actor import system
from issuance.core.uow import unit_of_work
from issuance.db.session import ReadSession
from issuance.passports.model import Passport, PassportEvent, PassportMark
from issuance.service import Service
from keys import issue as sign
from keys import prepare
from keys.record import RecordRequest
from specs.schema.passport_office import PassportOffice

FORMAT = "passport-status-list/1"
_MARK = "status_list"


def status_list(service: Service, now: datetime) -> str:
    """JSON `{"head", "entries": {state: [digest]}, "signature"}` as of `now`; the CMS signature is over `head`, which
    holds the digest of `entries`. Raises `Unavailable` when no key may sign."""
    rules = service.spec.passport.office
    lifetime = timedelta(hours=rules.status_list.lifetime_hours)
    with service.db.reading() as read:
        state = _state(read, rules)
        kept = read.get(PassportMark, _MARK)
        if kept is not None and kept.at <= now < kept.at + lifetime / 2:
            held_state, _, content = kept.value.partition("\n")
            if held_state == state:
                return content
        entries = _entries(read, rules)
    head = {
        "format": FORMAT,
        "issued_at": now.isoformat(),
        "good_until": (now + lifetime).isoformat(),
        "digest": f"first {rules.status_list.digest_bytes} bytes of SHA-256 of the number, hex",
        "books": sum(map(len, entries.values())),
        "entries_sha256": sha256(_canonical(entries)).hexdigest(),
    }
    request = RecordRequest(f"passport-status-list:{state}", _canonical(head), service.keys.pki)
    signature = sign(prepare(service.keys, request, now), now).artefact
    whole = {"head": head, "entries": entries, "signature": base64.b64encode(signature).decode()}
    content = json.dumps(whole, separators=(",", ":"))
    with unit_of_work(service.db, system("passport-office"), "the status list is signed", now) as tx:
        mark = tx.session.get(PassportMark, _MARK, with_for_update=True) or PassportMark(name=_MARK, value="", at=now)
        mark.value, mark.at = f"{state}\n{content}", now
        tx.session.add(mark)
        tx.audit("passports.status_list", f"mark:{_MARK}", {"state": state})
    return content


def digest_of_number(number: str, rules: PassportOffice) -> str:
    """As it stands in the list."""
    return sha256(number.strip().upper().encode()).digest()[: rules.status_list.digest_bytes].hex()


def _entries(read: ReadSession, rules: PassportOffice) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    query = select(Passport.number, Passport.state).where(col(Passport.state).in_(_listed(rules)))
    for number, state in read.exec(query):
        found.setdefault(state, []).append(digest_of_number(number, rules))
    return {state: sorted(found[state]) for state in sorted(found)}


def _state(read: ReadSession, rules: PassportOffice) -> str:
    """Another one whenever a book came on the list, off it, or changed on it."""
    events = select(func.count()).where(col(PassportEvent.kind).in_(_listed(rules)))
    books = select(func.count()).where(col(Passport.state).in_(_listed(rules)))
    return f"{read.exec(events).one()}.{read.exec(books).one()}"


def _listed(rules: PassportOffice) -> list[str]:
    return [state for state, rule in rules.documents.entries.items() if rule.listed]


def _canonical(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()
