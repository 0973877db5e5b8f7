"""What becomes of a book: listed and told to INTERPOL at once; what was lost is never valid again."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from hashlib import sha256

import pytest

from issuance.passports import delivering, reminding, reports, sltd
from issuance.passports.public import book_at_border
from issuance.passports.status_list import digest_of_number, status_list
from issuance.passports.upkeep import tick
from issuance.people.registry_marks import mark
from issuance.service import Service
from keys.record_verify import verify_record
from specs.errors import Conflict, IssuanceError, NotAllowed, NotFound, Refused
from tests.passport_books import CODE, SUPERVISOR, put_book, say
from tests.passports import AT_THE_DESK, DELIVERER, OFFICER, asked, book, duty
from tests.service import CLERK, NOW, enter


def listed(service: Service, number: str) -> str | None:
    """As what the signed list names it."""
    held = json.loads(status_list(service, NOW))
    digest = digest_of_number(number, service.spec.passport.office)
    return next((state for state, digests in held["entries"].items() if digest in digests), None)


def told(service: Service, number: str) -> str | None:
    with service.db.reading() as read:
        return sltd.standing(read, [number]).get(number)


def test_a_lost_book_is_listed_and_queued_for_interpol_in_the_transaction_that_says_so(desk: Service) -> None:
    number = put_book(desk, "A0000001")
    assert (listed(desk, number), told(desk, number)) == (None, None)
    reports.report(desk, OFFICER, number, "lost", "PV-17/2026", "in the market", NOW)
    assert (listed(desk, number), told(desk, number)) == ("lost", "lost")
    with desk.db.reading() as read:
        held = book_at_border(read, number)
    assert held is not None
    assert held.state == "lost"


def test_who_says_found_does_not_make_a_lost_book_valid_again(desk: Service) -> None:
    number = put_book(desk, "A0000002")
    reports.report(desk, OFFICER, number, "stolen", "PV-18/2026", "", NOW)
    reports.report(desk, OFFICER, number, "found", "PV-19/2026", "", NOW)
    assert (listed(desk, number), told(desk, number)) == ("found", "revoked")
    with pytest.raises(IssuanceError):
        say(OFFICER, desk, number, "active")
    with pytest.raises(Conflict):
        delivering.hand_over(desk, DELIVERER, number, dict(AT_THE_DESK), NOW)
    rules = desk.spec.passport.office.documents.entries
    reach, ways = {"found"}, True
    while ways:
        more = {s for s, r in rules.items() if s != "invalidated" and s not in reach and reach & set(r.follows)}
        ways, reach = bool(more), reach | more
    assert not any(rules[state].travel for state in reach - {"invalidated"})


def test_the_holder_reports_by_the_private_code_and_only_what_needs_no_look_at_the_book(desk: Service) -> None:
    number = put_book(desk, "A0000003")
    with pytest.raises(NotFound):
        reports.report_by_holder(desk, "no such code", "lost", "PV-1", NOW)
    with pytest.raises(Refused):
        reports.report_by_holder(desk, CODE.format(number), "found", "PV-1", NOW)
    assert reports.report_by_holder(desk, CODE.format(number), "lost", "PV-1", NOW).state == "lost"
    assert told(desk, number) == "lost"
    with pytest.raises(NotAllowed):
        reports.report(desk, duty("passport_clerk"), number, "found", "PV-1", "", NOW)


def test_a_book_lost_before_its_hand_over_is_listed_and_made_again(desk: Service) -> None:
    number = put_book(desk, "A0000004", "passed")
    reports.report(desk, DELIVERER, number, "stolen", "PV-2", "from the van", NOW)
    assert told(desk, number) == "stolen"
    with desk.db.reading() as read:
        row = read.get(type(book(desk, number)), number)
        assert row is not None
        application = read.get(delivering.PassportApplication, row.application_id or "")
    assert application is not None
    assert (application.state, application.number, application.reason) == ("approved", None, "book_gone")


def test_the_registry_ends_every_book_of_a_person_who_died_once_and_for_all(desk: Service) -> None:
    numbers = [put_book(desk, "A0000005"), put_book(desk, "A0000006", "passed")]
    person = book(desk, numbers[0]).person_id
    done = reports.follow_registry(desk, person, "deceased", "registry", NOW)
    assert set(numbers) <= set(done)
    assert reports.follow_registry(desk, person, "deceased", "registry", NOW) == []
    assert [listed(desk, n) for n in numbers] == ["holder_deceased"] * 2
    assert reports.follow_registry(desk, person, "moved", "registry", NOW) == []
    with pytest.raises(Conflict):
        delivering.hand_over(desk, DELIVERER, numbers[1], dict(AT_THE_DESK), NOW)


def test_upkeep_follows_a_death_that_the_registry_knows_of(desk: Service) -> None:
    number = put_book(desk, "A0000077", person=enter(desk, national_number="119909000415").id)
    mark(desk, CLERK, "119909000415", "deceased", "D/2", "told", NOW)
    assert listed(desk, number) is None
    tick(desk, NOW)
    assert (listed(desk, number), told(desk, number)) == ("holder_deceased", "revoked")


def test_interpol_is_told_once_again_until_it_acknowledges_and_a_find_withdraws_the_loss(desk: Service) -> None:
    """Forged and sold books (LIBYA 1.3, S34): what went missing is known abroad under one sequence."""
    while (left := sltd.export(desk, SUPERVISOR, NOW)) is not None:
        sltd.acknowledge(desk, SUPERVISOR, left.sequence, left.sha256, "IPSG-0", NOW)
    number = put_book(desk, "A0000007")
    reports.report(desk, OFFICER, number, "lost", "PV-3", "", NOW)
    first = sltd.export(desk, SUPERVISOR, NOW)
    reports.report(desk, OFFICER, number, "found", "PV-4", "", NOW)
    again = sltd.export(desk, SUPERVISOR, NOW + timedelta(hours=1))
    assert first is not None
    assert again is not None
    assert (again.sequence, again.rows, again.times) == (first.sequence, first.rows, 2)
    assert first.rows == (("add", number, "P", "LBY", "lost", "2026-11-22"),)
    with pytest.raises(Conflict):
        sltd.acknowledge(desk, SUPERVISOR, first.sequence, "0" * 64, "IPSG-1", NOW)
    sltd.acknowledge(desk, SUPERVISOR, first.sequence, first.sha256, "IPSG-1", NOW)
    with pytest.raises(Conflict):
        sltd.acknowledge(desk, SUPERVISOR, first.sequence, first.sha256, "IPSG-1", NOW)
    then = sltd.export(desk, SUPERVISOR, NOW)
    assert then is not None
    assert then.sequence == first.sequence + 1
    assert [row[0::4] for row in then.rows] == [("withdraw", "lost"), ("add", "revoked")]
    assert then.as_csv().splitlines()[1] == f"{then.sequence},withdraw,{number},P,LBY,lost,2026-11-22"
    with pytest.raises(NotAllowed):
        sltd.export(desk, OFFICER, NOW)


def test_the_status_list_is_signed_holds_digests_alone_and_is_new_when_a_book_comes_on_it(desk: Service) -> None:
    number = put_book(desk, "A0000008")
    before = status_list(desk, NOW)
    assert status_list(desk, NOW) == before
    reports.report(desk, OFFICER, number, "damaged", "PV-5", "", NOW)
    after = status_list(desk, NOW)
    held = json.loads(after)
    assert after != before
    assert number not in after
    canonical = json.dumps(held["entries"], sort_keys=True, separators=(",", ":")).encode()
    assert held["head"]["entries_sha256"] == sha256(canonical).hexdigest()
    assert held["entries"]["damaged"].count(sha256(number.encode()).hexdigest()[:32]) == 1
    payload = json.dumps(held["head"], sort_keys=True, separators=(",", ":")).encode()
    signature = base64.b64decode(held["signature"])
    read = verify_record(signature, desk.keys.trust(), NOW)
    assert (read.verdict.status, read.payload) == ("valid", payload)


def test_who_takes_the_book_is_its_holder_a_guardian_named_or_the_proxy_asked_for(desk: Service) -> None:
    guardian = "119700000011"
    child = asked(None, guardians=[{"national_number": guardian, "relation": "father", "proof": "KT-9"}])
    for number, wanted, receiver, fields in (
        ("A0000011", child, "holder", ["receiver"]),
        ("A0000012", child, "guardian", ["national_number"]),
        ("A0000013", asked(), "proxy", ["receiver", "national_number"]),
        ("A0000014", asked(None, delivery="post"), "proxy", ["receiver", "national_number"]),
    ):
        put_book(desk, number, "passed", wanted=wanted)
        with pytest.raises(IssuanceError) as error:
            delivering.hand_over(desk, DELIVERER, number, AT_THE_DESK | {"receiver": receiver}, NOW)
        assert [fault.field for fault in error.value.faults] == fields
    taken = AT_THE_DESK | {"receiver": "guardian", "national_number": guardian}
    delivering.hand_over(desk, DELIVERER, "A0000011", taken, NOW)
    assert book(desk, "A0000011").state == "active"


def test_a_book_nobody_collects_is_listed_kept_and_destroyed_before_two_people(desk: Service) -> None:
    number = put_book(desk, "A0000015", "passed")
    with desk.db.writing() as session:
        row = session.get_one(delivering.PassportApplication, book(desk, number).application_id)
        row.due_at = NOW + timedelta(days=3)
    assert (book(desk, number).application_id, 3) in reminding.to_remind(desk, NOW)
    assert number not in delivering.uncollected(desk, DELIVERER, NOW)
    late = NOW + timedelta(days=4)
    assert number in delivering.uncollected(desk, DELIVERER, late)
    assert (book(desk, number).state, told(desk, number)) == ("uncollected", "revoked")
    with pytest.raises(Conflict):
        delivering.ask_destruction(desk, DELIVERER, number, "shredder 2", late)
    over = late + timedelta(days=90)
    request = delivering.ask_destruction(desk, DELIVERER, number, "shredder 2", over)
    with pytest.raises(NotAllowed):
        delivering.approve_destruction(desk, DELIVERER, request, "seen", over)
    delivering.approve_destruction(desk, OFFICER, request, "seen", over)
    assert book(desk, number).state == "destroyed"
