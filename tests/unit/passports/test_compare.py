"""What an officer compares (`compare`) and what the desk of hand-over sees (`books`): differences by field, the right
person's book alone, and no more than the actor's office reaches."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from PIL import Image

from issuance.passports import books, compare, deciding
from issuance.passports.model import PassportApplication
from issuance.service import Service
from specs.errors import NotAllowed, NotFound
from tests.passport_books import CODE, put_book
from tests.passports import DELIVERER, OFFICER, asked, book, duty, enter_nth, look, nth_person, walk
from tests.service import NOW, enter, replaced, trail


@pytest.fixture(scope="module")
def renewal(desk: Service) -> str:
    """An application that follows a book made by this service, and waits for the decision; its id."""
    enter_nth(desk, 90301)
    before = walk(desk, "handed_over", asked(nth_person(90301))).number
    return walk(desk, "deciding", asked(nth_person(90301), kind="renewal", predecessor=before)).id


def test_every_field_stands_beside_record_and_earlier_book_and_only_what_differs_is_marked(
    desk: Service, renewal: str
) -> None:
    docket = deciding.docket(desk, OFFICER, renewal, NOW)
    earlier = compare.earlier_book(desk, docket)
    assert earlier is not None
    assert (earlier.ours, earlier.state) == (True, "active")
    rows = {one.field: one for one in compare.compared(docket, earlier)}
    assert list(rows) == list(compare.FIELDS)
    assert not [one.field for one in rows.values() if one.differs]
    assert rows["names.latin.surname"].earlier == "ALMABROUK"
    changed = {"application": replaced(docket.asked["application"], "names.latin.surname", "AL-MABROUQ")}  # type: ignore[arg-type]
    told = {one.field: one for one in compare.compared(replace(docket, asked=changed), earlier)}
    assert [one.field for one in told.values() if one.differs] == ["names.latin.surname"]
    spaced = {"application": replaced(docket.asked["application"], "names.latin.surname", "AL-MABROUK")}  # type: ignore[arg-type]
    same = {one.field: one for one in compare.compared(replace(docket, asked=spaced), earlier)}
    assert not same["names.latin.surname"].differs, "a zone knows no hyphen"


def test_a_number_of_another_persons_book_or_of_an_old_one_shows_nothing_of_it(desk: Service, renewal: str) -> None:
    stranger = put_book(desk, "X0000001", person=enter(desk, national_number="119909098001").id)
    docket = deciding.docket(desk, OFFICER, renewal, NOW)
    for number in (stranger, "OLD12345"):
        held = compare.earlier_book(desk, replace(docket, asked={**docket.asked, "predecessor": number}))
        assert held is not None
        assert (held.ours, held.state, dict(held.values)) == (False, None, {})
    with desk.db.writing() as session:
        session.get_one(PassportApplication, renewal).predecessor = stranger
    with pytest.raises(NotFound):
        compare.earlier_portrait(desk, OFFICER, renewal, NOW)
    with desk.db.writing() as session:
        session.get_one(PassportApplication, renewal).predecessor = docket.application.predecessor
    picture = compare.earlier_portrait(desk, OFFICER, renewal, NOW)
    assert Image.open(io.BytesIO(picture)).format == "JPEG"
    assert trail(desk.db)[-1] == "passports.review_file"


def test_the_desk_finds_a_book_by_number_or_private_code_within_its_reach_and_the_look_is_kept(
    desk: Service, renewal: str
) -> None:
    number = put_book(desk, "X0000002", "passed", person=enter(desk, national_number="119909098002").id)
    assert books.find(desk, DELIVERER, f" {number.lower()} ") == number
    assert books.find(desk, DELIVERER, CODE.format(number)) == number
    held = books.at_hand(desk, DELIVERER, number, NOW)
    assert (held.book.state, held.delivers, [one.number for one in held.chain]) == ("passed", True, [number])
    assert trail(desk.db)[-1] == "passports.look"
    assert not books.at_hand(desk, OFFICER, number, NOW).delivers, "who reports does not hand over"
    waiting = [one.number for one in books.waiting(desk, DELIVERER)]
    assert number in waiting
    assert books.waiting(desk, duty("delivery_clerk", "elsewhere", "PBEN")) == []
    with pytest.raises(NotFound):
        books.find(desk, DELIVERER, "X9999999")
    with pytest.raises(NotAllowed):
        books.find(desk, duty("passport_clerk"), number)
    with pytest.raises(NotFound):
        books.face_of(desk, DELIVERER, number, NOW)  # rows alone, without a chip
    made = look(desk, renewal).predecessor or ""
    assert books.face_of(desk, DELIVERER, made, NOW).startswith(b"\xff\xd8")
    assert book(desk, made).state == "active"
