"""A line is registered by two people; in production a book waits for one, and its key is in its envelope alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from issuance.biometrics.public import record_capture
from issuance.passports import checking, line_packages, line_register, line_results, lines, producing
from issuance.service import Service
from issuance.stock import public as stock
from specs.errors import Conflict, Invalid, NotAllowed, NotFound, Refused
from tests.line_program import written
from tests.lines import SECOND_SECURITY, SECURITY, asked, by_two, program, registered
from tests.passports import MAKER, approve, check, filled, look, pay, walk
from tests.service import CLERK, NOW, found
from tests.unit.biometrics.test_capture import record as fingers
from tests.unit.biometrics.test_search import CLERK as SCANNER

LATER = NOW + timedelta(hours=1)


@pytest.fixture(scope="module")
def house(desk: Service) -> Iterator[Service]:
    """The same installation as it judges in production."""
    yield replace(desk, settings=desk.settings.model_copy(update={"environment": "production"}))


def files_of(home: Path) -> bytes:
    """Every byte the installation keeps: database, its log, files."""
    return b"".join(path.read_bytes() for path in sorted(home.rglob("*")) if path.is_file())


def test_in_production_a_book_waits_for_a_line_and_goes_the_whole_way_and_its_key_is_kept_nowhere_in_the_clear(
    house: Service, tmp_path: Path
) -> None:
    view = pay(house, walk(house, "paying"))
    record_capture(house, SCANNER, view.id, fingers(), NOW)  # production searches for duplicates
    checking.advance(house, view.id, NOW)
    approve(house, view.id)
    filled(house)
    with pytest.raises(Refused) as caught:
        producing.produce(house, MAKER, view.id, NOW)
    assert found(caught.value) == {("office", "passports.produce.no_line")}
    [fault] = caught.value.faults
    assert (lines.PAGE in fault.en, "issuance passports lines register" in fault.en, lines.PAGE in fault.ar) == (
        True, True, True
    )  # fmt: skip
    assert look(house, view.id).state == "approved"
    with house.db.reading() as read:
        assert stock.usable(read, "PTIP") == 500  # refused before a blank was drawn

    press = program(house, tmp_path, "TIP-1")
    with pytest.raises(NotAllowed, match=r"passports\.line\.two_people"):
        registered(house, press)
    by_two(house, press)
    number = producing.produce(house, MAKER, view.id, NOW).number
    sent = line_packages.send_package(house, MAKER, "TIP-1", None, NOW)
    assert sent.numbers == (number,)
    held = press.take_in(line_packages.collect(house, MAKER, "TIP-1", sent.id, LATER), LATER)
    line_results.take_results(house, MAKER, press.answer(sent.id, [written(number, held[number])]), LATER)
    assert check(house, number).passed
    assert look(house, view.id).state == "ready"

    private = serialization.load_der_private_key(held[number]["chip_key.der"], None)
    assert isinstance(private, ec.EllipticCurvePrivateKey)
    kept = files_of(house.settings.home)
    assert held[number]["DG15.bin"] in kept  # what is kept is looked at
    assert private.private_numbers().private_value.to_bytes(32) not in kept


def test_who_asks_for_a_line_does_not_approve_it_and_what_changed_meanwhile_voids_it(
    desk: Service, tmp_path: Path
) -> None:
    one, two = program(desk, tmp_path / "one", "CT-1"), program(desk, tmp_path / "two", "CT-2")
    first, second = asked(desk, one, "CTIP"), asked(desk, two, "CTIP")
    assert [held.id for held in line_register.awaited(desk, SECURITY, NOW)] == []
    assert [held.id for held in line_register.awaited(desk, SECOND_SECURITY, NOW)] == [first, second]
    with pytest.raises(NotAllowed):
        line_register.approve_line(desk, SECURITY, first, "mine", NOW)
    with pytest.raises(NotAllowed):
        line_register.approve_line(desk, CLERK, first, "a console is nobody", NOW)
    made = line_register.approve_line(desk, SECOND_SECURITY, first, "compared", NOW)
    assert (made.state, made.registered_by, made.approved_by) == ("in_use", SECURITY.id, SECOND_SECURITY.id)
    with pytest.raises(Conflict, match="changed"):  # it would now replace another line than the one they looked at
        line_register.approve_line(desk, SECOND_SECURITY, second, "compared", NOW)
    again = asked(desk, two, "CTIP")
    line_register.refuse_line(desk, SECOND_SECURITY, again, "the digest differs", NOW)
    with pytest.raises(Conflict):
        line_register.approve_line(desk, SECOND_SECURITY, again, "after all", NOW)
    with pytest.raises(Conflict):
        asked(desk, one, "CTIP")  # an id is used once
    with pytest.raises(NotFound):
        asked(desk, two, "NONE")


def test_a_line_whose_key_is_out_of_control_is_sent_nothing_and_believed_in_nothing(
    desk: Service, tmp_path: Path
) -> None:
    press = registered(desk, program(desk, tmp_path, "CT-9"), "CTIP")
    message = press.answer("none", [{"number": "LB2222222", "result": "failed", "reason": "x"}])
    with pytest.raises(NotFound):
        line_results.take_results(desk, MAKER, message, NOW)
    for reason, words in (("lost", "x"), ("compromised", " ")):
        with pytest.raises(Invalid):
            line_register.close_line(desk, SECURITY, "CT-9", reason, words, NOW)
    line_register.close_line(desk, SECURITY, "CT-9", "compromised", "the disk was stolen", NOW)
    with pytest.raises(Refused, match=r"passports\.line\.not_believed"):
        line_results.take_results(desk, MAKER, message, NOW)
    with pytest.raises(NotFound):
        line_packages.send_package(desk, MAKER, "CT-9", [], NOW)
    with pytest.raises(Conflict):
        line_register.close_line(desk, SECURITY, "CT-9", "retired", "again", NOW)


def test_a_key_of_another_kind_makes_no_line(desk: Service) -> None:
    for curve in (ec.SECP384R1(), ec.BrainpoolP256R1()):
        key = ec.generate_private_key(curve).public_key()
        der = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
        with pytest.raises(Invalid) as caught:
            line_register.ask_line(desk, SECURITY, line_register.Wanted("CT-8", "CTIP", der), "x", NOW)
        assert found(caught.value) == {("public_key", "keys.line.key")}
