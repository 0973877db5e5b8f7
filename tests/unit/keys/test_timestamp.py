"""Our time-stamp authority: what a token says, that no serial number comes twice, that no byte changes unseen."""

from __future__ import annotations

import hashlib
import random
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from multiprocessing import get_context

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keys import Keys, Purpose, prepare
from keys.intents import MemoryIntentLog
from keys.timestamp import TimeStampRequest, stamp
from keys.timestamp_verify import read_token, token_faults
from specs.errors import Conflict, Invalid, Unavailable
from specs.load import load
from tests.unit.border.world import NOW, world

DIGEST = hashlib.sha256(b"a signature value").digest()
POLICY = load().pki_profiles.time_stamp.policy


@lru_cache
def token() -> bytes:
    return stamp(world().keys, "certificate:1", DIGEST, NOW + timedelta(milliseconds=700), nonce=2**63 + 5).artefact


def test_a_token_says_what_was_stamped_when_and_under_which_policy() -> None:
    held = read_token(token())
    assert (held.hash, held.imprint) == ("sha256", DIGEST)
    assert held.at == datetime(2026, 11, 22, 9, 30, tzinfo=UTC)  # the second; accuracy tells the rest
    assert held.policy == POLICY
    assert held.nonce == 2**63 + 5
    assert token_faults(token(), "sha256", DIGEST, nonce=2**63 + 5, policy=POLICY) == []


def test_a_token_of_something_else_or_for_another_request_is_refused() -> None:
    other = hashlib.sha256(b"another").digest()
    assert [c.id for c in token_faults(token(), "sha256", other)] == ["timestamp.imprint"]
    assert [c.id for c in token_faults(token(), "sha384", DIGEST)] == ["timestamp.imprint"]
    assert [c.id for c in token_faults(token(), "sha256", DIGEST, nonce=5)] == ["timestamp.nonce"]
    assert [c.id for c in token_faults(token(), "sha256", DIGEST, policy="1.2.3")] == ["timestamp.authority"]


@pytest.mark.heavy
def test_a_changed_byte_anywhere_in_a_token_is_refused() -> None:
    chance = random.Random(5)
    for at in range(len(token())):
        changed = bytearray(token())
        changed[at] ^= 1 << chance.randrange(8)
        assert token_faults(bytes(changed), "sha256", DIGEST, nonce=2**63 + 5), at


@settings(max_examples=80)
@given(st.binary(max_size=80), st.integers(0, 1300), st.booleans())
def test_any_bytes_in_place_of_a_token_get_an_answer(noise: bytes, at: int, insert: bool) -> None:
    changed = token()[:at] + noise + token()[at if insert else at + len(noise) :]
    if changed != token():
        assert token_faults(changed, "sha256", DIGEST, nonce=2**63 + 5)
        assert token_faults(noise, "sha256", DIGEST)


def test_the_serial_number_is_the_intent_and_an_intent_comes_once(keys: Keys, intents: MemoryIntentLog) -> None:
    made = stamp(keys, "certificate:1", DIGEST, NOW)
    assert read_token(made.artefact).serial == int(made.intent_id, 16)
    assert intents.intents[made.intent_id].purpose == "time_stamp_authority"
    again = TimeStampRequest("certificate:1", DIGEST, int(made.intent_id, 16), None, keys.pki)
    with pytest.raises(Conflict):
        prepare(keys, again, NOW, made.intent_id)


def _serials(count: int) -> list[int]:
    return [read_token(stamp(world().keys, "certificate:1", DIGEST, NOW).artefact).serial for _ in range(count)]


@pytest.mark.heavy
def test_serial_numbers_of_several_processes_are_all_different() -> None:
    world()
    with get_context("fork").Pool(3) as pool:
        made = [serial for part in pool.map(_serials, [20] * 6) for serial in part]
    assert len({*made, *_serials(20)}) == 140


def test_without_a_time_stamp_key_in_its_period_there_is_no_token(keys: Keys) -> None:
    _, ends = keys.period(keys.signer(Purpose.time_stamp_authority, NOW).key_id)
    with pytest.raises(Unavailable):
        stamp(keys, "certificate:1", DIGEST, ends)


def test_only_a_sha256_digest_is_stamped(keys: Keys) -> None:
    with pytest.raises(Invalid):
        stamp(keys, "certificate:1", b"a signature value", NOW)
