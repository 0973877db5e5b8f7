"""Knowing a form by its bytes changes speed only: every answer is that of a whole reading."""

from __future__ import annotations

import os

import pytest

from keys import Keys, issue, known_forms, prepare
from keys.algorithms import Unsupported
from keys.der import DerError
from keys.known_forms import read_and_lint
from keys.lint_sod import lint_security_object
from keys.security_object import SecurityObject, read_security_object
from keys.sod import SodRequest
from keys.verdict import Check
from specs.schema.pki import Pki
from tests.unit.keys.conftest import NOW


def known(der: bytes, pki: Pki) -> tuple[SecurityObject, list[Check]] | str:
    try:
        return read_and_lint(der, pki.security_object)
    except (DerError, Unsupported) as error:
        return str(error)


def whole(der: bytes, pki: Pki) -> tuple[SecurityObject, list[Check]] | str:
    try:
        held = read_security_object(der)
        return held, lint_security_object(held, pki.security_object)
    except (DerError, Unsupported) as error:
        return str(error)


def made(keys: Keys, pki: Pki, *numbers: int) -> bytes:
    groups = {n: os.urandom(50) for n in numbers}
    return issue(prepare(keys, SodRequest("passport:x", groups, "PP", pki), NOW), NOW).artefact


def test_a_known_form_gives_the_values_of_a_whole_reading(keys: Keys, pki: Pki) -> None:
    for numbers in ((1, 2), (1, 2, 11, 12), (1, 2), (1, 2, 14)):
        sod = made(keys, pki, *numbers)
        assert known(sod, pki) == known(sod, pki) == whole(sod, pki)


@pytest.mark.heavy
def test_every_changed_byte_is_read_as_if_nothing_were_known(sod: bytes, pki: Pki) -> None:
    assert known(sod, pki) == whole(sod, pki)
    for i in range(len(sod)):
        changed = sod[:i] + bytes([sod[i] ^ 1]) + sod[i + 1 :]
        assert known(changed, pki) == whole(changed, pki), i


def test_a_form_is_clean_only_under_the_rules_it_was_judged_by(sod: bytes, pki: Pki) -> None:
    rules = pki.security_object.model_copy(update={"minimum_data_groups": 5})
    stricter = pki.model_copy(update={"security_object": rules})
    assert known(sod, pki) == whole(sod, pki)
    found = known(sod, stricter)
    assert not isinstance(found, str) and [check.id for check in found[1]] == ["sod.data_groups"]


def test_equal_data_groups_are_read_whole(keys: Keys, pki: Pki) -> None:
    same = SodRequest("passport:x", {1: b"\x61\x00", 2: b"\x61\x00"}, "PP", pki)
    for _ in range(2):
        sod = issue(prepare(keys, same, NOW), NOW).artefact
        assert known(sod, pki) == whole(sod, pki)


def test_what_is_known_is_bounded(sod: bytes, pki: Pki, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known_forms, "_known", {-n: () for n in range(known_forms._MAX_LENGTHS)})
    known(sod, pki)
    assert set(known_forms._known) == {len(sod)}
    for _ in range(10):
        known(sod, pki.model_copy(deep=True))
    assert len(known_forms._known[len(sod)]) == known_forms._MAX_OF_ONE_LENGTH
