"""A status set says exactly what it was made of; a change makes of it what the newer set is, byte for byte."""

from __future__ import annotations

import contextlib
import json
import random
import struct
from collections.abc import Mapping
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from issuance.border.bundle import packs, status_patch
from issuance.border.bundle.packs import PackInvalid
from issuance.border.bundle.status_patch import apply, composed, difference
from issuance.border.bundle.status_reader import StatusSet
from issuance.border.bundle.status_set import OTHERS, Content, StatusSetInvalid, Universe, content_of, encode

pytestmark = pytest.mark.heavy

LETTERS = "23456789BCDFGHJKLMNPQRSTVWXYZ"
UNIVERSES = (Universe("DL", LETTERS, 6), Universe("LB", LETTERS, 7), OTHERS)
STATES = ("active", "lost", "stolen", "superseded")
SERIES = st.text(LETTERS, min_size=7, max_size=7).map("LB{}".format)
CARDS = st.text(LETTERS, min_size=6, max_size=6).map("DL{}".format)
STRANGERS = st.text("0123456789ABCLZ", min_size=1, max_size=9)
NUMBERS = SERIES | CARDS | STRANGERS
REGISTERS = st.dictionaries(NUMBERS, st.integers(0, len(STATES) - 1), max_size=40)


def made(register: Mapping[str, int], universes: tuple[Universe, ...] = UNIVERSES) -> Content:
    return content_of([(list(register), list(register.values()))], STATES, "active", universes)


def by_hand(data: bytes) -> dict[str, str]:
    """Another reader, from docs/border-bundle.md alone: every bit as a character, nothing shared with the program."""

    def bits(part: bytes) -> str:
        return "".join(f"{byte:08b}"[::-1] for byte in part)

    size = struct.unpack_from("<I", data, 12)[0]
    head, body, found = json.loads(data[16 : 16 + size]), data[16 + size :], {}
    for told in head["sections"]:
        low, high, marks, codes = (
            bits(body[o : o + n]) for o, n in (told[name] for name in ("low", "high", "marks", "codes"))
        )
        width, rank, marked = told["low_bits"], 0, 0
        for bucket, ones in enumerate(high.split("0")):
            for _ in ones:
                v = (bucket << width) + int((low[rank * width : (rank + 1) * width] or "0")[::-1], 2)
                digits = ""
                for _ in range(told["length"]):
                    digits, v = told["alphabet"][v % len(told["alphabet"])] + digits, v // len(told["alphabet"])
                code = head["states"].index(head["default"])
                if marks[rank] == "1":
                    code, marked = int(codes[4 * marked : 4 * marked + 4][::-1], 2), marked + 1
                found[(told["prefix"] + digits).rstrip("<")] = head["states"][code]
                rank += 1
        assert (rank, marked) == (told["count"], told["marked"])
    return found


@settings(max_examples=200, deadline=None)
@given(REGISTERS, st.lists(NUMBERS, max_size=10))
def test_every_number_has_the_state_it_was_given_and_no_other_is_held(
    register: dict[str, int], asked: list[str]
) -> None:
    held = StatusSet(encode(made(register)))
    assert {number: held.state_of(number) for number in register} == {n: STATES[c] for n, c in register.items()}
    for number in asked:
        assert held.state_of(number) == (STATES[register[number]] if number in register else None)
    assert by_hand(encode(made(register))) == {n: STATES[c] for n, c in register.items()}


def test_a_large_set_is_exact_across_samples_and_counts() -> None:
    dice = random.Random(29)
    register = {UNIVERSES[1].number(dice.randrange(29**7)): dice.choice([0, 0, 0, 1, 3]) for _ in range(30_000)}
    dense = {Universe("LB", "AB", 7).number(place): place % 4 for place in range(0, 128, 2)}
    for numbers, universes in ((register, UNIVERSES), (dense, (Universe("LB", "AB", 7), OTHERS))):
        held = StatusSet(encode(made(numbers, universes)))
        assert all(held.state_of(number) == STATES[code] for number, code in numbers.items())
        strangers = [universes[-2].number(dice.randrange(universes[-2].size)) for _ in range(5_000)]
        assert [n for n in strangers if (held.state_of(n) is not None) != (n in numbers)] == []
        assert by_hand(encode(made(numbers, universes))) == {n: STATES[c] for n, c in numbers.items()}


def test_a_number_is_found_as_a_zone_or_a_hand_writes_it() -> None:
    held = StatusSet(encode(made({"LB2345678": 1, "A12": 2})))
    assert [held.state_of(text) for text in (" lb2345678", "A12<<<<<<", "A12")] == ["lost", "stolen", "stolen"]
    assert [held.state_of(text) for text in ("", "LB", "LB23456789", "ﷲ", "LB2345679")] == [None] * 5
    assert [held.of_series(text) for text in ("LB2345679", "LB2345670", "A12")] == [True, False, False]


def test_content_in_any_order_and_in_any_portions_gives_the_same_bytes() -> None:
    register = {f"LB{LETTERS[n]}222222": n % 4 for n in range(20)}
    backwards = [([n], [c]) for n, c in reversed(register.items())]
    assert encode(content_of(backwards, STATES, "active", UNIVERSES)) == encode(made(register))


@pytest.mark.parametrize("numbers", [["LB2345678", "LB2345678"], ["A-1"], ["LB23456789"], ["علي"]])
def test_what_cannot_be_told_exactly_is_refused(numbers: list[str]) -> None:
    with pytest.raises(StatusSetInvalid):
        content_of([(numbers, [0] * len(numbers))], STATES, "active", UNIVERSES)


@settings(max_examples=200, deadline=None)
@given(st.lists(REGISTERS, min_size=3, max_size=4))
def test_changes_one_after_another_or_put_together_give_the_newest_set(registers: list[dict[str, int]]) -> None:
    first, *_, last = contents = [made(one) for one in registers]
    steps = [difference(before, after) for before, after in pairwise(contents)]
    at, together = first, None
    for step in steps:
        assert step is not None
        read = status_patch.decode(status_patch.encode(step))
        at = apply(at, read)
        together = read if together is None else composed(together, read)
    assert together is not None
    whole = status_patch.decode(status_patch.encode(together))
    assert encode(at) == encode(last) == encode(apply(first, whole))


def test_a_change_of_sets_of_other_states_or_series_is_the_whole_or_refused() -> None:
    other = content_of([(["LB2345678"], [0])], STATES[:2], "active", UNIVERSES)
    assert difference(made({}), other) is None
    step = difference(other, content_of([], STATES[:2], "active", UNIVERSES))
    assert step is not None
    with pytest.raises(StatusSetInvalid):
        apply(made({}), step)


GOOD = encode(made({"LB2345678": 1, "LB2345679": 0, "A12": 2}))
CHANGE = status_patch.encode(difference(made({}), made({"LB2345678": 1, "A12": 2})))  # type: ignore[arg-type]


@settings(max_examples=400, deadline=500)
@given(st.binary(max_size=200) | st.tuples(st.integers(0, len(GOOD) - 1), st.binary(min_size=1, max_size=4)))
def test_any_bytes_are_a_set_or_refused_whatever_is_asked(given_: bytes | tuple[int, bytes]) -> None:
    data = given_ if isinstance(given_, bytes) else GOOD[: given_[0]] + given_[1] + GOOD[given_[0] + len(given_[1]) :]
    try:
        held = StatusSet(data)
        assert held.state_of("LB2345678") in (None, *held.states)
        held.content()
    except StatusSetInvalid:
        pass


@settings(max_examples=400, deadline=500)
@given(st.binary(max_size=200) | st.tuples(st.integers(0, len(CHANGE) - 1), st.binary(min_size=1, max_size=4)))
def test_any_bytes_are_a_change_or_refused(given_: bytes | tuple[int, bytes]) -> None:
    data = (
        given_ if isinstance(given_, bytes) else CHANGE[: given_[0]] + given_[1] + CHANGE[given_[0] + len(given_[1]) :]
    )
    with contextlib.suppress(StatusSetInvalid):
        encode(apply(made({"A12": 1}), status_patch.decode(data)))


PACKS = st.frozensets(st.binary(max_size=6), max_size=8)


@settings(max_examples=200, deadline=None)
@given(PACKS, PACKS, PACKS)
def test_changes_of_a_pack_give_the_newest_pack(one: set[bytes], two: set[bytes], three: set[bytes]) -> None:
    first, then, last = map(packs.pack, (one, two, three))
    assert set(packs.unpack(last)) == three
    steps = packs.changes(first, then), packs.changes(then, last)
    assert packs.changed(packs.changed(first, steps[0]), steps[1]) == last
    assert packs.changed(first, packs.composed(*steps)) == last


@settings(max_examples=300, deadline=500)
@given(st.binary(max_size=60))
def test_any_bytes_are_a_pack_or_refused(data: bytes) -> None:
    for read in (packs.unpack, lambda some: packs.changed(b"", some)):
        with contextlib.suppress(PackInvalid):
            read(data)
