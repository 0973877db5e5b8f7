"""Were the offices that entries from elsewhere name there on their days, and of the kind the entries suppose?

Held against the register of offices here: a history that stations and courts of another register wrote would leave
files that nobody holds.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date

from issuance.cases.exchange_rows import CLAUSE
from issuance.cases.file import REGISTER_OFFICE, Action
from issuance.core.civil import civil_day
from issuance.db.session import ReadSession
from issuance.staff.public import OfficeFacts, offices_named
from specs.errors import Fault


def office_faults(read: ReadSession, actions: Sequence[Action]) -> Iterator[Fault]:
    """Of a whole history. An entry may be of an office of its day, or of the day it was written down."""
    named = {name for action in actions for name in (action.office, action.body.get("to_office")) if name is not None}
    known = offices_named(read, {*named, *(court["code"] for _, court in _courts(actions))})
    for action in actions:
        place, day = f"entries.{action.seq}", action.happened_on
        if action.office not in (None, REGISTER_OFFICE):
            yield from _absent(known, action.office, {day, civil_day(action.at)}, place)
        if receiver := action.resolved.get("to_office"):
            code = action.body["to_office"]
            yield from _absent(known, code, {day}, place) or _of_another_kind(known[code], receiver["kind"], place)
    for action, court in _courts(actions):
        yield from _absent(known, court["code"], {action.happened_on}, f"entries.{action.seq}")


def acting_faults(read: ReadSession, office: str, days: Collection[date]) -> Iterable[Fault]:
    """Of the office in whose name a row speaks, which was there on one of these days."""
    return _absent(offices_named(read, {office}), office, days, "office")


def _courts(actions: Sequence[Action]) -> list[tuple[Action, dict[str, str]]]:
    """The courts that ruled, as they were looked up then."""
    return [(action, court) for action in actions if (court := action.resolved.get("court"))]


def _absent(known: dict[str, OfficeFacts], code: str, days: Collection[date], field: str) -> list[Fault]:
    if code not in known:
        words = f"الجهة {code:.16} ليست في سجل الجهات هنا", f"the office {code:.16} is not in the register here"
        return [_fault(field, "office_unknown", *words)]
    if not any(known[code].open_on(day) for day in days):
        listed = ", ".join(day.isoformat() for day in sorted(days))
        words = f"الجهة {code} لم تكن قائمة في {listed}", f"the office {code} did not stand on {listed}"
        return [_fault(field, "office_closed", *words)]
    return []


def _of_another_kind(office: OfficeFacts, kind: str, field: str) -> list[Fault]:
    if office.kind == kind:
        return []
    words = f"الجهة {office.code} من نوع آخر هنا", f"the office {office.code} is of another kind here: {office.kind}"
    return [_fault(field, "office_kind", *words)]


def _fault(field: str, code: str, ar: str, en: str) -> Fault:
    return Fault(f"cases.import.{code}", ar, en, field=field, clause=CLAUSE)
