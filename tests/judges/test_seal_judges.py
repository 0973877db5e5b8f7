"""Others read the QR code of a seal (zbar as a phone would, zxing-cpp), and openssl checks its plain signature."""

from __future__ import annotations

import io
import subprocess
from pathlib import Path

import segno
import zxingcpp
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from PIL import Image

from issuance.documents.barcodes import read_with_zbar
from keys import vds
from keys.seal import seal_url
from specs.load import load
from tests.unit.border.world import VERIFIER, seal_request, signed_seal, world

SPEC = load().certificate_seal


def picture(url: str, modules_px: int = 4) -> bytes:
    out = io.BytesIO()
    segno.make_qr(url, error="q", boost_error=False).save(out, kind="png", scale=modules_px, border=4)
    return out.getvalue()


def test_both_readers_read_the_address_from_the_code() -> None:
    for name in ("محمد علي أحمد المبروك", "عبد الرحمن " * 9 + "المبروك"):
        url = seal_url(VERIFIER, signed_seal(seal_request(name_arabic=name)), SPEC)
        image = picture(url)
        assert read_with_zbar(image) == [url]
        assert [c.text for c in zxingcpp.read_barcodes(Image.open(io.BytesIO(image)).convert("L"))] == [url]


def test_openssl_accepts_the_signature_over_header_and_features(tmp_path: Path) -> None:
    read = vds.decode(signed_seal())
    r, s = (int.from_bytes(read.signature[i : i + 32], "big") for i in (0, 32))
    (tmp_path / "signature").write_bytes(encode_dss_signature(r, s))
    (tmp_path / "signed").write_bytes(read.signed)
    certificate = next(world().trust_directory.glob("seal_signer*.cer"))
    key = subprocess.run(
        ["openssl", "x509", "-inform", "DER", "-in", str(certificate), "-pubkey", "-noout"],
        check=True,
        capture_output=True,
    )
    (tmp_path / "key.pem").write_bytes(key.stdout)
    command = "openssl dgst -sha256 -verify key.pem -signature signature signed"
    subprocess.run(command.split(), check=True, capture_output=True, cwd=tmp_path)
