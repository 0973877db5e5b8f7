"""What an officer names as trust: files, folders, lists, archives; a list only by its signature."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from issuance.border.chip_files import Chip
from issuance.border.given_trust import trust_from
from issuance.border.inspection import inspect_chip
from issuance.cli.main import app
from keys.trust_archive import TrustArchive
from keys.trust_import import import_trust
from keys.trust_withdrawal import withdraw
from specs.errors import Invalid
from specs.load import load
from tests.pki.world import build

pytestmark = pytest.mark.heavy

PKI = load().pki_profiles
COMMANDS = (["verify"], ["inspect", "chip"])
HOUR = timedelta(hours=1)
AT = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


def ldif(name: str, der: bytes) -> str:
    return f"dn: cn=x,o=dsc,c=UT\n{name};binary:: {base64.b64encode(der).decode()}\n\n"


def test_files_and_folders_are_taken_together(tmp_path: Path) -> None:
    world = build("sound_ecdsa")
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "csca.cer").write_bytes(world.trusted[0])
    pem = base64.encodebytes(world.crls[0]).decode()
    (tmp_path / "list.pem").write_text(f"-----BEGIN X509 CRL-----\n{pem}-----END X509 CRL-----\n")
    held = trust_from([tmp_path / "one", tmp_path / "list.pem"], AT, PKI)
    assert (held.certificates, held.crls) == (world.trusted, world.crls)


def test_a_directory_of_others_gives_lists_and_signers_and_no_authority(tmp_path: Path) -> None:
    world = build("sound_ecdsa")
    held = ldif("certificateRevocationList", world.crls[0])
    held += "".join(ldif("userCertificate", der) for der in (world.trusted[0], world.holders["ds"].der))
    (tmp_path / "pkd.ldif").write_text(held)
    trust = trust_from([tmp_path / "pkd.ldif"], AT, PKI)
    assert trust.crls == world.crls
    assert trust.certificates == (world.holders["ds"].der,)
    assert not trust.anchors


@pytest.mark.parametrize("which", ["certificate", "directory"])
def test_no_authority_comes_in_among_revocation_lists(which: str, tmp_path: Path) -> None:
    world = build("sound_ecdsa")
    given = tmp_path / "evil.crl"
    der = world.holders["csca"].der
    given.write_bytes(der if which == "certificate" else ldif("userCertificate", der).encode())
    (tmp_path / "list.crl").write_bytes(world.crls[0])
    assert trust_from([], AT, PKI, crls=[tmp_path / "list.crl"]).crls == world.crls[:1]
    with pytest.raises(Invalid) as refused:
        trust_from([], AT, PKI, crls=[given, tmp_path / "list.crl"])
    assert [(f.code, f.field) for f in refused.value.faults] == [("trust.given.not_crl", str(given))]
    arguments = ["inspect", "chip", str(tmp_path), "--trust", str(tmp_path / "list.crl"), "--crl", str(given), "--json"]
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 2
    assert [fault["code"] for fault in json.loads(done.stdout)["faults"]] == ["trust.given.not_crl"]


def test_every_file_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.cer").write_bytes(b"no certificate")
    (tmp_path / "b.ml").write_bytes(b"\x30\x03\x02\x01\x00")
    with pytest.raises(Invalid) as refused:
        trust_from([tmp_path / "a.cer", tmp_path / "b.ml", tmp_path / "absent.cer"], AT, PKI)
    assert {Path(fault.field or "").name for fault in refused.value.faults} == {"a.cer", "b.ml", "absent.cer"}


@pytest.mark.parametrize(("name", "count"), [("DE_ML_2024-08-07.ml", 541), ("ICAO_ML_2023-09.ml", 394)])
def test_a_master_list_is_trusted_by_its_signature_only(name: str, count: int, vectors: Path, tmp_path: Path) -> None:
    whole = (vectors / "masterlists" / name).read_bytes()
    assert len(trust_from([vectors / "masterlists" / name], AT, PKI).authorities) == count
    (tmp_path / name).write_bytes(whole[:-1] + bytes((whole[-1] ^ 1,)))
    with pytest.raises(Invalid) as refused:
        trust_from([tmp_path / name], AT, PKI)
    assert refused.value.faults[0].code == "trust.given.list"


def test_a_deviation_list_is_taken_only_with_the_csca_it_leads_to(tmp_path: Path) -> None:
    world = build("deviation_known")
    csca, named = tmp_path / "csca.cer", tmp_path / "utopia.dl"
    csca.write_bytes(world.trusted[0])
    named.write_bytes(world.deviation_lists[0])
    assert trust_from([named, csca], AT, PKI).deviation_lists == world.deviation_lists
    with pytest.raises(Invalid, match="not accepted"):
        trust_from([named], AT, PKI)


def test_an_imported_deviation_list_excuses_from_the_day_it_came_in(tmp_path: Path) -> None:
    world = build("deviation_known")
    (tmp_path / "trust").mkdir()
    for name, der in (
        ("csca.cer", world.trusted[0]),
        ("1.crl", world.crls[0]),
        ("utopia.dl", world.deviation_lists[0]),
    ):
        (tmp_path / name).write_bytes(der)
    archive = TrustArchive(tmp_path / "trust")
    first = [tmp_path / "csca.cer", tmp_path / "1.crl"]
    assert import_trust(archive, first, [], AT - 2 * HOUR, "test", PKI).refused == []
    assert import_trust(archive, [tmp_path / "utopia.dl"], [], AT, "test", PKI).refused == []
    found = {}
    for at in (AT - HOUR, AT):
        verdict = inspect_chip(Chip(world.files), trust_from([tmp_path / "trust"], at, PKI), at, load())
        found[at] = verdict.status
    assert found == {AT - HOUR: "invalid", AT: "valid"}
    withdraw(archive, hashlib.sha256(world.deviation_lists[0]).hexdigest(), "a mistake", AT + HOUR, "test", PKI)
    after = AT + HOUR
    again = inspect_chip(Chip(world.files), trust_from([tmp_path / "trust"], after, PKI), after, load())
    assert again.status == "invalid"


def test_both_commands_take_a_master_list_as_trust_alike(vectors: Path, tmp_path: Path) -> None:
    master_list = vectors / "masterlists" / "DE_ML_2024-08-07.ml"
    given = [str(vectors / "sod" / "DE.sod"), "--trust", str(master_list), "--at", AT.isoformat(), "--json"]
    verified = CliRunner().invoke(app, ["verify", *given])
    inspected = CliRunner().invoke(app, ["inspect", "chip", *given])
    assert json.loads(verified.stdout)["checks"] == json.loads(inspected.stdout)["checks"]
    assert {c["id"]: c["result"] for c in json.loads(verified.stdout)["checks"]}["chain.issuer"] == "pass"
    broken = tmp_path / "broken.ml"
    broken.write_bytes(b"\x30\x03\x02\x01\x00")
    answers = [CliRunner().invoke(app, [*command, given[0], "--trust", str(broken), "--json"]) for command in COMMANDS]
    assert [done.exit_code for done in answers] == [2, 2]
    assert answers[0].stdout == answers[1].stdout
