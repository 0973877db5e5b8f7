"""What an officer names as trust: files, folders, lists, archives; a list only by its signature."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from pathlib import Path

import pytest

from issuance.border.given_trust import trust_from
from specs.errors import Invalid
from specs.load import load
from tests.pki.world import build

PKI = load().pki_profiles
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
