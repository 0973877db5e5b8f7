"""What is kept here of the civil registry: read as a record, changed with its history. No rule of issue stands here.

By default this is the registry itself (`EmbeddedRegistry`); where another body's system is asked, it is what that one
said last. The id of a person never changes, whatever else does; nothing of a person goes into the audit trail.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import delete
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from issuance.core.civil import civil_day
from issuance.core.uow import Tx
from issuance.db.session import Database, ReadSession, lock
from issuance.mrtd.text.names import compose
from issuance.mrtd.text.suggest import suggest_latin
from issuance.people.entry import PersonRecord, keys_of, row_of
from issuance.people.model import Person, PersonNameKey, facts
from issuance.people.registry import RegistryRecord, Transfer
from issuance.people.registry_model import RegistryChange, RegistryEntry

_NAMES: Final = ("arabic_first", "arabic_father", "arabic_grandfather", "arabic_family", "latin_surname", "latin_given")
_OF_PERSON: Final = (
    "sex", "birth_date", *_NAMES, "mother_arabic", "birth_place_arabic", "birth_place_latin", "nationality",
    "synthetic",
)  # fmt: skip
_MOVED: Final = frozenset({"family_record", "transfers"})


@dataclass(frozen=True, slots=True)
class EmbeddedRegistry:
    """The registry of an installation that asks nobody else."""

    db: Database

    def look_up(self, national_number: str, now: datetime) -> RegistryRecord | None:
        """Raises `Unavailable` (the database)."""
        with self.db.reading() as read:
            return record_with(read, national_number, now)


@dataclass(frozen=True, slots=True)
class Ground:
    """What a change rests on. reference: of a file of another body; approval: of the second officer."""

    reference: str | None = None
    approval: str | None = None


def record_with(read: ReadSession, national_number: str, now: datetime | None = None) -> RegistryRecord | None:
    """What is kept under a number (plain digits), as of `now` or of when it was last heard."""
    query = select(Person, RegistryEntry).outerjoin(RegistryEntry, col(RegistryEntry.person_id) == Person.id)
    row = read.exec(query.where(Person.national_number == national_number)).first()
    return None if row is None else record_from(row[0], row[1], now)


def record_of(read: ReadSession, person_id: str) -> RegistryRecord:
    """What is kept of one of our own rows, to see again inside a transaction what may have changed since it was asked.

    Raises `LookupError`: a row that names nobody is a bug.
    """
    person = read.get(Person, person_id)
    if person is None:
        raise LookupError("no such person")
    return record_from(person, read.get(RegistryEntry, person_id))


def family_members(read: ReadSession, family_record: str) -> list[str]:
    """The ids of everybody kept under a family record."""
    query = select(RegistryEntry.person_id).where(RegistryEntry.family_record == family_record)
    return list(read.exec(query.order_by(col(RegistryEntry.person_id))))


def former_members(read: ReadSession, family_record: str) -> list[str]:
    """The ids of those who were kept under a family record once and are no more, as the changes tell."""
    query = select(RegistryChange.person_id, RegistryChange.changes).where(RegistryChange.kind == "moved")
    moved = read.exec(query.execution_options(yield_per=1000))
    left = {person for person, changes in moved if changes.get("family_record", [None])[0] == family_record}
    return sorted(left.difference(family_members(read, family_record)))


def persons_in(state: str) -> SelectOfScalar[str]:
    """A subquery: ids of those whose record is in this state."""
    return select(RegistryEntry.person_id).where(RegistryEntry.state == state)


def entry_of(record: RegistryRecord, latin_before: tuple[str, str] | None = None) -> dict[str, Any]:
    """The record as an entry of `PersonRecord`. Where the registry keeps no Latin spelling the one held stays; of a new
    person it is the suggestion, which a document prints only after its holder confirmed it."""
    arabic = record.arabic
    if record.latin is not None:
        surname, given = record.latin.surname, record.latin.given
    else:
        surname, given = latin_before or (suggest_latin(arabic.family).text, suggest_latin(arabic.given).text)
    return {
        "national_number": record.national_number,
        "names": {
            "arabic": {
                "first": arabic.first,
                "father": arabic.father,
                "grandfather": arabic.grandfather,
                "family": arabic.family,
            },
            "latin": {"surname": surname, "given": given},
            "latin_confirmed": True,
        },
        "mother_arabic": record.mother_arabic,
        "sex": record.sex,
        "birth_date": record.birth_date.iso(),
        "place_of_birth": {"arabic": record.birth_place_arabic, "latin": record.birth_place_latin},
        "nationality": record.nationality,
        "synthetic": record.synthetic,
    }


def held_row(session: Session, national_number: str) -> tuple[Person | None, RegistryEntry | None]:
    """The rows of a number, held until the transaction ends; nobody else enters the number meanwhile."""
    lock(session, f"registry:{national_number}")
    query = select(Person).where(Person.national_number == national_number)
    person = session.exec(query.execution_options(populate_existing=True)).first()
    if person is None:
        return None, None
    return person, session.get(RegistryEntry, person.id, populate_existing=True)


def enter(tx: Tx, record: RegistryRecord, entry: PersonRecord) -> Person:
    """A person who was not held. The number is held by `held_row`."""
    person = row_of(entry, None, tx.now)
    tx.session.add(person)
    tx.session.flush()
    tx.session.add_all(PersonNameKey(**held) for held in keys_of(person))
    tx.session.add(RegistryEntry(person_id=person.id, as_of=record.as_of, etag=record.etag, **_of_entry(record)))
    tx.audit("people.enter", f"person:{person.id}", {"synthetic": person.synthetic})
    return person


def differing(person: Person, entry: RegistryEntry | None, record: RegistryRecord) -> dict[str, list[Any]]:
    """field -> [as kept, as the registry says], where they differ."""
    before, after = fields_of(record_from(person, entry)), fields_of(record)
    if record.latin is None:
        after |= {"latin_surname": person.latin_surname, "latin_given": person.latin_given}
    return {name: [before[name], after[name]] for name in before if before[name] != after[name]}


def kinds_of(changes: dict[str, list[Any]]) -> dict[str, dict[str, list[Any]]]:
    """What `differing` found, by kind of change: a mark, `unregistered`, `moved` or `corrected`."""
    kinds: dict[str, dict[str, list[Any]]] = {}
    for name, pair in changes.items():
        kinds.setdefault(_kind(name, pair[1]), {})[name] = pair
    return kinds


def change(
    tx: Tx, person: Person, entry: RegistryEntry | None, record: RegistryRecord, ground: Ground
) -> tuple[str, ...]:
    """Make what is kept of a person what the record says; the kinds of change, none when nothing differs.

    Each kind is a row of the history, an audit row and an event. The rows are held by `held_row`.
    """
    changes = differing(person, entry, record)
    kinds = kinds_of(changes)
    for kind, part in kinds.items():
        _tell(tx, person.id, kind, part, ground)
    if changed := {name: pair[1] for name, pair in changes.items() if name in _OF_PERSON}:
        _rewrite(tx, person, changed)
    if changes or (entry is not None and entry.as_of != record.as_of):
        kept = entry or RegistryEntry(person_id=person.id, as_of=record.as_of, **_of_entry(record))
        for name, value in _of_entry(record).items():
            setattr(kept, name, value)
        kept.etag, kept.as_of = record.etag, record.as_of
        tx.session.add(kept)
    return tuple(kinds)


def fields_of(record: RegistryRecord) -> dict[str, Any]:
    """The record as plain values, each under the name of its column."""
    of_person = {
        "sex": record.sex,
        "birth_date": record.birth_date.iso(),
        "arabic_first": record.arabic.first,
        "arabic_father": record.arabic.father,
        "arabic_grandfather": record.arabic.grandfather,
        "arabic_family": record.arabic.family,
        "latin_surname": record.latin.surname if record.latin is not None else None,
        "latin_given": record.latin.given if record.latin is not None else None,
        "mother_arabic": record.mother_arabic,
        "birth_place_arabic": record.birth_place_arabic,
        "birth_place_latin": record.birth_place_latin,
        "nationality": record.nationality,
        "synthetic": record.synthetic,
    }
    of_entry = _of_entry(record)
    return of_person | of_entry | {"registered_on": record.registered_on.isoformat()}


def unregistered(record: RegistryRecord, now: datetime) -> RegistryRecord:
    """What is known of a number that the outside registry no longer has."""
    return replace(record, state="unregistered", as_of=now, etag=None)


def _of_entry(record: RegistryRecord) -> dict[str, Any]:
    return {
        "state": record.state,
        "family_record": record.family_record,
        "registered_on": record.registered_on,
        "registered_late": record.registered_late,
        "transfers": [
            {"from_office": one.from_office, "to_office": one.to_office, "on": one.on.isoformat()}
            for one in record.transfers
        ],
        "under_review": record.under_review,
        "father": record.father,
        "mother": record.mother,
        "guardian": record.guardian,
    }


def record_from(person: Person, entry: RegistryEntry | None, now: datetime | None = None) -> RegistryRecord:
    """The two rows as a record, as of `now` or of when it was last heard. A person without an entry is live since they
    were registered here."""
    held = facts(person)
    return RegistryRecord(
        national_number=held.national_number,
        state="live" if entry is None else entry.state,  # type: ignore[arg-type]
        sex=held.sex,
        birth_date=held.birth_date,
        arabic=held.arabic,
        latin=held.latin,
        mother_arabic=person.mother_arabic,
        birth_place_arabic=held.birth_place_arabic,
        birth_place_latin=held.birth_place_latin,
        nationality=held.nationality,
        synthetic=held.synthetic,
        family_record=None if entry is None else entry.family_record,
        registered_on=civil_day(person.registered_at) if entry is None else entry.registered_on,
        registered_late=entry is not None and entry.registered_late,
        transfers=() if entry is None else tuple(_transfer(one) for one in entry.transfers),
        under_review=None if entry is None else entry.under_review,
        father=None if entry is None else entry.father,
        mother=None if entry is None else entry.mother,
        guardian=None if entry is None else entry.guardian,
        as_of=now or (person.registered_at if entry is None else entry.as_of),
        etag=None if entry is None else entry.etag,
    )


def _transfer(held: dict[str, str]) -> Transfer:
    return Transfer(held["from_office"], held["to_office"], date.fromisoformat(held["on"]))


def _kind(name: str, after: Any) -> str:
    """Of which kind the change of a field is."""
    if name == "state":
        return "restored" if after == "live" else str(after)
    if name == "under_review":
        return "cleared" if after is None else "under_review"
    return "moved" if name in _MOVED else "corrected"


def _tell(tx: Tx, person_id: str, kind: str, changes: dict[str, list[Any]], ground: Ground) -> None:
    subject = f"person:{person_id}"
    tx.session.add(
        RegistryChange(
            person_id=person_id,
            kind=kind,
            reference=ground.reference,
            changes=changes,
            approval=ground.approval,
            by=tx.actor.id,
            at=tx.now,
        )
    )
    detail = {"kind": kind, "reference": ground.reference or "", "approval": ground.approval or ""}
    tx.audit("people.registry_change", subject, detail)
    said = {"person": person_id, "change": kind, "on": civil_day(tx.now), "reference": ground.reference}
    tx.emit("registry.changed", subject, said)


def _rewrite(tx: Tx, person: Person, changed: dict[str, Any]) -> None:
    """The person's own row, and the index of names where a name changed."""
    for name, value in changed.items():
        setattr(person, name, value)
    if not changed.keys().isdisjoint(_NAMES):
        arabic = {part: getattr(person, f"arabic_{part}") for part in ("first", "father", "grandfather", "family")}
        latin = {"surname": person.latin_surname, "given": person.latin_given}
        person.scheme_name = compose(arabic, latin, person.nationality).scheme
        tx.session.exec(delete(PersonNameKey).where(col(PersonNameKey.person_id) == person.id))
        tx.session.add_all(PersonNameKey(**held) for held in keys_of(person))
    tx.session.add(person)
