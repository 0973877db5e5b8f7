"""The seals of travel documents: what they say, what is refused a signature, and how ours and others' are judged."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from issuance.mrtd import mrz
from keys import vds
from keys.seal import seal_text, seal_url
from keys.seal_verify import verify_seal
from keys.signing import issue, prepare
from keys.travel_seal import TravelSealRequest
from keys.trust import TrustStore
from specs.errors import Invalid, Refused
from specs.load import load
from tests import shared
from tests.pki.seal import c40
from tests.unit.border.world import NOW, VERIFIER, world

SPEC = load()
VECTORS = shared.VECTORS / "vds"
needs_vectors = shared.needs(VECTORS)
KINDS = {"TD3": "passport_seal", "TD2": "etd_seal"}


def zone(zone_format: str, **changed: str) -> tuple[str, ...]:
    fields = {
        "document_code": "PP" if zone_format == "TD3" else "PU",
        "issuer": "LBY",
        "surname": "ELMABROUK",
        "given": "MOHAMED ALI",
        "document_number": "LB2222223" if zone_format == "TD3" else "XL2222223",
        "nationality": "LBY",
        "birth_date": "850317",
        "sex": "M",
        "expiry_date": "341121" if zone_format == "TD3" else "261206",
        "optional": "",
    }
    return mrz.build(zone_format, fields | changed, issued=date(2026, 11, 22)).lines


def request(form: str = "TD3", **changed: Any) -> TravelSealRequest:
    return replace(TravelSealRequest("passport:LB2222223", zone(form), form, date(2026, 11, 22), SPEC), **changed)


@lru_cache
def seal(zone_format: str = "TD3", name: str = "one") -> bytes:
    return issue(prepare(world(name).keys, request(zone_format), NOW), NOW).artefact


def failed(given: bytes | str, at: datetime = NOW, trust: TrustStore | None = None) -> list[str]:
    return [check.id for check in verify_seal(given, trust or world().trust, at, SPEC).failed()]


@pytest.mark.parametrize("zone_format", ["TD3", "TD2"])
def test_a_seal_holds_the_zone_of_its_document_and_names_its_kind(zone_format: str) -> None:
    for form in (seal(zone_format), seal_text(seal(zone_format))):
        verdict = verify_seal(form, world().trust, NOW, SPEC)
        assert verdict.status == "valid", verdict.failed()
        assert verdict.facts["kind"] == KINDS[zone_format]
        assert tuple(verdict.facts["mrz"]) == zone(zone_format)
        assert (verdict.facts["issuer"], verdict.facts["signer"]) == ("LBY", "LYCS")
        assert (verdict.facts["issued_on"], verdict.facts["signed_on"]) == ("2026-11-22", "2026-11-22")


@pytest.mark.parametrize("zone_format", ["TD3", "TD2"])
@pytest.mark.parametrize(
    "changed", [{}, {"given": "", "surname": "ELMABROUK ALI"}, {"birth_date": "85<<<<"}, {"sex": "F"}]
)
def test_the_fields_of_the_sealed_zone_are_those_the_reader_of_printed_zones_finds(
    zone_format: str, changed: dict[str, str]
) -> None:
    lines = zone(zone_format, **changed)
    signed = issue(prepare(world().keys, request(zone_format, lines=lines), NOW), NOW).artefact
    read = mrz.check(list(lines)).fields
    assert verify_seal(signed, world().trust, NOW, SPEC).facts["fields"] == {
        name: value for name, value in read.items() if name != "composite"
    }


def test_a_long_number_of_a_foreign_sheet_is_read_whole() -> None:
    """The worked example of Doc 9303-6: D23145890< and 7349 stand for the number D23145890734, check digit 9."""
    lines = ("I<UTOSTEVENSON<<PETER<JOHN<<<<<<<<<<", "D23145890<UTO3407127M95071227349<<<8")
    read = mrz.check(list(lines))
    verdict = verify_seal(foreign("".join(lines)), TrustStore(), NOW, SPEC)
    assert verdict.facts["fields"]["document_number"] == read.fields["document_number"] == "D23145890734"
    assert "seal.zone" not in [check.id for check in verdict.failed()]


def foreign(text: str, issuer: str = "UTO") -> bytes:
    """A seal of an emergency travel document written by hand, with a signature that is none."""
    head = b"\xdc\x03" + c40(issuer) + c40("UTTS025B") + date_bytes(2026, 10, 2) * 2 + b"\x5e\x03"
    value = c40(text.replace("<", " "))
    return head + b"\x02" + bytes((len(value),)) + value + b"\xff\x40" + bytes(64)


def date_bytes(year: int, month: int, day: int) -> bytes:
    return (month * 1_000_000 + day * 10_000 + year).to_bytes(3, "big")


@pytest.mark.heavy
@pytest.mark.parametrize("zone_format", ["TD3", "TD2"])
def test_every_changed_byte_of_a_travel_seal_is_invalid(zone_format: str) -> None:
    chance, held = random.Random(1), seal(zone_format)
    for at in range(len(held)):
        for mask in (0x01, 0x80, chance.randrange(1, 256)):
            changed = held[:at] + bytes((held[at] ^ mask,)) + held[at + 1 :]
            assert verify_seal(changed, world().trust, NOW, SPEC).status == "invalid", (at, mask)


def test_a_genuine_seal_of_an_expired_document_is_no_longer_valid() -> None:
    assert failed(seal("TD2"), datetime(2026, 12, 6, 21, 59, tzinfo=UTC)) == []  # 23:59 of the last day in Libya
    assert failed(seal("TD2"), datetime(2026, 12, 6, 22, 1, tzinfo=UTC)) == ["seal.expiry"]


def test_a_travel_seal_in_the_address_of_a_certificate_is_refused() -> None:
    assert failed(seal_url(VERIFIER, seal(), SPEC.certificate_seal)) == ["seal.address"]


def test_an_unknown_signer_is_indeterminate_and_one_of_another_installation_forged() -> None:
    assert verify_seal(seal(), TrustStore(), NOW, SPEC).status == "indeterminate"
    assert failed(seal(name="two")) == ["seal.signer"]


@pytest.mark.parametrize(
    ("changed", "check"),
    [
        ({"lines": (zone("TD3")[0], zone("TD3")[1][:-1] + "9")}, "seal.zone"),
        ({"lines": (zone("TD3")[0].replace("LBY", "TUN", 1), zone("TD3")[1])}, "seal.issuer"),
        ({"issued_on": date(2026, 11, 23)}, "seal.contents"),
    ],
    ids=["digit", "state", "tomorrow"],
)
def test_what_a_verifier_would_refuse_is_not_signed(changed: dict[str, Any], check: str) -> None:
    with pytest.raises(Refused) as refused:
        prepare(world().keys, request(**changed), NOW)
    assert check in [fault.code for fault in refused.value.faults]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"zone_format": "TD1", "lines": ("A" * 30,) * 3}, "zone_format"),
        ({"lines": zone("TD2")}, "mrz"),
        ({"lines": ()}, "mrz"),
    ],
)
def test_a_request_that_is_no_zone_of_the_format_is_refused_by_field(changed: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        prepare(world().keys, request(**changed), NOW)
    assert [fault.field for fault in refused.value.faults] == [field]


def test_a_lower_case_letter_or_an_arabic_one_is_not_sealed() -> None:
    for wrong in ("a", "م", "-"):
        lines = (zone("TD3")[0][:-1] + wrong, zone("TD3")[1])
        with pytest.raises((Invalid, Refused)):
            prepare(world().keys, request(lines=lines), NOW)


def test_a_national_reference_of_another_state_is_not_taken_for_our_passport() -> None:
    read = vds.decode(seal())
    abroad = vds.complete(vds.encode(replace(read.header, issuer="TUN"), read.features), read.signature)
    assert verify_seal(abroad, TrustStore(), NOW, SPEC).facts["kind"] == "seal"


@pytest.mark.parametrize("extra", [(9, b"x"), (2, c40("X" * 72))])
def test_ours_hold_nothing_besides_what_the_specification_orders(extra: tuple[int, bytes]) -> None:
    read = vds.decode(seal("TD2"))
    longer = vds.complete(vds.encode(read.header, [*read.features, extra]), read.signature)
    assert "seal.contents" in failed(longer, trust=TrustStore())


def test_a_foreign_seal_without_its_zone_or_with_a_cut_one_is_refused() -> None:
    whole = "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<D231458907UTO7408122F1204159<<<<<<<6"
    assert "seal.contents" not in failed(foreign(whole), trust=TrustStore())
    assert "seal.contents" in failed(foreign(whole[:-1]), trust=TrustStore())
    assert "seal.zone" in failed(foreign(whole[:-1] + "7"), trust=TrustStore())
    assert "seal.issuer" in failed(foreign(whole, issuer="D  "), trust=TrustStore())


@needs_vectors
def test_the_visa_of_another_implementation_is_read_as_what_it_is() -> None:
    """`visa_224bitSig` of tsenger/vdstools; its own tests say what it holds. It names UTO, and its zone Germany."""
    data = bytes.fromhex((VECTORS / "visa_224bitSig.hex").read_text())
    trust = TrustStore(((VECTORS / "sealgen_DETS32.crt").read_bytes(),))
    verdict = verify_seal(data, trust, datetime(2023, 8, 20, tzinfo=UTC), SPEC)
    assert verdict.facts["kind"] == "visa_seal"
    assert verdict.facts["mrz"] == ["VCD<<DENT<<ARTHUR<PHILIP<<<<<<<<<<<<", "1234567XY7GBR5203116M2005250"]
    assert verdict.facts["fields"]["document_number"] == "1234567XY"
    assert (verdict.facts["passport_number"], verdict.facts["duration_of_stay"]) == ("47110815P", "a00000")
    told = {check.id: check.result for check in verdict.checks}
    assert (told["seal.signature"], told["seal.zone"]) == ("pass", "pass")
    assert (told["seal.issuer"], told["seal.country"]) == ("fail", "fail")


@pytest.mark.parametrize("head", [b"\x5e\x03", b"\x50\x02", b"\x5d\x01"])
@given(tail=st.binary(max_size=300), issuer=st.sampled_from(["LBY", "UTO", "D  "]))
def test_any_bytes_after_the_header_of_a_travel_seal_end_in_a_verdict(head: bytes, tail: bytes, issuer: str) -> None:
    start = b"\xdc\x03" + c40(issuer) + c40("LYCS025B") + date_bytes(2026, 10, 2) * 2 + head
    assert verify_seal(start + tail, TrustStore(), NOW, SPEC).status in ("invalid", "indeterminate")


@given(text=st.text("ABCZ019 ", min_size=72, max_size=72))
def test_any_zone_at_all_ends_in_a_verdict(text: str) -> None:
    assert verify_seal(foreign(text), TrustStore(), NOW, SPEC).facts["kind"] == "etd_seal"
