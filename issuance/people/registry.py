"""The civil registry as an interface: what it says of a national number, and when that is good for a document. Pure.

Who asks gets a `RegistryRecord`, whether the registry is the table of this service or another body's system. Nothing
here reads a table, a clock or a line.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Literal, Protocol

from issuance.people.birth_date import BirthDate
from issuance.people.facts import ArabicName, LatinName
from specs.errors import Fault
from specs.schema.civil_registry import CivilRegistryRules, HoldKind, Period, RegistryState

CLAUSE: Final = "specs/passport/registry.yaml"
LAW: Final = "Law 8/2014"


@dataclass(frozen=True, slots=True)
class Transfer:
    """A record moved between two registry offices (their own codes or names)."""

    from_office: str
    to_office: str
    on: date


@dataclass(frozen=True, slots=True)
class RegistryRecord:
    """What the registry says of one national number when it was asked, at `as_of` by our clock.

    latin: None where the registry keeps no Latin spelling; family_record: number of the family's record; under_review:
    reference of a review, never its reason; father, mother, guardian: their national numbers; etag: of an outside
    registry's answer.
    """

    national_number: str
    state: RegistryState
    sex: str
    birth_date: BirthDate
    arabic: ArabicName
    latin: LatinName | None
    mother_arabic: str
    birth_place_arabic: str
    birth_place_latin: str
    nationality: str
    synthetic: bool
    family_record: str | None
    registered_on: date
    registered_late: bool
    transfers: tuple[Transfer, ...]
    under_review: str | None
    father: str | None
    mother: str | None
    guardian: str | None
    as_of: datetime
    etag: str | None = None


class CivilRegistry(Protocol):
    """Asked outside any transaction: it may be another body's system."""

    def look_up(self, national_number: str, now: datetime) -> RegistryRecord | None:
        """The record of a number (plain digits); None: the registry has no such number.

        Raises `Unavailable` when it does not answer, or answers in another form.
        """
        ...


@dataclass(frozen=True, slots=True)
class HoldReason:
    """Why an application is not decided by one officer alone. It accuses nobody.

    effect: `second_officer`, or `blocks` until the registry says otherwise; on: the day of what is told (a transfer,
    the entry); until: the last day of the hold, None: while it lasts; reference: of the review or the case.
    """

    kind: HoldKind
    effect: Literal["second_officer", "blocks"]
    ar: str
    en: str
    clause: str
    on: date | None = None
    until: date | None = None
    reference: str | None = None

    @property
    def blocks(self) -> bool:
        return self.effect == "blocks"


def state_fault(record: RegistryRecord, rules: CivilRegistryRules) -> Fault | None:
    """Why no document is issued on this record; None: it is live. Codes `people.registry.<state>`."""
    if record.state == "live":
        return None
    words = rules.states.entries[record.state]
    return Fault(
        f"people.registry.{record.state}",
        f"{words.ar}؛ لا تصدر وثيقة بهذا القيد، ولصاحب الشأن مراجعة السجل المدني",
        f"{words.en}; no document is issued on it, and who it concerns may go to the civil registry",
        field="national_number",
        clause=LAW,
    )


def nobody() -> Fault:
    """The number resolves to no record."""
    words = "لا قيد في السجل المدني بهذا الرقم الوطني", "the civil registry has no record of this national number"
    return Fault("people.registry.nobody", *words, field="national_number", clause=f"{LAW} Art 1")


def provenance(
    record: RegistryRecord, rules: CivilRegistryRules, today: date, watched: str | None = None
) -> tuple[HoldReason, ...]:
    """Why an application of `today` on this record is held, in the order of `HoldKind`; empty: nothing holds it.

    watched: the case reference under which its family record is watched (`watched_family`), if it is. Of several
    transfers the latest counts.
    """
    return tuple(_reasons(record, rules, today, watched))


def _reasons(
    record: RegistryRecord, rules: CivilRegistryRules, today: date, watched: str | None
) -> Iterator[HoldReason]:
    moved = max((transfer.on for transfer in record.transfers), default=None)
    if moved is not None and (period := _in_force(rules.recent_transfer, today)) is not None:
        yield from _within(rules, "recent_transfer", moved, period, today)
    if record.registered_late and (period := _in_force(rules.late_registration, today)) is not None:
        yield from _within(rules, "late_registration", record.registered_on, period, today)
    if record.under_review is not None:
        yield _hold(rules, "under_review", rules.holds.source, reference=record.under_review)
    if watched is not None:
        yield _hold(rules, "watched_family_record", rules.holds.source, reference=watched)


def _within(rules: CivilRegistryRules, kind: HoldKind, on: date, period: Period, today: date) -> Iterator[HoldReason]:
    """A hold through the last day of the period. An event told for tomorrow holds too: it is odd enough."""
    until = on + timedelta(days=period.days) if on < date.max - timedelta(days=period.days) else date.max
    if today <= until:
        yield _hold(rules, kind, period.source, on=on, until=until)


def _hold(
    rules: CivilRegistryRules,
    kind: HoldKind,
    source: str,
    *,
    on: date | None = None,
    until: date | None = None,
    reference: str | None = None,
) -> HoldReason:
    words = rules.holds.entries[kind]
    return HoldReason(kind, words.effect, words.ar, words.en, f"{CLAUSE} {kind}: {source}", on, until, reference)


def _in_force(periods: Sequence[Period], today: date) -> Period | None:
    """The row that counts on a day; None before the first."""
    return next((p for p in periods if p.valid_from <= today and (p.valid_to is None or today <= p.valid_to)), None)
