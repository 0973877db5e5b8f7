"""The certificate's seal: what it says, what it refuses to say, and that nothing in it changes unseen."""

from __future__ import annotations

import hashlib
import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys import vds
from keys.seal import seal_text, seal_url
from keys.seal_verify import signature_check, verify_seal
from keys.signing import issue, prepare
from keys.trust import TrustStore
from specs.errors import Invalid
from specs.load import load
from tests import shared
from tests.unit.border.world import NOW, VERIFIER, seal_request, signed_seal, world

SPECIFICATION = load()
SPEC = SPECIFICATION.certificate_seal
VECTORS = shared.VECTORS / "vds"
needs_vectors = shared.needs(VECTORS)


@lru_cache
def seal() -> bytes:
    return signed_seal()


@lru_cache
def url() -> str:
    return seal_url(VERIFIER, seal(), SPEC)


def status(given: bytes | str, at: datetime = NOW) -> str:
    return verify_seal(given, world().trust, at, SPECIFICATION).status


def test_bytes_text_and_address_of_a_seal_are_valid() -> None:
    for form in (seal(), seal_text(seal()), url(), url().encode(), url() + "\n", url() + "\r\n"):
        verdict = verify_seal(form, world().trust, NOW)
        assert verdict.status == "valid", verdict.failed()


@pytest.mark.parametrize(("before", "after"), [("", "\n\n"), (" ", ""), ("\r\n\t", " \r\n"), ("\n", "\v\f")])
def test_white_space_around_a_pasted_seal_is_no_part_of_it(before: str, after: str) -> None:
    for form in (seal_text(seal()), url()):
        pasted = before + form + after
        assert status(pasted) == status(pasted.encode()) == "valid"


def test_a_byte_after_the_bytes_of_a_seal_changes_it() -> None:
    assert status(seal() + b"\n") == "invalid"


def test_the_seal_says_what_was_asked() -> None:
    facts = verify_seal(url(), world().trust, NOW).facts
    assert facts["number"] == "CS2026-TRP-000001-T"
    assert facts["name_arabic"] == "محمد علي أحمد المبروك"
    assert facts["name_latin"] == "MOHAMED ALI AHMED ELMABROUK"
    assert facts["birth_date"] == "1985-03-00"
    assert facts["national_number_tail"] == "0015"
    assert (facts["issued_on"], facts["expires_on"]) == ("2026-11-22", "2027-02-21")
    assert facts["outcome"] == "clear"
    assert (facts["issuer"], facts["signer"]) == ("LBY", "LYCS")


def test_the_full_national_number_is_not_in_the_seal() -> None:
    assert b"119859000015" not in seal()
    assert vds.encode_c40("119859000015")[:4] not in seal()


def test_the_address_is_the_verifier_and_the_base64url_fragment() -> None:
    address, _, fragment = url().partition("#")
    assert address == "https://verify.example/c"
    assert "=" not in fragment
    assert len(url()) < 400  # a QR code of level Q stays readable at 38 mm (DOCUMENTS, Seal)


def test_every_changed_byte_is_invalid() -> None:
    chance = random.Random(1)
    for at in range(len(seal())):
        for mask in (0x01, 0x80, chance.randrange(1, 256)):
            changed = seal()[:at] + bytes((seal()[at] ^ mask,)) + seal()[at + 1 :]
            assert status(changed) == "invalid", (at, mask)


@pytest.mark.heavy
def test_every_changed_character_of_the_address_is_invalid() -> None:
    chance = random.Random(1)
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    for at, held in enumerate(url()):
        others = {chance.choice(alphabet), "A", "_", "#", "=", chr(ord(held) ^ 1), chr(ord(held) ^ 0x20)} - {held}
        for other in sorted(others):
            assert status(url()[:at] + other + url()[at + 1 :]) == "invalid", (at, other)


@pytest.mark.parametrize(
    "changed",
    [
        lambda u: u + "=",
        lambda u: u[:-1] + "\n" + u[-1:],
        lambda u: u.replace("#", " #"),
        lambda u: u.replace("#", "#\n"),
        lambda u: u + "\u00a0",
        lambda u: "\ufeff" + u,
        lambda u: u + "A",
        lambda u: u[:-1],
        lambda u: u + "AAAA",
        lambda u: u.replace("https", "ftp"),
        lambda u: u.replace("/c#", "/x#"),
        lambda u: u.replace("verify.example", "verify.exampIe"),
        lambda u: u.upper(),
    ],
)
def test_another_spelling_is_invalid(changed: object) -> None:
    assert status(changed(url())) == "invalid"  # type: ignore[operator]


def test_unused_bits_at_the_end_of_the_text_must_be_zero() -> None:
    text = seal_text(seal())
    if len(text) % 4:
        alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
        assert status(text[:-1] + alphabet[alphabet.index(text[-1]) + 1]) == "invalid"


def test_a_genuine_seal_is_no_longer_valid_after_its_last_day_in_libya() -> None:
    last = datetime(2026, 12, 31, 21, 59, tzinfo=UTC)  # 23:59 in Libya
    given = signed_seal(seal_request(expires_on=date(2026, 12, 31)))
    assert status(given, last) == "valid"
    verdict = verify_seal(given, world().trust, last + timedelta(minutes=1))
    assert [check.id for check in verdict.failed()] == ["seal.expiry"]
    assert verdict.failed()[0].level == "policy"


def test_the_signature_is_dated_on_the_civil_day_in_libya() -> None:
    evening = NOW.replace(hour=22, minute=30)  # 00:30 of the next day in Libya
    signed = issue(prepare(world().keys, seal_request(issued_on=date(2026, 11, 23)), evening), evening)
    assert vds.decode(signed.artefact).header.signed_on == date(2026, 11, 23)


def test_a_seal_from_the_future_is_invalid() -> None:
    verdict = verify_seal(seal(), world().trust, NOW - timedelta(days=3))
    assert "seal.signed_on" in [check.id for check in verdict.failed()]


def test_an_unknown_signer_is_indeterminate_and_an_altered_signer_is_invalid() -> None:
    assert verify_seal(seal(), TrustStore(), NOW).status == "indeterminate"
    read = vds.decode(seal())
    head = vds.Header(read.header.issuer, "LYXX", "77", *[getattr(read.header, n) for n in _AFTER_REFERENCE])
    renamed = vds.complete(vds.encode(head, read.features), read.signature)
    verdict = verify_seal(renamed, world().trust, NOW)
    assert [check.id for check in verdict.failed()] == ["seal.signer"]


_AFTER_REFERENCE = ("issued_on", "signed_on", "definition", "category", "version")


def test_a_seal_of_another_installation_is_forged_on_a_day_we_know_the_signer_of() -> None:
    forged = signed_seal(name="two")
    verdict = verify_seal(forged, world().trust, NOW)
    assert [check.id for check in verdict.failed()] == ["seal.signer"]
    later = NOW + timedelta(days=366)  # our signer's key is out of use by then: a new one may not have reached us
    signed = vds.decode(forged)
    header = replace(signed.header, signed_on=later.date())
    moved = vds.complete(vds.encode(header, signed.features), signed.signature)
    assert verify_seal(moved, world().trust, later).status == "indeterminate"


def test_the_signer_digest_is_the_beginning_of_sha256_of_its_certificate() -> None:
    read = vds.decode(seal())
    certificate = next(world().trust_directory.glob("seal_signer*.cer")).read_bytes()
    feature = SPEC.feature("signer_digest")
    assert read.feature(feature.tag) == hashlib.sha256(certificate).digest()[: feature.maximum_bytes]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"name_arabic": ""}, "name_arabic"),
        ({"name_arabic": "م" * 200}, "name_arabic"),
        ({"name_latin": ""}, "name_latin"),
        ({"birth_date": "1985/03/00"}, "birth_date"),
        ({"birth_date": ""}, "birth_date"),
        ({"national_number": "12"}, "national_number"),
        ({"national_number": "11985900001x"}, "national_number"),
        ({"number": ""}, "number"),
        ({"expires_on": date(2026, 11, 21)}, "expires_on"),
        ({"verifier": "verify.example"}, "verifier"),
        ({"verifier": "https://verify.example/"}, "verifier"),
        ({"verifier": "ftp://verify.example"}, "verifier"),
    ],
)
def test_a_request_that_breaks_a_rule_is_refused_by_field(changed: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        prepare(world().keys, seal_request(**changed), NOW)
    assert field in {fault.field for fault in refused.value.faults}


def test_every_fault_of_a_request_is_named_at_once() -> None:
    with pytest.raises(Invalid) as refused:
        prepare(world().keys, seal_request(name_arabic="", birth_date="x", national_number="", verifier=""), NOW)
    fields = {fault.field for fault in refused.value.faults}
    assert fields >= {"name_arabic", "birth_date", "national_number", "verifier"}


@pytest.mark.parametrize("hidden", ["\u202e", "\u200f", "\x07", "\ufeff"])
def test_a_name_with_hidden_marks_is_not_sealed(hidden: str) -> None:
    from specs.errors import Refused

    with pytest.raises(Refused, match=r"seal\.contents"):
        prepare(world().keys, seal_request(name_arabic="محمد" + hidden), NOW)


def test_another_outcome_code_or_tail_length_in_the_specification_changes_the_seal() -> None:
    changed = SPEC.model_copy(
        update={
            "outcomes": SPEC.outcomes.model_copy(update={"codes": {"clear": 7, "entries": 8}}),
            "national_number": SPEC.national_number.model_copy(update={"tail_digits": 2}),
        }
    )
    read = vds.decode(issue(prepare(world().keys, seal_request(spec=changed), NOW), NOW).artefact)
    assert read.feature(SPEC.feature("outcome").tag) == b"\x07"
    assert vds.decode_c40(read.feature(SPEC.feature("national_number_tail").tag) or b"") == "15"


@given(st.binary(max_size=400).map(lambda tail: b"\xdc\x03" + tail) | st.binary(max_size=80) | st.text(max_size=200))
def test_any_input_gets_a_verdict(data: bytes | str) -> None:
    assert status(data) == "invalid"


@needs_vectors
def test_a_foreign_seal_that_names_another_signer_still_verifies_with_the_key_that_made_it() -> None:
    """`meldebescheinigung` names DEZV and was made with the key of UTTS 5B."""
    data = bytes.fromhex((VECTORS / "meldebescheinigung.hex").read_text())
    certificate = (VECTORS / "sealgen_UTTS5B.crt").read_bytes()
    assert signature_check(vds.decode(data), certificate).result == "pass"
    verdict = verify_seal(data, TrustStore((certificate,)), NOW)
    assert {c.result for c in verdict.checks if c.id == "seal.signer"} == {"unknown"}


@needs_vectors
@pytest.mark.parametrize(
    ("name", "certificate", "expected"),
    [
        ("addressStickerPassport", "sealgen_UTTS5B", "pass"),
        ("residentPermit", "sealgen_UTTS5B", "pass"),
        ("visa_224bitSig", "sealgen_DETS32", "pass"),  # brainpoolP224r1
    ],
)
def test_foreign_seals_are_judged(name: str, certificate: str, expected: str) -> None:
    """Their certificates have no anchor here, so the verdict stays indeterminate."""
    data = bytes.fromhex((VECTORS / f"{name}.hex").read_text())
    trust = TrustStore(((VECTORS / f"{certificate}.crt").read_bytes(),))
    verdict = verify_seal(data, trust, NOW)
    assert {c.result for c in verdict.checks if c.id == "seal.signature"} == {expected}
    changed = data[:-1] + bytes((data[-1] ^ 1,))
    if expected == "pass":
        assert verify_seal(changed, trust, NOW).status == "invalid"
