"""Our judgement of machine readable zones beside PassportEye's, on seeded mutations; each difference has a clause.

An explanation is a predicate on the zone, written here from Doc 9303 and not from our reader: where we refuse what the
peer takes, the zone breaks the clause; where we take what the peer refuses, the peer takes the same zone with that one
feature gone.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from issuance.mrtd.mrz import Rules, check, standing_rules

LETTERS, DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789"
ALPHABET = LETTERS + DIGITS + "<"
OUTSIDE = "abz -.,*0٣éا\t»"
STATES = ("LBY", "UTO", "D<<", "EGY", "TUN", "GBR", "XXA")

# name -> (lines, length of each, first letters)
FORMATS = {
    "TD1": (3, 30, "ACI"),
    "TD2": (2, 36, "ACI"),
    "TD3": (2, 44, "P"),
    "MRVA": (2, 44, "V"),
    "MRVB": (2, 36, "V"),
}
# Where fields stand in the lines joined (Doc 9303-5 §4.2.2 for TD1; -4, -6 and -7 place the fields of line 2 alike).
_TD1 = {
    "issuer": (2, 5),
    "number": (5, 14),
    "number_check": (14, 15),
    "optional": (15, 30),
    "birth": (30, 36),
    "birth_check": (36, 37),
    "sex": (37, 38),
    "expiry": (38, 44),
    "expiry_check": (44, 45),
    "nationality": (45, 48),
    "optional_2": (48, 59),
    "composite": (59, 60),
    "name": (60, 90),
}
_LINE_2 = {
    "number": (0, 9),
    "number_check": (9, 10),
    "nationality": (10, 13),
    "birth": (13, 19),
    "birth_check": (19, 20),
    "sex": (20, 21),
    "expiry": (21, 27),
    "expiry_check": (27, 28),
}
_REST = {
    "TD2": {"optional": (28, 35), "composite": (35, 36)},
    "TD3": {"optional": (28, 42), "optional_check": (42, 43), "composite": (43, 44)},
    "MRVA": {"optional": (28, 44)},
    "MRVB": {"optional": (28, 36)},
}
Fields = dict[str, str]


def digit(text: str) -> str:
    """Doc 9303-3 §4.9, by hand."""
    values = DIGITS + LETTERS
    return str(sum(max(values.find(c), 0) * (7, 3, 1)[i % 3] for i, c in enumerate(text)) % 10)


def places(name: str) -> dict[str, tuple[int, int]]:
    """Field -> first and past-the-last character in the lines joined."""
    if name == "TD1":
        return _TD1
    width = FORMATS[name][1]
    moved = {field: (a + width, b + width) for field, (a, b) in (_LINE_2 | _REST[name]).items()}
    return {"issuer": (2, 5), "name": (5, width)} | moved


def fields_of(name: str, lines: list[str]) -> Fields:
    text = "".join(lines)
    return {field: text[a:b] for field, (a, b) in places(name).items()} | {"code": text[:2]}


def written(name: str, fields: Fields) -> list[str]:
    """The lines that say `fields`, as they stand."""
    count, width, _ = FORMATS[name]
    text = [*fields["code"], *"<" * (count * width - 2)]
    for field, (a, b) in places(name).items():
        text[a:b] = fields[field].ljust(b - a, "<")[: b - a]
    return ["".join(text[at : at + width]) for at in range(0, count * width, width)]


def with_digits(name: str, fields: Fields) -> Fields:
    """`fields` with every check digit right; a `<` in place of the number's digit stays (long numbers)."""
    f = dict(fields)
    f["birth_check"], f["expiry_check"] = digit(f["birth"]), digit(f["expiry"])
    if not (f["number_check"] == "<" and name in ("TD1", "TD2")):
        f["number_check"] = digit(f["number"])
    numbered, dated = f["number"] + f["number_check"], f["birth"] + f["birth_check"]
    ended = f["expiry"] + f["expiry_check"]
    if name == "TD3":
        f["optional_check"] = digit(f["optional"]) if f["optional"].strip("<") else f["optional_check"]
        f["composite"] = digit(numbered + dated + ended + f["optional"] + f["optional_check"])
    elif name == "TD2":
        f["composite"] = digit(numbered + dated + ended + f["optional"])
    elif name == "TD1":
        f["composite"] = digit(numbered + f["optional"] + dated + ended + f["optional_2"])
    return f


def valid_zone(name: str, chance: random.Random) -> Fields:
    """A zone that breaks no clause: whole dates, a number of nine characters or fewer, a name that fits."""

    def word(low: int, high: int, of: str = LETTERS) -> str:
        return "".join(chance.choice(of) for _ in range(chance.randint(low, high)))

    def day(low: int, high: int) -> str:
        return date.fromordinal(chance.randint(date(low, 1, 1).toordinal(), date(high, 12, 28).toordinal())).strftime(
            "%y%m%d"
        )

    surname = "<".join(word(1, 6) for _ in range(chance.randint(1, 2)))
    given = "<".join(word(1, 5) for _ in range(chance.randint(0, 2)))
    first = chance.choice(FORMATS[name][2])
    fields = {
        "code": first + chance.choice("<P" if first == "P" else "<DR"),
        "issuer": chance.choice(STATES),
        "nationality": chance.choice(STATES),
        "number": word(5, 9, LETTERS + DIGITS).ljust(9, "<"),
        "number_check": "0",
        "birth": day(1935, 2023),
        "sex": chance.choice("MF<"),
        "expiry": day(2020, 2039),
        "optional": word(0, 7, LETTERS + DIGITS),
        "optional_2": word(0, 5, LETTERS + DIGITS),
        "optional_check": chance.choice("<0"),
        "name": f"{surname}<<{given}" if given else surname,
    }
    fields = {field: fields[field] for field in ("code", *places(name)) if field in fields}
    padded = {f: v.ljust(b - a, "<") for f, v in fields.items() for a, b in [places(name).get(f, (0, len(v)))]}
    return fields_of(
        name, written(name, with_digits(name, padded | {"birth_check": "", "expiry_check": "", "composite": ""}))
    )


# ----- what is changed. Each takes the fields of a valid zone; digits are made right again afterwards, or not.
def _character(f: Fields, name: str, chance: random.Random) -> None:
    field = chance.choice(list(f))
    at = chance.randrange(len(f[field]))
    f[field] = f[field][:at] + chance.choice(ALPHABET) + f[field][at + 1 :]


def _outside(f: Fields, name: str, chance: random.Random) -> None:
    field = chance.choice(list(f))
    at = chance.randrange(len(f[field]))
    f[field] = f[field][:at] + chance.choice(OUTSIDE) + f[field][at + 1 :]


def _swap(f: Fields, name: str, chance: random.Random) -> None:
    field = chance.choice([one for one, value in f.items() if len(value) > 1])
    at = chance.randrange(len(f[field]) - 1)
    f[field] = f[field][:at] + f[field][at + 1] + f[field][at] + f[field][at + 2 :]


def _date(f: Fields, name: str, chance: random.Random) -> None:
    field = chance.choice(["birth", "birth", "expiry"])
    year, month = f[field][:2], f[field][2:4]
    f[field] = chance.choice(
        [
            *("<<<<<<", f"{year}<<<<", f"{year}{month}<<", f"{year}<<01", f"<<{month}01"),
            *(f"{year}0229", f"{year}1301", f"{year}{month}00", f"{year}{month}32", f"{year}0431", "000000"),
            f"{year}{month}3<",
        ]
    )


def _long_number(f: Fields, name: str, chance: random.Random) -> None:
    tail = "".join(chance.choice(DIGITS + LETTERS) for _ in range(chance.randint(0, 6)))
    f["number"] = f["number"].replace("<", "7")
    whole = f["number"] + tail
    f["number_check"] = "<"
    f["optional"] = (tail + chance.choice([digit(whole)] * 3 + ["<", "1"])).ljust(len(f["optional"]), "<")[
        : len(f["optional"])
    ]


def _name(f: Fields, name: str, chance: random.Random) -> None:
    width = len(f["name"])
    letters = f["name"].replace("<", "") or "A"
    f["name"] = chance.choice(
        [
            "",
            letters[: width - 1] + "<<" + letters,
            (letters * 40)[:width],
            f"<{letters}<<B",
            f"{letters[:6]}<<<B",
            f"{letters[:6]}<<B<<C",
            f"{letters[:6]}0<<B",
            f"{letters[:6]}<<B1",
            f"{letters[:6]}<<",
        ]
    ).ljust(width, "<")[:width]


def _code(f: Fields, name: str, chance: random.Random) -> None:
    f["code"] = chance.choice(FORMATS[name][2] + chance.choice(LETTERS + "<0")) + chance.choice(LETTERS + "<17")
    if chance.random() < 0.4:
        f["code"] = chance.choice(["AV", "CV", "IV", "AI", "AC", "PU", "P1", "XP"])


def _state(f: Fields, name: str, chance: random.Random) -> None:
    field = chance.choice(["issuer", "nationality"])
    f[field] = chance.choice(["ZZZ", "LB1", "LB<", "<<<", "D<<", "D", "<LB", "DEU", "123"]).ljust(3, "<")


def _sex(f: Fields, name: str, chance: random.Random) -> None:
    f["sex"] = chance.choice(ALPHABET)


def _number(f: Fields, name: str, chance: random.Random) -> None:
    f["number"] = chance.choice(["<<<<<<<<<", "A<<<<<<<<", "<<<<<<<<1", "A<<B<<<<1"])


def _check(f: Fields, name: str, chance: random.Random) -> None:
    field = chance.choice([one for one in f if one.endswith("_check") or one == "composite"])
    f[field] = chance.choice(DIGITS + "<A")


CHANGES: tuple[Callable[[Fields, str, random.Random], None], ...] = (
    *(_character, _outside, _swap, _date, _long_number, _name, _code, _state, _sex, _number, _check),
)


def _lines(lines: list[str], chance: random.Random) -> list[str]:
    """Now and then the lines themselves: one shorter, one longer, one gone, turned round, padded to another format."""
    at = chance.randrange(len(lines))
    way = chance.randrange(5)
    if way == 0:
        return [line[:-1] if i == at else line for i, line in enumerate(lines)]
    if way == 1:
        return [line + "<" if i == at else line for i, line in enumerate(lines)]
    if way == 2:
        return lines[:at] + lines[at + 1 :]
    if way == 3:
        return lines[::-1]
    return [line.ljust(44, "<") for line in lines[:2]]


def mutations(count: int, seed: int) -> Iterator[list[str]]:
    """`count` zones of the five formats in turn, each a valid one with one or two changes."""
    chance = random.Random(seed)
    names = list(FORMATS)
    for index in range(count):
        name = names[index % len(names)]
        fields = valid_zone(name, chance)
        for _ in range(chance.choice((1, 1, 2))):
            chance.choice(CHANGES)(fields, name, chance)
            if chance.random() < 0.75:
                fields = with_digits(name, fields)
        lines = written(name, fields)
        yield _lines(lines, chance) if chance.random() < 0.06 else lines


# ----- the two judgements, side by side
@dataclass(frozen=True, slots=True)
class Difference:
    """aspect: verdict, format, one of the fields whose digit both judge, or `read:` and a field both read.

    format: what both take the lines for, None where they do not agree.
    """

    lines: tuple[str, ...]
    format: str | None
    aspect: str
    ours: object
    peer: object


_JUDGED = (
    ("document_number", "valid_number"),
    ("birth_date", "valid_date_of_birth"),
    ("expiry_date", "valid_expiration_date"),
    ("composite", "valid_composite"),
    ("optional", "valid_personal_number"),
)
_READ = (
    *(("issuer", "country"), ("nationality", "nationality"), ("document_number", "number")),
    *(("birth_date", "date_of_birth"), ("expiry_date", "expiration_date"), ("surname", "surname"), ("given", "names")),
    ("optional", "personal_number"),
)


def passporteye(lines: list[str]) -> Any:
    """The peer's judgement. Loaded when asked: with it comes a library of machine learning."""
    from passporteye.mrz.text import MRZ

    return MRZ(lines)


def differences(lines: list[str], rules: Rules) -> Iterator[Difference]:
    """Where the two judge, or read, these lines differently."""
    ours, peer = check(lines, rules), passporteye(lines)
    same = ours.format if ours.format == peer.mrz_type else None
    held = tuple(lines), same
    if ours.valid != peer.valid:
        yield Difference(*held, "verdict", ours.valid, peer.valid)
    if ours.format is not None and ours.format != peer.mrz_type:
        yield Difference(*held, "format", ours.format, peer.mrz_type)
    elif same is not None and ours.fields:
        wrong = {found.field for found in ours.errors}
        for field, theirs in _JUDGED:
            judged = getattr(peer, theirs, None)
            if judged is not None and (field not in wrong) != judged:
                yield Difference(*held, field, field not in wrong, judged)
    if ours.valid and peer.valid:
        for field, theirs in _READ:
            read = getattr(peer, theirs, None)
            if read is not None and read.rstrip("<") != ours.fields[field].rstrip("<"):
                yield Difference(*held, f"read:{field}", ours.fields[field], read)


# ----- why: the clauses
def _format(lines: tuple[str, ...]) -> str | None:
    """By number and length of lines and first letter; PU alone is a passport's code on two lines of 36."""
    lengths = tuple(map(len, lines))
    for name, (count, width, letters) in FORMATS.items():
        if lengths == (width,) * count and (lines[0][0] in letters or (name == "TD2" and lines[0][:2] == "PU")):
            return name
    return None


def _calendar(text: str) -> bool:
    if not (len(text) == 6 and text.isascii() and text.isdigit()):
        return False
    year = int(text[:2])
    try:
        date(2000 + year, int(text[2:4]), int(text[4:]))
    except ValueError:
        return False
    return True


def _unknown_part(text: str) -> bool:
    """Fillers for the day, for month and day, or for all of it (Doc 9303-3 §4.8)."""
    known = text.rstrip("<")
    return len(known) in (0, 2, 4) and len(text) == 6 and _calendar(known + "000101"[len(known) :])


def _whole_long_number(name: str, f: Fields) -> bool:
    """The digit stands after the rest of the number in the optional data, over the whole of it, then a filler."""
    tail, _, _ = f["optional"].partition("<")
    return (
        name in ("TD1", "TD2")
        and f["number_check"] == "<"
        and "<" not in f["number"]
        and 2 <= len(tail) < len(f["optional"])
        and tail[-1] == digit(f["number"] + tail[:-1])
    )


def _peer_takes(name: str, f: Fields, **changed: str) -> bool:
    lines = written(name, with_digits(name, f | changed))
    return bool(passporteye(lines).valid)


def _known(f: Fields) -> dict[str, str]:
    """The same zone with a short number and a known day of birth, as far as it has neither."""
    changed: dict[str, str] = {}
    if f["number_check"] == "<":
        changed |= {"number_check": "0", "optional": "<" * len(f["optional"])}
    if not _calendar(f["birth"]):
        changed["birth"] = "000101"
    return changed


def _bad_name(field: str) -> bool:
    name = field.rstrip("<")
    sides = name.split("<<")
    words = [word for side in sides for word in side.split("<")]
    return len(sides) > 2 or any(not word or not set(word) <= set(LETTERS) for word in words)


def _bad_state(state: str) -> bool:
    return state != "D<<" and not set(state) <= set(LETTERS)


def _bad_code(name: str, code: str) -> bool:
    """Doc 9303-4 §4.2.2: a letter or filler after P; Doc 9303-5 and -6 note k: V never, and AC is for crew (TD1)."""
    if name == "TD3":
        return code[1] in DIGITS
    return code in {"TD1": ("AV", "CV", "IV", "AI"), "TD2": ("AV", "CV", "IV", "AC")}.get(name, ())


@dataclass(frozen=True, slots=True)
class Reason:
    """aspects it speaks of; ours: what we say where it explains; holds(format, fields): the predicate on the zone."""

    name: str
    clause: str
    ours: bool
    aspects: tuple[str, ...]
    holds: Callable[[str, Fields], bool]


REASONS = (
    Reason(
        "a character outside A-Z, 0-9 and <",
        "Doc 9303-3 §4.3",
        False,
        ("verdict",),
        lambda n, f: not set("".join(f.values())) <= set(ALPHABET),
    ),
    Reason(
        "a document code that this format does not have",
        "Doc 9303-4 §4.2.2, -5 and -6 note k",
        False,
        ("verdict",),
        lambda n, f: _bad_code(n, f["code"]),
    ),
    Reason(
        "a State code that is not three letters or D",
        "Doc 9303-3 §5",
        False,
        ("verdict",),
        lambda n, f: _bad_state(f["issuer"]) or _bad_state(f["nationality"]),
    ),
    Reason(
        "a name with digits, misplaced fillers or nothing in it",
        "Doc 9303-3 §4.6",
        False,
        ("verdict",),
        lambda n, f: _bad_name(f["name"]),
    ),
    Reason(
        "a sex that is not M, F or <",
        "Doc 9303-4 §4.2.2.2",
        False,
        ("verdict",),
        lambda n, f: f["sex"] not in "MF<",
    ),
    Reason(
        "an empty document number",
        "Doc 9303-4 §4.2.2.2, -5 §4.2.2, -6 §4.2.2, -7 §4.2.2",
        False,
        ("verdict", "document_number"),
        lambda n, f: not f["number"].strip("<"),
    ),
    Reason(
        "a visa's birth date that no calendar has",
        "Doc 9303-3 §4.8, -7 §4.2.2",
        False,
        ("verdict", "birth_date"),
        lambda n, f: n[:3] == "MRV" and not _calendar(f["birth"]) and not _unknown_part(f["birth"]),
    ),
    Reason(
        "a visa's date of expiry that is no whole date",
        "Doc 9303-3 §4.8, -7 §4.2.2",
        False,
        ("verdict", "expiry_date"),
        lambda n, f: n[:3] == "MRV" and not _calendar(f["expiry"]),
    ),
    Reason(
        "a birth date with unknown parts",
        "Doc 9303-3 §4.8",
        True,
        ("birth_date",),
        lambda n, f: n[:3] != "MRV" and _unknown_part(f["birth"]) and f["birth_check"] == digit(f["birth"]),
    ),
    Reason(
        "a document number longer than its field",
        "Doc 9303-5 and -6, note j",
        True,
        ("document_number",),
        _whole_long_number,
    ),
    Reason(
        "a birth date with unknown parts",
        "Doc 9303-3 §4.8",
        True,
        ("verdict",),
        lambda n, f: _unknown_part(f["birth"]) and _peer_takes(n, f, **_known(f)),
    ),
    Reason(
        "a document number longer than its field",
        "Doc 9303-5 and -6, note j",
        True,
        ("verdict",),
        lambda n, f: _whole_long_number(n, f) and _peer_takes(n, f, **_known(f)),
    ),
    Reason(
        "PU on a single-sheet emergency travel document",
        "Doc 9303-8",
        True,
        ("verdict",),
        lambda n, f: n == "TD2" and f["code"] == "PU" and _peer_takes(n, f | {"code": "I<"}, **_known(f)),
    ),
)
NO_FORMAT = "a first letter that no format has (both refuse)", "Doc 9303-4, -5, -6, -7 §4.2.2"
CLAUSES = dict([NO_FORMAT]) | {reason.name: reason.clause for reason in REASONS}


def explained(found: Difference) -> str | None:
    """The name of the reason, None where no clause explains the difference."""
    name = _format(found.lines)
    if found.aspect == "format":
        return NO_FORMAT[0] if name is None else None
    if name is None and found.aspect != "verdict":
        name = found.format  # neither takes the zone; the fields they agree to see in it are compared all the same
    if name is None:
        return None
    fields = fields_of(name, list(found.lines))
    for reason in REASONS:
        if found.aspect in reason.aspects and found.ours is reason.ours and reason.holds(name, fields):
            return reason.name
    return None


@dataclass(frozen=True, slots=True)
class Compared:
    """zones compared; counts by reason; what no reason explains."""

    zones: int
    valid: int
    counts: Counter[str]
    unexplained: list[Difference]


def compare(count: int, seed: int) -> Compared:
    """Both judge `count` seeded mutations."""
    rules, counts, unexplained, valid = standing_rules(), Counter[str](), [], 0
    for lines in mutations(count, seed):
        valid += check(lines, rules).valid
        for found in differences(lines, rules):
            reason = explained(found)
            if reason is None:
                unexplained.append(found)
            else:
                counts[reason] += 1
    return Compared(count, valid, counts, unexplained)
