"""Read a file attached to a PDF of our own renderer. Trusts its syntax: judge the PDF first (`keys/pdf_verify.py`)."""

from __future__ import annotations

import re
import zlib
from typing import Final

from specs.errors import Fault, Invalid

MAXIMUM_BYTES: Final = 4 * 1024 * 1024


def extract_attachment(pdf: bytes, name: str) -> bytes:
    """The bytes of the attachment called `name` (ASCII). Raises `Invalid` unless exactly one, whole, is there."""
    quoted = re.escape(name.encode("ascii", "replace"))
    pattern = rb"\n\d{1,7} 0 obj\n<</Type/Filespec/F\(" + quoted + rb"\)[^\n]{0,400}?/EF<</F (\d{1,7}) 0 R"
    number = _only(re.findall(pattern, pdf), name)
    head = re.compile(rb"\n" + number + rb" 0 obj\n<</Length (\d{1,10})(/[^\n]{0,400})>>\nstream\n")
    if len(found := list(head.finditer(pdf))) != 1:
        raise _refused(name, "its object is missing or stands twice")
    length, keys, at = int(found[0][1]), found[0][2], found[0].end()
    data = pdf[at : at + length]
    if b"/Type/EmbeddedFile" not in keys or pdf[at + length : at + length + 10] != b"\nendstream":
        raise _refused(name, "it is no embedded file of the stated length")
    if b"/Filter" not in keys:
        return data if len(data) <= MAXIMUM_BYTES else _too_large(name)
    if b"/Filter/FlateDecode" not in keys:
        raise _refused(name, "it is compressed in a way we do not write")
    inflater = zlib.decompressobj()
    try:
        out = inflater.decompress(data, MAXIMUM_BYTES + 1)
    except zlib.error as error:
        raise _refused(name, f"it does not decompress: {error}") from error
    if len(out) > MAXIMUM_BYTES:
        return _too_large(name)
    if not inflater.eof:
        raise _refused(name, "it is truncated")
    return out


def _only(found: list[bytes], name: str) -> bytes:
    if len(found) != 1:
        raise _refused(name, f"{len(found)} attachments have this name, not one")
    return found[0]


def _too_large(name: str) -> bytes:
    raise _refused(name, f"it is larger than {MAXIMUM_BYTES} bytes")


def _refused(name: str, reason: str) -> Invalid:
    return Invalid(
        Fault(
            "keys.pdf.attachment",
            f"الملحق {name} غير صالح",
            f"the attachment {name}: {reason}",
            field="pdf",
            clause="ISO 32000-1 §7.11.4",
        )
    )
