"""Programs by other hands judge the refusal as they judge the certificate: qpdf, poppler, PDFBox on an A-1b build."""

from __future__ import annotations

import re
import shutil
import subprocess
import threading
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from issuance.documents import certificate as certificate_document
from issuance.documents import refusal as refusal_document
from issuance.documents import typesetting
from issuance.documents.certificate import BilingualText
from issuance.documents.guilloche import certificate_background, emblem
from issuance.documents.refusal import RefusalData, refusal_json, render_refusal
from specs.load import load
from tests.judges.java import JARS
from tests.judges.test_pdf_judges import PREFLIGHT, preflight
from tests.unit.border.world import NOW, signed_pdf
from tests.unit.documents.samples import certificate, render

FACTS: dict[str, Any] = {
    "number": "CR2026-CTIP-000001-0",
    "name": BilingualText("فاطمة محمد علي المبروك", "FATIMA MOHAMED ALI ALMABROUK"),
    "national_number": "219909000017",
    "birth_date": "1990-05-17",
    "purpose": BilingualText("الحصول على تأشيرة", "Visa"),
    "addressee": BilingualText("سفارة جمهورية مالطا بطرابلس", "Embassy of the Republic of Malta"),
    "requested_on": date(2026, 11, 20),
    "request": "01a20433-c7db-75c6-b194-9383739b9841",
    "reason": BilingualText("لم تثبت الهوية على وجه كاف", "The identity is not sufficiently confirmed"),
    "words": "اسم الأم لا يوافق القيد",
    "legal_basis": BilingualText("القانون رقم 8 لسنة 2014", "Law 8/2014"),
    "office": BilingualText("مكتب القيود الجنائية طرابلس", "Criminal Records Office, Tripoli"),
    "decided_on": date(2026, 11, 22),
    "appeal_to": BilingualText("رئيس المصلحة", "The head of the department"),
    "appeal_until": date(2027, 1, 21),
    "synthetic": True,
}


def rendered(**changes: Any) -> bytes:
    spec, data = load(), RefusalData(**(FACTS | changes))
    rule, letter = spec.certificate_requests.refusal, spec.certificate_certificate
    return render_refusal(data, letter, rule, attachment=refusal_json(data), timestamp=NOW)


@pytest.mark.parametrize("words", [FACTS["words"], "كلمة " * 190])
def test_qpdf_and_poppler_find_no_fault_in_a_refusal(words: str, tmp_path: Path) -> None:
    file = tmp_path / "refusal.pdf"
    file.write_bytes(signed_pdf(rendered(words=words)))
    assert subprocess.run(["qpdf", "--check", file], capture_output=True, check=False).returncode == 0
    info = subprocess.run(["pdfinfo", file], capture_output=True, check=True, text=True).stdout
    assert "Tagged:          yes" in info
    metadata = subprocess.run(["pdfinfo", "-meta", file], capture_output=True, check=True, text=True).stdout
    assert "<pdfaid:part>3</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance>" in metadata
    assert "<pdfuaid:part>1</pdfuaid:part>" in metadata
    fonts = subprocess.run(["pdffonts", file], capture_output=True, check=True, text=True).stdout.splitlines()[2:]
    assert fonts
    assert all(re.search(r" yes yes yes +\d+ +\d+$", line) for line in fonts), "embedded, subset, with Unicode"


@pytest.mark.skipif(
    not shutil.which("javac") or not all((JARS / f"{name}.jar").exists() for name in PREFLIGHT),
    reason="PDFBox is not installed (Debian: libpdfbox2-java libactivation-java libjaxb-api-java)",
)
@pytest.mark.slow
def test_preflight_finds_our_own_letters_good_as_a_1b_builds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """PDF/A-1 knows neither attachments nor transparency: both are left out of the build. So are bookmarks, whose
    indirect destinations (ISO 32000-1 §7.3.10 allows them) PDFBox 2 cannot read."""
    for name in ("letter.typ", "refusal.typ", "certificate.typ"):
        text = (typesetting.TEMPLATES / name).read_text("utf-8")
        text = text.replace('#import "letter.typ": *', '#import "letter.typ": *\n#set heading(bookmarked: false)')
        text = re.sub(r"\.transparentize\([^)]*\)", "", text)
        (tmp_path / name).write_text(re.sub(r"pdf\.attach\(((?:[^()]|\([^()]*\))*)\)", "[]", text), "utf-8")
    monkeypatch.setattr(typesetting, "TEMPLATES", tmp_path)
    monkeypatch.setattr(typesetting, "_compilers", threading.local())
    for module in (certificate_document, refusal_document):
        for name, drawn in (("certificate_background", certificate_background(210, 297, 15)), ("emblem", emblem(22.0))):
            opaque = re.sub(r'[a-z-]*opacity="[^"]*"', "", drawn)
            monkeypatch.setattr(module, name, lambda *_, drawn=opaque: drawn)
    spec = load()
    letter = spec.certificate_certificate
    letter = letter.model_copy(update={"paper": letter.paper.model_copy(update={"pdf_standards": ["a-1b"]})})
    made = RefusalData(**FACTS)
    rule = spec.certificate_requests.refusal
    built = {
        "refusal": render_refusal(made, letter, rule, attachment=refusal_json(made), timestamp=NOW),
        "certificate": render(certificate(rulings=2), letter),
    }
    for name, pdf in built.items():
        (tmp_path / name).write_bytes(signed_pdf(pdf))
    (tmp_path / "hidden").write_bytes((tmp_path / "refusal").read_bytes().replace(b"/F 132", b"/F 128"))
    said = preflight(tmp_path / "refusal", tmp_path / "certificate", tmp_path / "hidden")
    assert said[:2] == ["valid", "valid"]
    assert said[2].startswith("invalid")
