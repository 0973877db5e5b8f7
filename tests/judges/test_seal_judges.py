"""Others read the QR code of a seal (zbar as a phone would, zxing-cpp), and openssl checks its plain signature."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import segno
import zxingcpp
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from PIL import Image

from issuance.documents.barcodes import read_with_zbar
from keys.seal import seal_url
from specs.load import load
from tests.pki.seal import c40
from tests.unit.border.world import VERIFIER, seal_request, signed_seal, world
from tests.unit.keys.test_travel_seal import seal as travel_seal
from tests.unit.keys.test_travel_seal import zone

SPEC = load().certificate_seal


def picture(url: str, modules_px: int = 4) -> bytes:
    out = io.BytesIO()
    segno.make_qr(url, error="q", boost_error=False).save(out, kind="png", scale=modules_px, border=4)
    return out.getvalue()


@pytest.mark.heavy
def test_both_readers_read_the_address_from_the_code() -> None:
    for name in ("محمد علي أحمد المبروك", "عبد الرحمن " * 9 + "المبروك"):
        url = seal_url(VERIFIER, signed_seal(seal_request(name_arabic=name)), SPEC)
        image = picture(url)
        assert read_with_zbar(image) == [url]
        assert [c.text for c in zxingcpp.read_barcodes(Image.open(io.BytesIO(image)).convert("L"))] == [url]


@pytest.mark.parametrize(
    "made", [signed_seal, travel_seal, lambda: travel_seal("TD2")], ids=["certificate", "book", "sheet"]
)
def test_openssl_accepts_the_signature_over_header_and_features(made: Callable[[], bytes], tmp_path: Path) -> None:
    seal = made()
    at = len(seal) - 66  # FF, 40, r and s of 32 octets
    assert seal[at : at + 2] == b"\xff\x40"
    r, s = (int.from_bytes(seal[i : i + 32], "big") for i in (at + 2, at + 34))
    (tmp_path / "signature").write_bytes(encode_dss_signature(r, s))
    (tmp_path / "signed").write_bytes(seal[:at])
    certificate = next(world().trust_directory.glob("seal_signer*.cer"))
    key = subprocess.run(
        ["openssl", "x509", "-inform", "DER", "-in", str(certificate), "-pubkey", "-noout"],
        check=True,
        capture_output=True,
    )
    (tmp_path / "key.pem").write_bytes(key.stdout)
    command = "openssl dgst -sha256 -verify key.pem -signature signature signed"
    subprocess.run(command.split(), check=True, capture_output=True, cwd=tmp_path)


@pytest.mark.parametrize(("zone_format", "meaning"), [("TD3", b"\x50\x02"), ("TD2", b"\x5e\x03")])
def test_header_and_zone_of_a_travel_seal_stand_where_the_standard_puts_them(zone_format: str, meaning: bytes) -> None:
    """Written by hand from Doc 9303-13 §2: magic, version 4, State, signer and reference, two dates, meaning."""
    seal = travel_seal(zone_format)
    serial = x509.load_der_x509_certificate(next(world().trust_directory.glob("seal_signer*.cer")).read_bytes())
    reference = f"{serial.serial_number:X}"
    day = (11 * 1_000_000 + 22 * 10_000 + 2026).to_bytes(3, "big")  # 22 November 2026
    head = b"\xdc\x03" + c40("LBY") + c40(f"LYCS{len(reference):02X}{reference}") + day + day + meaning
    assert seal.startswith(head)
    text = c40("".join(zone(zone_format)).replace("<", " "))
    assert seal[len(head) : -66] == b"\x02" + bytes((len(text),)) + text
    assert len(text) == {"TD3": 60, "TD2": 48}[zone_format]
