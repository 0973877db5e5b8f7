"""What goes into a bundle: the numbers of the register and how each stands, trust, and certificates that ended.

Reads the register in portions. No name, no person's number, no office, no day; nothing of cases: who may not leave is
not in it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from issuance.border.bundle import packs
from issuance.border.bundle.status_set import OTHERS, Universe, content_of, encode
from issuance.certificates import public as certificates
from issuance.core.civil import civil_day
from issuance.passports import public as passports
from issuance.service import Service
from specs.schema import Specification

DIGEST_BYTES: Final = 16
_LATE: Final = timedelta(hours=1)
"""How long before a bundle was made an event may be dated that was committed after it."""


def files_of(service: Service, now: datetime) -> dict[str, bytes]:
    """The files of a bundle as of now (`container.NAMES`). Raises `Unavailable`."""
    spec = service.spec
    entries = spec.passport.office.documents.entries
    states = list(entries)
    default = next(state for state, rule in entries.items() if rule.travel)
    with service.db.reading() as read:
        rows = _rows(passports.all_states(read), states, default, good=spec.border_bundle.contents.issued_numbers)
        status = encode(content_of(rows, states, default, universes_of(spec)))
        ended = certificates.ended(read, civil_day(now) - timedelta(days=1))
    trust = service.trust
    return {
        "status": status,
        "certificates": packs.pack(trust.certificates),
        "authorities": packs.pack(trust.authorities),
        "crls": packs.pack(trust.crls),
        "deviations": packs.pack(trust.deviation_lists),
        "ended": packs.pack(digest_of(number) + code.encode() for number, code in ended.items()),
    }


def universes_of(spec: Specification) -> list[Universe]:
    """Every series of every document type of every edition, and last what fits none."""
    found = set()
    for edition in spec.passport.editions.values():
        for held in edition.document_types.issued().values():
            series = held.document_form.numbers(edition.series.number)
            found.add(Universe(series.prefix, "".join(sorted(series.alphabet)), series.serial_characters))
    return [*sorted(found, key=lambda one: (one.prefix, one.alphabet, one.length)), OTHERS]


def digest_of(number: str) -> bytes:
    """A certificate's number as it stands in `ended`, before the code of how it ended."""
    return sha256(number.strip().upper().encode()).digest()[:DIGEST_BYTES]


def fingerprint(service: Service, since: datetime) -> str:
    """Another one when what a bundle holds may have changed after `since`. Cheap: counts by index alone."""
    with service.db.reading() as read:
        books, ends = passports.events_after(read, since - _LATE), certificates.endings(read)
    trust = service.trust
    held = sha256()
    for part in (trust.certificates, trust.authorities, trust.crls, trust.deviation_lists):
        held.update(packs.pack(part))
    series = [one.as_json() for one in universes_of(service.spec)]
    told = [books, ends, held.hexdigest(), series, service.spec.border_bundle.contents.issued_numbers]
    return sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def _rows(
    portions: Iterator[tuple[list[str], list[str]]], states: Sequence[str], default: str, *, good: bool
) -> Iterator[tuple[list[str], list[int]]]:
    """good: whether numbers in the default state are told as well."""
    codes = {state: code for code, state in enumerate(states)}
    for numbers, held in portions:
        if good:
            yield numbers, [codes[state] for state in held]
        else:
            chosen = [(n, codes[state]) for n, state in zip(numbers, held, strict=True) if state != default]
            yield [n for n, _ in chosen], [code for _, code in chosen]
