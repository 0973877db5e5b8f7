"""Keeping accounts and offices."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from issuance.core.actor import PUBLIC, Actor, system
from issuance.db.session import Database
from issuance.staff.commands import (
    AccountEntry,
    change_password,
    open_account,
    register_client,
    reset_password,
    set_roles,
)
from issuance.staff.offices import OfficeEntry, register_office
from issuance.staff.public import offices, require_office
from issuance.staff.views import accounts, clients
from specs.errors import Conflict, Invalid, NotAllowed, NotFound, Refused
from specs.load import load
from tests.unit.staff.test_sign_in import SPEC

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
ADMIN = system("test")
TRIPOLI = OfficeEntry("PAS-TIP", "فرع طرابلس", "Tripoli branch", "branch", date(2020, 1, 1), "LY-TB")


def test_office_is_found_while_it_is_open(database: Database) -> None:
    register_office(database, ADMIN, TRIPOLI, SPEC, NOW)
    old = OfficeEntry("PAS-OLD", "قسم", "Old section", "section", date(2000, 1, 1), None, "PAS-TIP", date(2010, 1, 1))
    register_office(database, ADMIN, old, SPEC, NOW)
    with database.reading() as read:
        assert require_office(read, "PAS-TIP", date(2026, 1, 1)).arabic == "فرع طرابلس"
        assert require_office(read, "PAS-OLD", date(2010, 1, 1)).parent == "PAS-TIP"
        with pytest.raises(Refused):
            require_office(read, "PAS-OLD", date(2010, 1, 2))
        with pytest.raises(NotFound):
            require_office(read, "PAS-NO", date(2026, 1, 1))
        assert [office.code for office in offices(read)] == ["PAS-OLD", "PAS-TIP"]


def test_office_code_is_taken_once(sqlite_database: Database) -> None:
    register_office(sqlite_database, ADMIN, TRIPOLI, SPEC, NOW)
    with pytest.raises(Conflict):
        register_office(sqlite_database, ADMIN, TRIPOLI, SPEC, NOW)


def test_office_entry_with_many_faults_names_them_all(sqlite_database: Database) -> None:
    entry = OfficeEntry("x", " ", "", "castle", date(2026, 1, 1), "LY-XX", "NONE", date(2025, 1, 1))
    with pytest.raises(Invalid) as caught:
        register_office(sqlite_database, ADMIN, entry, SPEC, NOW)
    assert {fault.field for fault in caught.value.faults} == {
        "code",
        "name_arabic",
        "name_english",
        "kind",
        "region",
        "parent",
        "valid_to",
    }


def test_account_with_many_faults_names_them_all(sqlite_database: Database) -> None:
    with pytest.raises(Invalid) as caught:
        open_account(sqlite_database, ADMIN, AccountEntry("X Y", "", ["system", "none"], "NONE"), SPEC, NOW)
    assert sorted(fault.field or "" for fault in caught.value.faults) == ["office", "roles", "roles", "username"]


def test_username_and_client_name_are_taken_once(sqlite_database: Database) -> None:
    for _ in range(2):
        try:
            open_account(sqlite_database, ADMIN, AccountEntry("clerk", "", ["auditor"]), SPEC, NOW)
            register_client(sqlite_database, ADMIN, AccountEntry("portal", "", ["passport_system"]), SPEC, NOW)
        except Conflict as error:
            assert error.faults[0].code == "staff.username.taken"
    with sqlite_database.reading() as read:
        assert len(accounts(read, ADMIN)) == len(clients(read, ADMIN)) == 1


@pytest.mark.parametrize("actor", [PUBLIC, Actor("x", "staff", frozenset({"passport_officer", "auditor"}))])
def test_only_administrators_keep_accounts_and_offices(sqlite_database: Database, actor: Actor) -> None:
    entry = AccountEntry("clerk", "", ["auditor"])
    with pytest.raises(NotAllowed):
        open_account(sqlite_database, actor, entry, SPEC, NOW)
    with pytest.raises(NotAllowed):
        register_client(sqlite_database, actor, entry, SPEC, NOW)
    with pytest.raises(NotAllowed):
        register_office(sqlite_database, actor, TRIPOLI, SPEC, NOW)
    with pytest.raises(NotAllowed):
        reset_password(sqlite_database, actor, "any", SPEC, NOW)


def test_nobody_manages_their_own_account(sqlite_database: Database) -> None:
    issued = open_account(sqlite_database, ADMIN, AccountEntry("boss", "", ["administrator"]), SPEC, NOW)
    boss = Actor(issued.id, "staff", frozenset({"administrator"}))
    with pytest.raises(NotAllowed):
        set_roles(sqlite_database, boss, boss.id, ["administrator", "passport_officer"], SPEC, now=NOW)


def test_password_change_names_every_fault(sqlite_database: Database) -> None:
    issued = open_account(sqlite_database, ADMIN, AccountEntry("boss", "", ["administrator"]), SPEC, NOW)
    actor = Actor(issued.id, "staff", frozenset())
    with pytest.raises(NotAllowed):
        change_password(sqlite_database, actor, "wrong", "a new long password", SPEC, now=NOW)
    with pytest.raises(Invalid) as caught:
        change_password(sqlite_database, actor, issued.secret, "boss", SPEC, now=NOW)
    assert {fault.code for fault in caught.value.faults} == {"staff.password.length", "staff.password.username"}
    with pytest.raises(Invalid) as caught:
        change_password(sqlite_database, actor, issued.secret, issued.secret, SPEC, now=NOW)
    assert [fault.code for fault in caught.value.faults] == ["staff.password.same"]


def test_changed_specification_changes_the_rules(sqlite_database: Database) -> None:
    longer = load().staff_access.password.model_copy(update={"initial_characters": 40})
    spec = SPEC.model_copy(update={"staff_access": SPEC.staff_access.model_copy(update={"password": longer})})
    issued = open_account(sqlite_database, ADMIN, AccountEntry("clerk", "", ["auditor"]), spec, NOW)
    assert len(issued.secret) == 40
