"""What the readings of one page come to together. Pure.

A name has no check digit, nor have code, State, nationality and sex: what stands there is `verified` only when a
second reader read the same. Without one the answer is `corrected` with the error `unconfirmed`, to be compared with
the issued record.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from issuance.border.reading.reader import Candidate
from issuance.border.reading.repair import Edit, Repaired, repair, unchecked
from issuance.mrtd.mrz import Rules
from issuance.mrtd.mrz.check import judge_as
from issuance.mrtd.mrz.faults import DIGITS, NAMES
from specs.errors import Fault
from specs.schema.page_reading import Lookalikes

PageStatus = Literal["verified", "corrected", "conflicting", "unreadable", "none"]
_CLAUSE = "border/reading.yaml"


@dataclass(frozen=True, slots=True)
class ReaderLines:
    """What one reader made of the page: the lines as read, none when it found no zone."""

    name: str
    lines: Candidate

    def as_json(self) -> dict[str, Any]:
        """`{"name","lines"}`."""
        return {"name": self.name, "lines": list(self.lines)}


@dataclass(frozen=True, slots=True)
class ZoneReading:
    """The zone of a page. lines, fields: as repaired; of `conflicting` readings the fields on which they agree, of an
    `unreadable` zone those that two readers agree on; confirmed_by: readers besides the first that read the same."""

    status: PageStatus
    format: str | None = None
    lines: tuple[str, ...] = ()
    fields: Mapping[str, str] | None = None
    edits: tuple[Edit, ...] = ()
    confirmed_by: tuple[str, ...] = ()
    readers: tuple[ReaderLines, ...] = ()
    errors: tuple[Fault, ...] = ()


def decide(seen: Sequence[tuple[str, Sequence[Candidate]]], rules: Rules, alike: Lookalikes) -> ZoneReading:
    """What these readers' candidates come to; readers in the order asked."""
    held = {name: best for name, candidates in seen if (best := _best(candidates, rules, alike)) is not None}
    readers = tuple(ReaderLines(name, held[name].raw if name in held else ()) for name, _ in seen)
    found = _Readings(held, rules, alike.fillers).decided()
    return ZoneReading(
        found.status,
        found.format,
        found.lines,
        found.fields,
        found.edits,
        found.confirmed_by,
        readers,
        found.errors,
    )


def _best(candidates: Sequence[Candidate], rules: Rules, alike: Lookalikes) -> Repaired | None:
    repaired = [repair(one, rules, alike) for one in candidates]
    return min(repaired, key=_rank, default=None)


def _rank(one: Repaired) -> tuple[bool, bool, bool, int, int]:
    return (not one.report.valid, one.guessed, not one.whole, len(one.report.errors), len(one.edits))


class _Readings:
    """The best reading of each reader, weighed against each other."""

    def __init__(self, held: Mapping[str, Repaired], rules: Rules, fillers: str) -> None:
        self.held, self.rules, self.fillers = held, rules, fillers

    def decided(self) -> ZoneReading:
        if not self.held:
            return ZoneReading("none")
        sound = {name: one for name, one in self.held.items() if one.report.valid and not one.guessed}
        sound = {
            name: one for name, one in sound.items() if not any(self._outdoes(other, one) for other in sound.values())
        }
        printed = self._printed_fault()
        if printed is not None and sound:
            return self._conflict(next(iter(sound.values())), self.held[printed.confirmed_by[0]])
        if printed is not None:
            return printed
        if sound:
            return self._of_sound(sound)
        if guessed := {name: one for name, one in self.held.items() if one.report.valid}:
            return self._of_guesses(guessed)
        best = min(self.held.values(), key=_rank)
        return ZoneReading("unreadable", _format(best), best.lines, None, best.edits, (), (), best.report.errors)

    def _of_sound(self, sound: Mapping[str, Repaired]) -> ZoneReading:
        """Some hold without a guess: the one that most readers gave, if no other has as many."""
        groups = _grouped(sound)
        groups.sort(key=len, reverse=True)
        if len(groups) > 1 and len(groups[0]) == len(groups[1]):
            return self._conflict(sound[groups[0][0]], sound[groups[1][0]])
        first = sound[groups[0][0]]
        confirming = groups[0][1:] or self._confirming(first, groups[0][0])
        if confirming:
            return _held("verified", first, confirming)
        for name, other in self.held.items():
            if name not in groups[0] and self._differs(first, other) and not self._outdoes(first, other):
                return self._conflict(first, other)
        return _held("corrected", first, (), _unconfirmed())

    def _of_guesses(self, guessed: Mapping[str, Repaired]) -> ZoneReading:
        groups = _grouped(guessed)
        first = guessed[groups[0][0]]
        if len(groups) > 1:
            return self._conflict(first, guessed[groups[1][0]])
        confirming = groups[0][1:] or self._confirming(first, groups[0][0])
        return _held("corrected", first, confirming, *(() if confirming else (_unconfirmed(),)))

    def _printed_fault(self) -> ZoneReading | None:
        """Two readers that see the same lines, which do not hold: the fault is on the page, and is not repaired."""
        broken = {name: one for name, one in self.held.items() if one.guessed or not one.report.valid}
        plain = {name: "".join(_without_guess(one)) for name, one in broken.items() if one.whole}
        for name, text in plain.items():
            same = tuple(other for other in plain if plain[other] == text)
            if len(same) > 1:
                one = self.held[name]
                assert one.layout is not None  # noqa: S101 - whole
                report = judge_as(one.layout, text, self.rules)
                edits = tuple(edit for edit in one.edits if edit.why != "check_digit")
                errors = (*report.errors, _printed(len(same)))
                return ZoneReading(
                    "unreadable", _format(one), _without_guess(one), report.fields, edits, same[1:], (), errors
                )
        return None

    def _confirming(self, first: Repaired, by: str) -> tuple[str, ...]:
        """Readers that confirm all of it alone, or each some line of it until every line is confirmed."""
        others = {name: one for name, one in self.held.items() if name != by}
        if whole := tuple(name for name, one in others.items() if self._agrees(first, one)):
            return whole
        plain = {name: _without_guess(one) for name, one in others.items()}
        parts = {
            name: {at for at, line in enumerate(first.lines) if lines[at : at + 1] == (line,)}
            for name, lines in plain.items()
        }
        covered = set().union(*parts.values()) if parts else set()
        if first.guessed or covered != set(range(len(first.lines))):
            return ()
        return tuple(name for name, held in parts.items() if held)

    def _agrees(self, first: Repaired, other: Repaired) -> bool:
        """Whether `other` read the same wherever no digit tells, and where the guess is.

        One that differs in a single character may have read what is printed, a fault; one that differs in more is only
        a worse reading of what digits hold together.
        """
        if not (self._comparable(first, other) and first.layout is not None):
            return False
        text, seen = "".join(first.lines), "".join(_without_guess(other))
        if sum(a != b for a, b in zip(text, seen, strict=True)) == 1:
            return False
        guessed = {place for place, (a, b) in enumerate(zip(text, _joined_plain(first), strict=True)) if a != b}
        places = {*unchecked(first.layout), *guessed}
        return all(text[at] == seen[at] for at in places) and not self._blind_difference(first, seen)

    def _blind_difference(self, first: Repaired, seen: str) -> bool:
        """Whether one character of `seen`, put in the place of ours, would leave every digit as it is: 6 and G, < and K
        have the same value modulo 10."""
        assert first.layout is not None  # noqa: S101
        text = "".join(first.lines)
        for at, (ours, theirs) in enumerate(zip(text, seen, strict=True)):
            if ours != theirs and judge_as(first.layout, text[:at] + theirs + text[at + 1 :], self.rules).valid:
                return True
        return False

    def _differs(self, first: Repaired, other: Repaired) -> bool:
        """Whether `other` read another thing where no digit tells. Fillers seen as letters are no other thing, nor is a
        name whose fillers are out of order."""
        if not self._comparable(first, other) or first.layout is None:
            return False
        if any(fault.field == "name" for fault in other.report.errors):
            return False
        pairs = [("".join(first.lines)[at], "".join(other.lines)[at]) for at in unchecked(first.layout)]
        return any(a != b and not (a == "<" and b in self.fillers) for a, b in pairs)

    def _outdoes(self, one: Repaired, other: Repaired) -> bool:
        """Whether `other` is `one` with fillers seen as letters, or names no State where `one` names one."""
        if not self._comparable(one, other) or one.lines == other.lines:
            return False
        pairs = [(a, b) for a, b in zip("".join(one.lines), "".join(other.lines), strict=True) if a != b]
        if all(a == "<" and b in self.fillers for a, b in pairs):
            return True
        return not _unknown_states(one) and bool(_unknown_states(other))

    def _comparable(self, first: Repaired, other: Repaired) -> bool:
        return other.whole and other.layout is not None and first.layout is not None and (
            other.layout.name == first.layout.name and bool(other.report.fields)
        )  # fmt: skip

    def _conflict(self, one: Repaired, other: Repaired) -> ZoneReading:
        mine, theirs = one.report.fields, other.report.fields
        differing = [name for name in mine if mine[name] != theirs.get(name)] or ["lines"]
        faults = tuple(_differs(name) for name in differing if name != "name" or "surname" not in mine)
        agreed = {name: text for name, text in mine.items() if theirs.get(name) == text}
        return ZoneReading("conflicting", _format(one), one.lines, agreed, one.edits, (), (), faults)


def _grouped(held: Mapping[str, Repaired]) -> list[list[str]]:
    groups: dict[tuple[str, ...], list[str]] = {}
    for name, one in held.items():
        groups.setdefault(one.lines, []).append(name)
    return list(groups.values())


def _unknown_states(one: Repaired) -> list[str]:
    return [fault.field or "" for fault in one.report.warnings if fault.code == "mrz.unknown_code"]


def _without_guess(one: Repaired) -> tuple[str, ...]:
    lines = list(one.lines)
    for edit in one.edits:
        if edit.why == "check_digit":
            line, at = lines[edit.line - 1], edit.position - 1
            lines[edit.line - 1] = line[:at] + edit.read + line[at + 1 :]
    return tuple(lines)


def _joined_plain(one: Repaired) -> str:
    return "".join(_without_guess(one))


def _held(status: PageStatus, one: Repaired, confirming: Iterable[str], *errors: Fault) -> ZoneReading:
    return ZoneReading(
        status, _format(one), one.lines, one.report.fields, one.edits, tuple(confirming), (), tuple(errors)
    )


def _format(one: Repaired) -> str | None:
    return one.layout.name if one.layout is not None else None


def _unconfirmed() -> Fault:
    return Fault(
        "page.unconfirmed",
        "قرأها قارئ واحد، ولا رقم تحقق للاسم والجنسية والجنس: قارنها بالسجل أو بالصفحة",
        "read by one reader only; name, nationality and sex have no check digit: compare with the record or the page",
        field="name",
        clause=NAMES,
    )


def _printed(readers: int) -> Fault:
    return Fault(
        "page.printed_fault",
        f"اتفق {readers} من القراء على هذه الحروف: الخطأ في الصفحة نفسها ولا يصحح",
        f"{readers} readers agree on these characters: the fault stands on the page and is not repaired",
        field="lines",
        clause=DIGITS,
    )


def _differs(field: str) -> Fault:
    return Fault(
        "page.readers_differ",
        "اختلف القراء في هذا الحقل",
        "the readers differ on this field",
        field=field,
        clause=_CLAUSE,
    )
