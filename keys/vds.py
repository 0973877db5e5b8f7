"""Visible digital seal (Doc 9303-13): bytes <-> values, for our own seals and for foreign ones.

Pure: no keys, no trust, no clock, no meaning of features (`keys/seal.py` knows ours). Reading is strict in form: a seal
that can be written in two ways can be altered unseen. It is lenient only where issued seals are known to differ.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from specs.errors import Fault, Invalid

MAGIC: Final = 0xDC
SIGNATURE_TAG: Final = 0xFF
MAXIMUM_BYTES: Final = 4096  # a QR code holds at most 2,953 bytes
_RAW_VERSION: Final = {3: 0x02, 4: 0x03}
_CLAUSE: Final = "Doc 9303-13 §2"
_V3_REFERENCE_CHARACTERS: Final = 5
_SIGNER_CHARACTERS: Final = 4

Feature = tuple[int, bytes]
"""One feature: tag 0..254, value."""


@dataclass(frozen=True, slots=True)
class Header:
    """issuer: three letters (`LBY`); signer: country and signer (`LYCR`); reference: names the signer's certificate.

    version: ICAO version of the seal, 3 or 4; definition, category: what the features mean (odd category: ICAO's).
    """

    issuer: str
    signer: str
    reference: str
    issued_on: date
    signed_on: date
    definition: int
    category: int
    version: int = 4


@dataclass(frozen=True, slots=True)
class Seal:
    """A seal as read. signed: the exact bytes under the signature; signature: plain r || s."""

    header: Header
    features: tuple[Feature, ...]
    signed: bytes
    signature: bytes

    def feature(self, tag: int) -> bytes | None:
        """The value of the first feature with this tag."""
        return next((value for found, value in self.features if found == tag), None)


def encode(header: Header, features: Sequence[Feature]) -> bytes:
    """Header and features: the bytes to be signed. Raises `Invalid` when a value has no encoding."""
    if header.version not in _RAW_VERSION:
        raise malformed("لا إصدار كهذا للختم", f"no seal version {header.version}")
    if len(header.issuer) != 3 or len(header.signer) != _SIGNER_CHARACTERS:
        raise malformed("رمز المصدر ثلاثة أحرف والموقّع أربعة", "the issuer has 3 characters, the signer 4")
    if header.version == 3:
        if len(header.reference) != _V3_REFERENCE_CHARACTERS:
            raise malformed("مرجع الشهادة خمسة أحرف", "a version 3 certificate reference has 5 characters")
        signer = header.signer + header.reference
    else:
        if not 1 <= len(header.reference) <= 0xFF:
            raise malformed("طول مرجع الشهادة غير صحيح", "a certificate reference has 1 to 255 characters")
        signer = f"{header.signer}{len(header.reference):02X}{header.reference}"
    out = bytearray((MAGIC, _RAW_VERSION[header.version]))
    out += encode_c40(header.issuer) + encode_c40(signer)
    out += encode_date(header.issued_on) + encode_date(header.signed_on)
    out += bytes((header.definition, header.category))
    for tag, value in features:
        if not 0 <= tag < SIGNATURE_TAG:
            raise malformed("وسم خارج المدى", f"feature tag {tag} is not 0 to 254")
        out += bytes((tag,)) + _encode_length(len(value)) + value
    return bytes(out)


def complete(signed: bytes, signature: bytes) -> bytes:
    """The whole seal from the signed bytes and the plain r || s signature."""
    return signed + bytes((SIGNATURE_TAG,)) + _encode_length(len(signature)) + signature


def decode(data: bytes) -> Seal:
    """Read a seal of version 3 or 4. Raises `Invalid` with code `keys.vds.malformed` for anything else."""
    if len(data) > MAXIMUM_BYTES:
        raise malformed("الختم أطول من أي رمز", f"longer than {MAXIMUM_BYTES} bytes")
    if len(data) < 2 or data[0] != MAGIC:
        raise malformed("ليس ختمًا رقميًا مرئيًا", "not a visible digital seal: the first byte is not DC")
    version = next((v for v, raw in _RAW_VERSION.items() if raw == data[1]), None)
    if version is None:
        raise malformed("إصدار الختم غير معروف", f"unknown seal version byte {data[1]:02X}")
    try:
        return _decode(data, version, 16)
    except Invalid:
        # The BSI sample of a residence registration writes the reference length in decimal; the standard says hex.
        if version == 4:
            try:
                return _decode(data, version, 10)
            except Invalid:
                pass
        raise


def _decode(data: bytes, version: int, length_base: int) -> Seal:
    issuer = decode_c40(_take(data, 2, 2))
    if len(issuer) != 3:
        raise malformed("رمز المصدر غير صحيح", "the issuer is not three characters")
    if version == 3:
        count = _SIGNER_CHARACTERS + _V3_REFERENCE_CHARACTERS
    else:
        prefix = decode_c40(_take(data, 4, 4))  # signer and the two digits of the length fill two C40 triples
        digits = prefix[_SIGNER_CHARACTERS:]
        if (
            len(digits) != 2
            or not set(digits) <= set("0123456789ABCDEF"[:length_base])
            or int(digits, length_base) == 0
        ):
            raise malformed("طول مرجع الشهادة غير صحيح", "the length of the certificate reference is not two digits")
        count = len(prefix) + int(digits, length_base)
    size = (count + 2) // 3 * 2
    text = decode_c40(_take(data, 4, size))
    if len(text) != count:
        raise malformed("مرجع الشهادة غير صحيح", "the certificate reference does not have its declared length")
    at = 4 + size
    issued_on, signed_on = decode_date(_take(data, at, 3)), decode_date(_take(data, at + 3, 3))
    definition, category = _take(data, at + 6, 2)
    header = Header(
        issuer=issuer,
        signer=text[:_SIGNER_CHARACTERS],
        reference=text[_SIGNER_CHARACTERS if version == 3 else _SIGNER_CHARACTERS + 2 :],
        issued_on=issued_on,
        signed_on=signed_on,
        definition=definition,
        category=category,
        version=version,
    )
    return _decode_features(data, at + 8, header)


def _decode_features(data: bytes, at: int, header: Header) -> Seal:
    features: list[Feature] = []
    while True:
        start, tag = at, _take(data, at, 1)[0]
        at, length = _decode_length(data, at + 1)
        value = _take(data, at, length)
        at += length
        if tag == SIGNATURE_TAG:
            if at != len(data):
                raise malformed("بيانات بعد التوقيع", "bytes follow the signature")
            if not value or len(value) % 2:
                raise malformed("طول التوقيع غير صحيح", "the signature is not two numbers of equal length")
            return Seal(header, tuple(features), data[:start], value)
        features.append((tag, value))


def _take(data: bytes, at: int, count: int) -> bytes:
    if at + count > len(data):
        raise malformed("الختم مبتور", "the seal ends too early")
    return data[at : at + count]


def _encode_length(length: int) -> bytes:
    """DER definite length, as far as a seal needs it."""
    if length < 0x80:
        return bytes((length,))
    if length <= 0xFF:
        return bytes((0x81, length))
    if length <= MAXIMUM_BYTES:
        return b"\x82" + length.to_bytes(2, "big")
    raise malformed("قيمة أطول من الختم", "a value is longer than a seal can be")


def _decode_length(data: bytes, at: int) -> tuple[int, int]:
    """(where the value begins, its length). Only the shortest form is accepted."""
    first = _take(data, at, 1)[0]
    if first < 0x80:
        return at + 1, first
    if first not in (0x81, 0x82):
        raise malformed("حقل الطول غير صحيح", f"a length begins with {first:02X}")
    octets = _take(data, at + 1, first & 0x7F)
    length = int.from_bytes(octets, "big")
    if _encode_length(length) != bytes((first,)) + octets:
        raise malformed("حقل الطول ليس بأقصر صورة", "a length is not in its shortest form")
    return at + 1 + len(octets), length


def encode_c40(text: str) -> bytes:
    """A-Z, 0-9, space and `<` (written as space), three characters in two bytes."""
    codes = [_c40_code(c) for c in text.replace("<", " ")]
    out = bytearray()
    for i in range(0, len(codes), 3):
        part = codes[i : i + 3]
        if len(part) == 1:
            out += bytes((0xFE, ord(text[i].replace("<", " ")) + 1))
        else:
            value = 1600 * part[0] + 40 * part[1] + (part[2] if len(part) == 3 else 0) + 1
            out += value.to_bytes(2, "big")
    return bytes(out)


def decode_c40(data: bytes) -> str:
    """The inverse of `encode_c40`; spaces stay spaces. Raises `Invalid` for any other sequence of bytes."""
    if len(data) % 2:
        raise malformed("نص C40 بعدد فردي من البايتات", "C40 text has an odd number of bytes")
    out: list[str] = []
    for i in range(0, len(data), 2):
        last = i + 2 == len(data)
        if data[i] == 0xFE and last:
            out.append(chr((data[i + 1] - 1) % 0x100))
            _c40_code(out[-1])
            continue
        value = int.from_bytes(data[i : i + 2], "big") - 1
        codes = [value // 1600, value // 40 % 40, value % 40]
        if last and codes[2] == 0:
            del codes[2]
        for code in codes:
            if not 3 <= code < 40:
                raise malformed("رمز غير معرّف في نص C40", "C40 text holds a code that stands for no character")
            out.append(" " if code == 3 else chr(code + (44 if code < 14 else 51)))
    return "".join(out)


def _c40_code(character: str) -> int:
    if character == " ":
        return 3
    if "0" <= character <= "9":
        return ord(character) - 44
    if "A" <= character <= "Z":
        return ord(character) - 51
    raise malformed("حرف لا يكتب في C40", "C40 holds capital letters, digits and spaces only")


def encode_date(day: date) -> bytes:
    """The number MMDDYYYY in three bytes."""
    return (day.month * 1_000_000 + day.day * 10_000 + day.year).to_bytes(3, "big")


def decode_date(data: bytes) -> date:
    """The inverse of `encode_date`. Raises `Invalid` when no such day exists."""
    rest, year = divmod(int.from_bytes(data, "big"), 10_000)
    month, day = divmod(rest, 100)
    try:
        if len(data) != 3:
            raise ValueError
        return date(year, month, day)
    except ValueError:
        raise malformed("تاريخ غير موجود", "a date that does not exist") from None


def malformed(ar: str, en: str) -> Invalid:
    return Invalid(Fault("keys.vds.malformed", ar, en, field="seal", clause=_CLAUSE))
