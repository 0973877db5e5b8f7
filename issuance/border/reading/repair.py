"""What readers do to a zone, undone: one repair for all readers and all formats of Doc 9303. Pure.

A zone that holds as read is never changed. Without a guess: fillers read as letters inside their run, the length of
such a run, a look-alike where only a digit or only a letter may stand. With one: a look-alike where both may stand,
when it alone makes every check digit hold and no other does. Every change is listed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from issuance.mrtd.mrz import MrzReport, Rules, check
from issuance.mrtd.mrz.check import judge_as
from issuance.mrtd.mrz.rules import Layout
from specs.schema.page_reading import Lookalikes

Why = Literal["filler_run", "field_type", "check_digit"]
_MOST_LINES, LONGEST = 3, 90
_LONG_RUN = 5
"""Characters; a shorter one may be a number with a letter between two fillers."""
_WORDS: dict[Why, tuple[str, str]] = {
    "filler_run": ("حشوات في سلسلتها", "fillers in their run"),
    "field_type": ("لا يقبل الموضع إلا هذا النوع", "only this kind of character may stand here"),
    "check_digit": ("تخمين واحد تصح به أرقام التحقق", "a guess: with it alone every check digit holds"),
}


@dataclass(frozen=True, slots=True)
class Edit:
    """One change. line and position count from 1, in the line as it became."""

    line: int
    position: int
    read: str
    taken: str
    why: Why

    def as_json(self) -> dict[str, Any]:
        """`{"line","position","from","to","why","reason","reason_ar"}`."""
        ar, en = _WORDS[self.why]
        return {
            "line": self.line,
            "position": self.position,
            "from": self.read,
            "to": self.taken,
            "why": self.why,
            "reason": en,
            "reason_ar": ar,
        }


@dataclass(frozen=True, slots=True)
class Repaired:
    """raw: as read; lines: after repair; layout None: of no format, nothing was changed; report: of `lines`."""

    raw: tuple[str, ...]
    lines: tuple[str, ...]
    layout: Layout | None
    edits: tuple[Edit, ...]
    report: MrzReport

    @property
    def guessed(self) -> bool:
        return any(edit.why == "check_digit" for edit in self.edits)

    @property
    def whole(self) -> bool:
        """Whether every line has its length, so that each character has its field."""
        return self.layout is not None and all(len(line) == self.layout.line_characters for line in self.lines)


def repair(raw: Sequence[str], rules: Rules, alike: Lookalikes) -> Repaired:
    """What `raw` says when what readers do to a zone is undone; any lines at all have an answer."""
    lines = tuple(raw)
    if not 2 <= len(lines) <= _MOST_LINES or max(map(len, lines)) > LONGEST:
        return Repaired(lines, lines, None, (), check(lines, rules))
    layout = format_of(lines, rules, alike)
    if layout is None:
        return Repaired(lines, lines, None, (), check(lines, rules))
    report = _judged(lines, layout, rules)
    if report.valid and "<<" in _name_line(lines, layout):
        return Repaired(lines, lines, layout, (), report)
    work = _Work(layout, rules, alike)
    mended = tuple(work.line(number, line) for number, line in enumerate(lines))
    held = Repaired(lines, mended, layout, tuple(work.edits), _judged(mended, layout, rules))
    if "<<" not in _name_line(mended, layout):
        return Repaired(lines, lines, layout, (), _without_separator(report))
    return held if held.report.valid or not held.whole else _with_one_guess(held, rules, alike)


def format_of(lines: Sequence[str], rules: Rules, alike: Lookalikes) -> Layout | None:
    """The format by count of lines, first letter and the longest line as read, before any digit is looked at.

    Readers lose fillers rather than invent characters, so the longest line tells most. None: no format, or two.
    """
    if not lines[0]:
        return None
    letter = alike.only_letters.get(lines[0][0], lines[0][0])
    code = letter + lines[0][1:2]
    longest = max(map(len, lines))
    fitting = [
        (abs(longest - layout.line_characters), layout.name)
        for layout in rules.formats.values()
        if layout.lines == len(lines)
        and (letter in layout.first_letters or code in layout.codes)
        and -alike.missing_characters <= longest - layout.line_characters <= alike.missing_characters
    ]
    fitting.sort()
    if not fitting or (len(fitting) > 1 and fitting[0][0] == fitting[1][0]):
        return None
    return rules.formats[fitting[0][1]]


def unchecked(layout: Layout) -> list[int]:
    """The places that no check digit covers: code, issuer, name, nationality, sex."""
    parts = (layout.document_code, layout.issuer, layout.name_field, layout.nationality)
    places = [index for part in parts for index in range(part.start, part.stop)]
    return [*places, layout.sex]


def kinds(layout: Layout) -> str:
    """What may stand at each place of the lines joined.

    `d` a digit, `c` a digit or filler, `l` a letter or filler, `s` a sex, `k` the
    second character of a code, `a` any of a number or of optional data.
    """
    held = ["a"] * (layout.lines * layout.line_characters)

    def put(part: slice | int | None, kind: str) -> None:
        if part is not None:
            span = range(part.start, part.stop) if isinstance(part, slice) else (part,)
            for index in span:
                held[index] = kind

    put(layout.document_code, "l" if layout.first_letters == "P" else "k")
    put(0, "l")
    for part in (layout.issuer, layout.nationality, layout.name_field):
        put(part, "l")
    put(layout.birth_date, "c")
    put(layout.expiry_date, "d")
    put(layout.sex, "s")
    for at in (layout.birth_check, layout.expiry_check, layout.composite):
        put(at, "d")
    put(layout.number_check, "c" if layout.long_number else "d")
    put(layout.optional_check, "c")
    return "".join(held)


def _judged(lines: Sequence[str], layout: Layout, rules: Rules) -> MrzReport:
    """As `check`, and by this format whatever else the shape could be."""
    report = check(list(lines), rules)
    return judge_as(layout, "".join(lines), rules) if report.fields and report.format != layout.name else report


def _without_separator(report: MrzReport) -> MrzReport:
    from issuance.mrtd.mrz.faults import NAMES, fault

    return report._replace(valid=False, errors=(*report.errors, fault("name", "separator", NAMES)))


def _name_line(lines: tuple[str, ...], layout: Layout) -> str:
    number: int = layout.name_field.start // layout.line_characters
    return lines[number]


class _Work:
    """Repair of one zone, line by line; `edits` grows."""

    def __init__(self, layout: Layout, rules: Rules, alike: Lookalikes) -> None:
        self.layout, self.rules, self.alike = layout, rules, alike
        self.size = layout.line_characters
        self.kinds = kinds(layout)
        self.filler_set = set("<" + alike.fillers)
        self.edits: list[Edit] = []

    def line(self, number: int, line: str) -> str:
        kinds_here = self.kinds[number * self.size : (number + 1) * self.size]
        before = len(self.edits)
        if self.layout.name_field.start // self.size == number:
            mended = self._names(number, line)
        else:
            mended = self._data(number, line, kinds_here)
        if len(mended) != self.size:
            del self.edits[before:]
            return line
        return self._typed(number, mended, kinds_here)

    def _names(self, number: int, line: str) -> str:
        """After the second `<<` only fillers follow (Doc 9303-4 §4.2.2): what looks like them there are fillers."""
        head = self.layout.name_field.start - number * self.size
        letter = f"[A-Z{''.join(self.alike.only_letters)}]"
        name = rf"({letter}+(?:<{letter}+)*?<<{letter}+(?:<{letter}+)*?)(<<.*|<?)"
        match = re.fullmatch(name, line[head:]) or re.fullmatch(rf"({letter}+(?:<{letter}+)*?)(<<+)", line[head:])
        if match is None or not self._is_run(match[2]) or head + len(match[1]) > self.size:
            return line
        if not match[2] and len(line) < self.size:  # letters were lost somewhere, nobody knows where
            return line
        mended = (line[:head] + match[1]).ljust(self.size, "<")
        if mended != line:
            start = head + len(match[1])
            self._note(number, start, line[start:], mended[start:], "filler_run")
        return mended

    def _data(self, number: int, line: str, kinds_here: str) -> str:
        """Letters inside a long run of fillers are fillers, and one run may have another length."""
        line = self._fill_runs(number, line)
        if len(line) == self.size:
            return line
        found: dict[str, tuple[int, str, str]] = {}
        for match in re.finditer("<+", line):
            run = "<" * (len(match[0]) + self.size - len(line))
            mended = line[: match.start()] + run + line[match.end() :]
            if run and kinds_here[match.start() : match.start() + 1] == "a" and self._fits(mended, kinds_here):
                found.setdefault(mended, (match.start(), match[0], run))
        if len(found) != 1:
            return line
        mended, (start, read, taken) = found.popitem()
        self._note(number, start, read, taken, "filler_run")
        return mended

    def _fill_runs(self, number: int, line: str) -> str:
        for match in re.finditer(f"<[<{self.alike.fillers}]*<", line):
            run = match[0]
            if len(run) >= _LONG_RUN and self._is_run(run) and run.strip("<"):
                self._note(number, match.start(), run, "<" * len(run), "filler_run")
                line = line[: match.start()] + "<" * len(run) + line[match.end() :]
        return line

    def _is_run(self, run: str) -> bool:
        return set(run) <= self.filler_set and run.count("<") * 2 >= len(run)

    def _fits(self, line: str, kinds_here: str) -> bool:
        return all(self._taken(kind, c) is not None for kind, c in zip(kinds_here, line, strict=True))

    def _typed(self, number: int, line: str, kinds_here: str) -> str:
        characters = list(line)
        for at, (kind, read) in enumerate(zip(kinds_here, line, strict=True)):
            taken = self._taken(kind, read)
            if taken is not None and taken != read:
                self._note(number, at, read, taken, "field_type")
                characters[at] = taken
        return "".join(characters)

    def _taken(self, kind: str, read: str) -> str | None:
        """The character that must stand here when `read` was seen; None: nothing that looks like it may."""
        match kind:
            case "d" | "c":
                if read.isdigit() or (kind == "c" and read == "<"):
                    return read
                return self.alike.only_digits.get(read)
            case "l":
                return str(self.alike.only_letters[read]) if read in self.alike.only_letters else _no_digit(read)
            case "s":
                return read if read in self.rules.sexes else None
            case _:
                return read

    def _note(self, number: int, at: int, read: str, taken: str, why: Why) -> None:
        self.edits.append(Edit(number + 1, at + 1, read, taken, why))


def _no_digit(read: str) -> str | None:
    return None if read.isdigit() else read


def _with_one_guess(held: Repaired, rules: Rules, alike: Lookalikes) -> Repaired:
    """`held` with the one look-alike exchanged that alone makes it hold; unchanged when there is none, or a choice."""
    assert held.layout is not None  # noqa: S101 - whole
    text, size = "".join(held.lines), held.layout.line_characters
    if any(fault.code.rpartition(".")[2] != "check_digit" for fault in held.report.errors):
        return held
    fitting: list[tuple[Edit, MrzReport, str]] = []
    for at, kind in enumerate(kinds(held.layout)):
        if kind != "a":
            continue
        for other in _others(text[at], alike):
            tried = text[:at] + other + text[at + 1 :]
            report = judge_as(held.layout, tried, rules)
            if report.valid:
                fitting.append((Edit(at // size + 1, at % size + 1, text[at], other, "check_digit"), report, tried))
    if len(fitting) != 1:
        return held
    edit, report, tried = fitting[0]
    lines = tuple(tried[start : start + size] for start in range(0, len(tried), size))
    return replace(held, lines=lines, edits=(*held.edits, edit), report=report)


def _others(read: str, alike: Lookalikes) -> Iterator[str]:
    for pair in alike.guesses:
        if read in pair:
            yield pair[1 - pair.index(read)]
