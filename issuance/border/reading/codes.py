"""Every barcode on a page, by zxing-cpp and by zbar: what it holds, not what it means."""

from __future__ import annotations

from dataclasses import dataclass

import zxingcpp

from issuance.border.reading.reader import Page


@dataclass(frozen=True, slots=True)
class Code:
    """symbology: in lower case without signs (`qrcode`, `code128`); content: text, or bytes where it is none;
    readers: who read it."""

    symbology: str
    content: str | bytes
    readers: tuple[str, ...]


def codes_of(page: Page, most: int) -> list[Code]:
    """What either reader finds, each content once, at most so many."""
    from pyzbar.pyzbar import decode

    found: dict[str | bytes, tuple[str, list[str]]] = {}
    for code in zxingcpp.read_barcodes(page):
        if code.valid:
            binary = code.content_type == zxingcpp.ContentType.Binary
            content: str | bytes = bytes(code.bytes) if binary else code.text
            found.setdefault(content, (_symbology(str(code.format)), []))[1].append("zxing")
    for seen in decode(page):
        text = seen.data.decode("utf-8", errors="replace")
        readers = found.setdefault(text, (_symbology(seen.type), []))[1]
        if "zbar" not in readers:
            readers.append("zbar")
    return [Code(kind, content, tuple(dict.fromkeys(by))) for content, (kind, by) in list(found.items())[:most]]


def _symbology(name: str) -> str:
    return "".join(character for character in name.rpartition(".")[2].lower() if character.isalnum())
