"""The incremental update that gives a PDF of our own renderer one empty signature field (ISO 32000-1 §7.5.6, §12.8).

Pure bytes. It is no PDF library: it reads just enough of what Typst writes (a classic cross-reference table, plain
dictionaries) and refuses every other file, so it must never be given a foreign PDF.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from specs.errors import Fault, Invalid

CONTENTS_BYTES: Final = (
    8192  # room for the CMS: about 1,500 with a signer's certificate, and a time stamp of up to 6,144
)
MAXIMUM_PDF_BYTES: Final = 32 * 1024 * 1024
_NUMBER_WIDTH: Final = 10
_RENDERER: Final = re.compile(rb"/Creator\(Typst [0-9.]+\)")
_TAIL: Final = re.compile(
    rb"\ntrailer\n<<(/[^<>]*?(?:<[0-9A-Fa-f]*>[^<>]*?)*)>>\nstartxref\n(\d{1,10})\n%%EOF\n?$", re.DOTALL
)
_REFERENCE: Final = rb"(\d{1,7}) 0 R"


@dataclass(frozen=True, slots=True)
class ValidationData:
    """What a document security store holds: certificates and revocation lists, DER."""

    certificates: tuple[bytes, ...]
    crls: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class PdfWithRoom:
    """pdf: the whole file, its signature still zeros; gap: (start, end) of `<...>`, outside the signed ranges."""

    pdf: bytes
    gap: tuple[int, int]

    @property
    def signed_bytes(self) -> bytes:
        """What the signature covers: everything but the gap."""
        return self.pdf[: self.gap[0]] + self.pdf[self.gap[1] :]

    def filled(self, contents: bytes) -> bytes:
        """The file with `contents` (DER) in the gap, lower-case hex, padded with zeros to the end."""
        start, end = self.gap
        room = end - start - 2
        if 2 * len(contents) > room:
            raise _refused("التوقيع أكبر من مكانه", f"the signature has {len(contents)} bytes, room for {room // 2}")
        return self.pdf[: start + 1] + contents.hex().encode().ljust(room, b"0") + self.pdf[end - 1 :]


class _Original:
    """The few objects of the rendered file that the update has to repeat with additions."""

    def __init__(self, pdf: bytes) -> None:
        self.pdf = pdf
        if len(pdf) > MAXIMUM_PDF_BYTES:
            raise _refused("الملف أكبر من الحد", f"larger than {MAXIMUM_PDF_BYTES} bytes")
        if not pdf.startswith(b"%PDF-1.") or pdf.count(b"startxref") != 1:
            raise _refused("ليس ملفًا حديث الإخراج", "not a freshly rendered PDF")
        tail = _TAIL.search(pdf, max(0, len(pdf) - 4096))
        if tail is None:
            raise _refused("خاتمة الملف ليست كما يكتبها المخرج", "the trailer is not as our renderer writes it")
        self.trailer, self.table = tail[1], int(tail[2])
        if any(word in self.trailer for word in (b"/Prev", b"/Encrypt", b"/XRefStm")):
            raise _refused("الملف معدّل أو مشفّر", "an updated or encrypted PDF")
        self.size = int(self._one(rb"/Size (\d{1,7})", self.trailer))
        head = b"xref\n0 %d\n" % self.size
        if not pdf.startswith(head, self.table) or self.table + len(head) + 20 * self.size != tail.start() + 1:
            raise _refused(
                "جدول المواضع ليس كما يكتبه المخرج", "the cross-reference table is not as our renderer writes it"
            )
        self._rows = self.table + len(head)
        info = int(self._one(rb"/Info " + _REFERENCE, self.trailer))
        if not _RENDERER.search(self.dictionary(info)):
            raise _refused("لم يُخرج هذا الملف هنا", "this PDF was not made by our renderer")

    def dictionary(self, number: int) -> bytes:
        """The text of object `number`, which must be a plain dictionary: `<<...>>`."""
        if not 0 < number < self.size:
            raise _refused("كائن غير موجود", f"there is no object {number}")
        row = self.pdf[self._rows + 20 * number : self._rows + 20 * number + 20]
        at = int(row[:10]) if row[:10].isdigit() and row[17:18] == b"n" else -1
        head = b"%d 0 obj\n" % number
        end = self.pdf.find(b"\nendobj\n", at)
        text = self.pdf[at + len(head) : end]
        if at < 0 or end < 0 or not self.pdf.startswith(head, at) or text[:2] != b"<<" or text[-2:] != b">>":
            raise _refused("كائن ليس كما يكتبه المخرج", f"object {number} is not as our renderer writes it")
        return text

    def first_page(self) -> int:
        """The object number of the first page."""
        number = int(self._one(rb"/Pages " + _REFERENCE, self.dictionary(self.root)))
        for _ in range(16):
            text = self.dictionary(number)
            if re.search(rb"/Type/Page(?![A-Za-z])", text):
                return number
            number = int(self._one(rb"/Kids ?\[ ?" + _REFERENCE, text))
        raise _refused("شجرة الصفحات أعمق من المعتاد", "the page tree is too deep")

    @property
    def root(self) -> int:
        return int(self._one(rb"/Root " + _REFERENCE, self.trailer))

    @staticmethod
    def _one(pattern: bytes, text: bytes) -> bytes:
        found: list[bytes] = re.findall(pattern, text)
        if len(found) != 1:
            raise _refused("الملف ليس كما يكتبه المخرج", f"{pattern.decode()} stands {len(found)} times, not once")
        return found[0]


def make_room(
    pdf: bytes, signed_at: datetime, reason: str, location: str, validation: ValidationData | None = None
) -> PdfWithRoom:
    """Append the signature field, its dictionary and an empty appearance. Raises `Invalid` for any PDF not ours.

    validation: goes into a document security store in this same update, so the signature covers it too and nothing
    need ever be appended. XMP and Info stay as they are, and the widget has an appearance: PDF/A conformance of the
    original is kept.
    """
    original = _Original(pdf)
    catalog, page_number = original.dictionary(original.root), original.first_page()
    page = original.dictionary(page_number)
    if b"/AcroForm" in catalog:
        raise _refused("في الملف نماذج أو توقيع", "the PDF has a form or a signature already")
    field, value, appearance, store = (original.size + i for i in range(4))
    out = bytearray(pdf if pdf.endswith(b"\n") else pdf + b"\n")
    offsets: dict[int, int] = {}

    def add(number: int, body: bytes) -> int:
        """Append one object; returns where its body begins."""
        offsets[number] = len(out)
        out.extend(b"%d 0 obj\n" % number)
        start = len(out)
        out.extend(body + b"\nendobj\n")
        return start

    further = b"" if validation is None else _store_named(catalog, store)
    add(original.root, catalog[:-2] + b"/AcroForm<</Fields[%d 0 R]/SigFlags 3>>" % field + further + b">>")
    add(page_number, _with_annotation(page, field))
    add(
        field,
        b"<</Type/Annot/Subtype/Widget/FT/Sig/T(Signature)/TU%s/V %d 0 R/P %d 0 R/Rect[0 0 0 0]/F 132/AP<</N %d 0 R>>>>"
        % (_text(reason or "Signature"), value, page_number, appearance),
    )
    add(appearance, b"<</Type/XObject/Subtype/Form/BBox[0 0 0 0]/Resources<<>>/Length 0>>\nstream\n\nendstream")
    if validation is not None:
        for number, body in enumerate(_store_objects(validation, store), store):
            add(number, body)
    dictionary, range_at, gap_at = _signature_dictionary(signed_at, reason, location)
    start = add(value, dictionary)
    gap = start + gap_at, start + gap_at + 2 * CONTENTS_BYTES + 2
    _append_table(out, offsets, original)
    numbers = b"0 %d %d %d" % (gap[0], gap[1], len(out) - gap[1])
    at = start + range_at
    out[at : at + len(numbers)] = numbers
    return PdfWithRoom(bytes(out), gap)


def _store_named(catalog: bytes, store: int) -> bytes:
    """The entries of the catalog that name the store (ETSI EN 319 142-1 §5.4.2) and, for PDF 1.7, its extension."""
    if b"/DSS" in catalog or b"/Extensions" in catalog:
        raise _refused("في الملف بيانات تحقق", "the PDF has a document security store or extensions already")
    return b"/DSS %d 0 R/Extensions<</ESIC<</BaseVersion/1.7/ExtensionLevel 1>>>>" % store


def _store_objects(validation: ValidationData, store: int) -> Iterator[bytes]:
    """The store, numbered `store`, then its certificates and lists as streams, numbered on from there."""
    first_crl = store + 1 + len(validation.certificates)
    certificates = b" ".join(b"%d 0 R" % n for n in range(store + 1, first_crl))
    crls = b" ".join(b"%d 0 R" % n for n in range(first_crl, first_crl + len(validation.crls)))
    yield b"<</Type/DSS/Certs[%s]/CRLs[%s]>>" % (certificates, crls)
    for der in (*validation.certificates, *validation.crls):
        yield b"<</Length %d>>\nstream\n%s\nendstream" % (len(der), der)


def _with_annotation(page: bytes, field: int) -> bytes:
    """The page dictionary with the widget added; links that Typst made stay in front of it."""
    held = re.search(rb"/Annots ?\[([0-9R ]*)\]", page)
    if held is None:
        if b"/Annots" in page:
            raise _refused(
                "تعليقات الصفحة ليست كما يكتبها المخرج", "the page's annotations are not as our renderer writes"
            )
        page = page[:-2] + b"/Annots[%d 0 R]>>" % field
    else:
        page = page[: held.start(1)] + b"%s %d 0 R" % (held[1], field) + page[held.end(1) :]
    # PDF/UA-1 §7.18.3: a page with annotations states its tab order.
    return page if b"/Tabs" in page else page[:-2] + b"/Tabs/S>>"


def _signature_dictionary(signed_at: datetime, reason: str, location: str) -> tuple[bytes, int, int]:
    """(dictionary, where the four numbers go, where `<` of the contents stands). ETSI EN 319 142-1 §5.3, §6.3."""
    moment = signed_at.astimezone(UTC).strftime("D:%Y%m%d%H%M%SZ").encode()
    head = b"<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached/M(%s)" % moment
    for key, words in ((b"/Reason", reason), (b"/Location", location)):
        head += key + _text(words) if words else b""
    head += b"/ByteRange["
    room = b" " * (1 + 3 * (_NUMBER_WIDTH + 1)) + b"]/Contents"
    gap = b"<" + b"0" * (2 * CONTENTS_BYTES) + b">"
    return head + room + gap + b">>", len(head), len(head) + len(room)


def _append_table(out: bytearray, offsets: dict[int, int], original: _Original) -> None:
    """The cross-reference section and trailer of the update, in the classic form of the original."""
    start = len(out)
    out.extend(b"xref\n")
    for number in sorted(offsets):
        out.extend(b"%d 1\n%010d 00000 n \n" % (number, offsets[number]))
    trailer = re.sub(rb"/Size \d+", b"/Size %d" % (max(offsets) + 1), original.trailer)
    out.extend(b"trailer\n<<%s/Prev %d>>\nstartxref\n%d\n%%%%EOF\n" % (trailer, original.table, start))


def _text(words: str) -> bytes:
    """A text string as hexadecimal UTF-16BE, which needs no escapes (ISO 32000-1 §7.9.2.2)."""
    try:
        return b"<FEFF" + words.encode("utf-16-be").hex().upper().encode() + b">"
    except UnicodeEncodeError:  # half of a surrogate pair
        raise _refused("نص غير صالح", "the reason or the location is not valid text") from None


def _refused(ar: str, en: str) -> Invalid:
    return Invalid(Fault("keys.pdf.foreign", ar, en, field="pdf", clause="ISO 32000-1 §7.5.6"))
