"""A refusal can be answered: somebody who had no part in it decides, once, in time. Issue 5, faces; LIBYA.md 3.2."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from issuance.certificates import engine, grievance, refusal, requests
from issuance.certificates.life import RequestView
from issuance.certificates.model import CertificateRefusal
from issuance.core import messages
from issuance.core.actor import Actor
from issuance.service import Service
from keys.pdf_verify import judge_pdf
from specs.errors import Conflict, Invalid, IssuanceError, NotAllowed, NotFound, Refused
from tests.service import CLERK, NOW, found, numbers, officer, request
from tests.unit.certificates.test_refusal import approval_of, refused, review

SAID = "اسم الأم في القيد صحّح بقرار، وصورته لدى مكتب السجل المدني"
ANSWER = "لم يثبت تصحيح القيد إلى يوم القرار"


def member(name: str) -> Actor:
    return Actor(name, "staff", frozenset({"grievance_officer"}), None)


def lodged(service: Service, number: str) -> RequestView:
    view = refused(service, number)
    held = grievance.lodge_at_office(service, CLERK, view.id, SAID, NOW)
    assert (held.state, held.words, held.number) == ("grievance", SAID, view.number)
    return view


def codes(error: IssuanceError) -> set[str]:
    return {code.rpartition(".")[2] for _, code in found(error)}


def test_a_dismissed_grievance_ends_in_a_second_signed_decision_that_upholds_the_first(desk: Service) -> None:
    view = lodged(desk, "119909000820")
    heard = grievance.heard(desk, member("m"), view.id, NOW)
    assert (heard.refused.number, heard.refused.reason, heard.words) == (view.number, "identity_unclear", SAID)
    assert view.id in {one.id for one in grievance.pending(desk, member("m"))}
    done = grievance.decide(desk, member("m"), view.id, False, ANSWER, NOW)
    assert (done.state, done.reason, done.words) == ("refused", "identity_unclear", ANSWER)
    assert done.number != view.number
    with desk.db.reading() as read:
        row = read.get(CertificateRefusal, done.number or "")
        first = read.get(CertificateRefusal, view.number or "")
        told = [m.text for m in messages.messages(read) if m.subject.endswith(view.id)]
    assert row is not None and first is not None
    assert (row.upholds, first.upholds) == (view.number, None)
    data = json.loads(row.data)
    assert (data["upholds"], data["words"]) == (view.number, ANSWER)
    assert data["office"]["ar"] == "لجنة التظلمات بوزارة الداخلية"
    assert "القضاء الإداري" in data["appeal_to"]["ar"] and any("القضاء" in text for text in told)
    assert judge_pdf(row.pdf, desk.trust, NOW, desk.spec.pki_profiles).status == "valid"
    used = {number for number, state, _ in numbers(desk.db) if state == "used"}
    assert {view.number, done.number} <= used


def test_a_granted_grievance_brings_the_request_back_to_the_officers(desk: Service) -> None:
    view = lodged(desk, "119909000821")
    again = grievance.decide(desk, member("m"), view.id, True, "ثبت التصحيح", NOW)
    assert again.state == "review", "the entry is still there: two officers decide"
    assert [s.reason for s in again.steps if s.reason == "grievance_granted"] == ["grievance_granted"]
    review.decide_issue(desk, officer("a"), view.id, "صحيح", NOW)
    assert review.approve(desk, officer("b"), approval_of(desk, view), "نعم", NOW).state == "issued"


def test_who_took_part_in_the_refusal_does_not_hear_the_grievance(desk: Service) -> None:
    view = lodged(desk, "119909000822")
    for name in ("a", "b"):
        assert grievance.heard(desk, member(name), view.id, NOW).own
        with pytest.raises(NotAllowed) as caught:
            grievance.decide(desk, member(name), view.id, True, "نعم", NOW)
        assert codes(caught.value) == {"own_decision"}
    for nobody in (officer("c"), CLERK):
        with pytest.raises(NotAllowed):
            grievance.decide(desk, nobody, view.id, True, "نعم", NOW)
    for words in (" ", "\u202eabc", "ا" * 1001):
        with pytest.raises(Invalid):
            grievance.decide(desk, member("m"), view.id, False, words, NOW)


def test_a_grievance_is_lodged_once_and_until_its_last_day(desk: Service) -> None:
    view = refused(desk, "119909000823")
    last = NOW + timedelta(days=60)
    with desk.db.reading() as read:
        assert grievance.open_until(read, view, last) == last.date()
        assert grievance.open_until(read, view, last + timedelta(days=1)) is None
    with pytest.raises(Refused) as late:
        grievance.lodge_at_office(desk, CLERK, view.id, SAID, last + timedelta(days=1))
    assert codes(late.value) == {"grievance_late"}
    grievance.lodge_at_office(desk, CLERK, view.id, SAID, last)
    with pytest.raises(Conflict):
        grievance.lodge_at_office(desk, CLERK, view.id, SAID, last)
    grievance.decide(desk, member("m"), view.id, False, ANSWER, last)
    with pytest.raises(Refused) as twice:
        grievance.lodge_at_office(desk, CLERK, view.id, SAID, last)
    assert codes(twice.value) == {"grievance_once"}
    with pytest.raises(NotFound):
        grievance.lodge(desk, "another's code", SAID, NOW)


def test_a_grievance_waits_for_another_request_of_the_same_person_and_purpose(desk: Service) -> None:
    view = refused(desk, "119909000824")
    requests.open_at_office(desk, CLERK, request(national_number="119909000824"), NOW)
    with pytest.raises(Conflict) as caught:
        grievance.lodge_at_office(desk, CLERK, view.id, SAID, NOW)
    assert codes(caught.value) == {"active"}


def test_a_dismissal_that_a_crash_left_is_made_by_the_next_turn_and_once(
    desk: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = lodged(desk, "119909000825")

    def killed(*_: object) -> bytes:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(refusal, "refusal_json", killed)
        with pytest.raises(KeyboardInterrupt):
            grievance.decide(desk, member("m"), view.id, False, ANSWER, NOW)
    assert engine.tick(desk, NOW) >= 1
    done = engine.request(desk, view.id)
    with desk.db.reading() as read:
        row = read.get(CertificateRefusal, done.number or "")
    assert (done.state, row is not None and row.upholds) == ("refused", view.number)
