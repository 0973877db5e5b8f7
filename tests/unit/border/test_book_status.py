"""`passport.status` at the border: what the register says of a number typed, seen on a page or read from a chip."""

from __future__ import annotations

from itertools import cycle

import pytest

from issuance.border.chip_files import Chip
from issuance.border.inspection import inspect_chip
from issuance.border.status import BOOK, with_status
from issuance.border.verify import verify_bytes, verify_text
from issuance.core.actor import Actor
from issuance.service import Service
from keys.trust import TrustStore
from keys.verdict import Check, Verdict
from specs.schema.passport_office import DocumentState
from tests.passport_books import SUPERVISOR, put_book, say
from tests.passports import as_written, asked, enter_nth, filled, walk
from tests.service import NOW, desk, enter

__all__ = ["desk"]
DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def digit(text: str) -> str:
    """Doc 9303-3 §4.9: weights 7, 3, 1, a filler counts as 0."""
    return str(sum(max(DIGITS.find(c), 0) * w for c, w in zip(text, cycle((7, 3, 1)), strict=False)) % 10)


def zone(number: str, state: str = "LBY") -> str:
    """A typed zone of a book of that number, its digits summed here."""
    number, optional = number.ljust(9, "<"), "<" * 14
    first = f"PP{state}ALMABROUK<<SALEM<ALI".ljust(44, "<")
    birth, expiry = "900517", "341121"
    parts = [f"{number}{digit(number)}", f"{birth}{digit(birth)}", f"{expiry}{digit(expiry)}", f"{optional}<"]
    whole = digit("".join(parts))
    return f"{first}\n{parts[0]}{state}{parts[1]}M{parts[2]}{parts[3]}{whole}"


def told(service: Service, verdict: Verdict) -> tuple[Verdict, Check | None]:
    """The verdict with the register's word, and that word."""
    whole = with_status(verdict, service.db, NOW, service.spec)
    return whole, next((check for check in whole.checks if check.id == BOOK), None)


def typed(service: Service, number: str, state: str = "LBY") -> tuple[Verdict, Check | None]:
    read = verify_text(zone(number, state), TrustStore([]), NOW, service.spec)
    assert read.facts["document_number"] == number, read
    return told(service, read)


@pytest.mark.parametrize(
    ("serial", "until", "then", "result"),
    [
        ("2", "active", None, "pass"),
        ("3", "active", "lost", "fail"),
        ("4", "active", "stolen", "fail"),
        ("5", "active", "invalidated", "fail"),
        ("6", "active", "superseded", "fail"),
        ("7", "active", "damaged", "fail"),
        ("8", "produced", "spoiled", "fail"),
        ("9", "passed", None, "fail"),
    ],
)
def test_a_typed_number_is_told_as_the_register_has_it(
    desk: Service, serial: str, until: DocumentState, then: DocumentState | None, result: str
) -> None:
    number = f"LBZZZ222{serial}"
    person = enter(desk, national_number=f"11990900085{serial}").id
    put_book(desk, number, until, person=person)
    if then is not None:
        say(SUPERVISOR, desk, number, then)
    whole, check = typed(desk, number)
    title = desk.spec.passport.office.documents.entries[then or until].title
    assert check is not None
    assert (check.result, check.level, check.reason, check.reason_ar) == (result, "policy", title.en, title.ar)
    assert whole.facts["book_status"] == (then or until)
    assert (whole.status == "invalid") is (result == "fail")


def test_a_number_of_our_series_that_was_never_issued_is_warned_of(desk: Service) -> None:
    """LIBYA 1.3 [S34]: forged books carry numbers that no register gave out."""
    whole, check = typed(desk, "LBZZZZZZZ")
    assert check is not None
    assert check.result == "warning"
    assert "no book of this number" in check.reason
    assert "book_status" not in whole.facts


def test_a_book_of_before_this_register_and_one_of_another_state_are_not_judged_by_it(desk: Service) -> None:
    assert typed(desk, "L898902C3")[1] is None
    person = enter(desk, national_number="119909000860").id
    number = put_book(desk, "LBZZZ222B", person=person)
    say(SUPERVISOR, desk, number, "stolen")
    assert typed(desk, number, "UTO")[1] is None, "the number of another State's book, which happens to be one of ours"


@pytest.mark.slow
def test_page_and_chip_of_one_book_are_told_alike_and_a_theft_is_seen_on_both(desk: Service) -> None:
    filled(desk)
    number = walk(desk, "handed_over", asked(enter_nth(desk, 861))).number or ""
    chip, page = as_written(desk.db, number)
    trust = TrustStore([])
    seen = verify_bytes(page, "page.png", trust, NOW, desk.spec, read_pages=True)
    read = inspect_chip(Chip({name.removesuffix(".bin"): file for name, file in chip.items()}), trust, NOW, desk.spec)
    for verdict in (seen, read):
        _, check = told(desk, verdict)
        assert check is not None, verdict
        assert check.result == "pass"
    thief = Actor("desk", "staff", frozenset({"passport_officer"}), "PTIP")
    say(thief, desk, number, "stolen")
    for verdict in (seen, read):
        whole, check = told(desk, verdict)
        assert check is not None
        assert (check.result, whole.facts["book_status"], whole.status) == ("fail", "stolen", "invalid")
