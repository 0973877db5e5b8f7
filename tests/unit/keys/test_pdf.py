"""Signing and judging PDFs: nothing changes unseen, nothing foreign is signed, any bytes get a verdict."""

from __future__ import annotations

import random
import zlib
from datetime import timedelta
from functools import lru_cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keys.der import DerError
from keys.pdf_attachment import extract_attachment
from keys.pdf_signature import read_signature
from keys.pdf_store import read_store
from keys.pdf_update import CONTENTS_BYTES, make_room
from keys.pdf_verify import verify_pdf
from keys.trust import TrustStore
from specs.errors import Invalid
from tests.unit.border.world import NOW, rendered_pdf, signed_pdf, world

ATTACHED = '{"number":"CS2026-TRP-000001-T"}'


@lru_cache
def certificate() -> bytes:
    return signed_pdf(rendered_pdf(ATTACHED))


@pytest.fixture(scope="module", autouse=True)
def made() -> None:
    """Keys and certificate are made before hypothesis begins to count time."""
    certificate()


@pytest.fixture
def pdf() -> bytes:
    return certificate()


def flip(pdf: bytes, at: int, mask: int = 1) -> bytes:
    return pdf[:at] + bytes((pdf[at] ^ mask,)) + pdf[at + 1 :]


def gap(pdf: bytes) -> tuple[int, int]:
    start = pdf.index(b"/Contents<") + len(b"/Contents")
    return start, pdf.index(b">", start) + 1


def regions(pdf: bytes) -> dict[str, int]:
    """One byte of every kind of place in the file."""
    start, end = gap(pdf)
    held, store = read_signature(pdf), read_store(pdf)
    assert held.token is not None
    assert store is not None
    return {
        "header": 1,
        "binary comment": 11,
        "page content": pdf.index(b"stream\n") + 9,
        "attached data": pdf.index(ATTACHED.encode()) + 3,
        "old table": pdf.index(b"xref\n0 ") + 30,
        "old trailer": pdf.index(b"trailer\n") + 12,
        "catalog": pdf.index(b"/AcroForm") + 3,
        "signature dictionary": pdf.index(b"/M(D:") + 8,
        "byte range": pdf.index(b"/ByteRange[") + 14,
        "byte range spaces": pdf.index(b" ]/Contents"),
        "opening bracket": start,
        "cms header": start + 2,
        "cms certificate": start + 600,
        "cms signature": pdf.index(held.info.signature.hex().encode(), start) + 30,
        "time stamp's head": pdf.index(held.token.hex().encode(), start) + 1,
        "time stamp's certificate": pdf.index(held.token.hex().encode(), start) + 900,
        "time stamp's signature": start + 2 * len(held.message) - 9,
        "security store": pdf.index(b"/Type/DSS/Certs[") + 17,
        "embedded certificate": pdf.index(store.certificates[1]) + 200,
        "embedded list's length": pdf.index(store.crls[0]) - 12,
        "embedded list": pdf.index(store.crls[0]) + len(store.crls[0]) - 5,
        "padding": end - 200,
        "padding end": end - 2,
        "closing bracket": end - 1,
        "new table": pdf.rindex(b"xref\n") - 60,
        "new trailer": pdf.rindex(b"/Prev") + 2,
        "last byte": len(pdf) - 1,
    }


def test_a_signed_certificate_is_valid(pdf: bytes) -> None:
    verdict = verify_pdf(pdf, world().trust, NOW)
    assert verdict.status == "valid", verdict.failed()
    assert verdict.facts["signed_at"] == "2026-11-22T09:30:00+00:00"


@pytest.mark.parametrize("mask", [0x01, 0x20, 0x80])
def test_a_changed_byte_in_any_kind_of_place_is_invalid(pdf: bytes, mask: int) -> None:
    for name, at in regions(pdf).items():
        assert verify_pdf(flip(pdf, at, mask), world().trust, NOW).status == "invalid", name


def test_every_changed_byte_of_the_signature_itself_is_invalid(pdf: bytes) -> None:
    """Also where the change spells the same number (upper-case hexadecimal)."""
    start, _ = gap(pdf)
    used = 2 * len(read_signature(pdf).message)
    for at in range(start + 1, start + 1 + used, 97):
        for other in b"0f1AF":
            if pdf[at] != other:
                changed = pdf[:at] + bytes((other,)) + pdf[at + 1 :]
                assert verify_pdf(changed, world().trust, NOW).status == "invalid", at


@pytest.mark.slow
def test_a_changed_byte_anywhere_is_invalid(pdf: bytes) -> None:
    chance = random.Random(2)
    start, end = gap(pdf)
    places = [
        *chance.sample(range(len(pdf)), 1200),
        *range(start, start + 2 * len(read_signature(pdf).message) + 9, 5),
        *range(end - 40, len(pdf)),
    ]
    for at in places:
        assert verify_pdf(flip(pdf, at, 1 << chance.randrange(8)), world().trust, NOW).status == "invalid", at


@pytest.mark.parametrize("tail", [b"\n", b" ", b"%%EOF\n", b"\0" * 3])
def test_appended_bytes_are_invalid(pdf: bytes, tail: bytes) -> None:
    assert verify_pdf(pdf + tail, world().trust, NOW).status == "invalid"
    assert verify_pdf(pdf[:-1], world().trust, NOW).status == "invalid"


def test_a_second_signed_revision_is_invalid(pdf: bytes) -> None:
    start, _ = gap(pdf)
    again = pdf + pdf[start - 400 :]
    verdict = verify_pdf(again, world().trust, NOW)
    assert [check.id for check in verdict.failed()] == ["pdf.signature"]


def test_an_unsigned_pdf_is_invalid() -> None:
    assert verify_pdf(rendered_pdf(ATTACHED), world().trust, NOW).status == "invalid"


def test_a_range_that_leaves_more_out_is_invalid(pdf: bytes) -> None:
    """A wider gap would let bytes beside the signature change."""
    start, end = gap(pdf)
    numbers = f"/ByteRange[0 {start} {end} ".encode()
    assert numbers in pdf
    for other in (
        f"/ByteRange[0 {start} {end + 1} ",
        f"/ByteRange[0 {start - 1} {end} ",
        f"/ByteRange[1 {start} {end} ",
    ):
        assert verify_pdf(pdf.replace(numbers, other.encode()), world().trust, NOW).status == "invalid"


def test_a_swapped_attachment_is_invalid(pdf: bytes) -> None:
    other = ATTACHED.replace("000001-T", "000002-X")
    assert verify_pdf(pdf.replace(ATTACHED.encode(), other.encode()), world().trust, NOW).status == "invalid"


def test_the_signature_of_another_file_is_invalid(pdf: bytes) -> None:
    other = signed_pdf(rendered_pdf('{"number":"CS2026-TRP-000002-X"}'))
    (start, end), (s, e) = gap(pdf), gap(other)
    assert verify_pdf(pdf[:start] + other[s:e] + pdf[end:], world().trust, NOW).status == "invalid"


def test_trust_without_our_root_does_not_know(pdf: bytes) -> None:
    assert verify_pdf(pdf, TrustStore((), ()), NOW).status == "indeterminate"


def test_an_expired_signer_and_a_signature_from_the_future_fail(pdf: bytes) -> None:
    late = verify_pdf(pdf, world().trust, NOW + timedelta(days=20_000))
    assert "chain.validity" in [check.id for check in late.failed()]
    early = verify_pdf(pdf, world().trust, NOW - timedelta(hours=1))
    assert "pdf.time" in [check.id for check in early.failed()]


@given(st.binary(max_size=300).map(lambda tail: b"%PDF-1.7\n" + tail) | st.binary(max_size=64))
def test_any_bytes_get_a_verdict(data: bytes) -> None:
    assert verify_pdf(data, world().trust, NOW).status == "invalid"


@settings(max_examples=60)
@given(st.binary(min_size=1, max_size=120), st.integers(0, 2800))
def test_any_bytes_in_place_of_the_cms_get_a_verdict(noise: bytes, at: int) -> None:
    pdf = certificate()
    start, end = gap(pdf)
    held = bytearray.fromhex(pdf[start + 1 : end - 1].decode())
    before = bytes(held)
    held[at : at + len(noise)] = noise
    verdict = verify_pdf(pdf[: start + 1] + bytes(held).hex().encode() + pdf[end - 1 :], world().trust, NOW)
    assert verdict.status == ("valid" if bytes(held) == before else "invalid")


@settings(max_examples=150)
@given(st.data())
def test_any_bytes_in_the_update_are_a_store_or_refused(data: st.DataObject) -> None:
    """The store is read after its signature held; still nothing there may crash or be taken from beyond the file."""
    pdf = certificate()
    end = len(pdf)
    at = data.draw(st.integers(pdf.index(b"/DSS") - 40, end) | st.integers(end - 700, end))
    noise = data.draw(st.binary(max_size=12) | st.integers(0, 10**9).map(lambda n: str(n).encode()))
    changed = pdf[:at] + noise + pdf[at + len(noise) :]
    try:
        held = read_store(changed)
    except DerError:
        return
    assert held is None or all(der in changed for der in (*held.certificates, *held.crls))


def test_the_update_leaves_the_rendered_bytes_and_its_metadata_alone(pdf: bytes) -> None:
    original = rendered_pdf(ATTACHED)
    assert pdf.startswith(original)
    assert pdf[len(original) :].count(b"/Metadata") == 1  # only the catalog's reference
    assert b"/Annots[" in pdf
    assert b"/SigFlags 3" in pdf
    assert b"/F 132" in pdf


def test_room_is_left_in_an_untagged_pdf_too() -> None:
    room = make_room(rendered_pdf(ATTACHED, ("a-3b",)), NOW, "", "")
    assert room.gap[1] - room.gap[0] == 2 * CONTENTS_BYTES + 2


@pytest.mark.parametrize(
    "foreign",
    [
        b"",
        b"%PDF-1.7\n",
        b"%PDF-1.7\n" + b"trailer\n<<" * 2000,
        b"%PDF-1.4\nxref\n0 1\n0000000000 65535 f \ntrailer\n<</Size 1/Root 1 0 R>>\nstartxref\n9\n%%EOF",
    ],
)
def test_a_foreign_pdf_is_refused(foreign: bytes) -> None:
    with pytest.raises(Invalid, match=r"keys\.pdf\.foreign"):
        make_room(foreign, NOW, "", "")


def test_a_pdf_of_another_program_is_refused() -> None:
    with pytest.raises(Invalid):
        make_room(rendered_pdf(ATTACHED).replace(b"/Creator(Typst", b"/Creator(Other"), NOW, "", "")


def test_a_signed_pdf_is_not_signed_again(pdf: bytes) -> None:
    with pytest.raises(Invalid):
        make_room(pdf, NOW, "", "")


@settings(max_examples=150)
@given(st.integers(0, 30_000), st.binary(max_size=12))
def test_damaged_renderings_are_refused_or_signed_but_never_crash(at: int, noise: bytes) -> None:
    original = rendered_pdf(ATTACHED)
    damaged = original[: at % len(original)] + noise + original[at % len(original) + len(noise) :]
    try:
        make_room(damaged, NOW, "", "")
    except Invalid as refused:
        assert refused.faults[0].code == "keys.pdf.foreign"


def test_the_attachment_is_read_back(pdf: bytes) -> None:
    assert extract_attachment(pdf, "certificate.json") == ATTACHED.encode()


def test_a_large_attachment_is_read_back_and_a_bomb_is_not() -> None:
    large = '"' + "محمد " * 20_000 + '"'
    pdf = rendered_pdf(large)
    assert extract_attachment(pdf, "certificate.json") == large.encode()
    bomb = zlib.compress(b"0" * 20_000_000)
    head = b"\n1 0 obj\n<</Type/Filespec/F(a)/EF<</F 2 0 R>>>>\nendobj\n2 0 obj\n<</Length %d" % len(bomb)
    with pytest.raises(Invalid):
        extract_attachment(head + b"/Type/EmbeddedFile/Filter/FlateDecode>>\nstream\n" + bomb + b"\nendstream", "a")


def test_a_missing_attachment_is_refused(pdf: bytes) -> None:
    with pytest.raises(Invalid):
        extract_attachment(pdf, "other.json")
