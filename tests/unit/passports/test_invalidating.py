"""Many books at once: dry run, two people, a case; and which books carry a defect; and the chain of a person's books.

Named frauds of LIBYA 1.3: forged numbers by hundreds (S24), the office of Sirte (S28-S29), a note forgotten (S30-S31).
"""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from issuance.passports import defects, delivering, invalidating, predecessors, reports, sltd
from issuance.passports.model import PassportApplication
from issuance.people.registry_model import RegistryChange, RegistryEntry
from issuance.service import Service
from keys.lists.deviation_list import Document
from keys.lists.deviations import Deviation
from specs.errors import Conflict, Invalid, NotAllowed
from tests.passport_books import SECOND, SUPERVISOR, put_book
from tests.passports import AT_THE_DESK, DELIVERER, OFFICER, asked, book
from tests.service import CLERK, NOW, enter

WINDOW = {"office": "PTIP", "issued_from": "2015-01-01", "issued_to": "2015-03-31"}


def test_books_of_a_seized_office_and_window_are_counted_then_invalidated_by_two_and_none_else(desk: Service) -> None:
    """Sirte, January 2015: what was issued there while it was held."""
    inside = [put_book(desk, f"B000000{n}", issued_on=date(2015, 1, 1) + timedelta(days=20 * n)) for n in range(5)]
    outside = [
        put_book(desk, "B0000010", issued_on=date(2015, 4, 1)),
        put_book(desk, "B0000011", issued_on=date(2015, 2, 1), office="CTIP"),
    ]
    found = invalidating.dry_run(desk, SUPERVISOR, WINDOW)
    assert list(found.numbers) == inside
    assert found.by_state == {"active": 5}
    assert {book(desk, n).state for n in inside} == {"active"}

    request = invalidating.ask(desk, SUPERVISOR, WINDOW, "2015/17 Sirte", "seized", NOW)
    with pytest.raises(NotAllowed):
        invalidating.approve(desk, SUPERVISOR, request, "agreed", NOW)
    late = put_book(desk, "B0000012", issued_on=date(2015, 3, 31))
    with pytest.raises(Conflict):
        invalidating.approve(desk, SECOND, request, "agreed", NOW)
    told: list[tuple[int, int]] = []
    request = invalidating.ask(desk, SUPERVISOR, WINDOW, "2015/17 Sirte", "seized", NOW)
    done = invalidating.approve(desk, SECOND, request, "agreed", NOW, lambda *at: told.append(at))
    assert (done.books, told[-1]) == (6, (6, 6))
    assert {book(desk, n).state for n in (*inside, late)} == {"invalidated"}
    assert {book(desk, n).state for n in outside} == {"active"}
    with desk.db.reading() as read:
        assert set(sltd.standing(read, [*inside, late, *outside]).values()) == {"revoked"}
        assert not sltd.standing(read, outside)

    with pytest.raises(Conflict):
        invalidating.ask(desk, SUPERVISOR, WINDOW, "2015/17 Sirte", "seized", NOW)
    undo = invalidating.ask_reinstatement(desk, SUPERVISOR, done.id, "annulled by the court", NOW)
    with pytest.raises(NotAllowed):
        invalidating.approve(desk, SUPERVISOR, undo, "agreed", NOW)
    invalidating.approve(desk, SECOND, undo, "agreed", NOW)
    states = [book(desk, n).state for n in (*inside, late)]
    assert states.count("active") == 0, "their holder has another one that travels by now"
    assert set(states) == {"superseded"}
    with pytest.raises(Conflict):
        invalidating.ask_reinstatement(desk, SUPERVISOR, done.id, "again", NOW)


def test_a_list_of_numbers_tells_what_is_none_of_ours_and_a_scope_names_books_in_one_way(desk: Service) -> None:
    number = put_book(desk, "B0000020")
    found = invalidating.dry_run(desk, SUPERVISOR, {"numbers": [number.lower(), "X9999999"]})
    assert (found.numbers, found.left) == ((number,), ("X9999999",))
    for given in ({}, WINDOW | {"numbers": [number]}, {"office": "PTIP"}, {"issued_from": "2015-01-01"}):
        with pytest.raises(Invalid):
            invalidating.dry_run(desk, SUPERVISOR, given)
    with pytest.raises(NotAllowed):
        invalidating.dry_run(desk, OFFICER, {"numbers": [number]})
    with pytest.raises(Conflict):
        invalidating.ask(desk, SUPERVISOR, {"numbers": ["X9999999"]}, "1/2026", "forged", NOW)


def test_a_book_not_handed_over_that_is_invalidated_is_decided_on_again(desk: Service) -> None:
    number = put_book(desk, "B0000021", "passed")
    request = invalidating.ask(desk, SUPERVISOR, {"numbers": [number]}, "3/2026", "false data", NOW)
    done = invalidating.approve(desk, SECOND, request, "agreed", NOW)
    with desk.db.reading() as read:
        row = read.get(PassportApplication, book(desk, number).application_id)
    assert row is not None
    assert (row.state, row.number) == ("deciding", None)
    with pytest.raises(Conflict):
        delivering.hand_over(desk, DELIVERER, number, dict(AT_THE_DESK), NOW)
    undo = invalidating.ask_reinstatement(desk, SUPERVISOR, done.id, "annulled", NOW)
    invalidating.approve(desk, SECOND, undo, "agreed", NOW)
    assert book(desk, number).state == "invalidated", "its application was decided on anew"


def test_one_query_names_the_books_of_a_defect_and_yields_what_a_deviation_list_takes(desk: Service) -> None:
    from issuance.jobs.publishing import deviations_of, make_deviation_list
    from keys.lists.deviation_list import read_deviation_list

    for number, blank in (("C0000001", "900000000101"), ("C0000002", "900000000150"), ("C0000003", "900000000151")):
        put_book(desk, number)
        with desk.db.writing() as session:
            session.get_one(type(book(desk, number)), number).blank = blank
    given = {
        "title": "Wrong digest of DG2",
        "deviation": "DGHashWrong",
        "about": 2,
        "words": "DG2 does not match",
        "conditions": {"blank_first": "900000000101", "blank_last": "900000000150"},
    }
    defect = defects.enter(desk, SUPERVISOR, given, NOW)
    found = defects.carriers(desk, SUPERVISOR, defect.id)
    assert (found.books, found.numbers) == (2, ("C0000001", "C0000002"))
    held: list[Deviation] = deviations_of(desk.keys, found.proposal)
    assert held[0].documents.numbers == {"C0000001", "C0000002"}
    signed = read_deviation_list(make_deviation_list(desk, CLERK, found.proposal))
    assert [len(signed.of(Document(number=n))) for n in ("C0000001", "C0000003")] == [1, 0]

    signer = given | {"conditions": {"signer": "ds-1", "issued_from": "2026-01-01", "issued_to": "2026-12-31"}}
    told = defects.carriers(desk, SUPERVISOR, defects.enter(desk, SUPERVISOR, signer, NOW).id)
    assert told.books == 0
    assert told.proposal is not None
    assert told.proposal["deviations"][0]["documents"] == {"signer": "ds-1", "issued": ["2026-01-01", "2026-12-31"]}
    for wrong in (given | {"conditions": {}}, given | {"deviation": "Ugly"}):
        with pytest.raises(Invalid):
            defects.enter(desk, SUPERVISOR, wrong, NOW)


def test_the_note_of_replacement_stands_in_the_new_book_though_the_applicant_keeps_silent(desk: Service) -> None:
    """2009: a note was forgotten and the history vanished (S30-S31). The rows say it, not the officer."""
    person = enter(desk, national_number="119909091001").id
    first = put_book(desk, "D0000001", person=person, now=NOW - timedelta(days=900))
    second = put_book(desk, "D0000002", "passed", person=person, wanted=asked(kind="first"))
    with desk.db.reading() as read:
        application = read.get(PassportApplication, book(desk, second).application_id)
        assert application is not None
        assert application.predecessor is None
        note = predecessors.replacement_note(read, application, desk.spec.passport.office)
    assert note is not None
    assert (note.number, note.on.isoformat()) == (first, "2026-11-22")
    assert first in note.text.ar
    assert first in note.text.en
    delivering.hand_over(desk, DELIVERER, second, dict(AT_THE_DESK), NOW)
    assert [book(desk, n).state for n in (first, second)] == ["superseded", "active"]
    with pytest.raises(Conflict):
        reports.report(desk, OFFICER, first, "found", "PV-1", "", NOW)


def test_the_chain_of_books_is_followed_to_one_of_before_this_service(desk: Service) -> None:
    for number, before in (("D0000011", "OLD12345"), ("D0000012", "D0000011"), ("D0000013", "D0000012")):
        put_book(desk, number)
        with desk.db.writing() as session:
            session.get_one(type(book(desk, number)), number).predecessor = before
    with desk.db.reading() as read:
        links = predecessors.chain(read, "D0000013")
    assert [(one.number, one.ours) for one in links] == [
        ("D0000013", True), ("D0000012", True), ("D0000011", True), ("OLD12345", False),
    ]  # fmt: skip
    assert "D0000012" in [one.number for one in predecessors.books_of_holder(desk, OFFICER, "D0000013")]


def test_a_family_record_is_invalidated_as_it_stands_and_reinstated_by_two(desk: Service) -> None:
    """Forged family records by hundreds (S24). Who left the record before is not meant, but shown; who leaves between
    the request and the second person's word makes it void; who left after it keeps what was decided."""
    people = {name: enter(desk, national_number=f"1199090950{n:02d}").id for n, name in enumerate("abcd", start=1)}
    books = {
        name: put_book(desk, f"F000000{n}", "passed" if name == "b" else "active", person=person)
        for n, (name, person) in enumerate(people.items(), start=1)
    }

    def keep(name: str, record: str) -> None:
        with desk.db.writing() as session:
            row = session.get(RegistryEntry, people[name]) or RegistryEntry(
                person_id=people[name], state="live", registered_on=date(1990, 6, 1), registered_late=False,
                transfers=[], as_of=NOW,
            )  # fmt: skip
            row.family_record = record
            session.add(row)

    for name in people:
        keep(name, "FR-61")
    keep("d", "FR-62")  # left before
    with desk.db.writing() as session:
        moved = {"family_record": ["FR-61", "FR-62"]}
        session.add(RegistryChange(person_id=people["d"], kind="moved", changes=moved, by="registry", at=NOW))
    scope = {"family_record": "FR-61"}
    found = invalidating.dry_run(desk, SUPERVISOR, scope)
    assert found.formerly == (books["d"],)  # shown to whoever asks, who may name it
    assert (list(found.numbers), found.by_state) == ([books[n] for n in "abc"], {"active": 2, "passed": 1})
    request = invalidating.ask(desk, SUPERVISOR, scope, "61/2024 Hun", "transferred", NOW)
    keep("c", "FR-62")  # left between the two
    with pytest.raises(Conflict):
        invalidating.approve(desk, SECOND, request, "agreed", NOW)
    assert {book(desk, one).state for one in books.values()} == {"active", "passed"}
    request = invalidating.ask(desk, SUPERVISOR, scope, "61/2024 Hun", "transferred", NOW)
    with pytest.raises(NotAllowed):
        invalidating.approve(desk, SUPERVISOR, request, "agreed", NOW)
    done = invalidating.approve(desk, SECOND, request, "agreed", NOW)
    assert [book(desk, books[n]).state for n in "abcd"] == ["invalidated", "invalidated", "active", "active"]
    with desk.db.reading() as read:
        assert sltd.standing(read, list(books.values())) == {books["a"]: "revoked", books["b"]: "revoked"}
    keep("a", "FR-62")  # left after
    undo = invalidating.ask_reinstatement(desk, SUPERVISOR, done.id, "annulled by the court", NOW)
    with pytest.raises(NotAllowed):
        invalidating.approve(desk, SUPERVISOR, undo, "agreed", NOW)
    invalidating.approve(desk, SECOND, undo, "agreed", NOW)
    assert [book(desk, books[n]).state for n in "abcd"] == ["active", "invalidated", "active", "active"]
    with pytest.raises(Conflict):
        invalidating.ask(desk, SUPERVISOR, {"family_record": "FR-60"}, "61/2024", "nobody", NOW)
