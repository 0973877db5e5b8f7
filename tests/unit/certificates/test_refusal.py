"""A refusal is a signed, reasoned document with an appeal path, decided by two. Issue 5; LIBYA.md 3.2."""

from __future__ import annotations

import json
from datetime import date

import pytest

from issuance.cases import commands as cases
from issuance.certificates import engine, refusal, requests, review
from issuance.certificates.life import RequestView
from issuance.certificates.model import CertificateRefusal
from issuance.core import messages
from issuance.documents.serial import check
from issuance.service import Service
from keys.pdf_verify import judge_pdf
from specs.errors import Invalid, NotAllowed, NotFound
from tests.service import CLERK, NOW, enter, found, numbers, officer, request
from tests.unit.cases.test_commands import RULING

WORDS = "لم يطابق اسم الأم في الطلب ما في القيد؛ يراجع مقدم الطلب مكتب السجل المدني"


def reviewed(service: Service, number: str, **changed: object) -> RequestView:
    enter(service, national_number=number, phone="+218910000000")
    cases.record_ruling(service, CLERK, number, RULING, NOW)
    return requests.open_at_office(service, CLERK, request(national_number=number, **changed), NOW)


def approval_of(service: Service, view: RequestView) -> str:
    waiting = review.docket(service, officer("b"), view.id, NOW).approval
    assert waiting is not None
    return waiting.id


def refused(service: Service, number: str) -> RequestView:
    view = reviewed(service, number)
    review.decide_refuse(service, officer("a"), view.id, "identity_unclear", WORDS, NOW)
    return review.approve(service, officer("b"), approval_of(service, view), "صحيح", NOW)


def test_two_officers_refuse_and_the_applicant_holds_a_signed_decision(desk: Service) -> None:
    view = refused(desk, "119909000801")
    assert (view.state, view.reason, view.words) == ("refused", "identity_unclear", WORDS)
    serial = desk.spec.certificate_certificate.serial.model_copy(update={"series": "CR"})
    assert check(serial, view.number or "")
    with desk.db.reading() as read:
        row = read.get(CertificateRefusal, view.number or "")
        assert row is not None
        (told,) = [m.text for m in messages.messages(read) if m.subject.endswith(view.id)]
    assert view.number is not None
    assert view.number in told
    data = json.loads(row.data)
    assert data["words"] == WORDS
    assert row.appeal_until == date(2027, 1, 21)  # sixty days after 22 November 2026
    assert data["office"]["ar"] == "مكتب القيود الجنائية طرابلس"
    assert "a" not in data.values(), "the decision names the office, not the officer"
    verdict = judge_pdf(row.pdf, desk.trust, NOW, desk.spec.pki_profiles)
    assert verdict.status == "valid", [c.id for c in verdict.checks if c.result != "pass"]
    assert refusal.refusal_pdf(desk, officer("c"), view.number, NOW) == row.pdf
    with pytest.raises(NotFound):
        refusal.refusal_pdf(desk, officer("c", "PTIP"), view.number, NOW)


def test_nobody_refuses_alone_nor_without_a_known_reason_and_printable_words(desk: Service) -> None:
    view = reviewed(desk, "119909000802")
    for reason, words in (("record_changed", WORDS), ("identity_unclear", " "), ("identity_unclear", "\u202eabc")):
        with pytest.raises(Invalid):
            review.decide_refuse(desk, officer("a"), view.id, reason, words, NOW)
    with pytest.raises(NotAllowed):
        review.decide_refuse(desk, CLERK, view.id, "identity_unclear", WORDS, NOW)
    asked = review.decide_refuse(desk, officer("a"), view.id, "identity_unclear", WORDS, NOW)
    assert (asked.state, asked.reason) == ("approval", "matched"), (
        "the applicant is told of no refusal not yet approved"
    )
    with pytest.raises(NotAllowed) as caught:
        review.approve(desk, officer("a"), approval_of(desk, view), "نعم", NOW)
    assert found(caught.value) == {("approval", "core.approvals.same_person")}


def test_a_refusal_that_the_second_officer_does_not_share_goes_back_with_why_it_was_reviewed(desk: Service) -> None:
    view = reviewed(desk, "119909000803")
    review.decide_refuse(desk, officer("a"), view.id, "not_entitled", WORDS, NOW)
    back = review.send_back(desk, officer("b"), approval_of(desk, view), "الهوية ثابتة", NOW)
    assert (back.state, back.reason, back.words) == ("review", "matched", "الهوية ثابتة")
    assert review.decide_issue(desk, officer("a"), view.id, "صحيح", NOW).state == "approval"


def test_a_refusal_that_a_crash_left_is_made_by_the_next_turn_and_once(
    desk: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = reviewed(desk, "119909000804")
    review.decide_refuse(desk, officer("a"), view.id, "not_entitled", WORDS, NOW)
    approval = approval_of(desk, view)

    def killed(*_: object) -> bytes:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(refusal, "refusal_json", killed)
        with pytest.raises(KeyboardInterrupt):
            review.approve(desk, officer("b"), approval, "نعم", NOW)
    assert engine.request(desk, view.id).state == "refusing"
    assert engine.tick(desk, NOW) >= 1
    done = engine.advance(desk, view.id, NOW)
    assert done.state == "refused"
    used = [n for n, state, _ in numbers(desk.db) if n.startswith("CR") and state == "used"]
    assert used.count(done.number or "") == 1
    with pytest.raises(NotFound):
        refusal.own_refusal_pdf(desk, "another's code", NOW)
