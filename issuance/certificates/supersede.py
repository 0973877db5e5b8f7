"""Certificates that the record has left behind: computed anew when the facts of their person changed.

Driven by what the case register tells (its place is kept in a table), and once a day by all whose person has entries:
an effect may begin on a later day. Only a change of what the paper says counts, never one of the rule.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import cast

from sqlmodel import col, or_, select

from issuance.cases.public import changed_persons, persons_with_rulings, rulings_of
from issuance.certificates.changes import changes
from issuance.certificates.compile import compile_facts, of_text
from issuance.certificates.events import Happening, happen
from issuance.certificates.making import ruling_row
from issuance.certificates.model import Certificate, CertificateEvent, CertificateMark
from issuance.certificates.rules import Question, disclose
from issuance.certificates.status import ENDING, events_of
from issuance.core.actor import system
from issuance.core.civil import civil_day
from issuance.core.uow import unit_of_work
from issuance.db.session import ReadSession
from issuance.documents.attachment import certificate_data
from issuance.people.public import person_of
from issuance.service import Service
from specs.errors import Conflict
from specs.schema.disclosure import Disclosure, Level

_REGISTER, _DAY = "register", "day"
_AT_ONCE, _SIDE = 1000, 499
_IN_THE_MAKING = timedelta(minutes=10)
"""Longer than a certificate is made from the facts it was computed of: those issued since are looked at again."""


def follow(service: Service, now: datetime, limit: int = 5000) -> int:
    """One turn of upkeep, safe to repeat; how many were superseded. Costs three look-ups when nothing happened."""
    with service.db.reading() as read:
        register, day = read.get(CertificateMark, _REGISTER), read.get(CertificateMark, _DAY)
        after = int(register.value) if register is not None else 0
        since = register.at if register is not None else now
        last, persons = changed_persons(read, after, limit)
        numbers = {*_numbers(read, now, persons=persons), *_numbers(read, now, since=since - _IN_THE_MAKING)}
    today = civil_day(now).isoformat()
    if day is None or day.value != today:
        done = recheck(service, now)
        _mark(service, _DAY, today, now)
    else:
        done = sum(_look(service, number, now) for number in sorted(numbers))
    if last != after or register is None:
        _mark(service, _REGISTER, str(last), now)
    return done


def recheck(service: Service, now: datetime, tell: Callable[[int, int], None] | None = None) -> int:
    """Every certificate that can have changed; how many were superseded. tell: (done, of all) from time to time.

    One without entries whose person has no ruling says what it said: those are not looked at.
    """
    with service.db.reading() as read:
        numbers = sorted(_numbers(read, now))
    found = 0
    for count, number in enumerate(numbers, start=1):
        found += _look(service, number, now)
        if tell is not None and (count % 100 == 0 or count == len(numbers)):
            tell(count, len(numbers))
    return found


def _numbers(
    read: ReadSession, now: datetime, *, persons: Collection[str] | None = None, since: datetime | None = None
) -> Iterator[str]:
    """In their validity, not ended, and able to differ from the record."""
    ended = select(CertificateEvent.number).where(col(CertificateEvent.kind).in_(ENDING))
    query = select(Certificate.number).where(
        col(Certificate.expires_on) >= civil_day(now),
        col(Certificate.number).not_in(ended),
        or_(Certificate.outcome == "entries", col(Certificate.person_id).in_(persons_with_rulings())),
    )
    if since is not None:
        query = query.where(col(Certificate.issued_at) >= since)
    if persons is None:
        yield from read.exec(query)
        return
    wanted = sorted(persons)
    for start in range(0, len(wanted), _AT_ONCE):
        yield from read.exec(query.where(col(Certificate.person_id).in_(wanted[start : start + _AT_ONCE])))


def _look(service: Service, number: str, now: datetime) -> bool:
    with service.db.reading() as read:
        row = read.get(Certificate, number)
        assert row is not None  # noqa: S101 - certificates are never deleted
        if still_says(read, row, service.spec.certificate_disclosure, civil_day(now)):
            return False
        words = _why(read, service, row, now)
        happening = Happening("superseded", number, len(events_of(read, number)), words=words)
    try:
        happen(service, system("certificates", row.office), happening, now)
    except Conflict:  # ended, or legalised, in between: another process, or the next turn
        return False
    return True


def _why(read: ReadSession, service: Service, row: Certificate, now: datetime) -> str:
    """What changed since it was computed, for officers: Arabic, and the same in English on a line of its own."""
    told: Sequence[tuple[str, str]] = ()
    if row.compiled is not None:
        kept, person = of_text(row.compiled), person_of(read, row.person_id)
        passport = certificate_data(row.data.encode()).passport_number
        fresh = compile_facts(read, service.spec, person, kept.asked.level, row.purpose, civil_day(now), passport)
        told = changes(kept, fresh, service.spec.cases_register.effects.entries)
    if not told:  # the same facts: the day came on which one of them begins or ends
        told = [("حل يوم يبدأ فيه أثر أو ينتهي", "the day came on which an effect begins or ends")]
    sides = "؛ ".join(ar for ar, _ in told), "; ".join(en for _, en in told)
    return "\n".join(side if len(side) <= _SIDE else side[: _SIDE - 1] + "…" for side in sides)


def still_says(read: ReadSession, row: Certificate, rules: Disclosure, on: date) -> bool:
    """Whether the record, by the rule it was computed by, gives on that day what is printed on it."""
    printed = certificate_data(row.data.encode())
    asked = Question(cast("Level", row.level), row.purpose, on)
    try:
        rule = rules.version(row.rule_version)
    except LookupError:
        rule = rules.on(on)
    born = person_of(read, row.person_id).birth_date
    fresh = disclose(rulings_of(read, row.person_id), born, rule, asked)
    return fresh.outcome == printed.outcome and tuple(ruling_row(r) for r in fresh.shown) == printed.rulings


def _mark(service: Service, name: str, value: str, now: datetime) -> None:
    with unit_of_work(service.db, system("certificates"), "certificates follow the record", now) as tx:
        held = tx.session.get(CertificateMark, name, with_for_update=True) or CertificateMark(
            name=name, value=value, at=now
        )
        if name == _REGISTER and int(held.value) > int(value):
            tx.audit("certificates.followed", f"mark:{name}", {"behind": True})
            return
        held.value, held.at = value, now
        tx.session.add(held)
        tx.audit("certificates.followed", f"mark:{name}", {"value": value})
