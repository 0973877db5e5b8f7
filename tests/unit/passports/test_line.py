"""The printing line: what is sent is for it alone, in its time, once; what it answers is signed and taken once.

The frauds at the press are each a test of their own: another line's signature or key, a replay, an altered package, a
book that was not sent.
"""

from __future__ import annotations

import io
import subprocess
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
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
from issuance.passports.line_packages import SentPackage
from issuance.passports.line_register import Wanted
from issuance.passports.line_results import TakenResults
from issuance.service import Service
from keys.active_authentication import verify_active_authentication
from keys.algorithms import public_key
from keys.chip_keys import make_chip_key
from keys.envelope import seal_to
from keys.lines import certify_line, require_line
from keys.signing import Purpose
from specs.errors import Conflict, Invalid, IssuanceError, NotAllowed, NotFound, Refused
from tests.line_program import LineProgram, Refusal, written
from tests.lines import registered
from tests.passports import MAKER, asked, enter_nth, filled, look, walk
from tests.service import CLERK, NOW, application, found, prepared_portrait
from tests.unit.passports.test_chip import CHALLENGE, answer

LATER = NOW + timedelta(hours=1)
OVER = NOW + timedelta(hours=80)  # the time of a package is over


@dataclass(frozen=True)
class Turn:
    """A package of three books and the first answer to it: one written, one failed. taken: what was made of it."""

    one: str
    two: str
    three: str
    application: str
    sent: SentPackage
    held: Mapping[str, dict[str, bytes]]
    first: bytes
    taken: TakenResults


@pytest.fixture(scope="module")
def root(desk: Service) -> bytes:
    return desk.keys.signer(Purpose.services_root, NOW).certificate


@pytest.fixture(scope="module")
def press(desk: Service, root: bytes, tmp_path_factory: pytest.TempPathFactory) -> LineProgram:
    return registered(desk, LineProgram(tmp_path_factory.mktemp("line"), "TIP-1", root))


@pytest.fixture(scope="module")
def other(desk: Service, root: bytes, tmp_path_factory: pytest.TempPathFactory) -> LineProgram:
    """The line of another office."""
    return registered(desk, LineProgram(tmp_path_factory.mktemp("other"), "BEN-1", root), "CTIP")


@pytest.fixture(scope="module")
def turn(desk: Service, press: LineProgram) -> Turn:
    """Books made for the line: one by the whole way, two trials; sent, taken in, answered in part."""
    filled(desk)
    view = walk(desk, "approved", asked(enter_nth(desk, 41)))
    one = producing.produce(desk, MAKER, view.id, NOW).number
    two, three = (commands.issue(desk, CLERK, application(), prepared_portrait(), NOW).number for _ in range(2))
    sent = line_packages.send_package(desk, MAKER, "TIP-1", [one, two, three], NOW)
    held = press.take_in(sent.envelope, LATER)
    failed = {"number": two, "result": "failed", "reason": "chip does not answer"}
    first = press.answer(sent.id, [written(one, held[one]), failed])
    with pytest.raises(Conflict):
        line_packages.send_package(desk, MAKER, "TIP-1", [two], LATER)  # it is with the line
    return Turn(one, two, three, view.id, sent, held, first, line_results.take_results(desk, MAKER, first, LATER))


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


def test_a_package_goes_to_the_line_and_its_answer_comes_back_book_by_book(desk: Service, turn: Turn) -> None:
    assert (turn.sent.sequence, turn.sent.expires_at) == (1, NOW + timedelta(hours=72))
    kind = cms.ContentInfo.load(turn.sent.envelope)["content_type"].native
    assert kind == "authenticated_enveloped_data"
    assert set(turn.held) == {turn.one, turn.two, turn.three}
    private = serialization.load_der_private_key(turn.held[turn.one]["chip_key.der"], None)
    assert isinstance(private, ec.EllipticCurvePrivateKey)
    shown = read_dg15(turn.held[turn.one]["DG15.bin"])
    assert public_key(shown).key == private.public_key()  # the key that DG15 shows is the one that was sealed
    assert turn.taken.as_json() == {
        "package": turn.sent.id, "written": [turn.one], "failed": {turn.two: "chip does not answer"},
        "outstanding": [turn.three],
    }  # fmt: skip
    assert look(desk, turn.application).state == "quality"
    with pytest.raises(Conflict):
        line_packages.send_package(desk, MAKER, "TIP-1", [turn.one], OVER)  # what is written is not sent again


def test_results_that_were_taken_are_not_taken_again(desk: Service, press: LineProgram, turn: Turn) -> None:
    assert refusal(desk, turn.first) == {("line", "passports.line.replayed")}
    anew = press.answer(turn.sent.id, [written(turn.one, turn.held[turn.one])])
    assert refusal(desk, anew) == {("line", "passports.line.answered")}


def test_a_result_for_a_book_that_is_not_in_the_package_is_refused_whole(
    desk: Service, press: LineProgram, turn: Turn
) -> None:
    foreign = {"number": "LB9999999", "result": "failed", "reason": "x"}
    message = press.answer(turn.sent.id, [written(turn.three, turn.held[turn.three]), foreign])
    assert refusal(desk, message) == {("line", "passports.line.foreign_book")}
    nothing = press.answer(turn.sent.id, [{"number": turn.three, "result": "failed"}])
    assert refusal(desk, nothing) == {("package", "passports.line.reason")}


def test_results_of_a_line_that_another_line_signed_are_refused(
    desk: Service, press: LineProgram, other: LineProgram, turn: Turn, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = [written(turn.three, turn.held[turn.three])]
    assert refusal(desk, other.answer(turn.sent.id, answers)) == {("line", "passports.line.no_package")}
    monkeypatch.setattr(other, "name", press.name)  # it says that it is the line of the package
    assert refusal(desk, other.answer(turn.sent.id, answers)) == {("package", "passports.line.line")}


def test_results_that_no_registered_line_signed_or_that_were_altered_are_refused(
    desk: Service, press: LineProgram, root: bytes, turn: Turn, tmp_path: Path
) -> None:
    stranger = LineProgram(tmp_path, "TIP-1", root)  # its certificate stands under our root and in no register
    profile = desk.spec.passport.production.line_certificate
    stranger.certified(certify_line(desk.keys, "TIP-1", stranger.public_key(), profile, NOW))
    answers = [written(turn.three, turn.held[turn.three])]
    assert refusal(desk, stranger.answer(turn.sent.id, answers)) == {("message", "keys.line.signature")}
    altered = press.answer(turn.sent.id, answers).replace(turn.three.encode(), turn.one.encode())
    for message in (altered, turn.first[:-1] + bytes((turn.first[-1] ^ 1,)), b""):
        assert refusal(desk, message) == {("message", "keys.line.signature")}


def test_a_package_and_the_keys_in_it_are_opened_by_no_other_lines_key(
    press: LineProgram, other: LineProgram, turn: Turn
) -> None:
    with pytest.raises(Refusal, match="not for this line"):
        other.take_in(turn.sent.envelope, LATER)
    archive = zipfile.ZipFile(io.BytesIO(press.opened(turn.sent.envelope)))
    key = archive.read(f"{turn.one}/chip_key.p7m")
    assert press.opened(key) == turn.held[turn.one]["chip_key.der"]
    with pytest.raises(subprocess.CalledProcessError):
        other.opened(key)


def test_an_altered_package_is_not_taken_in(desk: Service, press: LineProgram, turn: Turn) -> None:
    """A flipped bit; and what whoever has the line's certificate can seal anew: another portrait under the signed list,
    a file more, no list of ours."""
    envelope, certificate = turn.sent.envelope, (press.folder / "line.der").read_bytes()
    with pytest.raises(Refusal, match="changed"):
        press.take_in(envelope[:-20] + bytes((envelope[-20] ^ 1,)) + envelope[-19:], LATER)
    with zipfile.ZipFile(io.BytesIO(press.opened(sealed(desk, order(desk, press))))) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    changes = {
        "not the one that was signed": files | {"LB2222222/DG1.bin": b"two"},
        "nobody signed": files | {"LB2222222/DG2.bin": b"two"},
        "not signed by the office": files | {"package.p7s": press.answer("p-1", [])},  # a line of ours, but a line
    }
    for why, changed in changes.items():
        with pytest.raises(Refusal, match=why):
            press.take_in(seal_to(certificate, _zipped(changed)), LATER)


def _zipped(files: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def test_a_line_takes_no_package_twice_late_out_of_turn_or_of_another_line(
    desk: Service, press: LineProgram, other: LineProgram, root: bytes, tmp_path: Path
) -> None:
    reader = LineProgram(tmp_path, "TIP-1", root)
    reader.key.write_bytes(press.key.read_bytes())
    reader.certified((press.folder / "line.der").read_bytes())
    envelope = sealed(desk, order(desk, press))
    assert reader.take_in(envelope, LATER)["LB2222222"]["chip_key.der"] == b"key"
    cases = {
        "seen": (envelope, LATER),
        "out of turn": (sealed(desk, order(desk, press, package="p-2", sequence=99)), LATER),
        "out of its time": (sealed(desk, order(desk, press, package="p-3", sequence=101)), NOW + timedelta(4)),
        "another line": (sealed(desk, order(desk, press, line="BEN-1", sequence=102)), LATER),
    }
    for why, (package, at) in cases.items():
        with pytest.raises(Refusal, match=why):
            reader.take_in(package, at)
    with pytest.raises(Refused) as caught:
        sealed(desk, order(desk, press, certificate=(other.folder / "line.der").read_bytes()))
    assert found(caught.value) == {("package", "passports.line.other_line")}


def test_a_book_that_reads_back_otherwise_than_ordered_failed_and_may_be_sent_again(
    desk: Service, press: LineProgram, turn: Turn
) -> None:
    wrong = written(turn.three, turn.held[turn.three] | {"DG2.bin": b"another"})
    taken = line_results.take_results(desk, MAKER, press.answer(turn.sent.id, [wrong]), LATER)
    assert dict(taken.failed) == {turn.three: line.READ_BACK_DIFFERS}
    assert taken.outstanding == ()
    with pytest.raises(NotFound):
        line_packages.collect(desk, MAKER, "TIP-1", turn.sent.id, LATER)  # all answered: kept no more
    again = line_packages.send_package(desk, MAKER, "TIP-1", [turn.two, turn.three], LATER)
    assert again.sequence == 2
    assert line_packages.collect(desk, MAKER, "TIP-1", again.id, LATER) == again.envelope
    with pytest.raises(Refused, match=r"passports\.line\.expired"):
        line_packages.collect(desk, MAKER, "TIP-1", again.id, OVER)
    assert line_packages.settle(desk, OVER) == 1
    with pytest.raises(NotFound):
        line_packages.collect(desk, MAKER, "TIP-1", again.id, LATER)


def test_who_may_not_personalise_neither_sends_nor_takes_and_a_stranger_registers_no_line(
    desk: Service, press: LineProgram
) -> None:
    clerk = Actor("somebody", "staff", frozenset({"passport_clerk"}), "PTIP")
    for refused in (
        lambda: line_packages.send_package(desk, clerk, "TIP-1", ["LB2222222"], NOW),
        lambda: line_packages.collect(desk, clerk, "TIP-1", "none", NOW),
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
    desk: Service, press: LineProgram, root: bytes, turn: Turn, tmp_path: Path
) -> None:
    keyless = order(desk, press, books={"LB2222222": {"DG15.bin": b"key"}})
    with pytest.raises(Refused) as caught:
        sealed(desk, keyless)
    assert found(caught.value) == {("package", "passports.line.no_key")}
    registered(desk, LineProgram(tmp_path, "TIP-2", root))  # takes the place of TIP-1
    for _ in range(2):
        with pytest.raises(Refused) as caught:
            line_packages.send_package(desk, CLERK, "TIP-2", [turn.two], OVER)
        assert found(caught.value) == {("package", "passports.line.other_line")}
    with pytest.raises(NotFound):
        line_packages.send_package(desk, CLERK, "TIP-1", [turn.two], OVER)
