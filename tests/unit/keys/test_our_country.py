"""No list and no import of another State vouches for ours: its forged passports stay invalid."""

from __future__ import annotations

import warnings
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.name import _ASN1Type

from issuance.border.given_trust import trust_from
from keys import Keys, Purpose, SoftwareKeysWarning, create_development_pki, issue, open_keys, prepare
from keys.intents import MemoryIntentLog
from keys.lists.requests import MasterListRequest
from keys.our_country import speaks_for_us
from keys.record import RecordRequest
from keys.record_verify import verify_record
from keys.sod import SodRequest
from keys.trust import TrustStore
from keys.trust_archive import TrustArchive
from keys.trust_import import import_trust
from keys.verify import verify_sod
from specs.schema.pki import Pki

PASSPHRASE = "a passphrase for tests only"


def installed(directory: Path, now: datetime, pki: Pki) -> Keys:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SoftwareKeysWarning)
        create_development_pki(directory, PASSPHRASE, now, pki)
        return open_keys(directory, PASSPHRASE, MemoryIntentLog(), pki)


@pytest.fixture(scope="module")
def french(tmp_path_factory: pytest.TempPathFactory, pki: Pki, now: datetime) -> Keys:
    names = pki.names.model_copy(update={"country_code": "FR", "mrz_country_code": "FRA"})
    return installed(tmp_path_factory.mktemp("fr") / "keys", now, pki.model_copy(update={"names": names}))


@pytest.fixture(scope="module")
def rogue(tmp_path_factory: pytest.TempPathFactory, pki: Pki, now: datetime) -> Keys:
    """Another's keys under the names of ours."""
    return installed(tmp_path_factory.mktemp("rogue") / "keys", now, pki)


@pytest.fixture
def master_list(french: Keys, rogue: Keys, now: datetime) -> bytes:
    roots = [ring.signer(Purpose.csca, now).certificate for ring in (french, rogue)]
    return issue(prepare(french, MasterListRequest("list:1", roots, french.pki), now), now).artefact


@pytest.fixture
def forged(rogue: Keys, data_groups: dict[int, bytes], pki: Pki, now: datetime) -> bytes:
    return issue(prepare(rogue, SodRequest("passport:LB9999999", data_groups, "PP", pki), now), now).artefact


def test_a_passport_of_ours_forged_by_an_authority_of_a_foreign_master_list_is_not_valid(
    keys: Keys,
    french: Keys,
    rogue: Keys,
    master_list: bytes,
    forged: bytes,
    data_groups: dict[int, bytes],
    pki: Pki,
    now: datetime,
    tmp_path: Path,
) -> None:
    csca, false = (ring.signer(Purpose.csca, now).certificate for ring in (french, rogue))
    (tmp_path / "trust").mkdir()
    keys.export_trust(tmp_path / "trust")
    (tmp_path / "fr.ml").write_bytes(master_list)
    (tmp_path / "fr.cer").write_bytes(csca)
    archive = TrustArchive(tmp_path / "trust", pki.names)
    report = import_trust(archive, [tmp_path / "fr.ml"], [tmp_path / "fr.cer"], now, "test", pki)
    assert report.as_json()["added"] == {"authority": 1, "master_list": 1}
    (finding,) = report.refused
    assert (finding.code, "fr.ml: certificate" in finding.en) == ("trust.import.our_country", True)
    assert "باسم دولتنا" in finding.ar and finding.clause
    trust, at = archive.at(now), now + timedelta(hours=1)
    assert trust.authorities == (csca,)
    assert not any(anchor.der == false for anchor in trust.anchors)
    assert verify_sod(forged, data_groups, trust, at, pki=pki).status != "valid"
    given = trust_from([tmp_path / "trust", tmp_path / "fr.ml"], at, pki)
    assert given.authorities == (csca,)
    assert verify_sod(forged, data_groups, given, at, pki=pki).status != "valid"


def test_an_authority_of_ours_is_not_imported_by_hand_either(
    keys: Keys, rogue: Keys, pki: Pki, now: datetime, tmp_path: Path
) -> None:
    (tmp_path / "trust").mkdir()
    for name, ring in (("ours", keys), ("false", rogue)):
        (tmp_path / f"{name}.cer").write_bytes(ring.signer(Purpose.csca, now).certificate)
    keys.export_trust(tmp_path / "trust")
    archive = TrustArchive(tmp_path / "trust", pki.names)
    named = [tmp_path / "ours.cer", tmp_path / "false.cer"]
    report = import_trust(archive, named, [tmp_path / "false.cer"], now, "test", pki)
    assert [f.field for f in report.refused] == ["false.cer", "false.cer"]  # what we exported ourselves is no finding
    assert report.snapshot is None


def test_what_lies_in_a_folder_by_hand_is_trusted_at_a_station_without_keys(
    keys: Keys, sod: bytes, data_groups: dict[int, bytes], pki: Pki, now: datetime, tmp_path: Path
) -> None:
    keys.export_trust(tmp_path)
    at = now + timedelta(hours=1)
    assert verify_sod(sod, data_groups, trust_from([tmp_path], at, pki), at, pki=pki).status == "valid"


C, L = x509.NameOID.COUNTRY_NAME, x509.NameOID.LOCALITY_NAME


@pytest.mark.parametrize(
    ("subject", "alternative", "ours"),
    [
        ([(C, "LY")], [], True),
        ([(C, "ly")], [], True),
        ([(C, "lY")], [], True),
        ([(C, "FR"), (C, "LY")], [], True),
        ([(C, "FR")], [(L, "LBY")], True),
        ([(C, "FR")], [(L, "lby")], True),
        ([(C, "FR")], [(C, "LY")], True),
        ([(C, "FR")], [(L, "FRA")], False),
        ([(C, "FR"), (L, "LY")], [], False),  # a town of this name
        ([], [], False),
    ],
)
def test_our_country_is_known_in_every_place_and_spelling(
    subject: list[tuple[x509.ObjectIdentifier, str]],
    alternative: list[tuple[x509.ObjectIdentifier, str]],
    ours: bool,
    pki: Pki,
    now: datetime,
) -> None:
    assert speaks_for_us(certificate(subject, alternative, now), pki.names) is ours


@pytest.mark.parametrize("kind", ["UTF8String", "BMPString", "T61String", "UniversalString", "IA5String"])
def test_the_string_type_hides_no_country(kind: str, pki: Pki, now: datetime) -> None:
    assert speaks_for_us(certificate([(C, "LY")], [], now, _ASN1Type[kind]), pki.names)


def certificate(
    subject: list[tuple[x509.ObjectIdentifier, str]],
    alternative: list[tuple[x509.ObjectIdentifier, str]],
    now: datetime,
    kind: _ASN1Type | None = None,
) -> bytes:
    def name(pairs: list[tuple[x509.ObjectIdentifier, str]]) -> x509.Name:
        return x509.Name([x509.NameAttribute(oid, value, kind, _validate=False) for oid, value in pairs])

    key = ec.generate_private_key(ec.SECP256R1())
    built = x509.CertificateBuilder().subject_name(name(subject)).issuer_name(name(subject)).serial_number(7)
    built = built.public_key(key.public_key()).not_valid_before(now).not_valid_after(now + timedelta(days=1))
    if alternative:
        held = x509.SubjectAlternativeName([x509.DirectoryName(name(alternative))])
        built = built.add_extension(held, critical=False)
    return built.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def test_a_trusted_root_of_another_state_vouches_for_no_record_of_ours(
    keys: Keys, french: Keys, pki: Pki, now: datetime
) -> None:
    trust = TrustStore(
        tuple(s.certificate for s in keys.signers()),
        (*keys.crls.values(), *french.crls.values()),
        tuple(s.certificate for s in french.signers()),
    )
    theirs = issue(prepare(french, RecordRequest("audit:1", b"{}", french.pki), now), now).artefact
    ours = issue(prepare(keys, RecordRequest("audit:1", b"{}", pki), now), now).artefact
    assert verify_record(ours, trust, now).verdict.status == "valid"
    assert [c.id for c in verify_record(theirs, trust, now).verdict.failed()] == ["chain.own_state"]
