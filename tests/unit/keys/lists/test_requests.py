"""What we publish as lists holds, says what was meant, and is refused before it is signed when it breaks a rule."""

from __future__ import annotations

import shutil
import subprocess
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from asn1crypto import cms

from keys import Keys, Purpose, TrustStore, issue, prepare
from keys.deviations import CHIP, DG_HASH_WRONG, DS_ENCODING, MRZ_WRONG_CHECK_DIGIT, ROOT
from keys.lists.deviation_list import Document, lint_deviation_list, read_deviation_list, verify_deviation_list
from keys.lists.deviations import Deviation, Documents
from keys.lists.master_list import certificates_of, lint_master_list, verify_master_list
from keys.lists.requests import DeviationListRequest, MasterListRequest, described
from keys.x509 import read_certificate
from specs.errors import Invalid
from specs.schema.pki import Pki

LATER = timedelta(days=1)


@pytest.fixture
def csca(keys: Keys, now: datetime) -> bytes:
    return keys.signer(Purpose.csca, now).certificate


@pytest.fixture
def master_list(keys: Keys, csca: bytes, pki: Pki, now: datetime) -> bytes:
    others = [keys.signer(Purpose.services_root, now).certificate]
    return issue(prepare(keys, MasterListRequest("list:1", [csca, *others, csca], pki), now), now).artefact


@pytest.fixture
def entry(keys: Keys, now: datetime) -> Deviation:
    signer = read_certificate(keys.signer(Purpose.document_signer, now).certificate)
    return Deviation(
        Documents(
            document_type="PP",
            issuer_and_serial=(signer.issuer_der, signer.serial),
            issued=(datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 31, 23, 59, 59, tzinfo=UTC)),
            numbers=frozenset({"LB2222222", "LB1111111"}),
        ),
        (described(DG_HASH_WRONG, "DG12 was written again", 12), described(MRZ_WRONG_CHECK_DIGIT, about=8)),
    )


@pytest.fixture
def deviation_list(keys: Keys, entry: Deviation, pki: Pki, now: datetime) -> bytes:
    return issue(prepare(keys, DeviationListRequest("deviations:1", [entry], pki), now), now).artefact


def test_our_master_list_is_valid_for_whoever_trusts_our_csca(
    master_list: bytes, trust: TrustStore, pki: Pki, csca: bytes, now: datetime
) -> None:
    verdict = verify_master_list(master_list, trust, now + LATER, pki)
    assert verdict.status == "valid", verdict.failed()
    assert lint_master_list(master_list, pki) == []
    assert csca in certificates_of(master_list) and len(certificates_of(master_list)) == 2
    assert verdict.facts["signed_at"] == now.isoformat()


def test_another_implementation_reads_what_doc_9303_orders_in_our_lists(
    master_list: bytes, deviation_list: bytes, csca: bytes, keys: Keys, now: datetime
) -> None:
    for der, content_type, purpose in (
        (master_list, "2.23.136.1.1.2", Purpose.master_list_signer),
        (deviation_list, "2.23.136.1.1.7", Purpose.deviation_list_signer),
    ):
        message = cms.ContentInfo.load(der, strict=True)["content"]
        (info,) = message["signer_infos"]
        signer = keys.signer(purpose, now).certificate
        assert message["version"].native == "v3"
        assert message["encap_content_info"]["content_type"].native == content_type
        assert {c.chosen.dump() for c in message["certificates"]} == {signer, csca}
        assert message["crls"].native is None
        assert info["sid"].name == "subject_key_identifier"
        assert info["version"].native == "v3"
        attributes = {a["type"].native: a["values"].native for a in info["signed_attrs"]}
        assert attributes["signing_time"] == [now]


@pytest.mark.skipif(shutil.which("openssl") is None, reason="the openssl program is not installed")
def test_openssl_accepts_our_lists_and_refuses_changed_ones(
    master_list: bytes, deviation_list: bytes, tmp_path: Path
) -> None:
    for der in (master_list, deviation_list):
        for data, accepted in ((der, True), (der[:-1] + bytes([der[-1] ^ 1]), False)):
            (tmp_path / "list").write_bytes(data)
            told = subprocess.run(
                ["openssl", "cms", "-verify", "-noverify", "-inform", "DER", "-in", tmp_path / "list",
                 "-out", "/dev/null"], capture_output=True, check=False,
            )  # fmt: skip
            assert (told.returncode == 0) == accepted, told.stderr


def test_our_deviation_list_is_valid_and_says_what_was_meant(
    deviation_list: bytes, entry: Deviation, trust: TrustStore, pki: Pki, now: datetime
) -> None:
    assert verify_deviation_list(deviation_list, trust, now + LATER, pki).status == "valid"
    assert lint_deviation_list(deviation_list, pki) == []
    (held,) = read_deviation_list(deviation_list, pki).deviations
    assert held.documents == entry.documents
    assert set(held.descriptions) == set(entry.descriptions)


def test_a_document_is_meant_when_it_meets_every_condition(
    deviation_list: bytes, pki: Pki, keys: Keys, now: datetime
) -> None:
    held = read_deviation_list(deviation_list, pki)
    signer = read_certificate(keys.signer(Purpose.document_signer, now).certificate)
    other = read_certificate(keys.signer(Purpose.seal_signer, now).certificate)
    meant = Document("PP", signer, date(2026, 3, 31), "LB2222222")
    assert {d.deviation for d in held.of(meant)} == {DG_HASH_WRONG, MRZ_WRONG_CHECK_DIGIT}
    for wrong in (
        Document("PD", signer, date(2026, 3, 31), "LB2222222"),
        Document("PP", other, date(2026, 3, 31), "LB2222222"),
        Document("PP", None, date(2026, 3, 31), "LB2222222"),
        Document("PP", signer, date(2026, 4, 1), "LB2222222"),
        Document("PP", signer, None, "LB2222222"),
        Document("PP", signer, date(2026, 3, 31), "LB3333333"),
    ):
        assert held.of(wrong) == []


@pytest.mark.parametrize("named", ["key_identifier", "certificate_digest"])
def test_a_signer_is_named_by_key_or_digest_as_well(keys: Keys, pki: Pki, now: datetime, named: str) -> None:
    signer = read_certificate(keys.signer(Purpose.document_signer, now).certificate)
    value = {"key_identifier": signer.subject_key_identifier, "certificate_digest": signer.sha256}[named]
    which = Documents(**{named: value})
    request = DeviationListRequest("deviations:2", [Deviation(which, (described(CHIP),))], pki)
    held = read_deviation_list(issue(prepare(keys, request, now), now).artefact, pki)
    assert [d.deviation for d in held.of(Document(signer=signer))] == [CHIP]
    assert held.of(Document(signer=read_certificate(keys.signer(Purpose.csca, now).certificate))) == []


@pytest.mark.parametrize(
    ("which", "description", "field"),
    [
        (Documents(), described(CHIP), "deviations.0.documents"),
        (Documents("P"), described(CHIP), "deviations.0.documents.document_type"),
        (Documents(key_identifier=b"1", certificate_digest=b"2"), described(CHIP), "deviations.0.documents.signer"),
        (Documents("PP", numbers=frozenset({"ليبيا"})), described(CHIP), "deviations.0.documents.numbers"),
        (Documents("PP"), described(f"{ROOT}.9"), "deviations.0.descriptions.0.deviation"),
        (Documents("PP"), described(CHIP, about=1), "deviations.0.descriptions.0.about"),
        (Documents("PP"), described(DG_HASH_WRONG), "deviations.0.descriptions.0.about"),
        (Documents("PP"), described(DG_HASH_WRONG, about=17), "deviations.0.descriptions.0.about"),
        (Documents("PP"), described(DS_ENCODING, about=10), "deviations.0.descriptions.0.about"),
        (Documents("PP"), described(CHIP, "وصف"), "deviations.0.descriptions.0.text"),
    ],
)
def test_a_deviation_that_says_too_much_or_nothing_is_refused(
    keys: Keys, pki: Pki, now: datetime, which: Documents, description: object, field: str
) -> None:
    with pytest.raises(Invalid) as caught:
        prepare(keys, DeviationListRequest("deviations:3", [Deviation(which, (description,))], pki), now)  # type: ignore[arg-type]
    assert [fault.field for fault in caught.value.faults] == [field]


def test_an_extension_may_be_named_as_the_field_that_is_wrong(keys: Keys, pki: Pki, now: datetime) -> None:
    entry = Deviation(Documents("PP"), (described(DS_ENCODING, about="2.5.29.16"),))
    artefact = issue(prepare(keys, DeviationListRequest("deviations:4", [entry], pki), now), now).artefact
    assert read_deviation_list(artefact, pki).deviations[0].descriptions[0].field == "2.5.29.16"


def test_a_master_list_vouches_for_authorities_only(keys: Keys, pki: Pki, csca: bytes, now: datetime) -> None:
    signer = keys.signer(Purpose.document_signer, now).certificate
    with pytest.raises(Invalid) as caught:
        prepare(keys, MasterListRequest("list:2", [csca, signer, b"\x30\x00"], pki), now)
    assert [fault.field for fault in caught.value.faults] == ["certificates.1", "certificates.2"]
    with pytest.raises(Invalid):
        prepare(keys, MasterListRequest("list:3", [], pki), now)


def test_a_list_of_our_name_that_none_of_our_keys_signed_is_forged(
    master_list: bytes, trust: TrustStore, pki: Pki, now: datetime
) -> None:
    changed = master_list[:-1] + bytes([master_list[-1] ^ 1])
    verdict = verify_master_list(changed, trust, now, pki)
    assert verdict.levels()["crypto"] == "invalid"
