"""Certificates in bulk for a named authority: what a row may be, and what becomes of it. Issue 5; LIBYA.md 3.1."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, get_args

import pytest
from sqlmodel import col, select

from issuance.cases.looks_model import CaseLook
from issuance.certificates import bulk, bulk_report, engine, making, review
from issuance.certificates.bulk_model import CertificateBulkRow
from issuance.certificates.bulk_rows import rows_in
from issuance.certificates.model import Certificate, Request
from issuance.core.actor import Actor
from issuance.db.tables import NumberAllocation
from issuance.service import Service
from specs.errors import Invalid, NotAllowed, NotFound
from specs.load import load
from specs.schema.certificate_requests import State
from tests.certificate_bulk import COLUMNS, file_of, many, row
from tests.service import CLERK, NOW, PERSON, assert_complete, enter, found, issued, officer, request
from tests.unit.cases.test_commands import RULING

AUTHORITY = Actor("client-one", "client", frozenset({"authority_system"}), "CTIP")
OTHER = replace(AUTHORITY, id="client-two")


def worked_off(service: Service, sent: bulk.BulkView) -> bulk_report.Report:
    while bulk.work(service, sent.id, NOW):
        pass
    bulk.finish(service, sent.id, NOW)
    return bulk_report.report(service, CLERK, sent.id, NOW)


def sent_and_done(service: Service, content: bytes, actor: Actor = AUTHORITY) -> bulk_report.Report:
    return worked_off(service, bulk.send(service, actor, "CTIP", content, NOW))


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"reference": "خمسة"}, "certificates.bulk.reference"),
        ({"reference": "119909000012"}, "certificates.bulk.reference"),
        ({"national_number": "12"}, "certificates.bulk.national_number"),
        ({"birth_date": "17/05/1990"}, "people.birth_date.form"),
        ({"purpose": "curiosity"}, "certificates.purpose.unknown"),
        ({"addressee_ar": ""}, "certificates.request.missing"),
        ({"addressee_ar": "Company"}, "certificates.text.script"),
        ({"consent": ""}, "certificates.bulk.basis"),
        ({"level": "court"}, "certificates.level"),
    ],
    ids=lambda value: str(next(iter(value))) if isinstance(value, dict) else "",
)
def test_what_is_wrong_with_a_row_is_its_fate_and_names_the_field(changed: dict[str, str], code: str) -> None:
    (read,) = rows_in(file_of([row("a/1", "119909000012") | changed]), load())
    for fault in read.faults:
        assert_complete(fault)
    assert code in {fault.code for fault in read.faults}


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "columns"),
        (b"\xff\xfer\x00", "encoding"),
        (file_of([]), "empty"),
        (file_of([row("a", "119909000012")], [*COLUMNS]).replace(b"purpose", b"reason", 1), "columns"),
        (file_of([row("a", "119909000012")]) + b'"open', "csv"),
        (file_of([row("a", "119909000012")]) + b"one,two\r\n", "cells"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_whole(content: bytes, code: str) -> None:
    with pytest.raises(Invalid) as caught:
        rows_in(content, load())
    assert {code for _, code in found(caught.value)} == {f"certificates.bulk.{code}"}


def test_a_reference_that_stands_twice_is_refused_the_second_time() -> None:
    first, second = rows_in(file_of([row("a", "119909000012"), row("a", "119909000020")]), load())
    assert (first.faults, [fault.code for fault in second.faults]) == ((), ["certificates.bulk.twice"])


def test_rows_are_issued_wait_for_an_officer_or_are_refused_and_the_report_follows_the_officer(desk: Service) -> None:
    from issuance.cases import commands as cases

    clear, convicted, nobody = "119909000801", "119909000802", "119909000899"
    enter(desk, national_number=clear)
    enter(desk, national_number=convicted)
    cases.record_ruling(desk, CLERK, convicted, RULING, NOW)
    rows = [
        row("1", clear),
        row("2", convicted),
        row("3", nobody),
        row("4", clear, birth_date="1990-05-18", purpose="study"),
        row("5", clear, consent=""),
    ]
    told = sent_and_done(desk, file_of(rows))
    assert [one.fate for one in told.rows] == ["issued", "under_review", "refused", "refused", "refused"]
    # a number nobody has and another birth date are answered alike, and why an officer looks is not told
    assert told.rows[2].faults == told.rows[3].faults
    assert "matched" not in str(told.as_json())

    waiting = told.rows[1].request or ""
    review.decide_issue(desk, officer("first"), waiting, "checked", NOW)
    held = review.docket(desk, officer("second"), waiting, NOW)
    assert held.approval is not None
    review.approve(desk, officer("second"), held.approval.id, "checked", NOW)
    again = bulk_report.report(desk, AUTHORITY, told.bulk.id, NOW)
    assert [one.fate for one in again.rows][:2] == ["issued", "issued"]
    assert again.rows[1].number is not None
    assert bulk_report.paper(desk, AUTHORITY, told.bulk.id, again.rows[1].number, NOW).startswith(b"%PDF")


def test_the_same_file_again_is_the_first_and_a_row_in_another_file_is_known(desk: Service) -> None:
    content = many(desk, 2, first=820)
    first = sent_and_done(desk, content)
    assert bulk.send(desk, AUTHORITY, "CTIP", content, NOW).id == first.bulk.id
    second = sent_and_done(desk, content + b"\r\n")
    assert [(one.fate, one.number) for one in second.rows] == [("already_there", one.number) for one in first.rows]
    changed = sent_and_done(desk, content.replace(b"employment", b"study"))
    assert {fault["code"] for one in changed.rows for fault in one.faults} == {"certificates.bulk.changed"}
    # another sender's references are its own
    assert [one.fate for one in sent_and_done(desk, content, OTHER).rows] == ["issued", "issued"]


def test_a_person_with_a_request_of_another_under_way_is_refused_while_it_runs(desk: Service) -> None:
    from issuance.cases import commands as cases

    number = "119909000831"
    enter(desk, national_number=number)
    cases.record_ruling(desk, CLERK, number, RULING, NOW)
    told = sent_and_done(desk, file_of([row("x", number)]))
    assert told.rows[0].fate == "under_review"
    other = sent_and_done(desk, file_of([row("x", number)]), OTHER)
    assert [fault["code"] for fault in other.rows[0].faults] == ["certificates.request.active"]


def test_what_a_row_says_of_a_person_is_erased_once_it_is_settled(desk: Service) -> None:
    told = sent_and_done(desk, many(desk, 1, first=841) + file_of([row("z", "119909000899")]).partition(b"\n")[2])
    with desk.db.reading() as read:
        kept = read.exec(select(CertificateBulkRow).where(CertificateBulkRow.bulk_id == told.bulk.id)).all()
    assert [one.asked for one in kept] == [None, None]


def test_a_dry_run_tells_the_faults_and_reads_no_record(desk: Service) -> None:
    content = many(desk, 1, first=851) + file_of([row("z", "119909000899")]).partition(b"\n")[2]
    with desk.db.reading() as read:
        before = len(read.exec(select(Request.id)).all())
    told = list(bulk_report.foretold(bulk.dry_run(desk, AUTHORITY, "CTIP", content, NOW)))
    assert [one.fate for one in told] == ["waiting", "refused"]
    with desk.db.reading() as read:
        assert len(read.exec(select(Request.id)).all()) == before


def test_an_authority_sees_its_own_files_and_asks_through_its_own_office(desk: Service) -> None:
    sent = bulk.send(desk, AUTHORITY, "CTIP", many(desk, 1, first=861), NOW)
    theirs = worked_off(desk, sent).rows[0].number or ""
    assert bulk.seen(desk, officer("any"), sent.id).id == sent.id
    for other in (OTHER, officer("elsewhere", "CBEN")):
        with pytest.raises(NotFound):
            bulk.seen(desk, other, sent.id)
    with pytest.raises(NotAllowed):
        bulk.send(desk, replace(AUTHORITY, office="CBEN"), "CTIP", many(desk, 1, first=862), NOW)
    with pytest.raises(NotAllowed):
        bulk.seen(desk, Actor("c", "staff", frozenset({"certificate_clerk"}), "CTIP"), sent.id)
    # not a paper that another way issued for the same office
    elsewhere = issued(desk, request(national_number=PERSON["national_number"])).number
    with pytest.raises(NotFound):
        bulk_report.paper(desk, AUTHORITY, sent.id, elsewhere, NOW)
    assert bulk_report.paper(desk, AUTHORITY, sent.id, theirs, NOW).startswith(b"%PDF")


def test_every_record_that_was_read_for_a_file_is_kept_as_a_look(desk: Service) -> None:
    told = sent_and_done(desk, many(desk, 2, first=871))
    with desk.db.reading() as read:
        ids = [one.request for one in told.rows]
        people = set(read.exec(select(Request.person_id).where(col(Request.id).in_(ids))))
        looked = read.exec(select(CaseLook.person_id).where(col(CaseLook.person_id).in_(people))).all()
    assert (len(people), sorted(looked)) == (2, sorted(people))


def test_every_state_of_a_request_has_a_fate() -> None:
    assert set(bulk_report._OF_STATE) == set(get_args(State))


def test_upkeep_that_gets_there_first_issues_a_row_once(desk: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    sent = bulk.send(desk, AUTHORITY, "CTIP", many(desk, 3, first=7000), NOW)
    make, ahead = making.make_together, [True]

    def overtaken(*given: Any, **named: Any) -> Any:
        if ahead.pop() if ahead else False:
            assert engine.tick(desk, NOW) >= 3  # numbers are taken after this, for rows that wait no more
        return make(*given, **named)

    monkeypatch.setattr(making, "make_together", overtaken)
    told = worked_off(desk, sent)
    assert [row.fate for row in told.rows] == ["issued"] * 3
    with desk.db.reading() as read:
        rows = read.exec(select(CertificateBulkRow).where(CertificateBulkRow.bulk_id == sent.id)).all()
        of_rows = col(Certificate.request_id).in_([row.request_id for row in rows])
        papers = read.exec(select(Certificate.number).where(of_rows)).all()
        given_up = read.exec(select(NumberAllocation).where(NumberAllocation.state == "void")).all()
    assert sorted(papers) == sorted(str(row.number) for row in told.rows)
    assert [row.void_reason for row in given_up][-3:] == ["certificates.request.moved_on"] * 3
