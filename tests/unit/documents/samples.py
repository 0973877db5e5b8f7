"""Synthetic people and portraits for the document tests (serials 900000 and up; no real holder)."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any

from PIL import Image
from skimage import data as pictures

from issuance.documents.attachment import attachment_json
from issuance.documents.certificate import BilingualText, CertificateData, RulingRow, render_certificate
from issuance.documents.data_page import DataPageData
from specs.load import load
from specs.schema.certificate import CertificateSpec

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
NUMBER = "CS2026-TRP-000123-0"
SEAL_URL = "https://verify.example.ly/c#" + "Ab3-_x9Q" * 38
"""As long as the URL form of a seal (DOCUMENTS, Seal: 306 characters)."""


@lru_cache(maxsize=1)
def portrait() -> bytes:
    """The astronaut of scikit-image in a 35:45 frame."""
    out = io.BytesIO()
    Image.fromarray(pictures.astronaut()).crop((90, 0, 355, 340)).resize((413, 531)).save(out, "JPEG", quality=90)
    return out.getvalue()


def ruling(n: int) -> RulingRow:
    return RulingRow(
        BilingualText("محكمة جنوب طرابلس الابتدائية", "South Tripoli Court of First Instance"),
        f"{100 + n}/2019",
        date(2019, 3, 1) + timedelta(days=n),
        BilingualText("السرقة (مادة 444 عقوبات)", "Theft (Penal Code Art 444)"),
        BilingualText("الحبس سنة مع وقف التنفيذ", "One year of detention, suspended"),
    )


def certificate(**changes: Any) -> CertificateData:
    rulings = changes.pop("rulings", 0)
    facts: dict[str, Any] = {
        "number": NUMBER,
        "issued_on": date(2026, 11, 22),
        "expires_on": date(2027, 2, 21),
        "arabic_name": ("فاطمة", "محمد", "علي", "المبروك"),
        "latin_name": "FATIMA MOHAMED ALI ALMABROUK",
        "sex": "F",
        "birth_date": "1990-05-17",
        "birth_place": BilingualText("طرابلس", "Tripoli"),
        "nationality": BilingualText("ليبية", "Libyan"),
        "national_number": "219909000017",
        "passport_number": "LB2222222",
        "purpose": BilingualText("الحصول على تأشيرة", "Visa"),
        "addressee": BilingualText("سفارة جمهورية مالطا بطرابلس", "Embassy of the Republic of Malta in Tripoli"),
        "office": BilingualText("مكتب البحث الجنائي طرابلس", "Criminal Investigation Office, Tripoli"),
        "outcome": "entries" if rulings else "clear",
        "rulings": tuple(ruling(n) for n in range(rulings)),
        "synthetic": True,
    }
    return CertificateData(**(facts | changes))


LONG: dict[str, Any] = {
    "arabic_name": (
        "عبدالرحمن المهدي بالله",
        "أبوالقاسم عبدالسميع",
        "عبدالمتعال نورالدين",
        "المبروك الزنتاني القذافي بن عبدالجليل",
    ),
    "latin_name": "ABDURRAHMAN ALMAHDI BILLAH ABULQASIM ABDULSAMEE ABDULMUTAAL NOORUDDIN ALMABROUK ALZINTANI",
    "purpose": BilingualText("استكمال إجراءات الالتحاق ببرنامج الدراسات العليا في الهندسة الطبية الحيوية بالخارج"),
    "addressee": BilingualText("الإدارة العامة للبعثات", "W" * 200),
}


def render(data: CertificateData, spec: CertificateSpec | None = None, **changes: Any) -> bytes:
    arguments: dict[str, Any] = {
        "portrait": portrait(),
        "seal_url": SEAL_URL,
        "attachment": attachment_json(data),
        "timestamp": NOW,
    }
    return render_certificate(data, spec or load().certificate_certificate, **(arguments | changes))


MRZ = ("PPLBYALMABROUK<<FATIMA<MOHAMED<ALI<<<<<<<<<<", "LB22222224LBY9005173F3411217<<<<<<<<<<<<<<08")


def data_page(**changes: Any) -> DataPageData:
    facts: dict[str, Any] = {
        "document_code": "PP",
        "issuing_state": "LBY",
        "number": "LB2222222",
        "surname": BilingualText("المبروك", "ALMABROUK"),
        "given_names": BilingualText("فاطمة محمد علي", "FATIMA MOHAMED ALI"),
        "nationality": BilingualText("ليبية", "LIBYAN"),
        "birth_date": "1990-05-17",
        "sex": "F",
        "birth_place": BilingualText("طرابلس", "TRIPOLI"),
        "issued_on": date(2026, 11, 22),
        "expires_on": date(2034, 11, 21),
        "authority": BilingualText("مصلحة الجوازات والجنسية وشؤون الأجانب", "Passports and Nationality Authority"),
        "mrz": MRZ,
        "portrait": portrait(),
        "synthetic": True,
    }
    return DataPageData(**(facts | changes))
