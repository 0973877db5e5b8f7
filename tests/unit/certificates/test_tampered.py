"""A certificate changed in any of its parts is refused by console and public page alike (issue 5, must show)."""

from __future__ import annotations

import html
import io
import json
import re
from collections.abc import Callable, Iterator

import pytest
from fastapi.testclient import TestClient
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import copy_into_new_writer
from typer.testing import CliRunner

from issuance.api.app import create_app
from issuance.api.turnstile import Turnstile
from issuance.certificates.model import Certificate
from issuance.cli.main import app as console
from issuance.core import clock
from issuance.documents.attachment import attachment_json, certificate_data
from issuance.documents.raster import page_png
from issuance.service import Service
from keys.pdf_verify import verify_pdf
from tests.service import NOW, enter, issued, request

Tamper = Callable[[bytes, bytes], bytes]


def embedded(root: generic.DictionaryObject) -> generic.IndirectObject:
    """Where the attached JSON's stream is."""
    _, specification = root["/Names"]["/EmbeddedFiles"]["/Names"]
    found = specification.get_object()["/EF"].raw_get("/F")
    assert isinstance(found, generic.IndirectObject)
    return found


def clean(data: bytes) -> bytes:
    """The same facts with no conviction and another name."""
    held = json.loads(data)
    held |= {"outcome": "clear", "rulings": [], "arabic_name": ["علي", "سالم", "محمد", "المبروك"]}
    changed = json.dumps(held, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    assert attachment_json(certificate_data(changed)) == changed, "well-formed: only the signature speaks against it"
    return changed


def updated(pdf: bytes, change: Callable[[IncrementalPdfFileWriter], None]) -> bytes:
    """As another program saves a change: behind the file, which stays as it is."""
    writer, out = IncrementalPdfFileWriter(io.BytesIO(pdf)), io.BytesIO()
    change(writer)
    writer.write(out)
    return out.getvalue()


def swap_json(pdf: bytes, _: bytes) -> bytes:
    def change(writer: IncrementalPdfFileWriter) -> None:
        where = embedded(writer.root)
        stream = where.get_object()
        assert isinstance(stream, generic.StreamObject)
        stream._data, stream._encoded_data = clean(stream.data), None
        writer.mark_update(where.reference)

    return updated(pdf, change)


def swap_json_in_place(pdf: bytes, _: bytes) -> bytes:
    """Written over, of the same length, so that no offset moves."""
    stream = embedded(PdfFileReader(io.BytesIO(pdf)).root).get_object()
    assert isinstance(stream, generic.StreamObject)
    raw = stream.encoded_data
    assert pdf.count(raw) == 1
    other = bytearray(raw)
    other[len(raw) // 2 : len(raw) // 2 + 4] = b"0000"
    return pdf.replace(raw, bytes(other))


def swap_seal(pdf: bytes, other: bytes) -> bytes:
    """The first page draws the code of another's certificate."""
    theirs = PdfFileReader(io.BytesIO(other)).root["/Pages"]["/Kids"][0]["/Contents"].get_object()

    def change(writer: IncrementalPdfFileWriter) -> None:
        page = writer.root["/Pages"]["/Kids"][0]
        page["/Contents"] = writer.add_object(generic.StreamObject(stream_data=theirs.data))
        writer.mark_update(writer.root["/Pages"]["/Kids"].raw_get(0).reference)

    return updated(pdf, change)


def append_nothing_new(pdf: bytes, _: bytes) -> bytes:
    def change(writer: IncrementalPdfFileWriter) -> None:
        writer.root["/Lang"] = writer.root["/Lang"]
        writer.update_root()

    return updated(pdf, change)


def strip_signature(pdf: bytes, _: bytes) -> bytes:
    """Written anew without its form."""
    writer, out = copy_into_new_writer(PdfFileReader(io.BytesIO(pdf))), io.BytesIO()
    writer.root.pop("/AcroForm", None)
    writer.write(out)
    return out.getvalue()


def back_to_the_rendering(pdf: bytes, _: bytes) -> bytes:
    """Cut back to what was there before the signature was added."""
    return pdf[: pdf.index(b"%%EOF") + 6]


def gap(pdf: bytes) -> tuple[int, int]:
    """Between which offsets the signature stands."""
    held = re.search(rb"/ByteRange ?\[ ?0 (\d+) (\d+) ", pdf)
    assert held is not None
    return int(held[1]), int(held[2])


def signature_of_another(pdf: bytes, other: bytes) -> bytes:
    (start, end), (first, last) = gap(pdf), gap(other)
    assert end - start == last - first
    return pdf[:start] + other[first:last] + pdf[end:]


TAMPERS: dict[str, Tamper] = {
    "JSON swapped by an update": swap_json,
    "JSON written over": swap_json_in_place,
    "seal of another drawn on the page": swap_seal,
    "an update that changes nothing": append_nothing_new,
    "a line end appended": lambda pdf, _: pdf + b"\n",
    "signature stripped": strip_signature,
    "cut back to before the signature": back_to_the_rendering,
    "signature of another certificate": signature_of_another,
}


@pytest.fixture(scope="module")
def pair(desk: Service) -> tuple[Certificate, Certificate]:
    """Certificates of two people."""
    rows = []
    for number, name in (("119909000970", "أول"), ("119909000971", "ثان")):
        names = {
            "arabic": {"first": name, "father": "علي", "grandfather": "محمد", "family": "المبروك"},
            "latin": {"surname": "ALMABROUK", "given": "AWAL" if name == "أول" else "THANI"},
            "latin_confirmed": True,
        }
        enter(desk, national_number=number, names=names)
        made = issued(desk, request(national_number=number))
        with desk.db.reading() as read:
            row = read.get(Certificate, made.number)
        assert row is not None
        rows.append(row)
    return rows[0], rows[1]


@pytest.fixture
def line(desk: Service, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """The public page, and a console on the same installation, on the day of the certificates."""
    monkeypatch.setattr(clock, "now", lambda: NOW)
    monkeypatch.setenv("ISSUANCE_HOME", str(desk.settings.home))
    monkeypatch.setenv("ISSUANCE_DATABASE_URL", desk.settings.database_url)
    app = create_app(desk)
    with TestClient(app, base_url="https://verify.example") as client:
        app.state.turnstile = Turnstile()
        yield client


def judged(desk: Service, line: TestClient, pdf: bytes) -> tuple[int, str]:
    """(exit code of `issuance verify`, what the public page says to an upload)."""
    file = desk.settings.home / "judged.pdf"
    file.write_bytes(pdf)
    done = CliRunner().invoke(console, ["verify", str(file), "--at", NOW.isoformat(), "--json"])
    assert json.loads(done.stdout)["status"] == ("valid", "invalid", "indeterminate")[done.exit_code]
    page = line.post("/c?lang=en", files={"file": ("c.pdf", pdf, "application/pdf")})
    [shown] = re.findall(r'id="answer" data-status="(\w+)"', page.text)
    if shown != "valid":
        assert "المبروك" not in page.text, "nothing of what is not genuine is shown as a fact"
    return done.exit_code, shown


def test_the_untouched_certificate_is_valid_to_both(
    desk: Service, line: TestClient, pair: tuple[Certificate, Certificate]
) -> None:
    assert judged(desk, line, pair[0].pdf) == (0, "valid")


@pytest.mark.parametrize("tamper", TAMPERS)
def test_a_tampered_certificate_is_refused_by_both(
    desk: Service, line: TestClient, pair: tuple[Certificate, Certificate], tamper: str
) -> None:
    mine, other = pair[0].pdf, pair[1].pdf
    changed = TAMPERS[tamper](mine, other)
    assert changed != mine
    assert len(PdfFileReader(io.BytesIO(changed)).root["/Pages"]["/Kids"]) == 1, "still a file that any reader opens"
    assert judged(desk, line, changed) == (1, "invalid")


def test_a_changed_byte_in_any_object_is_refused(desk: Service, pair: tuple[Certificate, Certificate]) -> None:
    pdf = pair[0].pdf
    begins = [found.start() for found in re.finditer(rb"(?m)^\d+ 0 obj\b", pdf)]
    assert len(begins) > 50
    for start, end in zip(begins, [*begins[1:], len(pdf)], strict=True):
        at = (start + end) // 2
        changed = pdf[:at] + bytes((pdf[at] ^ 0x01,)) + pdf[at + 1 :]
        assert verify_pdf(changed, desk.trust, NOW, desk.spec).status == "invalid", pdf[start : start + 12]


def test_a_picture_of_the_paper_with_anothers_seal_says_whose_seal_it_is(
    line: TestClient, pair: tuple[Certificate, Certificate]
) -> None:
    """A seal pasted over a print is genuine where it came from: the page says the name and number to compare."""
    page = line.post("/c?lang=ar", files={"file": ("scan.png", page_png(pair[1].pdf, dpi=200), "image/png")})
    text = html.unescape(page.text)
    assert 'data-status="valid"' in text
    assert pair[1].number in text and "ثان علي محمد المبروك" in text
    assert pair[0].number not in text and "أول علي محمد المبروك" not in text
