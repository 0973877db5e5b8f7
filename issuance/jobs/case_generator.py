"""`issuance cases generate`: invented offices, invented people, and invented cases among them.

The offices have codes that begin with `SY-`, the people serials no real holder has, the entries ids of version 8.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from itertools import islice
from typing import Final

from issuance.cases.bulk_generate import admit, generate
from issuance.core.actor import Actor
from issuance.jobs.installation import record_of
from issuance.jobs.synthetic import synthetic_people
from issuance.people.commands import register_synthetic
from issuance.service import Service
from issuance.staff.offices import OfficeEntry, register_office
from issuance.staff.public import offices

FOUNDED: Final = date(2011, 2, 17)
MOST_PEOPLE: Final = 100_000  # serials 900000-999999
_CASES_A_PERSON: Final = 5
_BATCH: Final = 1_000
_COURTS_AND_STATIONS: Final = (
    ("ST", 40, "station", "مركز شرطة مخترع", "Invented police station"),
    ("PR", 16, "prosecution", "نيابة مخترعة", "Invented prosecution"),
    ("SC", 16, "summary_court", "محكمة جزئية مخترعة", "Invented summary court"),
    ("FI", 8, "first_instance_court", "محكمة ابتدائية مخترعة", "Invented first-instance court"),
    ("AC", 6, "appeal_court", "محكمة استئناف مخترعة", "Invented court of appeal"),
    ("SU", 1, "supreme_court", "محكمة عليا مخترعة", "Invented supreme court"),
)
Progress = Callable[[int, int], None]


def generate_cases(service: Service, actor: Actor, count: int, seed: int, progress: Progress) -> int:
    """See to it that the register holds `count` invented cases of `seed`; how many were made now.

    Raises `NotAllowed`, `Refused` in production, `Invalid`.
    """
    admit(service, actor)
    now = service.clock()
    held = _offices(service, actor)
    people = list(synthetic_people(min(MOST_PEOPLE, max(20, count // _CASES_A_PERSON)), seed))
    remaining = iter(people)
    while batch := list(islice(remaining, _BATCH)):
        register_synthetic(service, actor, map(record_of, batch), now)
    numbers = [person.national_number for person in people]
    names = [" ".join(person.arabic) for person in people[:5_000]]
    return generate(service, actor, numbers, names, held, count, seed, now, progress)


def _offices(service: Service, actor: Actor) -> dict[str, list[str]]:
    """The codes by kind; those that are not there yet are entered."""
    with service.db.reading() as read:
        known = {office.code for office in offices(read)}
    held: dict[str, list[str]] = {}
    for entry in _entries():
        if entry.code not in known:
            register_office(service.db, actor, entry, service.spec, service.clock())
        held.setdefault(entry.kind, []).append(entry.code)
    return held


def _entries() -> Iterator[OfficeEntry]:
    for letters, count, kind, arabic, english in _COURTS_AND_STATIONS:
        for place in range(1, count + 1):
            yield OfficeEntry(f"SY-{letters}-{place:02d}", f"{arabic} {place}", f"{english} {place}", kind, FOUNDED)
