"""The German and the ICAO master list hold; what is changed in them is refused for its own reason."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from asn1crypto import cms, core
from asn1crypto import x509 as other_x509

from keys.lists.master_list import certificates_of, lint_master_list, verify_master_list
from keys.trust import TrustStore
from keys.verdict import Verdict
from specs.load import SHIPPED, load

PKI = load().pki_profiles
AT = datetime(2026, 11, 22, tzinfo=UTC)
GERMAN, ICAO = "DE_ML_2024-08-07.ml", "ICAO_ML_2023-09.ml"


class OtherMasterList(core.Sequence):  # type: ignore[misc]
    """CscaMasterList as asn1crypto reads it."""

    _fields = [("version", core.Integer), ("certificates", core.SetOf, {"spec": other_x509.Certificate})]  # noqa: RUF012


def held(vectors: Path, name: str) -> bytes:
    return (vectors / "masterlists" / name).read_bytes()


def csca_inside(der: bytes) -> bytes:
    """The self-issued certificate of the CMS message, found by another implementation."""
    inside = cms.ContentInfo.load(der)["content"]["certificates"]
    return next(bytes(c.chosen.dump()) for c in inside if c.chosen.self_issued == "yes" or c.chosen.ca)


def verified(der: bytes, *, anchored: bool = True) -> Verdict:
    return verify_master_list(der, TrustStore((csca_inside(der),) if anchored else ()), AT)


def results(verdict: Verdict) -> dict[str, str]:
    return {check.id: check.result for check in verdict.checks}


@pytest.mark.parametrize(("name", "count"), [(GERMAN, 541), (ICAO, 394)])
def test_a_master_list_gives_every_certificate_another_implementation_finds(
    vectors: Path, name: str, count: int
) -> None:
    der = held(vectors, name)
    content = cms.ContentInfo.load(der)["content"]["encap_content_info"]["content"].native
    theirs = [certificate.dump() for certificate in OtherMasterList.load(content)["certificates"]]
    assert list(certificates_of(der)) == theirs
    assert len(theirs) == count


def test_the_german_list_holds_and_its_signer_is_anchored(vectors: Path) -> None:
    verdict = verified(held(vectors, GERMAN))
    found = results(verdict)
    assert found["master_list.digest"] == found["master_list.signature"] == found["chain.issuer"] == "pass"
    assert verdict.failed() == ()
    assert verdict.facts["signed_at"] == "2024-08-07T05:38:24+00:00"
    assert verdict.facts["certificates"] == 541


def test_the_icao_list_holds_by_a_named_deviation_and_its_expired_signer_is_a_warning(vectors: Path) -> None:
    verdict = verified(held(vectors, ICAO))
    found = results(verdict)
    assert found["master_list.signature"] == found["chain.issuer"] == "pass"
    assert found["master_list.signature.digest_info"] == found["chain.current"] == "warning"
    assert verdict.failed() == ()


@pytest.mark.heavy
def test_the_deviation_of_the_icao_list_is_a_switch(
    vectors: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """OpenSSL, which knows no such deviation, calls that signature wrong too."""
    shutil.copytree(SHIPPED, tmp_path / "specs", ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    path = tmp_path / "specs" / "pki" / "tolerances.yaml"
    text = path.read_text("utf-8")
    path.write_text(
        text.replace("digest_info_without_null:\n  accepted: true", "digest_info_without_null:\n  accepted: false")
    )
    monkeypatch.setenv("ISSUANCE_SPECS", str(tmp_path / "specs"))
    assert results(verified(held(vectors, ICAO)))["master_list.signature"] == "fail"


def test_a_list_whose_csca_nobody_trusts_is_not_anchored_by_the_csca_inside_it(vectors: Path) -> None:
    verdict = verified(held(vectors, GERMAN), anchored=False)
    assert verdict.status == "indeterminate"
    assert results(verdict)["chain.issuer"] == "unknown"


@pytest.mark.parametrize(
    ("part", "check"),
    [
        ("content", "master_list.digest"),
        ("signature", "master_list.signature"),
        ("attributes", "master_list.signature"),
    ],
)
def test_one_changed_byte_fails_where_it_was_changed(vectors: Path, part: str, check: str) -> None:
    der = bytearray(held(vectors, GERMAN))
    signer = cms.ContentInfo.load(bytes(der))["content"]["signer_infos"][0]
    place = {
        "content": 400_000,
        "signature": len(der) - 1,
        "attributes": bytes(der).index(bytes(signer["signed_attrs"][1]["values"][0].contents)) + 3,
    }[part]
    der[place] ^= 1
    assert [c.id for c in verified(bytes(der)).checks if c.result == "fail" and c.level == "crypto"] == [check]


def test_the_german_list_keeps_every_rule_of_the_message_and_only_its_contents_have_findings(vectors: Path) -> None:
    found = lint_master_list(held(vectors, GERMAN), PKI)
    assert {check.id for check in found} == {"master_list.content.certificate"}
    assert {check.result for check in lint_master_list(held(vectors, GERMAN), PKI, "pkd")} == {"warning"}


@pytest.mark.parametrize("data", [b"", b"\x30\x00", b"\x30\x80", bytes(100)])
def test_what_is_no_master_list_is_refused_as_that(data: bytes) -> None:
    verdict = verify_master_list(data, TrustStore(), AT)
    assert (verdict.status, [check.id for check in verdict.checks]) == ("invalid", ["master_list.encoding"])


def test_a_truncated_list_is_refused_as_unreadable(vectors: Path) -> None:
    der = held(vectors, GERMAN)
    assert [check.id for check in verified_any(der[:-1]).checks] == ["master_list.encoding"]
    assert [check.id for check in verified_any(der + b"\0").checks] == ["master_list.encoding"]


def verified_any(der: bytes) -> Verdict:
    return verify_master_list(der, TrustStore(), AT)
