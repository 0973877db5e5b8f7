"""EF.SOD: what is issued verifies, and nothing of it can be changed."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest
from asn1crypto import cms
from hypothesis import given, settings
from hypothesis import strategies as st

from keys import Check, Keys, Purpose, TrustStore, issue, prepare
from keys.authority import CrlRequest
from keys.sod import SodRequest
from keys.verify import verify_sod
from keys.x509 import read_certificate
from specs.errors import Invalid, Refused
from specs.schema.pki import Pki
from tests.unit.keys.conftest import NOW, vectors

COM = bytes.fromhex("6016 5f010430313038 5f3606303430303030 5c04 61756b6c".replace(" ", ""))


def results(checks: tuple[Check, ...]) -> dict[str, str]:
    return {check.id: check.result for check in checks}


def content_info(sod: bytes) -> cms.ContentInfo:
    assert sod[:2] == b"\x77\x82"
    return cms.ContentInfo.load(sod[4:], strict=True)


def test_issued_security_object_is_valid(sod: bytes, data_groups: dict[int, bytes], trust: TrustStore) -> None:
    verdict = verify_sod(sod, data_groups, trust, NOW, com=COM)
    assert verdict.status == "valid", verdict.checks
    assert verdict.facts["country"] == "LY" and verdict.facts["data_groups"] == [1, 2, 11, 12]


def test_another_reader_finds_the_profile_of_doc_9303_10(sod: bytes, data_groups: dict[int, bytes]) -> None:
    signed = content_info(sod)["content"]
    assert signed["version"].native == "v3"
    assert signed["encap_content_info"]["content_type"].dotted == "2.23.136.1.1.1"
    (info,) = signed["signer_infos"]
    assert (info["version"].native, info["sid"].name) == ("v1", "issuer_and_serial_number")
    assert [a["type"].native for a in info["signed_attrs"]] == ["content_type", "message_digest"]
    assert info["digest_algorithm"].dump() == bytes.fromhex("300b0609608648016503040201")  # SHA-256 without NULL
    assert info["signature_algorithm"].dump() == bytes.fromhex("300a06082a8648ce3d040302")
    assert len(signed["certificates"]) == 1
    content = signed["encap_content_info"]["content"].contents
    expected = b"".join(
        bytes.fromhex(f"30250201{n:02x}0420") + hashlib.sha256(file).digest() for n, file in sorted(data_groups.items())
    )
    assert content.startswith(bytes.fromhex("3081bf020101300b0609608648016503040201") + b"\x30\x81\x9c" + expected)
    assert content.endswith(b"\x30\x0e\x13\x040108\x13\x06040000")


def test_a_changed_data_group_is_invalid(sod: bytes, data_groups: dict[int, bytes], trust: TrustStore) -> None:
    for number in data_groups:
        changed = {**data_groups, number: data_groups[number][:-1] + bytes([data_groups[number][-1] ^ 1])}
        verdict = verify_sod(sod, changed, trust, NOW)
        assert verdict.status == "invalid" and results(verdict.checks)[f"sod.data_group.{number}"] == "fail"


def test_a_data_group_the_object_does_not_list_is_invalid(
    sod: bytes, data_groups: dict[int, bytes], trust: TrustStore
) -> None:
    verdict = verify_sod(sod, {**data_groups, 14: b"\x6e\x00"}, trust, NOW)
    assert verdict.status == "invalid" and results(verdict.checks)["sod.data_group.14"] == "fail"


def test_a_listed_data_group_that_is_absent_leaves_the_verdict_open_unless_reading_was_partial(
    sod: bytes, data_groups: dict[int, bytes], trust: TrustStore
) -> None:
    del data_groups[2]
    assert verify_sod(sod, data_groups, trust, NOW).status == "indeterminate"
    assert verify_sod(sod, data_groups, trust, NOW, partial=True).status == "valid"


@pytest.mark.parametrize(
    "com", ["", "60", "6014", COM.hex().replace("5c0461", "5c0463"), COM.hex() + "00", COM.hex()[:-2]]
)
def test_an_ef_com_that_disagrees_is_invalid(
    sod: bytes, data_groups: dict[int, bytes], trust: TrustStore, com: str
) -> None:
    verdict = verify_sod(sod, data_groups, trust, NOW, com=bytes.fromhex(com))
    assert verdict.status == "invalid" and results(verdict.checks)["sod.com"] == "fail"


def _every_flip(sod: bytes, positions: range) -> list[bytes]:
    return [sod[:i] + bytes([sod[i] ^ mask]) + sod[i + 1 :] for i in positions for mask in (0x01, 0xFF)]


def test_a_changed_byte_is_invalid(sod: bytes, data_groups: dict[int, bytes], trust: TrustStore) -> None:
    for changed in _every_flip(sod, range(0, len(sod), 23)):
        assert verify_sod(changed, data_groups, trust, NOW).status == "invalid"


@pytest.mark.slow
def test_every_changed_byte_is_invalid(sod: bytes, data_groups: dict[int, bytes], trust: TrustStore, pki: Pki) -> None:
    for index, changed in enumerate(_every_flip(sod, range(len(sod)))):
        assert verify_sod(changed, data_groups, trust, NOW, pki=pki).status == "invalid", index // 2


def test_appended_or_missing_bytes_are_invalid(sod: bytes, data_groups: dict[int, bytes], trust: TrustStore) -> None:
    for changed in (sod + b"\x00", sod[:-1], b"", sod[4:], b"\x00" + sod, sod * 2):
        assert verify_sod(changed, data_groups, trust, NOW).status == "invalid"


@pytest.mark.parametrize("field", ["unsigned", "crls", "second_certificate", "digest_algorithm"])
def test_what_the_signature_does_not_cover_cannot_be_added_to_ours(
    sod: bytes, data_groups: dict[int, bytes], trust: TrustStore, keys: Keys, field: str
) -> None:
    """Others may carry these; a security object of this State never does, so they show that somebody altered it."""
    info = content_info(sod)
    signed = info["content"]
    if field == "unsigned":
        signed["signer_infos"][0]["unsigned_attrs"] = cms.CMSAttributes(
            [cms.CMSAttribute({"type": "signing_time", "values": [cms.Time({"utc_time": NOW})]})]
        )
    elif field == "crls":
        signed["crls"] = [cms.RevocationInfoChoice.load(keys.crls[Purpose.csca])]
    elif field == "second_certificate":
        signed["certificates"].append(cms.CertificateChoices.load(keys.signer(Purpose.csca, NOW).certificate))
    else:
        signed["digest_algorithms"].append({"algorithm": "sha256"})
    body = info.dump(force=True)
    changed = b"\x77\x82" + len(body).to_bytes(2, "big") + body
    verdict = verify_sod(changed, data_groups, trust, NOW)
    assert verdict.status == "invalid" and results(verdict.checks).get("sod.signature", "pass") == "pass"


def test_a_foreign_trust_store_leaves_the_issuer_unknown(sod: bytes, data_groups: dict[int, bytes]) -> None:
    verdict = verify_sod(sod, data_groups, TrustStore(), NOW)
    assert verdict.status == "indeterminate" and results(verdict.checks)["chain.issuer"] == "unknown"


def test_a_revoked_document_signer_is_invalid(
    sod: bytes, data_groups: dict[int, bytes], keys: Keys, trust: TrustStore, pki: Pki
) -> None:
    serial = read_certificate(keys.signer(Purpose.document_signer, NOW).certificate).serial
    crl = issue(prepare(keys, CrlRequest("crl", Purpose.csca, 2, [(serial, NOW)], pki), NOW), NOW).artefact
    verdict = verify_sod(sod, data_groups, TrustStore(trust.certificates, (*trust.crls, crl)), NOW)
    assert verdict.status == "invalid" and results(verdict.checks)["chain.revocation"] == "fail"


def test_without_a_fresh_crl_revocation_is_unknown(
    sod: bytes, data_groups: dict[int, bytes], trust: TrustStore, pki: Pki
) -> None:
    late = NOW + timedelta(days=pki.revocation_list.next_update_days + 1)
    assert results(verify_sod(sod, data_groups, trust, late).checks)["chain.revocation"] == "unknown"
    bare = TrustStore(trust.certificates)
    assert results(verify_sod(sod, data_groups, bare, NOW).checks)["chain.revocation"] == "unknown"


def test_a_document_signer_must_be_valid_when_it_signs_and_may_expire_afterwards(
    sod: bytes, data_groups: dict[int, bytes], trust: TrustStore
) -> None:
    early = results(verify_sod(sod, data_groups, trust, NOW - timedelta(seconds=1)).checks)
    assert (early["chain.validity"], early["chain.current"]) == ("fail", "fail")
    late = results(verify_sod(sod, data_groups, trust, NOW + timedelta(days=3_751)).checks)
    assert (late["chain.validity"], late["chain.current"]) == ("pass", "warning")


def test_a_document_issued_outside_the_usage_period_of_its_signer_is_invalid(
    sod: bytes, data_groups: dict[int, bytes], trust: TrustStore
) -> None:
    """Ours signs for three months (Doc 9303-12 §4.1.2); 62 days on either side of the date of issue are tolerated."""
    late = NOW + timedelta(days=400)
    for days, failing in ((0, set()), (300, {"chain.usage_period"}), (-99, {"chain.validity"})):
        issued_on = (NOW + timedelta(days=days)).date()
        found = results(verify_sod(sod, data_groups, trust, late, issued_on=issued_on).checks)
        assert {name for name, result in found.items() if result == "fail"} == failing


@pytest.mark.parametrize("groups", [{}, {1: b"\x61\x00"}, {1: b"\x61\x00", 17: b"\x71\x00"}, {1: b"", 2: b"\x75\x00"}])
def test_too_few_or_impossible_data_groups_are_refused(keys: Keys, pki: Pki, groups: dict[int, bytes]) -> None:
    with pytest.raises(Invalid):
        prepare(keys, SodRequest("passport:x", groups, "PP", pki), NOW)


def test_a_signer_of_passports_does_not_sign_visas(keys: Keys, data_groups: dict[int, bytes], pki: Pki) -> None:
    with pytest.raises(Refused) as refused:
        prepare(keys, SodRequest("visa:x", data_groups, "V", pki), NOW)
    assert [fault.code for fault in refused.value.faults] == ["sod.document_type"]


@pytest.mark.heavy
@settings(max_examples=300)
@given(st.binary(max_size=400))
def test_any_bytes_get_a_verdict(pki: Pki, data: bytes) -> None:
    assert verify_sod(data, {}, TrustStore(), NOW, pki=pki).status == "invalid"
    assert verify_sod(b"\x77" + data, {}, TrustStore(), NOW, pki=pki).status == "invalid"


def test_security_objects_of_other_states_get_the_verdict_their_form_deserves() -> None:
    root = vectors()
    trust = TrustStore.from_files(sorted((root / "certs").glob("csca_*.cer")))
    signed = {"AU", "DE", "GB-2021", "US"}
    for path in sorted((root / "sod").glob("*.sod")):
        found = results(verify_sod(path.read_bytes(), {}, trust, NOW, partial=True).checks)
        if path.stem in signed:
            assert found["sod.signature"] == found["sod.digest"] == found["chain.issuer"] == "pass", path.stem
            assert found["chain.revocation"] == "unknown"  # no list of theirs is here
    for path in sorted((root / "sod_broken").glob("*.sod")):
        assert verify_sod(path.read_bytes(), {}, trust, NOW, partial=True).status == "invalid", path.stem
