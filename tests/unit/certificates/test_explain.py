"""Why a certificate says what it says, for an auditor and for the person. Issue 5; LIBYA.md 4."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from issuance.cases import commands as cases
from issuance.cases.public import RulingFacts
from issuance.certificates import requests, review
from issuance.certificates.compile import Compiled, of_text
from issuance.certificates.explain import differing, explain, explanation_for_person
from issuance.certificates.model import Certificate
from issuance.certificates.rules import Question
from issuance.core.purpose import Purpose
from issuance.people.birth_date import BirthDate
from issuance.service import Service
from specs.errors import Invalid, NotAllowed, NotFound
from specs.load import load
from tests.service import CLERK, NOW, enter, issued, officer, request, trail
from tests.unit.cases.test_commands import AMNESTY, RULING
from tests.unit.certificates.test_disclosure_rules import BORN, FELONY

WHY = Purpose("certificate")
RULES = load().certificate_disclosure


def convicted(service: Service, number: str) -> str:
    enter(service, national_number=number)
    gone = cases.record_ruling(service, CLERK, number, RULING, NOW)
    cases.record_effect(service, CLERK, gone, AMNESTY, NOW)
    cases.record_ruling(service, CLERK, number, replace(RULING, case_number="2016/7"), NOW)
    return issued(service, request(national_number=number)).number


def test_the_explanation_names_each_ruling_shown_or_why_not_and_who_decided(desk: Service) -> None:
    number = convicted(desk, "119909000901")
    found = explain(desk, officer("auditing"), number, WHY, NOW)
    told = found.as_json(desk.spec)
    assert told["same"] is True
    assert [(one["case_number"], one["shown"], one["reason"]) for one in told["rulings"]] == [
        ("2016/7", True, None),
        ("2015/123", False, {"code": "amnesty", "ar": "عفو عام", "en": "General amnesty"}),
    ]
    assert [one["code"] for one in told["doubts"]] == ["matched"]
    assert [(one["asked_by"], one["decided_by"]) for one in told["decisions"]] == [("first", "second")]
    assert trail(desk.db)[-2:] == ["cases.read_record", "certificates.explain"]


def test_a_printed_certificate_that_its_inputs_do_not_give_is_an_alarm(desk: Service) -> None:
    number = convicted(desk, "119909000902")
    with desk.db.reading() as read:
        row = read.get(Certificate, number)
        assert row is not None
        assert row.compiled is not None
        compiled = of_text(row.compiled)
        assert differing(row, compiled, compiled.disclosed(RULES)) == ()
        row.data = row.data.replace("2016/7", "2016/8")
        assert differing(row, compiled, compiled.disclosed(RULES)) == ("rulings",)


def test_an_explanation_is_criminal_data(desk: Service) -> None:
    number = convicted(desk, "119909000903")
    with pytest.raises(Invalid):
        explain(desk, officer("a"), number, Purpose(""), NOW)
    with pytest.raises(NotFound):
        explain(desk, officer("a", "PTIP"), number, WHY, NOW)
    clerk = replace(officer("a"), roles=frozenset({"certificate_clerk"}))
    with pytest.raises(NotAllowed):
        explain(desk, clerk, number, WHY, NOW)
    auditor = replace(officer("b"), roles=frozenset({"auditor"}), office=None)
    assert explain(desk, auditor, number, Purpose("supervision", "تفتيش"), NOW).number == number


def compiled(*rulings: RulingFacts, by_law: dict[str, date] | None = None, level: str = "person") -> Compiled:
    asked = Question(level, "employment", date(2026, 11, 22))  # type: ignore[arg-type]
    return Compiled("p", BirthDate.parse(BORN.iso()), asked, "2026-2", rulings, 3, by_law or {})


def test_the_person_is_told_of_own_rulings_and_of_nobody_else() -> None:
    told = explanation_for_person(compiled(FELONY, level="court"), RULES)
    assert [one["shown"] for one in told["rulings"]] == [True]
    assert "doubts" not in told
    foreign = explanation_for_person(compiled(replace(FELONY, foreign_judgment=True), level="court"), RULES)
    assert [one["reason"]["code"] for one in foreign["rulings"]] == ["foreign"]


@pytest.mark.parametrize(
    ("day", "level", "doubted"),
    [
        (date(2026, 11, 22), "person", True),
        (date(2026, 11, 23), "person", False),
        (date(2026, 11, 22), "court", False),  # a court sees the conviction, rehabilitated or not
    ],
)
def test_a_day_of_rehabilitation_by_law_that_came_unentered_is_looked_at(day: date, level: str, doubted: bool) -> None:
    held = compiled(FELONY, by_law={FELONY.id: day}, level=level)
    assert ("rehabilitation_due" in held.doubts(RULES)) is doubted
    assert of_text(held.text()) == held


def test_the_day_comes_from_the_end_of_the_penalty_in_the_register(desk: Service) -> None:
    number = "119909000904"
    enter(desk, national_number=number)
    cases.record_ruling(desk, CLERK, number, RULING, NOW)
    view = requests.open_at_office(desk, CLERK, request(national_number=number), NOW)
    held = review.docket(desk, officer("a"), view.id, NOW)
    assert held.compiled.by_law == {}, "the penalty has not ended: nobody waits yet"
    assert held.as_json(desk.spec, NOW)["doubts"][0]["code"] == "matched"
