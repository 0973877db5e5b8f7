"""Which function judges which clause. A judge measures on a document and compares with the clause; it holds no value
of its own: every wanted value is the edition's."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, Final, Literal, TypeVar

from issuance.specification.conform.report import Measured
from specs.clauses import NumberedClause
from specs.schema import PassportEdition, Specification
from specs.schema.base import Bilingual, Clause

if TYPE_CHECKING:
    from issuance.specification.conform.given import Given

Needs = Literal["chip", "zone", "page", "page_text", "certificate", "seal", "sealed_page"]
C = TypeVar("C", bound=Clause)
T = TypeVar("T")
Judge = Callable[["Given", "Wanted"], Iterable[Measured]]


@dataclass(frozen=True, slots=True)
class Wanted:
    """The clause to be judged, in its edition."""

    spec: Specification
    edition: PassportEdition
    clause: NumberedClause

    def of(self, kind: type[C]) -> C:
        """The clause as the model it is of. Raises `TypeError`: a judge is registered for another clause."""
        held = self.clause.clause
        if not isinstance(held, kind):
            raise TypeError(f"{self.clause.id} is no {kind.__name__}")
        return held

    def says(self, key: str | Bilingual, kept: bool | None, measured: object, wanted: object, where: str) -> Measured:
        """A value compared as it is. key: of the specification (its label is used), or the words themselves."""
        return Measured(self._words(key), kept, shown(measured), shown(wanted), where, unit=self._unit(key))

    def length(self, key: str | Bilingual, measured: float, wanted: float, tolerance: float, where: str) -> Measured:
        """A number with a tolerance, plus or minus. key: as in `says`; its unit is the label's, else millimetres."""
        kept = abs(measured - wanted) <= tolerance + 1e-9
        unit = self._unit(key) or Bilingual(ar="مم", en="mm")
        return Measured(self._words(key), kept, f"{measured:.2f}", f"{wanted:g}", where, f"{tolerance:g}", unit)

    def at_most(self, key: str | Bilingual, measured: float, most: float, where: str) -> Measured:
        """A number with an upper limit."""
        return Measured(
            self._words(key), measured <= most, shown(measured), f"≤ {shown(most)}", where, unit=self._unit(key)
        )

    def unknown(self, key: str | Bilingual, why: str, where: str) -> Measured:
        """What could not be measured, and why not."""
        return Measured(self._words(key), None, why, "", where)

    def _words(self, key: str | Bilingual) -> Bilingual:
        if isinstance(key, Bilingual):
            return key
        labels = self.spec.labels
        return Bilingual(ar=labels.of(key, "ar")[0], en=labels.of(key, "en")[0])

    def _unit(self, key: str | Bilingual) -> Bilingual | None:
        if isinstance(key, Bilingual):
            return None
        arabic, english = self.spec.labels.of(key, "ar")[1], self.spec.labels.of(key, "en")[1]
        return Bilingual(ar=arabic, en=english) if arabic and english else None


@dataclass(frozen=True, slots=True)
class Registered:
    """pattern: clause ids, `*` for any part; needs: what of a document it looks at."""

    pattern: str
    needs: Needs
    judge: Judge


JUDGES: Final[list[Registered]] = []


def judges(*patterns: str, needs: Needs) -> Callable[[Judge], Judge]:
    """Register a judge for the clauses of these ids."""

    def register(judge: Judge) -> Judge:
        JUDGES.extend(Registered(pattern, needs, judge) for pattern in patterns)
        return judge

    return register


def judges_of(clause_id: str) -> Iterator[Registered]:
    """The judges of a clause; none means that no finished document shows whether it is kept."""
    return (held for held in JUDGES if fnmatchcase(clause_id, held.pattern))


def shown(value: Any) -> str:
    """A value on one line: numbers without noise, dates in ISO, lists by commas."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (list, tuple)):
        return ", ".join(map(shown, value))
    return str(value)


def the(held: T | None) -> T:
    """What `needs` promised the judge. Raises `LookupError`: it is registered under another need."""
    if held is None:
        raise LookupError("a judge was asked about a document that has not what it needs")
    return held
