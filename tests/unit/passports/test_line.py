"""The printing line: what is sent is for it alone, in its time, once; what it answers is signed and taken once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import cms
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from issuance.core.actor import Actor
from issuance.mrtd.data_groups.dg14 import read_dg15
from issuance.passports import commands, line, line_packages, line_register, line_results, producing
from issuance.passports.line_register import Wanted
from issuance.service import Service
from keys.active_authentication import verify_active_authentication
from keys.algorithms import public_key
from keys.chip_keys import make_chip_key
from keys.envelope import seal_to
from keys.lines import require_line
from keys.signing import Purpose
from specs.errors import Conflict, Invalid, IssuanceError, NotAllowed, NotFound, Refused
from tests.line_program import LineProgram, Refusal, written
from tests.lines import registered
from tests.passports import MAKER, asked, enter_nth, filled, look, walk
from tests.service import CLERK, NOW, application, found, portrait
from tests.unit.passports.test_chip import CHALLENGE, answer

LATER = NOW + timedelta(hours=1)


@pytest.fixture(scope="module")
def root(desk: Service) -> bytes:
    return desk.keys.signer(Purpose.services_root, NOW).certificate


@pytest.fixture(scope="module")
def press(desk: Service, root: bytes, tmp_path_factory: pytest.TempPathFactory) -> LineProgram:
    return registered(desk, LineProgram(tmp_path_factory.mktemp("line"), "TIP-1", root))


@pytest.fixture(scope="module")
def books(desk: Service, press: LineProgram) -> dict[str, str | None]:
    """number -> application of three books made for the line: one by the whole way, two trials."""
    filled(desk)
    view = walk(desk, "approved", asked(enter_nth(desk, 41)))
    made: dict[str, str | None] = {producing.produce(desk, MAKER, view.id, NOW).number: view.id}
    return made | {trial(desk): None for _ in range(2)}


def trial(desk: Service) -> str:
    return commands.issue(desk, CLERK, application(), portrait(), NOW).number


def test_a_package_goes_to_the_line_and_its_answer_comes_back_book_by_book(
    desk: Service, press: LineProgram, books: dict[str, str | None]
) -> None:
    one, two, three = books
    sent = line_packages.send_package(desk, MAKER, "TIP-1", [one, two, three], NOW)
    assert (sent.sequence, sent.expires_at) == (1, NOW + timedelta(hours=72))
    assert cms.ContentInfo.load(sent.envelope)["content_type"].native == "authenticated_enveloped_data"
    held = press.take_in(sent.envelope, LATER)
    assert set(held) == {one, two, three}
    private = serialization.load_der_private_key(held[one]["chip_key.der"], None)
    assert isinstance(private, ec.EllipticCurvePrivateKey)
    key = read_dg15(held[one]["DG15.bin"])
    assert public_key(key).key == private.public_key()  # the key that DG15 shows is the one that was sealed

    with pytest.raises(Conflict):
        line_packages.send_package(desk, MAKER, "TIP-1", [two], LATER)  # it is with the line
    failed = {"number": two, "result": "failed", "reason": "chip does not answer"}
    first = press.answer(sent.id, [written(one, held[one]), failed])
    taken = line_results.take_results(desk, MAKER, first, LATER)
    assert taken.as_json() == {
        "package": sent.id, "written": [one], "failed": {two: "chip does not answer"}, "outstanding": [three],
    }  # fmt: skip
    assert look(desk, books[one] or "").state == "quality"

    assert refusal(desk, first) == {("line", "passports.line.replayed")}
    assert refusal(desk, press.answer(sent.id, [written(one, held[one])])) == {("line", "passports.line.answered")}
    wrong = written(three, held[three] | {"DG2.bin": b"another"})
    assert dict(line_results.take_results(desk, MAKER, press.answer(sent.id, [wrong]), LATER).failed) == {
        three: line.READ_BACK_DIFFERS
    }
    again = line_packages.send_package(desk, MAKER, "TIP-1", [two, three], LATER)  # what failed may be tried again
    assert again.sequence == 2
    with pytest.raises(Conflict):
        line_packages.send_package(desk, MAKER, "TIP-1", [one], LATER)  # what is written is not


def refusal(desk: Service, message: bytes) -> set[tuple[str | None, str]]:
    with pytest.raises(IssuanceError) as caught:
        line_results.take_results(desk, MAKER, message, LATER)
    return found(caught.value)


def order(desk: Service, press: LineProgram, **changed: Any) -> line.Order:
    certificate = (press.folder / "line.der").read_bytes()
    files = {"DG1.bin": b"one", "chip_key.p7m": seal_to(certificate, b"key")}
    made = line.Order("p-1", press.name, certificate, 100, NOW, NOW + timedelta(hours=72), {"LB2222222": files})
    return replace(made, **changed)


def sealed(desk: Service, made: line.Order) -> bytes:
    return line.package_for(made, desk.keys, desk.spec.passport.production.work_package, NOW)


def test_a_line_takes_no_package_twice_late_out_of_turn_changed_or_of_another_line(
    desk: Service, press: LineProgram, root: bytes, tmp_path: Path
) -> None:
    reader = LineProgram(tmp_path / "again", "TIP-1", root)
    reader.key.write_bytes(press.key.read_bytes())
    reader.certified((press.folder / "line.der").read_bytes())
    envelope = sealed(desk, order(desk, press))
    assert reader.take_in(envelope, LATER)["LB2222222"]["chip_key.der"] == b"key"
    other = registered(desk, LineProgram(tmp_path / "other", "BEN-1", root), "CTIP")
    cases = {
        "seen": (reader, envelope, LATER),
        "out of turn": (reader, sealed(desk, order(desk, press, package="p-2", sequence=99)), LATER),
        "out of its time": (reader, sealed(desk, order(desk, press, package="p-3", sequence=101)), NOW + timedelta(4)),
        "another line": (reader, sealed(desk, order(desk, press, line="BEN-1", sequence=102)), LATER),
        "not for this line": (other, envelope, LATER),
        "changed": (reader, envelope[:-20] + bytes((envelope[-20] ^ 1,)) + envelope[-19:], LATER),
    }
    for why, (line_program, package, at) in cases.items():
        with pytest.raises(Refusal, match=why.partition(",")[0]):
            line_program.take_in(package, at)
    with pytest.raises(Refused) as caught:
        sealed(desk, order(desk, press, certificate=(other.folder / "line.der").read_bytes()))
    assert found(caught.value) == {("package", "passports.line.other_line")}


def test_results_are_believed_of_the_line_of_the_package_alone(
    desk: Service, press: LineProgram, books: dict[str, str | None], root: bytes, tmp_path: Path
) -> None:
    number = next(iter(books))
    stranger = LineProgram(tmp_path / "stranger", "TIP-1", root)
    stranger.certified((press.folder / "line.der").read_bytes())
    stranger.key.write_bytes(press.key.read_bytes())
    forged = stranger.answer("none", [{"number": number, "result": "failed", "reason": "x"}])
    assert refusal(desk, forged) == {("line", "passports.line.no_package")}
    assert refusal(desk, forged[:-1] + bytes((forged[-1] ^ 1,))) == {("message", "keys.line.signature")}
    assert refusal(desk, b"") == {("message", "keys.line.signature")}
    nothing = press.answer("none", [{"number": number, "result": "failed"}])
    assert refusal(desk, nothing) == {("package", "passports.line.reason")}


def test_who_may_not_personalise_neither_sends_nor_takes_and_a_stranger_registers_no_line(
    desk: Service, press: LineProgram
) -> None:
    clerk = Actor("somebody", "staff", frozenset({"passport_clerk"}), "PTIP")
    for refused in (
        lambda: line_packages.send_package(desk, clerk, "TIP-1", ["LB2222222"], NOW),
        lambda: line_results.take_results(desk, clerk, b"", NOW),
        lambda: line_register.register_line(desk, MAKER, Wanted("TIP-9", "PTIP", press.public_key()), NOW),
    ):
        with pytest.raises(NotAllowed):
            refused()
    with pytest.raises(NotFound):
        line_packages.send_package(desk, MAKER, "NONE", [], NOW)
    with pytest.raises(Invalid):
        line_register.register_line(desk, CLERK, Wanted("TIP-9", "PTIP", b"no key"), NOW)


def test_a_lines_certificate_is_held_to_its_period_and_to_our_root(desk: Service, press: LineProgram) -> None:
    certificate = (press.folder / "line.der").read_bytes()
    for at, code in ((NOW + timedelta(days=1097), "period"), (NOW - timedelta(days=1), "period")):
        with pytest.raises(Refused, match=f"keys.line.{code}"):
            require_line(desk.keys, certificate, at)
    with pytest.raises(Refused, match=r"keys\.line\.foreign"):
        require_line(desk.keys, desk.keys.signer(Purpose.document_signer, NOW).certificate, NOW)


def test_the_chip_answers_with_the_key_the_line_received(desk: Service, press: LineProgram) -> None:

    key = make_chip_key("P-256")
    opened = press.opened(seal_to((press.folder / "line.der").read_bytes(), key.private))
    checks = verify_active_authentication(
        key.public, CHALLENGE, answer(replace(key, private=opened)), algorithm_oid="0.4.0.127.0.7.1.1.4.1.3",
        der_allowed=False,
    )  # fmt: skip
    assert {check.id: check.result for check in checks} == {"aa.key": "pass", "aa.response": "pass"}


def test_a_chip_without_a_key_or_with_one_for_another_line_is_not_sealed_and_its_book_stays_free(
    desk: Service, press: LineProgram, root: bytes, tmp_path: Path
) -> None:
    keyless = order(desk, press, books={"LB2222222": {"DG15.bin": b"key"}})
    with pytest.raises(Refused) as caught:
        sealed(desk, keyless)
    assert found(caught.value) == {("package", "passports.line.no_key")}
    number, newer = trial(desk), LineProgram(tmp_path, "TIP-2", root)
    registered(desk, newer)  # takes the place of TIP-1
    for _ in range(2):
        with pytest.raises(Refused) as caught:
            line_packages.send_package(desk, CLERK, "TIP-2", [number], NOW)
        assert found(caught.value) == {("package", "passports.line.other_line")}
    with pytest.raises(NotFound):
        line_packages.send_package(desk, CLERK, "TIP-1", [number], NOW)
