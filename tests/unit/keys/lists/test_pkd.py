"""What we upload to the PKD is LDIF of its tree; another station imports it back, whole."""

from __future__ import annotations

import io
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from ldif import LDIFParser

from keys import Keys, Purpose, issue, prepare
from keys.deviations import CHIP
from keys.lists.deviations import Deviation, Documents
from keys.lists.pkd import name_text, pkd_ldif
from keys.lists.requests import DeviationListRequest, MasterListRequest, described
from keys.trust_archive import TrustArchive
from keys.trust_import import import_trust
from keys.x509 import read_certificate
from specs.schema.pki import Pki

BASE = "dc=data,dc=download,dc=pkd,dc=icao,dc=int"


@pytest.fixture
def published(keys: Keys, pki: Pki, now: datetime) -> bytes:
    csca = keys.signer(Purpose.csca, now).certificate
    master = issue(prepare(keys, MasterListRequest("list:1", [csca], pki), now), now).artefact
    entry = Deviation(Documents("PP"), (described(CHIP),))
    deviations = issue(prepare(keys, DeviationListRequest("deviations:1", [entry], pki), now), now).artefact
    return b"".join(
        pkd_ldif(
            pki,
            signers=[keys.signer(Purpose.document_signer, now).certificate],
            crls=[keys.crls[Purpose.csca]],
            master_lists=[master],
            deviation_lists=[deviations],
        )
    )


def test_another_implementation_finds_each_object_in_its_place_of_the_tree(
    published: bytes, keys: Keys, now: datetime
) -> None:
    records = {dn: held for dn, held in LDIFParser(io.BytesIO(published), encoding=None).parse() if dn}
    assert list(records)[:2] == [BASE, f"c=LY,{BASE}"]
    places = [dn.split(",o=")[-1].split(",")[0] for dn in records if ",o=" in dn]
    assert places == ["dsc", "crl", "ml", "dl"]
    (dsc,) = [held for dn, held in records.items() if ",o=dsc," in dn]
    assert dsc["userCertificate;binary"] == [keys.signer(Purpose.document_signer, now).certificate]
    assert all(len(line) <= 76 for line in published.splitlines())


def test_a_station_that_knows_our_csca_imports_all_of_it(
    published: bytes, keys: Keys, pki: Pki, now: datetime, tmp_path: Path
) -> None:
    csca = keys.signer(Purpose.csca, now).certificate
    (tmp_path / "trust").mkdir()
    (tmp_path / "trust" / "csca.cer").write_bytes(csca)
    (tmp_path / "pkd.ldif").write_bytes(published)
    archive, at = TrustArchive(tmp_path / "trust"), now + timedelta(hours=1)
    report = import_trust(archive, [tmp_path / "pkd.ldif"], [], at, "test", pki)
    assert report.refused == []
    assert report.as_json()["added"] == {"certificate": 1, "master_list": 1, "deviation_list": 1, "crl": 1}
    held = archive.at(at)
    assert [anchor.der for anchor in held.anchors] == [csca]
    assert held.crls == (keys.crls[Purpose.csca],)


def test_names_are_written_as_another_implementation_writes_them(keys: Keys, now: datetime, vectors: Path) -> None:
    for der in [
        *(signer.certificate for signer in keys.signers()),
        *((vectors / "certs" / f"ds_{state}.cer").read_bytes() for state in ("DE", "NZ")),
    ]:
        theirs = x509.load_der_x509_certificate(der).issuer.rfc4514_string({x509.NameOID.SERIAL_NUMBER: "serialNumber"})
        assert name_text(read_certificate(der).issuer) == theirs
