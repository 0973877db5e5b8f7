"""The stock of blanks (`passport/stock.yaml`): who may hold it, accounts, movements, reasons, and when to alarm."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args

from pydantic import Field, model_validator

from specs.schema.base import Bilingual, Clause, CrossCheck, CrossFault, Part

if TYPE_CHECKING:
    from specs.schema import Specification

AccountKind = Literal["supplier", "store", "transit", "consumed", "spoiled", "destroyed", "missing"]
MovementKind = Literal[
    "receive", "send", "acknowledge", "turn_back", "consume", "give_back", "spoil", "destroy", "miss", "find",
]  # fmt: skip
FindingKind = Literal[
    "blank_without_book", "book_without_blank", "blank_on_two_books", "fate_differs", "number_missing",
    "number_without_book", "book_without_number", "claimed_too_long",
]  # fmt: skip
_FILE = "passport/stock.yaml"


class Locations(Clause):
    """kinds: of offices that may hold a store."""

    kinds: list[str] = Field(min_length=1)


class StockLimits(Clause):
    """What one movement may name."""

    numbers_at_once: int = Field(ge=1)
    ranges_at_once: int = Field(ge=1)


class AccountNames(Clause):
    entries: dict[AccountKind, Bilingual]

    @model_validator(mode="after")
    def _complete(self) -> AccountNames:
        if missing := [kind for kind in get_args(AccountKind) if kind not in self.entries]:
            raise ValueError(f"the account {missing[0]!r} has no name -> {', '.join(get_args(AccountKind))}")
        return self


class MovementNames(Clause):
    entries: dict[MovementKind, Bilingual]

    @model_validator(mode="after")
    def _complete(self) -> MovementNames:
        if missing := [kind for kind in get_args(MovementKind) if kind not in self.entries]:
            raise ValueError(f"the movement {missing[0]!r} has no name -> {', '.join(get_args(MovementKind))}")
        return self


class BlankKind(Part):
    """first_digits: how the numbers of these blanks begin; none: every number that is of no other kind."""

    title: Bilingual
    first_digits: str | None = Field(default=None, pattern=r"^[0-9]{1,6}$")


class BlankKinds(Clause):
    """What a blank can be made into is seen by its number."""

    entries: dict[str, BlankKind] = Field(min_length=1)

    @model_validator(mode="after")
    def _every_number_is_of_a_kind(self) -> BlankKinds:
        rest = [name for name, held in self.entries.items() if held.first_digits is None]
        if len(rest) != 1:
            raise ValueError(f"{len(rest)} kinds without `first_digits` -> one, for every other number")
        return self


class SpoilReasons(Clause):
    entries: dict[str, Bilingual] = Field(min_length=1)


class FoundWay(Part):
    """becomes: the account a blank stands in when it is found so."""

    title: Bilingual
    becomes: Literal["store", "spoiled"]


class FoundWays(Clause):
    entries: dict[str, FoundWay] = Field(min_length=1)


class TransferRules(Clause):
    """overdue_days: calendar days on the way before an alarm."""

    overdue_days: int = Field(ge=1)


class CountRules(Clause):
    """every_working_days: how many working days may pass without a count of a store that holds blanks."""

    every_working_days: int = Field(ge=1)


class ReconciliationRules(Clause):
    """What the daily reconciliation of blanks against books calls its findings. claimed_minutes: how long a number or a
    blank may be taken without a book; named_at_most: so many findings are kept by name, the rest are counted."""

    claimed_minutes: int = Field(ge=10)
    named_at_most: int = Field(ge=1, le=100_000)
    entries: dict[FindingKind, Bilingual]

    @model_validator(mode="after")
    def _complete(self) -> ReconciliationRules:
        if missing := [kind for kind in get_args(FindingKind) if kind not in self.entries]:
            raise ValueError(f"the finding {missing[0]!r} has no name -> {', '.join(get_args(FindingKind))}")
        return self


class ForecastRules(Clause):
    """Of one office. look_back_days: calendar days whose use is looked at; fewest_working_days: with fewer of them on
    record nothing is foretold; lead_days: calendar days from an order to its arrival; reserve_days: that must then be
    left; cover_days: for which an order is enough; country_cover_days: for which an order to the
    supplier is."""

    look_back_days: int = Field(ge=7)
    fewest_working_days: int = Field(ge=1)
    lead_days: int = Field(ge=1)
    reserve_days: int = Field(ge=0)
    cover_days: int = Field(ge=1)
    country_cover_days: int = Field(ge=1)

    @model_validator(mode="after")
    def _an_order_is_enough(self) -> ForecastRules:
        if self.cover_days <= self.lead_days + self.reserve_days:
            raise ValueError(
                "an order would be used up before the next one can come -> "
                f"`cover_days` above {self.lead_days + self.reserve_days}"
            )
        return self


class StockRules(Part):
    """All that is ordered about blanks between their maker and a passport or the shredder."""

    locations: Locations
    limits: StockLimits
    blanks: BlankKinds
    accounts: AccountNames
    movements: MovementNames
    spoiling: SpoilReasons
    finding: FoundWays
    transfers: TransferRules
    daily_count: CountRules
    reconciliation: ReconciliationRules
    forecast: ForecastRules


def blanks_are_numbered_alike(spec: Specification) -> CrossCheck:
    """One ledger holds the blanks of all editions: their numbers have one length."""
    lengths = {year: edition.series.blank_number.length_digits for year, edition in spec.passport.editions.items()}
    wanted = lengths[min(lengths)]
    for year, length in lengths.items():
        if length != wanted:
            path = ("blank_number", "length_digits")
            yield CrossFault(f"passport/editions/{year}/series.yaml", path, f"{length} digits", f"{wanted}, as before")


def kinds_of_blanks_are_apart(spec: Specification) -> CrossCheck:
    """No number is of two kinds."""
    seen: dict[str, str] = {}
    for name, held in spec.passport.stock.blanks.entries.items():
        digits = held.first_digits
        if digits is None:
            continue
        for other, whose in seen.items():
            if digits.startswith(other) or other.startswith(digits):
                path = ("blanks", "entries", name, "first_digits")
                yield CrossFault(_FILE, path, f"numbers from {digits} are also those of {whose}", "digits of its own")
        seen[digits] = name


def stores_are_in_known_offices(spec: Specification) -> CrossCheck:
    """Kinds of offices that hold blanks are kinds of the register."""
    known = spec.staff_offices.kinds.names
    for i, kind in enumerate(spec.passport.stock.locations.kinds):
        if kind not in known:
            yield CrossFault(_FILE, ("locations", "kinds", i), f"no office is of kind {kind!r}", ", ".join(known))
