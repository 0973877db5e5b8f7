"""The public master lists come into an archive only by a way somebody vouched for, and every anchor can be used."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from asn1crypto import cms

from keys.lists.ldif import write
from keys.lists.master_list import certificates_of
from keys.trust_archive import TrustArchive
from keys.trust_import import ImportReport, import_trust
from keys.trust_survey import survey
from specs.load import load

pytestmark = pytest.mark.heavy

PKI = load().pki_profiles
AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
GERMAN, ICAO = "DE_ML_2024-08-07.ml", "ICAO_ML_2023-09.ml"


@pytest.fixture
def lists(vectors: Path) -> Path:
    return vectors / "masterlists"


@pytest.fixture
def archive(tmp_path: Path) -> TrustArchive:
    (tmp_path / "trust").mkdir()
    return TrustArchive(tmp_path / "trust")


@pytest.fixture
def anchors(lists: Path, tmp_path: Path) -> dict[str, Path]:
    """The CSCA of each list's signer, as an officer would have got it by another way."""
    found = {}
    for name in (GERMAN, ICAO):
        inside = cms.ContentInfo.load((lists / name).read_bytes())["content"]["certificates"]
        found[name] = tmp_path / f"{name}.cer"
        found[name].write_bytes(next(c.chosen.dump() for c in inside if c.chosen.ca))
    return found


def bring(archive: TrustArchive, *paths: Path, anchors: tuple[Path, ...] = (), at: datetime = AT) -> ImportReport:
    return import_trust(archive, paths, anchors, at, "test", PKI)


def test_a_list_nobody_anchored_is_refused_whole(archive: TrustArchive, lists: Path) -> None:
    report = bring(archive, lists)
    assert report.snapshot is None
    assert {f.code for f in report.refused} == {"trust.import.list"}
    assert "--anchor" in report.refused[0].en
    assert archive.at(AT).authorities == ()


def test_a_csca_that_only_lies_beside_its_list_does_not_anchor_it(
    archive: TrustArchive, lists: Path, anchors: dict[str, Path]
) -> None:
    report = bring(archive, lists / GERMAN, anchors[GERMAN])
    assert [f.code for f in report.refused] == ["trust.import.list"]
    again = bring(archive, lists / GERMAN, at=AT + timedelta(hours=1))  # the certificate itself is trusted by now
    assert again.refused == []
    assert len(archive.at(AT + timedelta(hours=1)).authorities) == 541


def test_every_anchor_of_both_lists_is_loaded_has_its_key_and_can_be_used(
    archive: TrustArchive, lists: Path, anchors: dict[str, Path]
) -> None:
    report = bring(archive, lists, anchors=tuple(anchors.values()))
    assert report.refused == []
    expected = {der for name in (GERMAN, ICAO) for der in certificates_of((lists / name).read_bytes())}
    assert set(archive.at(AT).authorities) == expected
    told = survey(archive.at(AT), AT).as_json()["anchors"]
    assert told["total"] == told["loaded"] == told["public_key"] == told["usable"] == len(expected) == 659
    assert told["self_signature"] == {"holds": 443, "link": 216}
    assert sum(told["by_state"].values()) == 659


def test_a_second_import_adds_nothing(archive: TrustArchive, lists: Path, anchors: dict[str, Path]) -> None:
    bring(archive, lists, anchors=tuple(anchors.values()))
    files = sorted(archive.directory.rglob("*"))
    again = bring(archive, lists, anchors=tuple(anchors.values()), at=AT + timedelta(days=1))
    assert (again.snapshot, again.known, again.refused) == (None, 661, [])
    assert sorted(archive.directory.rglob("*")) == files


def test_a_list_changed_by_one_byte_brings_nothing(
    archive: TrustArchive, lists: Path, anchors: dict[str, Path], tmp_path: Path
) -> None:
    data = bytearray((lists / GERMAN).read_bytes())
    data[400_000] ^= 1
    (tmp_path / "bad.ml").write_bytes(data)
    report = bring(archive, tmp_path / "bad.ml", anchors=(anchors[GERMAN],))
    assert [(f.code, f.field) for f in report.refused] == [("trust.import.list", "bad.ml")]
    assert "digest differs" in report.refused[0].en
    assert len(archive.at(AT).authorities) == 1  # the anchor itself


def test_an_ldif_brings_lists_and_signers_and_no_authority(
    archive: TrustArchive, lists: Path, vectors: Path, anchors: dict[str, Path], tmp_path: Path
) -> None:
    signers = sorted((vectors / "certs").glob("ds_*"))
    records = [("cn=ml,o=ml,c=DE", [("pkdMasterListContent", (lists / GERMAN).read_bytes())])]
    records += [("cn=csca,o=dsc,c=DE", [("userCertificate;binary", anchors[ICAO].read_bytes())])]
    records += [(f"cn={n},o=dsc", [("userCertificate;binary", one)]) for n, one in enumerate(_der(signers))]
    (tmp_path / "pkd.ldif").write_bytes(b"".join(write(records)))
    report = bring(archive, tmp_path / "pkd.ldif", anchors=(anchors[GERMAN],))
    assert [f.code for f in report.refused] == ["trust.import.authority"]
    held = archive.at(AT)
    assert len(held.authorities) == 541
    assert len(held.certificates) == len(records) - 2 == 6


def test_a_truncated_ldif_brings_nothing(archive: TrustArchive, lists: Path, tmp_path: Path) -> None:
    record = ("cn=ml,o=ml,c=DE", [("pkdMasterListContent", (lists / GERMAN).read_bytes())])
    (tmp_path / "pkd.ldif").write_bytes(b"".join(write([record]))[:100_001])
    report = bring(archive, tmp_path / "pkd.ldif")
    assert [f.code for f in report.refused] == ["trust.import.unreadable"]
    assert report.snapshot is None


def _der(paths: list[Path]) -> list[bytes]:
    return [data for path in paths if (data := path.read_bytes())[:1] == b"\x30"]
