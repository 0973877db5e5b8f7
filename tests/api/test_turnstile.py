"""A public door admits an address so many times in a time, and other addresses regardless."""

from __future__ import annotations

from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request

from issuance.api import turnstile
from issuance.api.turnstile import Seen, Turnstile, address_of
from specs.schema.traffic import Pace

PACE = Pace(count=3, minutes=1)


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_burst_passes_and_the_next_is_told_when_to_come_again() -> None:
    clock = Clock()
    door = Turnstile(clock)
    assert [door.wait("d", "a", PACE) for _ in range(4)] == [0, 0, 0, 20]
    assert door.wait("d", "b", PACE) == 0, "another address"
    assert door.wait("e", "a", PACE) == 0, "another door"
    clock.now = 20.0
    assert [door.wait("d", "a", PACE) for _ in range(2)] == [0, 20]


@given(st.lists(st.floats(0, 30), max_size=60))
def test_no_minute_admits_more_than_two_bursts(steps: list[float]) -> None:
    clock, door, passed = Clock(), Turnstile(), []
    door.clock = clock
    for step in steps:
        clock.now += step
        if not door.wait("d", "a", PACE):
            passed.append(clock.now)
    assert all(sum(at <= one < at + 60 for one in passed) <= 2 * PACE.count for at in passed)


def test_whoever_is_refused_longest_is_remembered_when_more_come_than_are_kept() -> None:
    clock = Clock()
    door = Turnstile(clock, Seen(array("d", bytes(16 * 8))))
    while not door.wait("d", "busy", PACE):
        pass
    assert [door.wait("d", str(index), PACE) for index in range(50)] == [0] * 50
    assert door.wait("d", "busy", PACE) == 20


def test_processes_count_an_address_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turnstile, "ADDRESSES", 64)
    seen, clock = Seen.by_processes(), Clock()
    one, other = Turnstile(clock, seen), Turnstile(clock, seen)
    assert [door.wait("d", "a", PACE) for door in (one, other, one, other)] == [0, 0, 0, 20]


@pytest.mark.parametrize(
    ("host", "counted"),
    [
        ("198.51.100.7", "198.51.100.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("::ffff:198.51.100.7", "198.51.100.7"),
        ("testclient", "testclient"),
    ],
)
def test_a_subscriber_of_ipv6_is_one_address(host: str, counted: str) -> None:
    assert address_of(Request({"type": "http", "client": (host, 1)})) == counted
