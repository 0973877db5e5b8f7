"""What `make run` and `demo` start from: offices, staff, invented people, two rulings, a portrait. Synthetic data only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class SpecimenOffice:
    """code is printed in certificate serials: two to five letters or digits."""

    code: str
    arabic: str
    english: str
    kind: str
    region: str | None


@dataclass(frozen=True, slots=True)
class SpecimenAccount:
    """An account of the development installation; its password is random and printed once."""

    username: str
    arabic: str
    english: str
    roles: tuple[str, ...]
    office: str | None


@dataclass(frozen=True, slots=True)
class SpecimenRuling:
    """A final ruling on an invented person."""

    case_number: str
    court: tuple[str, str]
    kind: str
    ruled_on: date
    final_on: date
    committed_on: date
    offence: tuple[str, str]
    penalty: tuple[str, str]


OFFICES = (
    SpecimenOffice("PTIP", "فرع الجوازات طرابلس", "Passports Branch, Tripoli", "branch", "LY-TB"),
    SpecimenOffice("PBEN", "فرع الجوازات بنغازي", "Passports Branch, Benghazi", "branch", "LY-BA"),
    SpecimenOffice("CTIP", "مكتب القيود الجنائية طرابلس", "Criminal Records Office, Tripoli", "records", "LY-TB"),
    SpecimenOffice("CBEN", "مكتب القيود الجنائية بنغازي", "Criminal Records Office, Benghazi", "records", "LY-BA"),
    SpecimenOffice("BMTG", "منفذ مطار معيتيقة", "Mitiga Airport Border Post", "border", "LY-TB"),
)

ACCOUNTS = (
    SpecimenAccount("passports", "ضابط جوازات", "Passport officer", ("passport_officer",), "PTIP"),
    SpecimenAccount("certificates", "ضابط شهادات", "Certificate officer", ("certificate_officer",), "CTIP"),
    SpecimenAccount("border", "ضابط منفذ", "Border officer", ("border_officer",), "BMTG"),
    SpecimenAccount("auditor", "مراجع", "Auditor", ("auditor",), None),
    SpecimenAccount("admin", "مدير المستخدمين", "Account administrator", ("administrator",), None),
    SpecimenAccount("security", "ضابط أمن النظام", "Security officer", ("security_officer",), None),
)

RULINGS = (
    SpecimenRuling(
        case_number="2016/412",
        court=("محكمة طرابلس الجزئية", "Tripoli Summary Court"),
        kind="misdemeanour",
        ruled_on=date(2016, 3, 9),
        final_on=date(2016, 3, 20),
        committed_on=date(2015, 11, 2),
        offence=("إصدار صك بدون رصيد", "Issuing a cheque without funds"),
        penalty=("الحبس ستة أشهر وغرامة 500 دينار", "Detention of six months and a fine of LYD 500"),
    ),
    SpecimenRuling(
        case_number="2019/77",
        court=("محكمة جنايات طرابلس", "Tripoli Felony Court"),
        kind="felony",
        ruled_on=date(2019, 10, 14),
        final_on=date(2019, 12, 15),
        committed_on=date(2018, 6, 21),
        offence=("التزوير في محرر رسمي", "Forgery of an official document"),
        penalty=("السجن ثلاث سنوات", "Imprisonment of three years"),
    ),
)
