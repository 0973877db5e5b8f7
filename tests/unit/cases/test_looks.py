"""Who looked: every look is a row and an audit row, and the supervisor sees them and what is odd among them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import col

from issuance.cases.looks import Look, keep, looks_at, watched
from issuance.cases.looks_model import CaseLook
from issuance.core.actor import Actor
from issuance.core.purpose import Purpose
from issuance.core.uow import unit_of_work
from issuance.service import Service
from issuance.staff.commands import AccountEntry, open_account
from specs.errors import NotAllowed
from tests.service import CLERK, trail

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
SUPERVISOR = Actor("supervisor", "staff", frozenset({"case_supervisor"}))
WORDS = "سأل المحامي سالم عن موكله"


def looked(service: Service, account: str, times: int, *, at: datetime = NOW, **changed: object) -> None:
    look = Look(**{"kind": "read", "purpose": Purpose("duty"), "case_id": "case-1", **changed})  # type: ignore[arg-type]
    with unit_of_work(service.db, Actor(account, "staff", frozenset(), "STSOU"), "look", at) as tx:
        for _ in range(times):
            keep(tx, look)


def test_a_supervisor_sees_every_look_with_its_purpose_and_that_too_is_audited(service: Service) -> None:
    entry = AccountEntry("salem", "Salem", ("prosecutor",))
    account = open_account(service.db, CLERK, entry, service.spec, NOW).id
    looked(service, account, 1, purpose=Purpose("person_request", WORDS))
    looked(service, "client:1", 1, at=NOW + timedelta(hours=1), case_id="case-2")
    told = looks_at(service, SUPERVISOR, col(CaseLook.case_id) == "case-1", "case:case-1", NOW).items
    assert [(t.account.username, t.office, t.purpose, t.words, t.own_part) for t in told] == [
        ("salem", "STSOU", "person_request", WORDS, False)
    ]
    both = looks_at(service, SUPERVISOR, col(CaseLook.found) == 1, "case:all", NOW).items
    assert [(t.account.id, t.account.username) for t in both] == [("client:1", None), (account, "salem")]
    assert trail(service.db)[-4:] == ["cases.read", "cases.read", "cases.audit", "cases.audit"]


@pytest.mark.parametrize("role", ["attorney_general", "prosecutor", "statistics_officer", "administrator"])
def test_only_the_supervisor_sees_who_looked(desk: Service, role: str) -> None:
    actor = Actor("someone", "staff", frozenset({role}), "STSOU")
    with pytest.raises(NotAllowed):
        watched(desk, actor, NOW)
    with pytest.raises(NotAllowed):
        looks_at(desk, actor, col(CaseLook.case_id) == "case-1", "case:case-1", NOW)


def test_accounts_that_look_mostly_outside_their_office_or_are_often_refused_are_told(service: Service) -> None:
    looked(service, "diligent", 30, own_part=True)
    looked(service, "diligent", 29, own_part=False)
    looked(service, "curious", 10, own_part=True)
    looked(service, "curious", 10, own_part=False)
    looked(service, "few", 19, own_part=False)
    looked(service, "long-ago", 40, own_part=False, at=NOW - timedelta(days=31))
    looked(service, "knocking", 5, kind="denied", own_part=True, found=0)
    looked(service, "mistaken", 4, kind="denied", own_part=True, found=0)
    assert [(w.account.id, w.looks, w.outside, w.denied) for w in watched(service, SUPERVISOR, NOW)] == [
        ("knocking", 5, 0, 5),
        ("curious", 20, 10, 0),
    ]
