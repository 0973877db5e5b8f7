"""Sirte, January 2015 (LIBYA 1.3, S28 and S29): an office is seized with its blanks, its programs and its desk."""

from __future__ import annotations

import pytest

from issuance.core.actor import Actor
from issuance.passports import cut_offs, deciding, delivering, enrol, producing, sltd
from issuance.service import Service
from issuance.staff import commands as staff
from issuance.staff import sign_in
from issuance.stock import public as stock
from specs.errors import Conflict, NotAllowed, Refused
from tests.passport_books import SECOND, SUPERVISOR, put_book
from tests.passports import AT_THE_DESK, DELIVERER, ENROLLER, MAKER, OFFICER, approve, asked, walk
from tests.service import CLERK, NOW, enter
from tests.stock import stocked


def test_one_supervisor_cuts_a_seized_office_off_and_nothing_is_made_there_until_two_restore_it(
    service: Service,
) -> None:
    entry = staff.AccountEntry("reader", "reader", ["passport_system"], "PTIP")
    token = staff.register_client(service.db, CLERK, entry, service.spec, NOW).secret
    run = stocked(service.db, "PTIP", 20, NOW)
    view = walk(service, "deciding")
    number = put_book(service, "S0000001", "passed", person=enter(service, national_number="119909000416").id)
    with pytest.raises(NotAllowed):
        cut_offs.cut_off(service, OFFICER, "PTIP", "seized", NOW)
    done = cut_offs.cut_off(service, SUPERVISOR, "PTIP", "seized by an armed group", NOW)
    assert done.blanks == 20

    with pytest.raises(Refused):
        enrol.draft(service, ENROLLER, asked(), NOW)
    with pytest.raises(Refused):
        approve(service, view.id)
    with pytest.raises(Refused):
        delivering.hand_over(service, DELIVERER, number, dict(AT_THE_DESK), NOW)
    with service.db.reading() as read:
        assert stock.frozen(read, "PTIP")
        assert sign_in.client_of(read, token, NOW) is None
        blank = f"{run.first:012d}"
        assert sltd.standing(read, [blank]) == {blank: "stolen_blank"}
    with pytest.raises(Conflict):
        cut_offs.cut_off(service, SUPERVISOR, "PTIP", "again", NOW)

    request = cut_offs.ask_restoring(service, SUPERVISOR, done.id, "taken back", NOW)
    with pytest.raises(NotAllowed):
        cut_offs.approve_restoring(service, SUPERVISOR, request, "taken back", NOW)
    with pytest.raises(Refused):
        approve(service, view.id)
    assert cut_offs.approve_restoring(service, SECOND, request, "taken back", NOW) == "PTIP"
    assert approve(service, view.id).state == "approved"
    with service.db.reading() as read:
        assert not stock.frozen(read, "PTIP")
        assert sltd.standing(read, [blank]) == {}
    assert [one.ended_at for one in cut_offs.cut_offs(service, SUPERVISOR)] == [NOW]


def test_a_maker_elsewhere_makes_nothing_for_an_office_that_was_cut_off_after_the_decision(service: Service) -> None:
    view = walk(service, "approved")
    stocked(service.db, "PTIP", 5, NOW)
    cut_offs.cut_off(service, SUPERVISOR, "PTIP", "seized", NOW)
    for maker in (MAKER, Actor("far", "staff", frozenset({"personaliser"}), "CTIP")):
        with pytest.raises(Refused):
            producing.produce(service, maker, view.id, NOW)
    assert deciding.docket(service, OFFICER, view.id, NOW).application.state == "approved"
