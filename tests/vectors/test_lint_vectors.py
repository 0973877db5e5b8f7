"""Certificates of other States under the linter: known findings, and asn1crypto as judge of presence and marks."""

from __future__ import annotations

from collections import Counter

import pytest
from asn1crypto import x509 as other_x509

from keys.deviations import CSCA_ENCODING
from keys.form import FormLevel
from keys.lint_file import Linted, lint_file
from keys.lists.master_list import certificates_of
from specs.load import load
from specs.schema.pki import Pki
from tests.unit.keys.conftest import vectors

THEIR_NAME = {
    "authority_key_identifier": "authority_key_identifier",
    "subject_key_identifier": "key_identifier",
    "key_usage": "key_usage",
    "private_key_usage_period": "private_key_usage_period",
    "subject_alternative_name": "subject_alt_name",
    "issuer_alternative_name": "issuer_alt_name",
    "basic_constraints": "basic_constraints",
    "extended_key_usage": "extended_key_usage",
    "crl_distribution_points": "crl_distribution_points",
    "name_change": "2.23.136.1.1.6.1",
    "document_type_list": "2.23.136.1.1.6.2",
}
LISTS = ("DE_ML_2024-08-07.ml", "ICAO_ML_2023-09.ml")


@pytest.fixture(scope="module")
def pki() -> Pki:
    return load().pki_profiles


def of(name: str, pki: Pki, level: FormLevel = "strict") -> Linted:
    (found,) = lint_file((vectors() / "certs" / name).read_bytes(), pki, level)
    return found


def ids(found: Linted, result: str = "fail") -> set[str]:
    return {check.id for check in found.findings if check.result == result}


def test_each_certificate_is_known_for_what_it_is(pki: Pki) -> None:
    for path in sorted((vectors() / "certs").glob("*.cer")):
        expected = "csca_root" if path.stem.startswith("csca") else "document_signer"
        assert of(path.name, pki).profile == expected, path.stem


def test_the_german_csca_keeps_doc_9303_to_the_letter(pki: Pki) -> None:
    assert of("csca_DE.cer", pki).findings == ()


def test_the_american_csca_lacks_common_name_and_locality(pki: Pki) -> None:
    found = of("csca_US.cer", pki)
    assert ids(found) == {
        "certificate.issuer.common_name",
        "certificate.subject.common_name",
        "certificate.subject_alternative_name.locality",
        "certificate.issuer_alternative_name.locality",
    }
    assert {check.deviation for check in found.findings if check.result == "fail"} == {CSCA_ENCODING}
    assert ids(of("csca_US.cer", pki, "pkd")) == set()


def test_our_own_values_are_not_asked_of_foreign_certificates(pki: Pki) -> None:
    ours_alone = {"certificate.subject.country", "certificate.key.kind", "certificate.validity.length"}
    for path in (vectors() / "certs").glob("*.cer"):
        assert not ids(of(path.name, pki)) & ours_alone, path.stem


@pytest.mark.heavy
@pytest.mark.parametrize("name", LISTS)
def test_presence_and_marks_of_every_anchor_agree_with_another_parser(name: str, pki: Pki) -> None:
    der = (vectors() / "masterlists" / name).read_bytes()
    marks = {
        kind: {n: r for n, r in pki.profiles[kind].extensions.items() if n in THEIR_NAME}
        for kind in ("csca_root", "csca_link")
    }
    for certificate, found in zip(certificates_of(der), lint_file(der, pki)[-len(certificates_of(der)) :], strict=True):
        if found.profile not in marks:
            continue
        held = {
            e["extn_id"].native: e["critical"].native
            for e in other_x509.Certificate.load(certificate)["tbs_certificate"]["extensions"]
        }
        expected = set()
        for extension, rule in marks[found.profile].items():
            critical = held.get(THEIR_NAME[extension])
            if critical is None:
                expected |= {f"certificate.{extension}.missing"} if rule.presence == "mandatory" else set()
            elif rule.presence == "forbidden":
                expected.add(f"certificate.{extension}.forbidden")
            elif critical != rule.critical:
                expected.add(f"certificate.{extension}.critical")
        told = {i for i in ids(found) if i.endswith((".missing", ".forbidden", ".critical"))}
        assert {i for i in told if i.split(".")[1] in THEIR_NAME} == expected, found.label


@pytest.mark.heavy
@pytest.mark.parametrize("name", LISTS)
def test_both_master_lists_are_linted_at_both_levels(name: str, pki: Pki) -> None:
    der = (vectors() / "masterlists" / name).read_bytes()
    strict, pkd = lint_file(der, pki, "strict"), lint_file(der, pki, "pkd")
    kinds = Counter(item.kind for item in strict)
    assert kinds["master_list"] == 1 and kinds["unreadable"] == 0
    assert kinds["certificate"] > 390
    for one, other in zip(strict, pkd, strict=True):
        assert {c.id for c in one.findings} == {c.id for c in other.findings}  # the gate fails less, and hides nothing
        assert ids(other) <= ids(one)
