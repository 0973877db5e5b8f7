"""The seal codec against seals made by others, values worked on paper, and its own inverse."""

from __future__ import annotations

from datetime import date

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from hypothesis import given
from hypothesis import strategies as st

from keys import vds
from specs.errors import Invalid
from tests import shared

VECTORS = shared.VECTORS / "vds"
needs_vectors = shared.needs(VECTORS)

TEXT = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 ", max_size=40)
DATES = st.dates(date(1900, 1, 1), date(2199, 12, 31))


def seal_bytes(name: str) -> bytes:
    return bytes.fromhex((VECTORS / name).read_text().strip())


@needs_vectors
@pytest.mark.parametrize(
    ("name", "issuer", "signer", "reference", "definition", "category", "tags"),
    [
        ("addressStickerPassport", "UTO", "UTTS", "5B", 0xF8, 0x0A, (1, 2, 3)),
        ("residentPermit", "UTO", "UTTS", "5B", 0xFB, 0x06, (2, 3)),
        ("visa_224bitSig", "UTO", "DETS", "32", 0x5D, 0x01, (2, 4, 5)),
        (
            "meldebescheinigung",
            "D  ",
            "DEZV",
            "00112233445566778899AABBCCDDEEFF00112233",
            0x01,
            0xC8,
            (0, *range(4, 16)),
        ),
    ],
)
def test_seals_made_by_others_are_read(
    name: str, issuer: str, signer: str, reference: str, definition: int, category: int, tags: tuple[int, ...]
) -> None:
    seal = vds.decode(seal_bytes(f"{name}.hex"))
    assert (seal.header.issuer, seal.header.signer, seal.header.reference) == (issuer, signer, reference)
    assert seal.header.version == 4
    assert (seal.header.definition, seal.header.category) == (definition, category)
    assert tuple(t for t, _ in seal.features) == tags


@needs_vectors
@pytest.mark.parametrize("name", ["addressStickerPassport", "residentPermit", "meldebescheinigung"])
def test_signed_bytes_of_foreign_seals_verify_under_their_certificate(name: str) -> None:
    seal = vds.decode(seal_bytes(f"{name}.hex"))
    certificate = x509.load_der_x509_certificate((VECTORS / "sealgen_UTTS5B.crt").read_bytes())
    key = certificate.public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    half = len(seal.signature) // 2
    r, s = (int.from_bytes(seal.signature[i : i + half], "big") for i in (0, half))
    key.verify(encode_dss_signature(r, s), seal.signed, ec.ECDSA(hashes.SHA256()))


@needs_vectors
@pytest.mark.parametrize("name", ["addressStickerPassport", "residentPermit", "visa_224bitSig"])
def test_writing_what_was_read_gives_the_same_bytes(name: str) -> None:
    data = seal_bytes(f"{name}.hex")
    seal = vds.decode(data)
    assert vds.complete(vds.encode(seal.header, seal.features), seal.signature) == data


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("UTO", 34 * 1600 + 33 * 40 + 28 + 1),
        ("AB", 14 * 1600 + 15 * 40 + 0 + 1),  # two left over: the third code is shift 1
        ("7", 0xFE00 + ord("7") + 1),  # one left over: unlatch, then ASCII + 1
        ("D<<", 17 * 1600 + 3 * 40 + 3 + 1),  # the filler is written as a space
    ],
)
def test_c40_values_worked_on_paper(text: str, expected: int) -> None:
    assert int.from_bytes(vds.encode_c40(text), "big") == expected


def test_date_is_the_number_month_day_year() -> None:
    assert vds.encode_date(date(1957, 3, 25)) == (3251957).to_bytes(3, "big")
    assert vds.decode_date((12312099).to_bytes(3, "big")) == date(2099, 12, 31)


@given(TEXT)
def test_c40_text_comes_back(text: str) -> None:
    assert vds.decode_c40(vds.encode_c40(text)) == text


@given(st.binary(max_size=24))
def test_c40_has_one_spelling(data: bytes) -> None:
    try:
        text = vds.decode_c40(data)
    except Invalid:
        return
    assert vds.encode_c40(text) == data


HEADERS = st.builds(
    vds.Header,
    issuer=st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=3, max_size=3),
    signer=st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", min_size=4, max_size=4),
    reference=st.text("0123456789ABCDEF", min_size=5, max_size=5),
    issued_on=DATES,
    signed_on=DATES,
    definition=st.integers(0, 255),
    category=st.integers(0, 255),
    version=st.sampled_from([3, 4]),
)
FEATURES = st.lists(st.tuples(st.integers(0, 254), st.binary(max_size=300)), max_size=6)


@given(HEADERS, FEATURES, st.integers(1, 66).map(lambda n: b"\x01" * (2 * n)))
def test_every_seal_comes_back(header: vds.Header, features: list[vds.Feature], signature: bytes) -> None:
    signed = vds.encode(header, features)
    seal = vds.decode(vds.complete(signed, signature))
    assert (seal.header, list(seal.features), seal.signed, seal.signature) == (header, features, signed, signature)


@given(st.binary(max_size=200).map(lambda tail: b"\xdc\x03" + tail) | st.binary(max_size=64))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        seal = vds.decode(data)
    except Invalid as refused:
        assert refused.faults[0].code == "keys.vds.malformed"
        return
    assert vds.complete(seal.signed, seal.signature) == data


def test_a_length_in_two_octets_that_fits_in_one_is_refused() -> None:
    header = vds.Header("LBY", "LYCR", "1", date(2026, 1, 1), date(2026, 1, 1), 1, 2)
    good = vds.complete(vds.encode(header, []), b"\x01" * 64)
    assert good[-65] == 64
    with pytest.raises(Invalid):
        vds.decode(good[:-65] + b"\x81\x40" + good[-64:])
    with pytest.raises(Invalid):
        vds.decode(good + b"\x00")
